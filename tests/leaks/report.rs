use local::dynamodb::Fault;
use serde_json::{Value, json};

use super::{PLACE, acme, beside, leaked, quarantined, read, report, shown, trail_of, write};
use crate::alerts::Watched;
use crate::support::{Key, World, all};

#[tokio::test]
async fn what_happens_is_the_organizations_choice_and_its_row_says_where_the_key_was() {
    let world = World::serving("standard").await;
    for (policy, status, after, did) in [
        ("notify", json!("active"), [201, 200], vec!["key.created", "key.leaked"]),
        ("quarantine", json!("quarantined"), [403, 429], vec!["key.created", "key.leaked"]),
        ("revoke", Value::Null, [401, 401], vec!["key.created", "key.deleted", "key.leaked"]),
    ] {
        acme(&world, json!(policy)).await;
        let key = world.key("acme", json!({"name": policy, "type": "live"})).await;
        leaked(&world, &key).await;
        assert_eq!([write(&world, &key).await, read(&world, &key).await], after, "{policy}");
        assert_eq!(shown(&world, &key).await["status"], status, "{policy}");
        let rows = trail_of(&world, &key).await;
        let names: Vec<_> = rows.iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(names, did);
        let row = rows.iter().find(|row| row["action"] == "key.leaked").unwrap();
        let leak = &row["after"]["leak"];
        assert_eq!(
            json!([row["plane"], row["actor"], leak["source"], leak["url"], leak["done"], row["before"]["leak"]]),
            json!(["stack", "report", "report", PLACE, policy, null])
        );
        // It is told again, and nothing is done again.
        for _ in 0..2 {
            leaked(&world, &key).await;
        }
        assert_eq!(trail_of(&world, &key).await.len(), did.len(), "{policy}");
    }
}

#[tokio::test]
async fn the_answer_is_the_same_whatever_was_sent_and_only_a_key_is_looked_up() {
    let world = World::serving("standard").await;
    acme(&world, json!("notify")).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    let gone = world.key("acme", json!({"name": "a", "type": "live"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", gone.id), Value::Null).await;
    let unknown = "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH";
    let expected = report(&world, &key.secret, PLACE).await;
    for text in [&gone.secret, unknown, &key.secret] {
        let answer = report(&world, text, PLACE).await;
        assert_eq!((answer.status, &answer.body, answer.own_headers()), (202, &expected.body, expected.own_headers()));
    }
    // White space around a key is no part of it.
    let padded = world.key("acme", json!({"name": "padded", "type": "live"})).await;
    report(&world, &format!(" {}\r\n", padded.secret), PLACE).await;
    assert_eq!(shown(&world, &padded).await["leak"]["done"], "notify");
    let mistyped = format!("{}x", &unknown[..unknown.len() - 1]);
    for text in ["", "x", &mistyped, "lk_live_", "ü"] {
        let asked = world.asked(async {
            let answer = report(&world, text, PLACE).await;
            let same = (202, &expected.body, expected.own_headers());
            assert_eq!((answer.status, &answer.body, answer.own_headers()), same, "{text}");
        });
        assert_eq!(asked.await, Vec::<String>::new(), "{text}");
    }
    for body in [json!({}), json!({"key": 1}), json!({"key": "x", "more": 1}), json!({"key": "x", "url": 7}), json!([])]
    {
        let answer = world.http.send("POST", "/leaks/report", &[], Some(body.clone())).await;
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!("invalid_request")), "{body}");
    }
}

#[tokio::test]
async fn a_secret_that_was_replaced_ends_at_once_and_the_new_one_goes_on() {
    let world = World::serving("standard").await;
    for policy in ["quarantine", "revoke"] {
        acme(&world, json!(policy)).await;
        let old = world.key("acme", json!({"name": policy, "type": "live"})).await;
        let new = beside(&world, &old).await;
        assert_eq!([read(&world, &old).await, read(&world, &new).await], [200, 200]);
        leaked(&world, &old).await;
        assert_eq!([read(&world, &old).await, read(&world, &new).await, write(&world, &new).await], [401, 200, 201]);
        let now = shown(&world, &new).await;
        assert_eq!((&now["status"], &now["leak"]), (&json!("active"), &Value::Null), "{policy}");
        let did: Vec<_> = trail_of(&world, &old).await.iter().map(|row| row["action"].clone()).collect();
        assert_eq!(did, ["key.changed", "key.created", "key.leaked", "key.regenerated"], "{policy}");
    }
}

#[tokio::test]
async fn a_key_that_is_meant_to_be_seen_cannot_leak_and_one_that_is_switched_off_stays_so() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let public = world.key("acme", json!({"name": "web", "type": "public"})).await;
    report(&world, "nothing", PLACE).await;
    let asked = world.asked(async { leaked(&world, &public).await }).await;
    assert_eq!(asked, Vec::<String>::new());
    let secret = world.key("acme", json!({"name": "server", "type": "secret"})).await;
    let path = format!("/organizations/acme/api-keys/{}", secret.id);
    world.operate("PATCH", &path, json!({"status": "inactive"})).await;
    leaked(&world, &secret).await;
    let now = shown(&world, &secret).await;
    assert_eq!((&now["status"], &now["leak"]["done"]), (&json!("inactive"), &json!("notify")), "{now}");
    // A contract without a section has no quarantine.
    let refused = world.operate("PUT", "/organizations/acme", json!({"leaks": "quarantine"})).await;
    assert!(refused.status == 400 && refused.body.contains("leaks"), "{refused:?}");
    assert_eq!(
        world.operate("PUT", "/organizations/acme", json!({"leaks": "revoke"})).await.json()["data"]["leaks"],
        "revoke"
    );
    let cleared = world.operate("PUT", "/organizations/acme", json!({"leaks": null})).await.json();
    assert_eq!(cleared["data"].get("leaks"), None, "{cleared}");
}

#[tokio::test]
async fn people_are_alerted_while_a_key_that_leaked_still_works() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let key = watched.key().await;
    leaked(&watched.world, &key).await;
    leaked(&watched.world, &key).await;
    assert_eq!(watched.watch().await, ["key.exposed opened"]);
    let row = watched.history().await.pop().unwrap();
    let numbers = json!({"leakedAt": "2030-06-15T00:00:30Z", "source": "report", "url": PLACE, "done": "notify"});
    let mut told = row["numbers"].clone();
    told.as_object_mut().unwrap().remove("since");
    assert_eq!((&row["keyId"], told), (&json!(key.id), numbers));
    // As long as the old secret works.
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    watched.world.operate("POST", &path, json!({"overlapSeconds": 7_200})).await;
    watched.world.at("2030-06-15T01:30:00Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-15T03:30:00Z");
    assert_eq!(watched.watch().await, ["key.exposed recovered"]);
}

#[tokio::test]
async fn the_keys_page_and_the_activity_say_that_it_was_found_and_where() {
    let (world, key) = quarantined().await;
    let browser = world.visitor("acme").await;
    let page = browser.get(&format!("/portal/acme/keys/{}", key.id)).await;
    page.says("This key was found where others can see it");
    page.says(PLACE);
    page.says("In quarantine");
    page.says("Until then it may do little, once a minute.");
    browser.get("/portal/acme/keys?status=quarantined").await.says("server");
    browser.get("/portal/acme/activity").await.says("Key found where others can see it");
    let regenerate = format!("/portal/acme/keys/{}/regenerate", key.id);
    let made = browser.submit(&regenerate, &regenerate, &[("overlap", "0")]).await;
    assert!(made.secret().is_some(), "{made:?}");
    browser.get(&format!("/portal/acme/keys/{}", key.id)).await.does_not_say("was found where others can see it");
}

#[tokio::test]
async fn what_is_cut_short_is_finished_by_whoever_tells_it_again() {
    let world = World::hurried("standard", 9, 500).await;
    acme(&world, json!("revoke")).await;
    let fails = || Fault::error(500, "InternalServerError", "x").always();
    for (place, fault) in [
        ("before anything is known", fails().on("BatchGetItem")),
        ("before it is written down", fails().on("TransactWriteItems").with("key.leaked")),
        ("before it is revoked", fails().on("TransactWriteItems").with("key.deleted")),
        ("where an answer is lost", Fault::DropAfter.always().on("TransactWriteItems").with("key.leaked")),
        ("where the last answer is lost", Fault::DropAfter.always().on("TransactWriteItems").with("key.deleted")),
    ] {
        let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
        world.stack.dynamodb().inject(fault);
        let first = report(&world, &key.secret, PLACE).await.status;
        world.stack.dynamodb().clear_faults();
        leaked(&world, &key).await;
        assert_eq!(read(&world, &key).await, 401, "{place} {first}");
        let names: Vec<_> = trail_of(&world, &key).await.iter().map(|row| row["action"].clone()).collect();
        assert_eq!(names, ["key.created", "key.deleted", "key.leaked"], "{place} {first}");
    }
}

#[tokio::test]
async fn however_many_tell_of_a_key_at_once_it_is_told_once_and_a_new_secret_is_safe() {
    let world = World::serving("standard").await;
    acme(&world, json!("revoke")).await;
    for _ in 0..4 {
        let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
        let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
        let (new, reports) = tokio::join!(
            world.operate("POST", &path, Value::Null),
            all((0..6).map(|_| report(&world, &key.secret, PLACE)))
        );
        assert!(reports.iter().all(|answer| answer.status == 202), "{reports:?}");
        assert_eq!(read(&world, &key).await, 401);
        // Whoever came first: either there is a new secret, and it works, or there is no key.
        let is_there = shown(&world, &key).await != Value::Null;
        if new.status == 200 {
            let secret = new.json()["data"]["key"].as_str().unwrap().to_owned();
            assert!(is_there, "a new secret was revoked for the leak of the old one");
            assert_eq!(read(&world, &Key { secret, id: key.id.clone() }).await, 200);
        } else {
            assert!(new.status == 404 && !is_there, "{new:?}");
        }
        let rows = trail_of(&world, &key).await;
        let told = rows.iter().filter(|row| row["action"] == "key.leaked").count();
        assert!(told <= 1, "{rows:?}");
    }
}

#[tokio::test]
async fn no_key_is_kept_that_was_reported_not_even_in_its_address() {
    let world = World::build("standard", |builder| builder.parameter("LogLevel", "DEBUG")).await;
    acme(&world, json!("quarantine")).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    let place = format!("https://example.com/search?q={}&page=2", key.secret);
    report(&world, &key.secret, &place).await;
    assert_eq!(shown(&world, &key).await["leak"]["url"], "https://example.com/search?q=");
    let random = key.secret.trim_start_matches("lk_live_");
    assert!(world.stack.logs().iter().all(|line| !line.contains(random)));
    for table in ["KeysTable", "CountersTable", "UsageTable", "EventsTable"] {
        assert!(world.items(table).await.iter().all(|item| !item.contains(random)), "{table}");
    }
    // Where an address is none, the leak is all the same.
    let other = world.key("acme", json!({"name": "b", "type": "live"})).await;
    report(&world, &other.secret, "javascript:alert(1)").await;
    let leak = &shown(&world, &other).await["leak"];
    assert_eq!((&leak["url"], &leak["done"]), (&Value::Null, &json!("quarantine")));
}
