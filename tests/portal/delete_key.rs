use crate::portal::{KEYS, call, issued, open, page};
use crate::support::{all, did};

#[tokio::test]
async fn a_key_that_is_deleted_lets_nobody_in_and_is_gone() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/delete");
    let once = browser.once(&path).await;
    assert_eq!(world.verdict(&key.secret).await, "valid");
    let answer = browser.post(&path, &[("once", &once), ("confirm", "web")]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(world.verdict(&key.secret).await, "unknown_key");
    let list = browser.get(&answer.leads_to(&path)).await;
    list.says("The key web is gone. Calls with it are refused.");
    assert_eq!(list.body.matches(&key.id).count(), 0);
    assert_eq!(did(&world, "key.deleted").await, 1);
    assert_eq!(browser.post(&path, &[("once", &once)]).await.status, 404);
    assert_eq!(did(&world, "key.deleted").await, 1);
    assert_eq!(browser.get(&page(&key, "")).await.status, 404);
}

#[tokio::test]
async fn a_key_that_was_used_of_late_goes_only_with_its_name() {
    let world = open("fanfare").await;
    let key = issued(&world, "Web  & \"co\"").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/delete");
    browser.get(&path).await.does_not_say("Type the name");
    assert_eq!(call(&world, &key).await, 200);
    world.at("2030-06-22T00:00:29.999Z");
    let browser = world.visitor("acme").await;
    for typed in ["", "web", "web  & \"co\"", "Web&\"co\"", &key.id] {
        let answer = browser.submit(&path, &path, &[("confirm", typed)]).await;
        assert_eq!(answer.status, 422, "{typed}");
        answer.says("This is not the name of the key");
        let kept = typed.replace('&', "&#38;").replace('"', "&#34;");
        assert!(answer.body.contains(&format!("name=\"confirm\" value=\"{kept}\"")), "{typed}: {}", answer.body);
    }
    assert_eq!(world.verdict(&key.secret).await, "valid");
    let answer = browser.submit(&path, &path, &[("confirm", " Web & \"co\" ")]).await;
    assert_eq!((answer.status, world.verdict(&key.secret).await.as_str()), (303, "unknown_key"));
}

#[tokio::test]
async fn a_key_that_was_not_used_for_a_week_goes_without() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    assert_eq!(call(&world, &key).await, 200);
    world.at("2030-06-22T00:00:30Z");
    let browser = world.visitor("acme").await;
    let path = page(&key, "/delete");
    assert_eq!(browser.submit(&path, &path, &[]).await.status, 303);
}

#[tokio::test]
async fn eight_deletions_at_once_are_one() {
    let world = open("fanfare").await;
    let [key, other] = [issued(&world, "web").await, issued(&world, "other").await];
    let browser = world.visitor("acme").await;
    let path = page(&key, "/delete");
    let once = browser.once(&path).await;
    let fields = [("once", once.as_str())];
    let answers = all((0..8).map(|_| browser.post(&path, &fields))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[7]), (303, 404, 404), "{statuses:?}");
    assert_eq!(did(&world, "key.deleted").await, 1);
    assert_eq!(world.key_ids("acme").await, [other.id]);
    browser.get(KEYS).await.says("Showing 1 key");
}
