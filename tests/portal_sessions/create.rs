use serde_json::{Value, json};

use super::{CALLERS, SESSIONS};
use crate::portal::{KEYS, open};
use crate::support::{Browser, Key, Link, World, did};

#[tokio::test]
async fn a_link_is_for_one_person_and_nobody_keeps_it() {
    let world = World::at_stage("fanfare", "production").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({
        "subject": "user_42", "name": "Ada", "operations": ["list", "create"], "returnUrl": "https://admin.fanfare.io/keys",
        "locale": "de-AT", "timeZone": "Europe/Vienna", "seconds": 7_200,
    });
    let answer = world.operate("POST", SESSIONS, order).await;
    let link = Link::of(&answer);
    let address = world.stack.address();
    let body = format!(
        r#"{{"data":{{"id":"{}","url":"https://{address}/portal/enter?code={}","expiresAt":"2030-06-15T00:05:30Z","seconds":7200}}}}"#,
        link.id, link.code
    );
    answer.is(201, &[], &body);
    assert!(link.id.starts_with("portal_") && link.id.len() == 33, "{}", link.id);
    assert_eq!(link.code.len(), 43, "256 bits");
    let again = world.link("acme", json!({"subject": "user_42"})).await;
    assert!(again.id != link.id && again.code != link.code);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json();
    let row = &rows["data"].as_array().unwrap().iter().find(|row| row["after"]["id"] == link.id.as_str()).unwrap();
    assert_eq!((&row["action"], &row["plane"]), (&json!("portal.session.created"), &json!("operator")));
}

#[tokio::test]
async fn what_is_left_out_has_its_default_and_everything_has_bounds() {
    let world = open("fanfare").await;
    let ask = async |change: Value| {
        let mut order = json!({"subject": "user_42"});
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        world.operate("POST", SESSIONS, order).await
    };
    let answer = ask(json!({})).await;
    assert_eq!((answer.status, &answer.json()["data"]["seconds"]), (201, &json!(3_600)));
    let long = "x".repeat(256);
    for good in [
        json!({"seconds": 300}),
        json!({"seconds": 43_200}),
        json!({"subject": long}),
        json!({"name": null, "operations": null, "returnUrl": null, "locale": null, "timeZone": null}),
        json!({"operations": ["list"]}),
        json!({"returnUrl": "https://admin.fanfare.io"}),
        json!({"returnUrl": "https://admin.fanfare.io/a?b=c#d"}),
        json!({"locale": "zh-Hans-CN"}),
        json!({"timeZone": "Pacific/Kiritimati"}),
    ] {
        let answer = ask(good.clone()).await;
        assert_eq!(answer.status, 201, "{good}: {answer:?}");
    }
    for (bad, member) in [
        (json!({"seconds": 299}), "seconds"),
        (json!({"seconds": 43_201}), "seconds"),
        (json!({"seconds": "3600"}), "seconds"),
        (json!({"seconds": 3_600.5}), "seconds"),
        (json!({"subject": ""}), "subject"),
        (json!({"subject": "  "}), "subject"),
        (json!({"subject": format!("{long}x")}), "subject"),
        (json!({"subject": "a\nb"}), "subject"),
        (json!({"subject": null}), "subject"),
        (json!({"subject": 42}), "subject"),
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"operations": ["list", "everything"]}), "operations"),
        (json!({"operations": "list"}), "operations"),
        (json!({"operations": []}), "operations"),
        // Both are told.
        (json!({"operations": [], "returnUrl": "https://evil.example/"}), "operations"),
        (json!({"operations": [], "returnUrl": "https://evil.example/"}), "returnUrl"),
        (json!({"operations": ["create"], "returnUrl": "/keys"}), "must have list"),
        (json!({"operations": ["create"], "returnUrl": "/keys"}), "returnUrl"),
        (json!({"returnUrl": "https://evil.example/"}), "returnUrl"),
        (json!({"returnUrl": "https://admin.fanfare.io.evil.example/"}), "returnUrl"),
        (json!({"returnUrl": "https://admin.fanfare.io@evil.example/"}), "returnUrl"),
        (json!({"returnUrl": "https://admin.fanfare.io:8443/"}), "returnUrl"),
        (json!({"returnUrl": "http://admin.fanfare.io/"}), "returnUrl"),
        (json!({"returnUrl": "javascript:alert(1)//https://admin.fanfare.io"}), "returnUrl"),
        (json!({"returnUrl": "//admin.fanfare.io/"}), "returnUrl"),
        (json!({"returnUrl": "/keys"}), "returnUrl"),
        (json!({"returnUrl": ""}), "returnUrl"),
        (json!({"returnUrl": format!("https://admin.fanfare.io/{}", "x".repeat(2_100))}), "returnUrl"),
        (json!({"locale": "de_AT"}), "locale"),
        (json!({"locale": ""}), "locale"),
        (json!({"timeZone": "Mars/Olympus"}), "timeZone"),
        (json!({"timeZone": "+02:00"}), "timeZone"),
        (json!({"unknown": 1}), "unknown"),
    ] {
        let answer = ask(bad.clone()).await;
        let said = answer.body.clone();
        assert!(member != "returnUrl" || said.contains("https://admin.fanfare.io"), "{said}");
        assert!(answer.status == 400 && said.contains(member), "{bad}: {} {said}", answer.status);
        assert!(!said.contains("code="), "{said}");
    }
    assert_eq!(
        world.operate("POST", "/organizations/nobody/portal-sessions", json!({"subject": "a"})).await.status,
        404
    );
}

#[tokio::test]
async fn an_operation_that_is_not_open_is_403_for_all_of_it() {
    for (contract, open_ones, shut) in [
        (
            "fayne",
            json!(["list", "usage", "activity", "create", "delete"]),
            &["update", "deactivate", "regenerate"][..],
        ),
        ("thefaq", json!(["list", "usage", "activity", "create", "delete"]), &["update", "deactivate", "regenerate"]),
        ("fabraix", json!(["list", "usage", "activity", "create", "update", "regenerate", "delete"]), &["deactivate"]),
    ] {
        let world = open(contract).await;
        for operation in shut {
            let order = json!({"subject": "user_42", "operations": ["list", operation]});
            let answer = world.operate("POST", SESSIONS, order).await;
            assert_eq!(answer.status, 403, "{operation} of {contract}: {answer:?}");
            let alone = json!({"subject": "user_42", "operations": [operation]});
            assert_eq!(world.operate("POST", SESSIONS, alone).await.status, 403, "{operation} alone");
        }
        let sessions = world.operate("GET", SESSIONS, Value::Null).await.json();
        assert_eq!(sessions["data"], json!([]), "{contract}");
        world.link("acme", json!({"subject": "user_42"})).await;
        let sessions = world.operate("GET", SESSIONS, Value::Null).await.json();
        assert_eq!(sessions["data"][0]["operations"], open_ones, "{contract}");
    }
}

/// A stack and a key that may manage keys.
async fn managed(contract: &str) -> (World, Key) {
    let world = open(contract).await;
    let order = match contract {
        "fabraix" => json!({"name": "backend", "type": "restricted", "scopes": ["keys:manage"]}),
        "fanfare" => json!({"name": "backend", "type": "secret", "scopes": ["admin"]}),
        _ => json!({"name": "backend"}),
    };
    let key = world.key("acme", order).await;

    (world, key)
}

async fn mint(world: &World, key: &Key, order: Value) -> crate::support::Answer {
    world.call("POST", CALLERS, &key.secret, Some(order)).await
}

#[tokio::test]
async fn a_key_makes_links_where_its_contract_opens_it_and_for_its_own_organization() {
    for (contract, status, weak) in [
        ("fabraix", 201, json!({"name": "weak", "type": "production"})),
        ("fanfare", 201, json!({"name": "weak", "type": "secret", "scopes": ["read:analytics"]})),
        ("fayne", 404, json!({"name": "weak"})),
        ("thefaq", 404, json!({"name": "weak"})),
    ] {
        let (world, key) = managed(contract).await;
        let plan = if contract == "fabraix" { "standard" } else { "pro" };
        world.organization("other", json!({"plan": plan})).await;
        let answer = mint(&world, &key, json!({"subject": "user_42"})).await;
        assert_eq!(answer.status, status, "{contract}: {answer:?}");
        assert_eq!(
            world.call("POST", CALLERS, "junk", Some(json!({}))).await.status,
            if status == 404 { 404 } else { 401 }
        );
        let theirs =
            world.call("POST", "/api/v1/other/portal-sessions", &key.secret, Some(json!({"subject": "a"}))).await;
        let nobodys =
            world.call("POST", "/api/v1/nobody/portal-sessions", &key.secret, Some(json!({"subject": "a"}))).await;
        assert_eq!((theirs.status, &theirs.body), (404, &nobodys.body), "{contract}");
        if status == 201 {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let weak = world.key("acme", weak).await;
            assert_eq!(mint(&world, &weak, json!({"subject": "user_42"})).await.status, 403, "{contract}");
            let browser = Browser::new(&world);
            assert_eq!(browser.enter(&Link::of(&answer).code).await.status, 303);
            assert_eq!(browser.get(KEYS).await.status, 200);
            let sessions = world.operate("GET", SESSIONS, Value::Null).await.json();
            assert_eq!(sessions["data"][0]["keyId"], key.id.as_str());
        }
        let sessions = world.operate("GET", "/organizations/other/portal-sessions", Value::Null).await.json();
        assert_eq!(sessions["data"], json!([]), "{contract}");
    }
}

#[tokio::test]
async fn a_session_can_do_no_more_than_the_key_that_made_it() {
    let (world, key) = managed("fabraix").await;
    for operation in ["activity", "deactivate"] {
        let order = json!({"subject": "user_42", "operations": ["list", operation]});
        assert_eq!(mint(&world, &key, order).await.status, 403, "{operation}");
    }
    let browser = Browser::new(&world);
    assert_eq!(
        browser.enter(&Link::of(&mint(&world, &key, json!({"subject": "user_42"})).await).code).await.status,
        303
    );
    assert_eq!(browser.get("/portal/acme/activity").await.status, 403, "no key sees who changed what");
    assert_eq!(browser.get(KEYS).await.link("Activity", KEYS), None);
    for (kind, scope) in [("production", None), ("admin", None), ("restricted", Some("runs:write"))] {
        let fields = [Some(("type", kind)), Some(("name", "web")), scope.map(|scope| ("scope", scope))];
        let fields: Vec<_> = fields.into_iter().flatten().collect();
        let page = browser.submit("/portal/acme/keys/new", KEYS, &fields).await;
        assert!([403, 422].contains(&page.status) && page.secret().is_none(), "{kind}: {}", page.words());
    }
    assert_eq!(world.key_ids("acme").await, std::slice::from_ref(&key.id));
    // What the key has, it can give.
    let fields = [("type", "restricted"), ("name", "web"), ("scope", "keys:manage")];
    assert!(browser.submit("/portal/acme/keys/new", KEYS, &fields).await.secret().is_some());
    assert_eq!(did(&world, "key.created").await, 1);
}

#[tokio::test]
async fn a_session_ends_with_the_key_that_made_it() {
    let path = |key: &Key| format!("/organizations/acme/api-keys/{}", key.id);
    for (method, below, body) in [
        ("DELETE", "", Value::Null),
        ("PATCH", "", json!({"status": "inactive"})),
        ("POST", "/regenerate", Value::Null),
        ("PATCH", "", json!({"scopes": ["read:experiences"]})),
        ("PATCH", "", json!({"expiresAt": "2030-06-15T00:01:00Z"})),
    ] {
        let (world, key) = managed("fanfare").await;
        let unused = Link::of(&mint(&world, &key, json!({"subject": "user_42"})).await);
        let browser = Browser::new(&world);
        browser.enter(&Link::of(&mint(&world, &key, json!({"subject": "user_42"})).await).code).await;
        assert_eq!(browser.get(KEYS).await.status, 200);
        let once = browser.once(KEYS).await;
        assert_eq!(world.operate(method, &format!("{}{below}", path(&key)), body.clone()).await.status, 200, "{body}");
        if body["expiresAt"].is_string() {
            world.at("2030-06-15T00:01:00Z");
        }
        assert_eq!(browser.get(KEYS).await.status, 401, "{method} {below} {body}");
        let fields =
            [("once", once.as_str()), ("name", "a"), ("type", "secret"), ("scope", "admin"), ("expires", "never")];
        assert_eq!(browser.post(KEYS, &fields).await.status, 401, "{method} {below} {body}");
        let late = Browser::new(&world);
        let answer = late.enter(&unused.code).await;
        assert_eq!(
            (answer.status, answer.sets_session()),
            (401, false),
            "its links begin nothing: {method} {below} {body}"
        );
    }
}

#[tokio::test]
async fn a_session_lives_on_with_the_old_secret_of_its_key_for_as_long_as_that_works() {
    let (world, key) = managed("fanfare").await;
    let order = json!({"subject": "user_42", "seconds": 43_200});
    let browser = Browser::new(&world);
    browser.enter(&Link::of(&mint(&world, &key, order).await).code).await;
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    assert_eq!(world.operate("POST", &path, json!({"overlapSeconds": 3_600})).await.status, 200);
    assert_eq!(browser.get(KEYS).await.status, 200);
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(browser.get(KEYS).await.status, 401);
}

#[tokio::test]
async fn a_key_on_a_lesser_plan_or_of_a_locked_organization_makes_no_links() {
    let (world, key) = managed("fanfare").await;
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(mint(&world, &key, json!({"subject": "user_42"})).await.status, 402);
    world.link("acme", json!({"subject": "user_42"})).await;
}
