use crate::portal::{issued, open, page};

#[tokio::test]
async fn the_page_says_what_callers_will_get_and_asks_for_what_there_is_to_do() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    assert_eq!(crate::portal::call(&world, &key).await, 200);
    let before = world.authority().await;
    let form = browser.get(&path).await;
    form.says("Deactivate web");
    form.says("Last used just now");
    form.says("Callers will get 401");
    assert!(form.body.contains("<button class=\"button\">Deactivate</button>"));
    assert_eq!(world.authority().await, before, "looking changes nothing");
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    let form = browser.get(&path).await;
    form.says("Activate web");
    form.says("At present callers get 401");
    assert!(form.body.contains("<button class=\"button\">Activate</button>"));
}
