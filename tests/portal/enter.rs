use local::dynamodb::{Fault, Throttling};
use serde_json::{Value, json};

use crate::portal::{KEYS, open, sentences};
use crate::support::{Browser, World, all};

/// How often somebody has entered, by the audit trail.
async fn entered(world: &World) -> usize {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json()["data"].clone();
    let rows: Vec<_> =
        rows.as_array().unwrap().iter().filter(|row| row["action"] == "portal.session.entered").cloned().collect();
    assert!(rows.iter().all(|row| row["plane"] == "portal" && row["actor"] == "user_42"), "{rows:?}");

    rows.len()
}

#[tokio::test]
async fn a_code_is_spent_once() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let [first, second] = [Browser::new(&world), Browser::new(&world)];
    assert_eq!(first.enter(&link.code).await.status, 303);
    let unknown = sentences(&second.enter(&"A".repeat(43)).await);
    let again = second.enter(&link.code).await;
    assert_eq!(sentences(&again), unknown);
    let own = first.enter(&link.code).await;
    assert!(!again.sets_session() && !own.sets_session());
    assert_eq!(first.get(KEYS).await.status, 200, "the session that it began goes on");
}

#[tokio::test]
async fn eight_who_spend_a_code_at_once_begin_one_session() {
    let world = open("fayne").await;
    for _ in 0..5 {
        let link = world.link("acme", json!({"subject": "user_42"})).await;
        let browsers: Vec<_> = (0..8).map(|_| Browser::new(&world)).collect();
        let answers = all(browsers.iter().map(|browser| browser.enter(&link.code))).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 401, 401, 401, 401, 401, 401, 401]);
        assert_eq!(answers.iter().filter(|answer| answer.sets_session()).count(), 1);
    }
    assert_eq!(entered(&world).await, 5);
}

#[tokio::test]
async fn a_store_that_stumbles_does_not_burn_a_code() {
    let world = open("fayne").await;
    let dynamodb = world.stack.dynamodb();
    for (lost, throttled) in [(1, 0), (2, 0), (0, 3), (1, 2)] {
        let link = world.link("acme", json!({"subject": "user_42"})).await;
        dynamodb.inject(Fault::DropAfter.times(lost).on("TransactWriteItems"));
        dynamodb
            .inject(Fault::hot(Throttling::Throttling).times(throttled).on("TransactWriteItems").about("KeysTable"));
        let browser = Browser::new(&world);
        assert_eq!(browser.enter(&link.code).await.status, 303, "{lost} lost, {throttled} throttled");
        dynamodb.clear_faults();
        assert_eq!(browser.get(KEYS).await.status, 200);
    }
    for action in ["GetItem", "TransactWriteItems"] {
        let link = world.link("acme", json!({"subject": "user_42"})).await;
        dynamodb.inject(Fault::error(400, "AccessDeniedException", "no").always().on(action));
        let browser = Browser::new(&world);
        let page = browser.enter(&link.code).await;
        assert_eq!((page.status, page.header("retry-after"), page.sets_session()), (503, Some("1"), false));
        page.says("Not available at the moment");
        dynamodb.clear_faults();
        assert_eq!(browser.enter(&link.code).await.status, 303, "after {action} has failed");
    }
    assert_eq!(entered(&world).await, 6, "a row for each, and none twice");
}

#[tokio::test]
async fn a_session_is_over_to_the_millisecond_however_it_is_used() {
    let world = open("fayne").await;
    let browser = world.visitor_with("acme", json!({"subject": "user_42", "seconds": 300})).await;
    for (now, status) in [
        ("2030-06-15T00:00:30Z", 200),
        ("2030-06-15T00:04:00Z", 200),
        ("2030-06-15T00:05:29.999Z", 200),
        ("2030-06-15T00:05:30Z", 401),
        ("2030-06-16T00:00:00Z", 401),
    ] {
        world.at(now);
        let page = browser.get(KEYS).await;
        assert_eq!(page.status, status, "{now}");
        assert!(!page.sets_session(), "it is not made longer");
    }
}

#[tokio::test]
async fn whoever_enters_with_another_link_is_in_the_other_session() {
    let world = open("fayne").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let browser = world.visitor("acme").await;
    let link = world.link("other", json!({"subject": "user_42"})).await;
    let answer = browser.enter(&link.code).await;
    assert_eq!((answer.status, answer.leads_to("/portal/enter").as_str()), (303, "/portal/other/keys"));
    assert_eq!(browser.get("/portal/other/keys").await.status, 200);
    assert_eq!(browser.get(KEYS).await.status, 409);
}

#[tokio::test]
async fn a_spent_link_leads_whoever_is_still_in_to_the_list() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = Browser::new(&world);
    assert_eq!(browser.enter(&link.code).await.status, 303);
    let path = format!("/portal/enter?code={}", link.code);
    for answer in [browser.get(&path).await, browser.enter(&link.code).await] {
        assert_eq!((answer.status, answer.leads_to(&path)), (303, format!("{KEYS}?done=link")));
        assert!(!answer.sets_session());
    }
    browser.get(&format!("{KEYS}?done=link")).await.says("The link that you have opened was used before");
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(browser.get(&path).await.status, 401, "the session is over, too");
}

#[tokio::test]
async fn whoever_is_in_elsewhere_is_told_what_continuing_ends_and_until_when_a_link_can_be_used() {
    let world = World::at_stage("fayne", "staging").await;
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "pro", "name": format!("The {org}")})).await;
    }
    let browser = world.visitor("acme").await;
    let [own, other] =
        [world.link("acme", json!({"subject": "a"})).await, world.link("other", json!({"subject": "a"})).await];
    let page = browser.get(&format!("/portal/enter?code={}", other.code)).await;
    page.says("You are signed in to The acme now");
    page.says("It can be used until 15 Jun 2030, 00:05 UTC ( in 5 minutes ).");
    let page = browser.get(&format!("/portal/enter?code={}", own.code)).await;
    page.does_not_say("You are signed in to");
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "a"})).await;
    let page = Browser::new(&world).get(&format!("/portal/enter?code={}", link.code)).await;
    page.says("It can be used until 15 Jul 2030, 00:00 UTC ( in 30 days ).");
}
