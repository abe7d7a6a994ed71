//! The demo, and what is left of it at the next start.

use crate::support::{binaries, fixture};
use local::{Builder, Demo, DemoKey, DemoOrganization, DemoRequest, Stack};

fn demo() -> Demo {
    let key = DemoKey { name: "demo".to_owned(), ..DemoKey::default() };
    let reader =
        DemoKey { name: "reader".to_owned(), kind: Some("sk".to_owned()), scopes: Some(vec!["read".to_owned()]) };
    let organization = DemoOrganization {
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        plan: "pro".to_owned(),
        keys: vec![key, reader],
    };
    Demo { organizations: vec![organization], ..Demo::default() }
}

fn builder() -> Builder {
    Stack::builder(fixture("seeding.yaml")).binaries(binaries()).keep_logs()
}

#[tokio::test]
async fn a_demo_is_made_through_the_operators_routes() {
    let stack = builder().demo(demo()).start().await.unwrap();
    let [acme] = stack.organizations() else { panic!("{:?}", stack.organizations()) };
    assert_eq!((acme.slug.as_str(), acme.plan.as_str()), ("acme", "pro"));
    let [demo, reader] = acme.keys.as_slice() else { panic!("{:?}", acme.keys) };
    assert_eq!((demo.name.as_str(), &demo.kind, demo.scopes.len()), ("demo", &None, 0));
    assert_eq!((reader.kind.as_deref(), reader.scopes.as_slice()), (Some("sk"), &["read".to_owned()][..]));
    assert_ne!(demo.key, reader.key);
    stack.stop().await;
}

#[tokio::test]
async fn a_restart_finds_the_same_keys_and_the_same_operator() {
    let folder = tempfile::tempdir().unwrap();
    let first = builder().data_dir(folder.path()).demo(demo()).start().await.unwrap();
    let (operator, organizations) = (first.operator().clone(), first.organizations().to_vec());
    let taken = builder().data_dir(folder.path()).start().await.unwrap_err().to_string();
    assert_eq!(taken, format!("cannot use {}: another stack is using it", folder.path().display()));
    first.stop().await;

    let second = builder().data_dir(folder.path()).demo(demo()).start().await.unwrap();
    assert_eq!((second.operator(), second.organizations()), (&operator, &organizations[..]));
    assert_eq!(second.processes(), 0, "nothing was seeded again");
    second.stop().await;
}

#[tokio::test]
async fn a_demo_that_is_refused_ends_the_start() {
    let request = DemoRequest { method: "PUT".to_owned(), path: "/nowhere".to_owned(), ..DemoRequest::default() };
    let error = builder().demo(Demo { requests: vec![request], ..demo() }).start().await.unwrap_err().to_string();
    assert_eq!(error, r#"cannot seed the demo: PUT /nowhere answered 404: {"message":"Not Found"}"#);
}
