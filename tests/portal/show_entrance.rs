use serde_json::json;

use crate::portal::{KEYS, open, sentences};
use crate::support::{Browser, World};

#[tokio::test]
async fn a_link_shows_whose_keys_and_for_whom_and_spends_nothing() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let strangers = [Browser::new(&world), Browser::new(&world)];
    for round in 0..100 {
        let page = strangers[round % 2].get(&format!("/portal/enter?code={}", link.code)).await;
        assert_eq!(page.status, 200);
        page.says("The acme");
        page.says("user_42");
        assert_eq!(page.body.matches("<button").count(), 1);
        assert!(!page.sets_session() && page.header("location").is_none(), "{page:?}");
        assert_eq!(page.header("referrer-policy"), Some("strict-origin"), "the code is sent nowhere");
    }
    let answer = strangers[0].enter(&link.code).await;
    assert_eq!((answer.status, answer.leads_to("/portal/enter").as_str()), (303, KEYS));
    assert_eq!(strangers[0].get(KEYS).await.status, 200);
    assert_eq!(strangers[1].get(KEYS).await.status, 401, "only who has used it is let in");
}

#[tokio::test]
async fn a_link_that_is_unknown_used_expired_or_taken_back_reads_like_any_other() {
    let world = World::at_stage("fayne", "staging").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let links = [
        world.link("acme", json!({"subject": "used"})).await,
        world.link("acme", json!({"subject": "taken back"})).await,
        world.link("acme", json!({"subject": "expired"})).await,
    ];
    let browser = Browser::new(&world);
    assert_eq!(Browser::new(&world).enter(&links[0].code).await.status, 303);
    let path = format!("/organizations/acme/portal-sessions/{}", links[1].id);
    assert_eq!(world.operate("DELETE", &path, json!(null)).await.status, 200);
    world.at("2030-06-15T00:05:29.999Z");
    assert_eq!(browser.get(&format!("/portal/enter?code={}", links[2].code)).await.status, 200, "not five minutes yet");
    world.at("2030-06-15T00:05:30Z");

    let mut codes: Vec<_> = links.iter().map(|link| link.code.clone()).collect();
    codes.extend(["A".repeat(43), "A".repeat(5_000), "%00".to_owned(), "%C3%A9".repeat(43), String::new()]);
    codes.push(links[2].code.to_lowercase());
    let first = sentences(&browser.get(&format!("/portal/enter?code={}", codes[0])).await);
    assert_eq!(first.0, 401);
    for code in &codes {
        let page = browser.get(&format!("/portal/enter?code={code}")).await;
        assert_eq!(sentences(&page), first, "GET {code}");
        assert!(!page.sets_session());
        let page = browser.enter(code).await;
        assert_eq!(sentences(&page), first, "POST {code}");
        assert!(!page.sets_session() && page.header("location").is_none());
    }
    assert_eq!(sentences(&browser.get("/portal/enter").await), first);
    assert_eq!(sentences(&browser.post("/portal/enter", &[]).await), first);
}

#[tokio::test]
async fn a_link_of_a_local_stack_lives_as_long_as_somebody_may_look_for_it() {
    let world = open("fayne").await;
    let answer = world.operate("POST", "/organizations/acme/portal-sessions", json!({"subject": "demo"})).await.json();
    assert_eq!(answer["data"]["expiresAt"], "2030-07-15T00:00:30Z");
}
