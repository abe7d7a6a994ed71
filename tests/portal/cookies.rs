//! The promise: a cookie is for the portal, a key is for the API, and neither is anything elsewhere.

use serde_json::{Value, json};

use crate::portal::{KEYS, NEW, open, page, sentences, terms, typed};
use crate::support::{Browser, World};

#[tokio::test]
async fn the_cookie_is_the_hosts_alone_and_no_script_sees_it() {
    for (stage, name, secure) in [
        ("local", "latchkey-local", ""),
        ("staging", "__Host-latchkey", "; Secure"),
        ("production", "__Host-latchkey", "; Secure"),
    ] {
        let world = World::at_stage("fanfare", stage).await;
        terms(&world, "fanfare", "acme").await;
        let link = world.link("acme", json!({"subject": "user_42", "seconds": 7_200})).await;
        let browser = Browser::new(&world);
        let answer = browser.enter(&link.code).await;
        assert_eq!(answer.status, 303, "{stage}: {answer:?}");
        let token = browser.token().unwrap();
        assert_eq!(token.len(), 43);
        assert_ne!(token, link.code);
        let cookie = format!("{name}={token}; Path=/; Max-Age=7200; HttpOnly; SameSite=Lax{secure}");
        assert!(answer.cookies().contains(&cookie.as_str()), "{stage}: {:?}", answer.cookies());
        for cookie in answer.cookies() {
            assert!(cookie.contains("; HttpOnly") && !cookie.to_lowercase().contains("domain"), "{cookie}");
        }
        assert_eq!(browser.get(KEYS).await.status, 200, "{stage}");
        let wrong = if name == "latchkey-local" { "__Host-latchkey" } else { "latchkey-local" };
        let headers = [("cookie", format!("{wrong}={token}"))];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let status = world.http.send("GET", KEYS, &headers, None).await.status;
        assert_eq!(status, 401, "{stage}: the other name");
    }
}

#[tokio::test]
async fn only_who_has_a_session_is_led_from_nowhere_to_the_list() {
    let world = open("fanfare").await;
    let (browser, stranger) = (world.visitor("acme").await, Browser::new(&world));
    let leads_to_list = async |browser: &Browser<'_>| {
        let answer = browser.get("/portal/acme/nothing").await;
        assert_eq!(answer.status, 404, "{answer:?}");
        answer.body.contains(r#"href="keys""#)
    };
    assert!(leads_to_list(&browser).await);
    assert!(!leads_to_list(&stranger).await);
    assert!(!stranger.cookies().is_empty(), "the page has left a cookie");
    assert!(!leads_to_list(&stranger).await);
}

#[tokio::test]
async fn a_page_changes_a_cookie_so_that_no_browser_keeps_it() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let page = async || {
        let answer = browser.get(KEYS).await;
        let cookie = answer.cookies().into_iter().find(|cookie| cookie.starts_with("latchkey-local-page="));
        cookie.unwrap().to_owned()
    };
    let (first, second) = (page().await, page().await);
    assert_ne!(first, second);
    assert!(first.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{first}");
}

#[tokio::test]
async fn two_session_cookies_are_none() {
    let world = open("fanfare").await;
    let [browser, other] = [world.visitor("acme").await, world.visitor("acme").await];
    let [token, others] = [browser.token().unwrap(), other.token().unwrap()];
    let before = world.authority().await;
    for cookies in [
        format!("latchkey-local={token}; latchkey-local={others}"),
        format!("latchkey-local={token}; latchkey-local={token}"),
        format!("latchkey-local=; latchkey-local={token}"),
        format!("latchkey-local={token}; a=b; latchkey-local=x"),
    ] {
        for (method, path) in [("GET", KEYS), ("GET", NEW), ("POST", KEYS), ("POST", "/portal/leave")] {
            let headers = [("cookie", cookies.as_str()), crate::support::SAME_ORIGIN, crate::support::FORM];
            let answer = world.http.send_bytes(method, path, &headers, b"name=web".to_vec()).await;
            assert_eq!(answer.status, 400, "{method} {path} {cookies}");
        }
    }
    // Two headers are joined by the gateway, and are two cookies all the same.
    let [one, two] = [format!("latchkey-local={token}"), format!("latchkey-local={others}")];
    let answer = world.http.send("GET", KEYS, &[("cookie", &one), ("cookie", &two)], None).await;
    assert_eq!(answer.status, 400);
    for cookies in [
        format!("other=1; latchkey-local={token}; __Host-latchkey={others}; latchkey-local-page=x"),
        format!("latchkey-localx=y;latchkey-local={token}"),
    ] {
        assert_eq!(world.http.send("GET", KEYS, &[("cookie", &cookies)], None).await.status, 200, "{cookies}");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn what_is_no_cookie_of_ours_is_401_whatever_it_is() {
    let world = open("fanfare").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = world.visitor("acme").await;
    let token = browser.token().unwrap();
    let key = crate::portal::issued(&world, "web").await;
    let unknown = sentences(&Browser::new(&world).get(KEYS).await);
    let mut turned = token.clone().into_bytes();
    turned[5] = if turned[5] == b'A' { b'B' } else { b'A' };
    let turned = String::from_utf8(turned).unwrap();
    for value in [
        link.code.as_str(),
        &key.secret,
        &token[1..],
        &format!("{token}A"),
        &format!("{token}.key_00000000000000000000000000"),
        &format!("\"{token}\""),
        &turned,
        &token.to_lowercase(),
        "",
        "x",
        &"x".repeat(4_000),
        "%00",
    ] {
        let cookie = format!("latchkey-local={value}");
        let answer = world.http.send("GET", KEYS, &[("cookie", &cookie)], None).await;
        assert_eq!(sentences(&answer), unknown, "{value}");
    }
}

#[tokio::test]
async fn a_key_is_nothing_in_the_portal_and_a_cookie_is_nothing_outside() {
    let world = open("fanfare").await;
    let admin = world.key("acme", json!({"name": "admin", "type": "secret", "scopes": ["admin"]})).await;
    let browser = world.visitor("acme").await;
    let token = browser.token().unwrap();
    for path in [KEYS.to_owned(), NEW.to_owned(), page(&admin, "")] {
        assert_eq!(world.get(&path, &admin).await.status, 401, "{path}");
        assert_eq!(world.call("GET", &path, &token, None).await.status, 401, "{path}");
    }
    let bearer = format!("Bearer {}", admin.secret);
    let body = crate::support::encoded(&typed("fanfare"));
    let headers = [("authorization", bearer.as_str()), crate::support::SAME_ORIGIN, crate::support::FORM];
    assert_eq!(world.http.send_bytes("POST", KEYS, &headers, body.into_bytes()).await.status, 401);
    // Never both: whoever is in is in by the cookie, whatever key is sent.
    assert_eq!(browser.send("GET", KEYS, &[("authorization", "Bearer junk")], "").await.status, 200);

    for (method, path) in [
        ("GET", "/api/v1/acme/api-keys"),
        ("POST", "/api/v1/acme/api-keys"),
        ("POST", "/api/v1/acme/portal-sessions"),
        ("GET", "/api/experiences"),
    ] {
        assert_eq!(browser.send(method, path, &[], "").await.status, 401, "{method} {path}");
        assert_eq!(world.call(method, path, &token, Some(Value::Null)).await.status, 401, "{method} {path}");
    }
    assert_eq!(browser.send("GET", "/operator/v1/organizations", &[], "").await.status, 403);
    assert_eq!(world.verdict(&token).await, "unknown_key");
}

#[tokio::test]
async fn a_page_of_another_organization_is_409_and_changes_nothing() {
    let world = open("fanfare").await;
    terms(&world, "fanfare", "other").await;
    let browser = world.visitor("acme").await;
    let theirs = world.key("other", json!({"name": "theirs", "type": "secret"})).await;
    let once = browser.once(KEYS).await;
    let before = world.authority().await;
    for path in ["/portal/other/keys", "/portal/other/keys/new", "/portal/other/activity", "/portal/nobody/keys"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 409, "{path}");
        answer.says("You have switched");
        answer.says("You are signed in to The acme.");
        answer.does_not_say("The other");
        assert_eq!(answer.link("Back to the list", path).as_deref(), Some(KEYS), "{path}");
    }
    let key = format!("/portal/other/keys/{}", theirs.id);
    for (path, mut fields) in [
        ("/portal/other/keys".to_owned(), typed("fanfare")),
        (key.clone(), typed("fanfare")),
        (format!("{key}/regenerate"), vec![("overlap", "0")]),
        (format!("{key}/status"), vec![("status", "inactive")]),
        (format!("{key}/delete"), vec![("confirm", "theirs")]),
        ("/portal/other/identify".to_owned(), vec![("key", "x")]),
    ] {
        fields.push(("once", &once));
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, 409, "{path}");
        answer.says("Nothing was changed");
    }
    assert_eq!(world.authority().await, before);
    let unreal = ["/portal/ACME/keys", "/portal/%00/keys", "/portal/-/keys"];
    let slashes = ["/portal/acme/keys/", "/portal/acme/keys/new/", "/portal/enter/"];
    let no_key = ["/portal/acme/keys/key_1", "/portal/acme/keys/key_1/delete", "/portal/acme/keys/key_1/usage.csv"];
    for path in [unreal, slashes, no_key].as_flattened() {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}
