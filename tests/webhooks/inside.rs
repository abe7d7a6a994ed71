//! A name that leads inside is found out when it is asked for: whoever owns a name can have it lead anywhere, at any time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{send, shown};
use crate::support::{World, binaries, binaries_with, root};

/// The function that sends, made in `folder`: it finds the names of `inside.c`.
fn led_inside(folder: &Path) -> PathBuf {
    let [library, script] = ["inside.so", "webhooks-deliver"].map(|name| folder.join(name));
    let source = root().join("tests/webhooks/inside.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.unwrap().success());
    let real = binaries().join("webhooks-deliver");
    let line = format!("LD_PRELOAD='{}' exec '{}'", library.display(), real.display());
    fs::write(&script, format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();

    script
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let made = tempfile::tempdir().unwrap();
    let folder = binaries_with("webhooks-deliver", &led_inside(made.path()));
    let world = World::build("fabraix", |builder| builder.binaries(folder.path())).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let mut ids = Vec::new();
    for name in ["ten", "metadata", "unique-local", "own"] {
        let order = json!({"url": format!("https://{name}.inside.example/hooks")});
        let made = world.operate("POST", "/organizations/acme/webhooks", order).await;
        assert_eq!(made.status, 201, "nothing is known of a name when it is given: {made:?}");
        ids.push(made.json()["data"]["id"].as_str().unwrap().to_owned());
    }
    send(&world).await;
    for id in &ids {
        let webhook = shown(&world, id).await;
        let outcome = &webhook["lastAttempt"]["outcome"];
        assert_eq!(outcome, "the name leads to an address that is not allowed", "{webhook}");
    }
    let nobody = json!({"url": "https://nobody.inside.example/hooks"});
    let made = world.operate("POST", "/organizations/acme/webhooks", nobody).await.json();
    send(&world).await;
    send(&world).await;
    let webhook = shown(&world, made["data"]["id"].as_str().unwrap()).await;
    assert_eq!(
        webhook["lastAttempt"]["outcome"], "no connection",
        "a name that there is not reads otherwise: {webhook}"
    );
    assert_eq!(Value::Null, webhook["lastDeadLetterAt"]);
}
