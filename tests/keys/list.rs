use serde_json::{Value, json};

use crate::support::{START, World};

const OPERATORS: &str = "/organizations/acme/api-keys";

/// A stack of theFAQ with `count` keys of `acme`, a second apart, and the last one's secret.
async fn faq(count: usize) -> (World, Vec<crate::support::Key>) {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let mut keys = Vec::new();
    for number in 0..count {
        world.at(&format!("2030-06-15T00:00:{number:02}Z"));
        keys.push(world.key("acme", json!({"name": format!("key {number}"), "scopes": ["read", "write"]})).await);
    }
    world.at(START);
    (world, keys)
}

#[tokio::test]
async fn keys_are_listed_newest_first_and_page_by_page() {
    let (world, keys) = faq(5).await;
    let newest_first: Vec<_> = keys.iter().rev().map(|key| key.id.clone()).collect();
    for limit in 1..=6 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.operate("GET", &format!("{OPERATORS}?{cursor}limit={limit}"), Value::Null).await.json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()));
            let pagination = &page["meta"]["pagination"];
            assert_eq!(pagination["limit"], limit);
            assert_eq!(pagination["hasMore"], pagination["cursor"].is_string());
            let Some(next) = pagination["cursor"].as_str() else { break };
            cursor = format!("cursor={next}&");
        }
        assert_eq!(seen, newest_first, "by {limit}");
    }
}

#[tokio::test]
async fn a_cursor_cannot_be_made_up_or_taken_elsewhere() {
    let (world, _) = faq(3).await;
    world.organization("other", json!({"plan": "pro"})).await;
    let page = world.operate("GET", &format!("{OPERATORS}?limit=1"), Value::Null).await.json();
    let cursor = page["meta"]["pagination"]["cursor"].as_str().unwrap();
    let tampered = cursor.replace(cursor.chars().last().unwrap(), "_");
    for (path, cursor) in
        [(OPERATORS, "x"), (OPERATORS, tampered.as_str()), (OPERATORS, ""), ("/organizations/other/api-keys", cursor)]
    {
        let answer = world.operate("GET", &format!("{path}?cursor={cursor}"), Value::Null).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["message"]),
            (400, &json!("cursor must be one that this list gave"))
        );
    }
}

#[tokio::test]
async fn last_used_moves_with_traffic() {
    let (world, keys) = faq(2).await;
    let used = async || -> Vec<Value> {
        let page = world.operate("GET", OPERATORS, Value::Null).await.json();
        page["data"].as_array().unwrap().iter().map(|key| key["lastUsedAt"].clone()).collect()
    };
    assert_eq!(used().await, [json!(null), json!(null)]);
    world.at("2030-06-15T00:00:40.999Z");
    assert_eq!(world.get("/api/v1/acme/api-keys", &keys[0]).await.status, 200);
    assert_eq!(used().await, [json!(null), json!("2030-06-15T00:00:40Z")]);
    // A refusal is not a use; a change of the organization forgets no use.
    world.organization("acme", json!({"status": "locked"})).await;
    world.at("2030-06-20T00:00:00Z");
    assert_eq!(world.get("/api/v1/acme/api-keys", &keys[0]).await.status, 402);
    assert_eq!(used().await, [json!(null), json!("2030-06-15T00:00:40Z")]);
}

#[tokio::test]
async fn a_contract_that_knows_them_shows_type_status_and_expiry() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({"name": "old", "type": "secret", "expiresAt": "2030-06-15T00:00:40Z"});
    world.key("acme", order).await;
    let shown = async || {
        let page = world.operate("GET", OPERATORS, Value::Null).await.json();
        let key = page["data"][0].clone();
        (key["type"].clone(), key["status"].clone(), key["expiresAt"].clone())
    };
    assert_eq!(shown().await, (json!("secret"), json!("active"), json!("2030-06-15T00:00:40Z")));
    world.at("2030-06-15T00:00:40Z");
    assert_eq!(shown().await, (json!("secret"), json!("expired"), json!("2030-06-15T00:00:40Z")));
}

#[tokio::test]
async fn each_contract_opens_to_callers_what_it_says_and_nothing_more() {
    for (contract, order, list, get, create) in [
        ("fayne", json!({"name": "a"}), 404, 404, 404),
        ("thefaq", json!({"name": "a"}), 200, 404, 405),
        ("fabraix", json!({"name": "a", "type": "admin"}), 200, 200, 201),
        ("fabraix", json!({"name": "a", "type": "production"}), 403, 403, 403),
        ("fanfare", json!({"name": "a", "type": "secret"}), 200, 200, 201),
        ("fanfare", json!({"name": "a", "type": "secret", "scopes": ["read:consumers"]}), 403, 403, 403),
        ("fanfare", json!({"name": "a", "type": "public"}), 401, 401, 401),
    ] {
        let world = World::serving(contract).await;
        let plan = if contract == "fabraix" { "standard" } else { "pro" };
        world.organization("acme", json!({"plan": plan})).await;
        let key = world.key("acme", order.clone()).await;
        let statuses = [
            world.get("/api/v1/acme/api-keys", &key).await.status,
            world.get(&format!("/api/v1/acme/api-keys/{}", key.id), &key).await.status,
            world.call("POST", "/api/v1/acme/api-keys", &key.secret, Some(order.clone())).await.status,
        ];
        assert_eq!(statuses, [list, get, create], "{contract} {order}");
    }
}

#[tokio::test]
async fn another_organization_is_like_one_that_does_not_exist() {
    let world = World::serving("fabraix").await;
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "standard"})).await;
    }
    let admin = json!({"name": "a", "type": "admin"});
    let key = world.key("acme", admin.clone()).await;
    let others = world.key("other", admin.clone()).await;
    for (method, tail, body) in [
        ("GET", String::new(), None),
        ("GET", format!("/{}", others.id), None),
        ("POST", String::new(), Some(admin)),
        ("DELETE", format!("/{}", others.id), None),
    ] {
        let other = world.call(method, &format!("/api/v1/other/api-keys{tail}"), &key.secret, body.clone()).await;
        let nobody = world.call(method, &format!("/api/v1/nobody/api-keys{tail}"), &key.secret, body).await;
        assert_eq!((other.status, &other.body, other.own_headers()), (404, &nobody.body, nobody.own_headers()));
    }
    assert_eq!(world.register_run(&others.secret).await.status, 200, "the other's key is as it was");
    // The caller's own organization has no key of another one's id.
    let mine = world.call("DELETE", &format!("/api/v1/acme/api-keys/{}", others.id), &key.secret, None).await;
    assert_eq!(mine.status, 404);
}

#[tokio::test]
async fn an_organization_that_is_not_there_has_no_list() {
    let world = World::serving("thefaq").await;
    let answer = world.operate("GET", "/organizations/nobody/api-keys", Value::Null).await;
    answer.is(404, &[], r#"{"error":{"code":"organization_not_found","message":"Organization not found"}}"#);
    world.organization("acme", json!({"plan": "pro"})).await;
    let body = r#"{"data":[],"meta":{"pagination":{"limit":20,"cursor":null,"hasMore":false}}}"#;
    world.operate("GET", OPERATORS, Value::Null).await.is(200, &[], body);
}

#[tokio::test]
async fn the_operator_lists_the_keys_that_fit() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = |name: &str, more: Value| {
        let mut order = json!({"name": name, "type": "live"});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    // Lists are in the order of the times at which keys were made.
    let second = |second: u32| world.at(&format!("2030-06-01T00:00:{second:02}Z"));
    second(1);
    let used = world.key("acme", order("Web used", json!({"externalId": "user_1"}))).await;
    second(2);
    world.key("acme", order("web unused", json!({"type": "test"}))).await;
    second(3);
    let off = world.key("acme", order("worker", json!({"externalId": "user_1"}))).await;
    second(4);
    world.key("acme", order("expires", json!({"expiresAt": "2030-07-01T00:00:00Z"}))).await;
    world.operate("PATCH", &format!("{OPERATORS}/{}", off.id), json!({"status": "inactive"})).await;
    world.at(START);
    world.key("acme", order("new", json!({}))).await;
    assert_eq!(world.get("/v1/notes", &used).await.status, 200);
    let listed = async |query: &str| {
        let page = world.operate("GET", &format!("{OPERATORS}?{query}"), Value::Null).await;
        assert_eq!(page.status, 200, "{query}: {page:?}");
        let names = page.json()["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["name"].as_str().unwrap().to_owned())
            .collect();
        let names: Vec<String> = names;
        names
    };
    for (query, names) in [
        ("", &["new", "expires", "worker", "web unused", "Web used"][..]),
        ("name=WEB", &["web unused", "Web used"]),
        ("type=test", &["web unused"]),
        ("status=inactive", &["worker"]),
        ("status=expired", &[]),
        ("externalId=user_1", &["worker", "Web used"]),
        ("externalId=user_1&status=active", &["Web used"]),
        ("expiresBefore=2030-07-02T00%3A00%3A00Z", &["expires"]),
        ("expiresBefore=2030-07-01T00%3A00%3A00Z", &[]),
        ("unusedSince=2030-06-10T00%3A00%3A00Z", &["expires", "worker", "web unused"]),
        ("unusedSince=2030-06-16T00%3A00%3A00Z", &["new", "expires", "worker", "web unused", "Web used"]),
    ] {
        assert_eq!(listed(query).await, names, "{query}");
    }
    for (query, message) in [
        ("status=gone", "status must be one of active, inactive, quarantined, expired"),
        ("type=prod", "type must be one of live, test"),
        ("unusedSince=today", "unusedSince must be a time like 2026-11-20T10:00:00Z"),
        ("externalId=%20", "externalId must have 1 to 128 visible ASCII characters"),
    ] {
        let answer = world.operate("GET", &format!("{OPERATORS}?{query}"), Value::Null).await;
        assert_eq!((answer.status, &answer.json()["detail"]), (400, &json!(message)), "{query}");
    }
}

/// How many keys the whole list by this query has, and on how many pages.
async fn seen(world: &World, query: &str) -> (usize, usize) {
    let (mut seen, mut pages, mut cursor) = (0, 0, String::new());
    loop {
        let page = world.operate("GET", &format!("{OPERATORS}?{cursor}{query}"), Value::Null).await.json();
        seen += page["data"].as_array().unwrap().len();
        pages += 1;
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { return (seen, pages) };
        cursor = format!("cursor={next}&");
    }
}

#[tokio::test]
async fn a_filtered_list_goes_on_over_pages_that_come_early() {
    let world = World::serving("standard").await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]});
    world.organization("acme", terms).await;
    // More than one call looks at, two of which fit.
    for page in 0..6 {
        let key = |number: u32| {
            let digest = format!("{page:02}{number:062}");
            let name = if number == 50 && page % 3 == 0 { "rare" } else { "common" };
            json!({"sha256": digest, "name": name, "type": "live"})
        };
        let keys: Vec<_> = (0..100).map(key).collect();
        let answer = world.operate("POST", &format!("{OPERATORS}/import"), json!({"keys": keys})).await;
        assert_eq!(answer.json()["data"]["imported"], 100, "{answer:?}");
    }
    assert_eq!(seen(&world, "name=rare").await, (2, 2));

    // One that fits nearly all reads hardly more than the whole list.
    world.stack.dynamodb().record(true);
    assert_eq!(seen(&world, "limit=100").await, (600, 6));
    let all = units_read(&world);
    assert_eq!(seen(&world, "name=common&limit=100").await, (598, 6));
    let fitting = units_read(&world);
    assert!((1.0..1.3).contains(&(fitting / all)), "{fitting} of {all}");
    world.stack.dynamodb().record(false);
}

/// The units that were read from the keys table since this was last asked.
fn units_read(world: &World) -> f64 {
    let calls = world.stack.dynamodb().calls().into_iter();

    calls.filter(|call| call.tables.iter().any(|table| table == "KeysTable")).map(|call| call.read_units).sum()
}

#[tokio::test]
async fn a_list_goes_on_after_a_megabyte() {
    let world = World::serving("standard").await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]});
    world.organization("acme", terms).await;
    let text = "x".repeat(900);
    for page in 0..11 {
        let key = |number: u32| {
            let addresses: Vec<_> = (0..20).map(|last| format!("2001:db8:{page:x}:{number:x}::{last:x}")).collect();
            json!({"sha256": format!("{page:02}{number:062}"), "name": "é".repeat(100), "type": "live",
                "allowedAddresses": addresses, "metadata": {"note": text}, "externalId": if page + number == 0 { "oldest" } else { "other" },
                "createdAt": format!("2030-06-{:02}T00:00:00Z", page + 1)})
        };
        let keys: Vec<_> = (0..50).map(key).collect();
        let answer = world.operate("POST", &format!("{OPERATORS}/import"), json!({"keys": keys})).await;
        assert_eq!(answer.json()["data"]["imported"], 50, "{answer:?}");
    }
    // One call reads 501 items of 2 KB, which is more than DynamoDB gives at once: none of those that it gets fits.
    assert_eq!(seen(&world, "externalId=oldest").await, (1, 2));
}

#[tokio::test]
async fn callers_filters_are_passed_over() {
    let (world, keys) = faq(2).await;
    let page = world.get("/api/v1/acme/api-keys?name=nothing&status=gone", &keys[0]).await;
    assert_eq!((page.status, page.json()["data"].as_array().unwrap().len()), (200, 2));
}
