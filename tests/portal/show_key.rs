use serde_json::{Value, json};

use crate::portal::{KEYS, call, issued, open, page};
use crate::support::{Answer, Key, World};

/// A row of the totals: `Total requests`, what it says.
fn total<'a>(page: &'a Answer, name: &str) -> &'a str {
    let (_, rest) = page.body.split_once(&format!("<dt>{name}</dt><dd>")).unwrap_or_else(|| panic!("{}", page.body));
    rest.split("</dd>").next().unwrap()
}

#[tokio::test]
async fn the_totals_of_a_page_are_those_of_the_api() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    world.organization("acme", json!({"limits": [{"requests": 4, "per": "minute"}]})).await;
    // Over an hour, a day and a month: served, unknown, refused for want of a scope, and over the limit.
    for at in ["2029-07-20T10:00:00Z", "2030-05-20T10:00:00Z", "2030-06-12T10:00:00Z", "2030-06-14T23:10:00Z"] {
        world.at(at);
        assert_eq!(call(&world, &key).await, 200);
        assert_eq!(world.get("/api/experiences/7", &key).await.status, 400);
        assert_eq!(world.get("/api/analytics", &key).await.status, 403);
        assert_eq!(call(&world, &key).await, 200);
        assert_eq!(call(&world, &key).await, 429);
    }
    world.stack.end_processes().await;
    world.at("2030-06-15T00:00:30Z");
    let browser = world.visitor("acme").await;
    for (range, from, granularity) in [
        ("24h", "2030-06-14T01:00:00Z", "hour"),
        ("7d", "2030-06-09T00:00:00Z", "day"),
        ("30d", "2030-05-17T00:00:00Z", "day"),
        ("13m", "2029-06-01T00:00:00Z", "day"),
    ] {
        let shown = browser.get(&page(&key, &format!("?range={range}"))).await;
        let path = format!("/organizations/acme/api-keys/{}/usage?from={from}&granularity={granularity}", key.id);
        let usage = world.operate("GET", &path, Value::Null).await;
        assert_eq!(usage.status, 200, "{usage:?}");
        let totals = usage.json()["data"]["totals"].clone();
        assert_eq!(total(&shown, "Total requests"), totals["requests"].to_string(), "{range}");
        let percent = |rate: &Value| rate.as_f64().unwrap() * 100.0;
        for (name, rate) in [("Success rate", &totals["successRate"]), ("Error rate", &totals["errorRate"])] {
            let said: f64 = total(&shown, name).trim_end_matches('%').trim().parse().unwrap();
            assert!((said - percent(rate)).abs() < 0.06, "{range}: {name} is {said}, and {rate} by the API");
        }
        let csv = browser.get(&page(&key, &format!("/usage.csv?range={range}"))).await;
        let sum = |column: usize| -> u64 {
            csv.body.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().parse::<u64>().unwrap()).sum()
        };
        let refused = totals["refused"]["total"].as_u64().unwrap();
        assert_eq!([sum(4), sum(9)], [totals["requests"].as_u64().unwrap(), refused], "{range}");
        shown.says("The key lacked a permission");
        shown.says("A limit was reached");
    }
    for nonsense in ["", "1y", "%00", "30D"] {
        let status = browser.get(&page(&key, &format!("?range={nonsense}"))).await.status;
        assert_eq!(status, 200, "{nonsense}: the usual one");
    }
}

#[tokio::test]
async fn a_page_shows_the_limits_and_what_is_used_of_them_now() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    world.organization("acme", json!({"limits": [{"requests": 1_000, "per": "minute"}]})).await;
    let browser = world.visitor("acme").await;
    browser.get(&page(&key, "")).await.says("0 of 1,000 used");
    for _ in 0..3 {
        assert_eq!(call(&world, &key).await, 200);
    }
    let shown = browser.get(&page(&key, "")).await;
    shown.says("3 of 1,000 used");
    assert!(shown.body.contains("datetime=2030-06-15T00:00:30Z"), "used now: {}", shown.words());
    world.at("2030-06-15T00:01:00Z");
    browser.get(&page(&key, "")).await.says("0 of 1,000 used");
}

/// The key after it got a new secret with an overlap of a day: the old secret and the new one.
async fn rotated(world: &World, browser: &crate::support::Browser<'_>) -> (Key, Key) {
    let old = issued(world, "web").await;
    let new = rotate(browser, &old).await;

    (old, new)
}

async fn rotate(browser: &crate::support::Browser<'_>, key: &Key) -> Key {
    let path = page(key, "/regenerate");
    let answer = browser.submit(&path, &path, &[("overlap", "24h")]).await;

    Key { id: key.id.clone(), secret: answer.secret().unwrap() }
}

#[tokio::test]
async fn a_page_says_at_once_that_the_old_secret_is_used_and_later_that_the_new_one_is() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let (old, new) = rotated(&world, &browser).await;
    let look = async || browser.get(&page(&old, "")).await;
    let first = look().await;
    first.says("Two secrets work at the moment");
    first.says("The old secret has not been used since the change ( just now ), as far as is known.");
    first.says("The new secret has not been used yet, as far as is known");

    world.at("2030-06-15T00:02:00Z");
    assert_eq!(call(&world, &old).await, 200);
    let page = look().await;
    page.says("The old secret is still used");
    page.says("The new secret has not been used yet, as far as is known");

    world.at("2030-06-15T00:04:00Z");
    assert_eq!(call(&world, &new).await, 200);
    let page = look().await;
    page.says("The old secret is still used");
    page.says("It was last used 2 minutes ago");
    // It is written with a later answer, or when the process ends.
    world.stack.end_processes().await;
    look().await.does_not_say("The new secret has not been used yet");
}

#[tokio::test]
async fn nothing_is_said_of_two_secrets_where_only_one_works() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let (old, _) = rotated(&world, &browser).await;
    world.at("2030-06-16T00:00:29.999Z");
    let browser = world.visitor("acme").await;
    browser.get(&page(&old, "")).await.says("Two secrets work at the moment");
    world.at("2030-06-16T00:00:30Z");
    browser.get(&page(&old, "")).await.does_not_say("Two secrets work");
}

#[tokio::test]
async fn anothers_key_is_like_one_that_never_was() {
    let world = open("fanfare").await;
    crate::portal::terms(&world, "fanfare", "other").await;
    let theirs = world.key("other", json!({"name": "theirs", "type": "secret"})).await;
    let nobodys = Key { id: format!("{}000000", &theirs.id[..24]), secret: String::new() };
    let browser = world.visitor("acme").await;
    let once = browser.once(KEYS).await;
    for below in ["", "/edit", "/regenerate", "/status", "/delete", "/usage.csv"] {
        let answers = [browser.get(&page(&theirs, below)).await, browser.get(&page(&nobodys, below)).await];
        assert_eq!(answers[0].status, 404, "{below}");
        let [theirs, nobodys] = answers.map(|answer| super::sentences(&answer));
        assert_eq!(theirs, nobodys, "{below}");
    }
    let mut typed = super::typed("fanfare");
    typed.push(("once", &once));
    let forms = [
        ("", typed),
        ("/regenerate", vec![("overlap", "0"), ("once", &once)]),
        ("/regenerate", vec![("end", "1"), ("once", &once)]),
        ("/status", vec![("status", "inactive"), ("once", &once)]),
        ("/delete", vec![("confirm", "theirs"), ("once", &once)]),
    ];
    let before = world.authority().await;
    for (below, fields) in forms {
        let answers =
            [browser.post(&page(&theirs, below), &fields).await, browser.post(&page(&nobodys, below), &fields).await];
        assert_eq!(answers[0].status, 404, "{below}: {}", answers[0].words());
        let [theirs, nobodys] = answers.map(|answer| super::sentences(&answer));
        assert_eq!(theirs, nobodys, "{below}");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_key_that_is_refused_says_so_with_what_callers_get_and_what_helps() {
    let world = open("fanfare").await;
    let order = json!({"name": "web", "type": "secret", "expiresAt": "2030-06-15T00:10:00Z"});
    let key = world.key("acme", order).await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "");
    browser.get(&path).await.does_not_say("are refused");
    rotate(&browser, &key).await;

    let status = page(&key, "/status");
    assert_eq!(browser.submit(&status, &status, &[("status", "inactive")]).await.status, 303);
    let shown = browser.get(&path).await;
    shown.says("Calls with this key are refused. Callers will get: 401 API key is inactive");
    shown.says("Activate lets them in again.");
    shown.says("This key has two secrets, and both are refused");
    shown.does_not_say("Two secrets work at the moment");

    world.at("2030-06-15T00:20:30Z");
    browser.get(&status).await.says("Calls with it are still refused until");
    browser.get(&status).await.says("At present callers get 401 API key has expired");
    let answer = browser.submit(&status, &status, &[("status", "active")]).await;
    let shown = browser.get(&answer.leads_to(&status)).await;
    shown.says("The key is switched on. Calls with it are still refused.");
    shown.says("Callers will get: 401 API key has expired");
    shown.says("The key expired 10 minutes ago . Edit can give it a later end.");
    let form = page(&key, "/edit");
    let answer = browser.submit(&form, &path, &[("name", "web"), ("scope", "admin"), ("expires", "keep")]).await;
    browser.get(&answer.leads_to(&path)).await.says("Nothing was changed.");
}

#[tokio::test]
async fn a_plan_without_api_is_said_on_every_page_and_no_key_looks_as_if_it_worked() {
    let world = open("fayne").await;
    let key = world.key("acme", json!({"name": "web"})).await;
    world.organization("acme", json!({"plan": "trial"})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
    let browser = world.visitor("acme").await;
    for path in [KEYS.to_owned(), super::NEW.to_owned(), super::ACTIVITY.to_owned(), page(&key, "")] {
        let shown = browser.get(&path).await;
        shown.says("The plan of this academy has no API");
        shown.says("Callers get: 402 API access requires a paid plan");
        shown.does_not_say("No more keys for now");
    }
    let shown = browser.get(&page(&key, "")).await;
    shown.says("Refused");
    shown.says("No call is let in at the moment.");
    shown.does_not_say("no rate limit");
    assert!(!shown.body.contains("badge active"), "{}", shown.body);
}

#[tokio::test]
async fn days_that_do_not_begin_with_an_hour_are_those_of_utc_and_all_else_keeps_its_zone() {
    let world = open("fanfare").await;
    let order = json!({"name": "web", "type": "secret", "expiresAt": "2030-07-01T03:30:00Z"});
    let key = world.key("acme", order).await;
    for (zone, is_utc, expires) in [
        ("Asia/Kathmandu", true, "1 Jul 2030, 09:15"),
        ("America/St_Johns", true, "1 Jul 2030, 01:00"),
        ("Europe/Vienna", false, "1 Jul 2030, 05:30"),
    ] {
        let browser = world.visitor_with("acme", json!({"subject": "user_42", "timeZone": zone})).await;
        let shown = browser.get(&page(&key, "?range=30d")).await;
        shown.says(&format!("Times are in {zone}"));
        shown.says(expires);
        let said = shown.words().contains("The chart and its numbers are in UTC.");
        assert_eq!(said, is_utc, "{zone}: {}", shown.words());
        assert!(!shown.body.contains(" data-at"), "{zone}: no time is left to the browser's zone");
    }
}

#[tokio::test]
async fn a_key_that_is_replaced_by_another_says_when_the_old_one_can_go() {
    let world = open("thefaq").await;
    let browser = world.visitor("acme").await;
    let old = world.key("acme", json!({"name": "web", "scopes": ["read"]})).await;
    browser.get(&page(&old, "")).await.says("This key has never been used.");
    assert_eq!(world.get("/api/v1/acme/api-keys", &old).await.status, 200);
    browser.get(&page(&old, "")).await.says("This key was last used just now");
    world.at("2030-06-15T00:00:31Z");
    let fields = [("name", "web"), ("scope", "read")];
    let new = browser.submit(super::NEW, KEYS, &fields).await.secret().unwrap();
    browser.get(&page(&old, "")).await.says("has not been used yet");
    world.at("2030-06-15T00:10:30Z");
    assert_eq!(world.call("GET", "/api/v1/acme/api-keys", &new, None).await.status, 200);
    let shown = browser.get(&page(&old, "")).await;
    assert!(shown.words().contains("was last used just now") && !shown.words().contains("not been used yet"));
    shown.says("This key was last used 10 minutes ago");
    let path = page(&old, "/delete");
    assert_eq!(browser.submit(&path, &path, &[("confirm", "web")]).await.status, 303);
    assert_eq!(world.verdict(&old.secret).await, "unknown_key");
    assert_eq!(world.verdict(&new).await, "valid");
}
