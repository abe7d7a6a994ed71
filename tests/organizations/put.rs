use serde_json::{Value, json};

use crate::support::{START, World};

#[tokio::test]
async fn an_organization_is_made_and_then_changed_by_what_is_given() {
    let world = World::serving("fayne").await;
    let made = world.operate("PUT", "/organizations/acme", json!({"name": "Acme", "plan": "pro"})).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json()["data"],
        json!({"slug": "acme", "name": "Acme", "plan": "pro", "status": "active", "limits": null, "keys": 0,
               "createdAt": START, "updatedAt": START})
    );

    world.at("2030-06-15T09:00:00Z");
    let limits = json!([{"requests": 5000, "per": "minute"}]);
    let changed = world.operate("PUT", "/organizations/acme", json!({"status": "locked", "limits": limits})).await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        changed.json()["data"],
        json!({"slug": "acme", "name": "Acme", "plan": "pro", "status": "locked", "limits": limits, "keys": 0,
               "createdAt": START, "updatedAt": "2030-06-15T09:00:00Z"})
    );
    assert_eq!(world.organization("acme", json!({"limits": null})).await["limits"], json!(null));
}

#[tokio::test]
async fn terms_that_the_contract_does_not_have_name_the_field_and_change_nothing() {
    let world = World::serving("fabraix").await;
    let before = world.organization("acme", json!({"plan": "standard"})).await;
    for (path, terms, message) in [
        ("/organizations/new", json!({}), "plan is required"),
        ("/organizations/acme", json!({"plan": "gold"}), "plan must be one of enterprise, standard"),
        (
            "/organizations/acme",
            json!({"plan": "gold", "limits": []}),
            "plan must be one of enterprise, standard; limits must have at least one limit",
        ),
        (
            "/organizations/new",
            json!({"limits": [{"requests": 1, "per": "day"}]}),
            "plan is required; limits must be per minute or hour",
        ),
        ("/organizations/acme", json!({"plan": "enterprise"}), "limits is required on the plan enterprise"),
        ("/organizations/acme", json!({"status": "gone"}), "status must be active or locked"),
        ("/organizations/acme", json!({"limits": []}), "limits must have at least one limit"),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": 1, "per": "day"}]}),
            "limits must be per minute or hour",
        ),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": 0, "per": "hour"}]}),
            "limits[0].requests must be a number from 1 to 4294967295",
        ),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": 1, "per": "hour"}, {"requests": 2, "per": "hour"}]}),
            "limits must have at most one limit per window",
        ),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": 1.5, "per": "hour"}]}),
            "limits[0].requests must be a whole number",
        ),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": "5", "per": "hour"}]}),
            "limits[0].requests must be a whole number",
        ),
        (
            "/organizations/acme",
            json!({"limits": [{"requests": u64::MAX, "per": "hour"}]}),
            "limits[0].requests must be a number in range",
        ),
        ("/organizations/acme", json!({"limits": [{"per": "hour"}]}), "limits[0].requests is required"),
        ("/organizations/acme", json!({"limits": [[5, "hour"]]}), "limits[0] must be an object"),
        ("/organizations/acme", json!(["Acme", "standard"]), "body must be an object"),
        ("/organizations/acme", json!({"colour": "red"}), "colour is not known here"),
        (
            "/organizations/Acme",
            json!({"plan": "standard"}),
            "org must be 1 to 63 lower-case letters, digits, - or _, the first a letter or a digit",
        ),
    ] {
        let answer = world.operate("PUT", path, terms).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{path}");
    }
    assert_eq!(world.authority().await.len(), 1);
    assert_eq!(world.organization("acme", json!({})).await, before);
}

#[tokio::test]
async fn changes_at_once_are_all_applied() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let changes = [json!({"name": "Acme Corp"}), json!({"plan": "scale"}), json!({"status": "locked"})];
    crate::support::all(changes.into_iter().map(|change| world.organization("acme", change))).await;
    let after = world.organization("acme", json!({})).await;
    assert_eq!(
        (&after["name"], &after["plan"], &after["status"]),
        (&json!("Acme Corp"), &json!("scale"), &json!("locked"))
    );
}

#[tokio::test]
async fn only_the_operator_may_change_one() {
    let (world, key) = World::academy("pro").await;
    let change = Some(json!({"plan": "scale"}));
    let answer = world.call("PUT", "/operator/v1/organizations/acme", &key.secret, change).await;
    answer.is(403, &[], r#"{"message":"Forbidden"}"#);
}

#[tokio::test]
async fn no_change_of_an_organization_gives_a_key_more_than_it_was_issued_with() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "basic"})).await;
    let order = json!({"name": "a", "type": "secret", "scopes": ["read:analytics"]});
    let key = world.key("acme", order).await;
    for terms in [
        json!({"plan": "free"}),
        json!({"plan": "pro"}),
        json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]}),
        json!({"plan": "free", "limits": null}),
        json!({"status": "locked"}),
        json!({"status": "active"}),
    ] {
        world.organization("acme", terms.clone()).await;
        let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
        if answer["valid"] == json!(true) {
            assert_eq!(answer["scopes"], json!(["read:analytics"]), "{terms}");
        }
        let answer = world.operate("POST", "/verify", json!({"key": key.secret, "scopes": ["write:consumers"]})).await;
        assert_eq!(answer.json()["data"]["valid"], false, "{terms}");
    }
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing_and_a_name_withdraws_no_pass() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let shown = world.operate("GET", "/organizations/acme", Value::Null).await.json()["data"].clone();
    let put = async |change: Value| {
        let mut answer = Value::Null;
        let asked =
            world.asked(async { answer = world.operate("PUT", "/organizations/acme", change).await.json() }).await;
        (answer["data"].clone(), asked.into_iter().filter(|call| !call.starts_with("GetItem")).collect::<Vec<_>>())
    };
    world.at("2030-06-15T00:01:00Z");
    for change in [json!({}), json!({"plan": "pro", "status": "active"}), json!({"limits": null, "name": "acme"})] {
        assert_eq!(put(change.clone()).await, (shown.clone(), Vec::new()), "{change}");
    }
    let (named, asked) = put(json!({"name": "Acme & Sons"})).await;
    assert_eq!((&named["name"], &named["updatedAt"]), (&json!("Acme & Sons"), &json!("2030-06-15T00:01:00Z")));
    assert_eq!(asked, ["TransactWriteItems EventsTable KeysTable"]);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json();
    let changed = rows["data"].as_array().unwrap().iter().filter(|row| row["action"] == "organization.changed");
    assert_eq!(changed.count(), 1);
}
