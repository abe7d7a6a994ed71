use crate::portal::{call, issued, open, page};
use crate::support::did;

#[tokio::test]
async fn a_key_is_off_from_the_next_call_on_and_on_again_when_that_is_wanted() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    assert_eq!(call(&world, &key).await, 200);
    for (status, works, said) in
        [("inactive", 401, "The key is switched off."), ("active", 200, "The key is switched on.")]
    {
        let answer = browser.submit(&path, &path, &[("status", status)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(call(&world, &key).await, works, "{status}");
        browser.get(&answer.leads_to(&path)).await.says(said);
    }
    assert_eq!(did(&world, "key.changed").await, 2);
    // From another tab, that was opened before.
    assert_eq!(browser.submit(&path, &path, &[("status", "active")]).await.status, 303);
    assert_eq!(did(&world, "key.changed").await, 2, "what is so already is no change");
    let activity = browser.get(super::ACTIVITY).await;
    activity.says("Key deactivated");
    activity.says("Key activated");
}

#[tokio::test]
async fn what_is_no_status_is_400_and_changes_nothing() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    let before = world.authority().await;
    for status in ["", "expired", "ACTIVE", "1"] {
        assert_eq!(browser.submit(&path, &path, &[("status", status)]).await.status, 400, "{status}");
    }
    assert_eq!(world.authority().await, before);
}
