use serde_json::{Value, json};

use crate::portal::{KEYS, open};
use crate::support::{Browser, FORM, SAME_ORIGIN, encoded};

#[tokio::test]
async fn whoever_leaves_is_out_everywhere_and_shown_the_way_back() {
    let world = open("fayne").await;
    let order = json!({"subject": "user_42", "returnUrl": "https://app.fayneos.com/settings?a=b&c=d"});
    let browser = world.visitor_with("acme", order).await;
    let twin = browser.twin();
    let page = browser.submit(KEYS, "/portal/leave", &[]).await;
    assert_eq!((page.status, page.header("location")), (200, None), "a redirect would not be followed");
    page.says("You are signed out");
    assert!(page.body.contains("href=\"https://app.fayneos.com/settings?a=b&#38;c=d\""), "{}", page.body);
    let cookie = page.cookies().into_iter().find(|cookie| cookie.starts_with("latchkey-local=")).unwrap();
    assert_eq!(cookie, "latchkey-local=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    for browser in [browser, twin] {
        assert_eq!(browser.get(KEYS).await.status, 401);
    }
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    let ended: Vec<_> = rows.as_array().unwrap().iter().filter(|row| row["action"] == "portal.session.ended").collect();
    assert_eq!(ended.len(), 1);
    assert_eq!((&ended[0]["plane"], &ended[0]["actor"]), (&json!("portal"), &json!("user_42")));
    let sessions = world.operate("GET", "/organizations/acme/portal-sessions", Value::Null).await.json();
    assert_eq!(sessions["data"], json!([]));
}

#[tokio::test]
async fn nobody_leaves_who_is_not_there_and_no_other_site_signs_anybody_out() {
    let world = open("fayne").await;
    let browser = world.visitor("acme").await;
    let answer = browser.send("POST", "/portal/leave", &[("sec-fetch-site", "cross-site")], "").await;
    assert_eq!(answer.status, 403);
    assert_eq!(browser.get("/portal/leave").await.status, 405);
    assert_eq!(browser.get(KEYS).await.status, 200);
    assert_eq!(Browser::new(&world).post("/portal/leave", &[]).await.status, 401);
    let form = [SAME_ORIGIN, FORM];
    assert_eq!(
        browser.send("POST", "/portal/leave", &form, "once=x").await.status,
        403,
        "it is no form of this session"
    );
    assert_eq!(browser.send("POST", "/portal/leave", &[SAME_ORIGIN], "").await.status, 400);
    assert_eq!(browser.get(KEYS).await.status, 200);
    let (twin, once) = (browser.twin(), browser.once(KEYS).await);
    assert_eq!(browser.send("POST", "/portal/leave", &form, &encoded(&[("once", &once)])).await.status, 200);
    assert_eq!(twin.send("POST", "/portal/leave", &form, &encoded(&[("once", &once)])).await.status, 401, "it is over");
}
