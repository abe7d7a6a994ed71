//! The promise: a code, a cookie and a secret are each in one answer, and nowhere else.

use local::dynamodb::Fault;
use serde_json::json;

use crate::portal::{ACTIVITY, IDENTIFY, KEYS, NEW, page, terms, typed};
use crate::support::{Answer, Browser, Key, Link, World};

#[tokio::test]
async fn no_code_cookie_or_secret_is_in_a_table_a_log_or_a_later_page() {
    let world = World::build("fanfare", |builder| builder.parameter("LogLevel", "DEBUG")).await;
    terms(&world, "fanfare", "acme").await;
    let bearer = world.key("acme", json!({"name": "backend", "type": "secret"})).await;
    let order = json!({"subject": "user_42", "returnUrl": "https://admin.fanfare.io/keys"});
    let links = [
        world.link("acme", order.clone()).await,
        Link::of(&world.call("POST", "/api/v1/acme/portal-sessions", &bearer.secret, Some(order)).await),
    ];
    let mut never = Vec::new();
    for (place, link) in links.iter().enumerate() {
        let browser = Browser::new(&world);
        let (mut later, mut secrets) = (Vec::<Answer>::new(), Vec::new());
        let entrance = browser.get(&format!("/portal/enter?code={}", link.code)).await;
        assert_eq!(entrance.body.matches(&link.code).count(), 1, "in the one hidden field");
        later.push(browser.enter(&link.code).await);
        let token = browser.token().unwrap();
        assert_eq!(token.contains(&bearer.id), place == 1, "it says with which key it was made, and no more");
        let random = |token: &str| token.split('.').next().unwrap().to_owned();

        let others = world.key_ids("acme").await;
        let once = browser.once(NEW).await;
        let mut fields = typed("fanfare");
        fields.push(("once", &once));
        let created = browser.post(KEYS, &fields).await;
        secrets.push(created.secret().unwrap());
        later.push(browser.post(KEYS, &fields).await);
        let id = world.key_ids("acme").await.into_iter().find(|id| !others.contains(id)).unwrap();
        let key = Key { id, secret: secrets[0].clone() };
        let path = page(&key, "/regenerate");
        let form = browser.get(&path).await;
        let again = form.form(&[("overlap", "24h")]);
        let regenerated = browser.post(&path, &again).await;
        secrets.push(regenerated.secret().unwrap());
        later.push(browser.post(&path, &again).await);
        for secret in &secrets {
            later.push(browser.submit(KEYS, IDENTIFY, &[("key", secret)]).await);
            assert_eq!(world.call("GET", "/api/experiences", secret, None).await.status, 200);
        }
        for path in [KEYS, NEW, ACTIVITY] {
            later.push(browser.get(path).await);
        }
        for below in ["", "/edit", "/regenerate", "/status", "/delete", "/usage.csv"] {
            later.push(browser.get(&page(&key, below)).await);
        }
        later.push(browser.get(&format!("{KEYS}?cursor={}&q={}", secrets[0], secrets[1])).await);
        later.push(browser.get(&format!("{KEYS}?q={}", secrets[1])).await);
        later.push(browser.get(&format!("/portal/acme/keys/{}", secrets[0])).await);
        later.push(browser.get(&format!("/portal/enter?code={}", link.code)).await);
        // Failures are logged.
        for kind in ["ValidationException", "InternalServerError"] {
            world.stack.dynamodb().inject(Fault::error(400, kind, "x").times(40));
            later.push(browser.get(KEYS).await);
            later.push(browser.enter(&link.code).await);
            later.push(browser.post(IDENTIFY, &[("once", &once), ("key", &secrets[0])]).await);
            world.stack.dynamodb().clear_faults();
        }
        later.push(browser.post("/portal/leave", &[]).await);

        let search = |text: &str| text.trim_start_matches("sk_live_").to_owned();
        let words = [random(&link.code), random(&token), search(&secrets[0]), search(&secrets[1])];
        for (index, answer) in later.iter().enumerate() {
            for word in &words {
                assert!(!answer.body.contains(word), "{index}: {answer:?}");
                let is_told = |value: &hyper::header::HeaderValue| value.to_str().unwrap().contains(word);
                let told = answer.headers.iter().filter(|(name, value)| *name != "set-cookie" && is_told(value));
                assert_eq!(told.count(), 0, "{index}: {answer:?}");
            }
        }
        never.extend(words);
        // The digest of a cookie names its item, and is not told either.
        assert!(later.iter().all(|answer| !answer.body.contains("portal#")));
    }
    let logs = world.stack.logs();
    assert!(logs.iter().any(|line| line.contains("failed")), "the failures are in the log");
    world.stack.end_processes().await;
    for word in &never {
        assert_eq!(logs.iter().find(|line| line.contains(word)), None);
        for table in ["KeysTable", "CountersTable", "UsageTable", "ReferenceTable", "EventsTable"] {
            assert!(world.items(table).await.iter().all(|item| !item.contains(word)), "{table}");
        }
    }
}
