use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open};
use crate::support::World;

#[tokio::test]
async fn a_webhook_is_shown_with_its_secret_once() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let order = json!({"url": receiver.url(), "kinds": ["key.created", "limit.reached"]});
    let answer = world.operate("POST", "/organizations/acme/webhooks", order).await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, Some("no-store")), "{answer:?}");
    let data = answer.json()["data"].clone();
    let secret = data["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    assert_eq!(data["kinds"], json!(["key.created", "limit.reached"]));
    let listed = world.operate("GET", "/organizations/acme/webhooks", Value::Null).await;
    assert_eq!(listed.json()["data"][0]["id"], data["id"]);
    // Nowhere else.
    let kept = [world.authority().await, world.items("EventsTable").await, world.stack.logs()].concat();
    let found: Vec<_> = kept.iter().filter(|item| item.contains(&secret[6..])).collect();
    assert!(found.is_empty() && !listed.body.contains(&secret[6..]), "{found:?}");
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    // Rows of one moment are in any order.
    let created: Vec<_> = rows.as_array().unwrap().iter().filter(|row| row["action"] == "webhook.created").collect();
    let [row] = created.as_slice() else { panic!("{rows}") };
    assert_eq!(row["after"]["url"], json!(receiver.url()));
}

#[tokio::test]
async fn an_address_that_leads_inside_is_refused_and_nothing_is_kept() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (_, port) = receiver.host.split_once(':').unwrap();
    for url in [
        "http://example.com/",
        "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://100.64.0.1/",
        "https://localhost/",
        "https://localhost.localdomain/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[]/",
        "https://$/",
        "https://example.com:+443/",
        "https://user:password@example.com/",
        "https://example.com:22/",
        "ftp://example.com/",
        "example.com",
        "",
        &format!("http://localhost:{port}/hooks"),
        &format!("https://example.com/{}", "x".repeat(500)),
    ] {
        let answer = world.operate("POST", "/organizations/acme/webhooks", json!({"url": url})).await;
        assert_eq!(answer.status, 400, "{url}: {answer:?}");
        assert!(answer.body.contains("url"), "{url}: {answer:?}");
    }
    for (order, field) in [
        (json!({"url": receiver.url(), "kinds": []}), "kinds"),
        (json!({"url": receiver.url(), "kinds": ["key.stolen"]}), "kinds"),
        (json!({"url": receiver.url(), "secret": "mine"}), "secret"),
        (json!({}), "url"),
    ] {
        let answer = world.operate("POST", "/organizations/acme/webhooks", order.clone()).await;
        assert_eq!(answer.status, 400, "{order}: {answer:?}");
        assert!(answer.body.contains(field), "{order}: {answer:?}");
    }
    let listed = world.operate("GET", "/organizations/acme/webhooks", Value::Null).await;
    assert_eq!(listed.json()["data"], json!([]));
    let nobody = world.operate("POST", "/organizations/nobody/webhooks", json!({"url": receiver.url()})).await;
    assert_eq!(nobody.status, 404, "{nobody:?}");
}

#[tokio::test]
async fn test_hosts_count_at_the_stage_local_alone() {
    let set = |builder: local::Builder| builder.stage("production").parameter("WebhookTestHosts", "127.0.0.1:8001");
    let world = World::build("fabraix", set).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let order = json!({"url": "http://127.0.0.1:8001/hooks"});
    let answer = world.operate("POST", "/organizations/acme/webhooks", order).await;
    assert!(answer.status == 400 && answer.body.contains("url"), "{answer:?}");
}

#[tokio::test]
async fn an_organization_has_five_however_many_ask_at_once() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    for _ in 0..4 {
        hook(&world, &receiver, Value::Null).await;
    }
    let order = || world.operate("POST", "/organizations/acme/webhooks", json!({"url": receiver.url()}));
    let answers = crate::support::all((0..4).map(|_| order())).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}
