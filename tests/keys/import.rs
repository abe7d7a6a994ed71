mod killed;

use local::dynamodb::{Fault, Throttling};
use serde_json::{Value, json};

use crate::support::{Key, World, all};

const SECRET: &str = "fa_live_00112233445566778899aabbccddeeff";
/// Its SHA-256.
const HEX: &str = "2de33c24e8210e00f3901f3dda75b7af58020a68650e3bdc47fd9977a53f55ba";
const BASE64: &str = "LeM8JOghDgDzkB892nW3r1gCCmhlDjvcR/2Zd6U/Vbo=";

const PATH: &str = "/organizations/acme/api-keys/import";

async fn import(world: &World, keys: Value) -> Value {
    let answer = world.operate("POST", PATH, json!({"keys": keys})).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    answer.json()["data"].clone()
}

async fn academy() -> World {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    world
}

#[tokio::test]
async fn a_key_of_another_system_works_as_it_is() {
    for digest in [HEX, BASE64, BASE64.trim_end_matches('=')] {
        let world = academy().await;
        let key = json!({
            "sha256": digest, "name": "from elsewhere", "scopes": ["read"],
            "expiresAt": "2031-01-01T00:00:00Z", "createdAt": "2024-02-03T04:05:06Z",
        });
        let data = import(&world, json!([key])).await;
        let id = data["results"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(data, json!({"imported": 1, "results": [{"result": "imported", "id": id}]}));
        let shown = world.operate("GET", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await;
        assert_eq!(
            shown.json()["data"],
            json!({
                "id": id, "name": "from elsewhere", "scopes": ["read"], "status": "active", "lastUsedAt": null,
                "createdAt": "2024-02-03T04:05:06Z", "expiresAt": "2031-01-01T00:00:00Z",
                "fingerprint": format!("{}…", &HEX[..6]),
            })
        );
        let key = Key { id, secret: SECRET.to_owned() };
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    }
}

#[tokio::test]
async fn each_has_a_result_of_its_own() {
    let world = academy().await;
    let digest = |n: u32| format!("{n:064x}");
    let keys = json!([
        {"sha256": digest(1), "name": "a"},
        {"sha256": digest(2)},
        {"sha256": "abc", "name": "a"},
        {"sha256": digest(3), "name": "a", "scopes": ["fly"]},
        {"sha256": digest(4), "name": "a", "expiresAt": "2020-01-01T00:00:00Z"},
        {"sha256": digest(5), "name": "a", "createdAt": "2040-01-01T00:00:00Z"},
        {"sha256": digest(6), "name": "a", "type": "secret"},
        {"sha256": digest(9), "name": "a", "type": "secret", "scopes": ["fly"], "expiresAt": "2020-01-01T00:00:00Z", "createdAt": "1969-01-01T00:00:00Z"},
        {"sha256": digest(7), "name": "a", "colour": "red"},
        {"sha256": digest(10), "name": "a", "status": "quarantined"},
        ["a"],
        {"sha256": digest(1), "name": "again"},
        {"sha256": digest(8), "name": "b", "status": "inactive"},
    ]);
    let data = import(&world, keys).await;
    assert_eq!(data["imported"], 2);
    let results = data["results"].as_array().unwrap();
    let said: Vec<_> = results
        .iter()
        .map(|result| {
            let message = result["response"]["body"]["error"]["message"].as_str();
            message.or(result["result"].as_str()).unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        said,
        [
            "imported",
            "name is required",
            "sha256 must be a SHA-256 digest, as 64 hexadecimal digits or as base64",
            "scopes must be among read, write",
            "expiresAt must be in the future",
            "createdAt must be a time since 1970 that is not to come",
            "type is not known here",
            "type is not known here; scopes must be among read, write; expiresAt must be in the future; \
             createdAt must be a time since 1970 that is not to come",
            "colour is not known here",
            "leak must say, for a key in quarantine, which leak has led there",
            "body must be an object",
            "exists",
            "imported",
        ]
    );
    assert_eq!(results[11]["id"], results[0]["id"]);
    assert_eq!((&results[1]["reason"], &results[1]["response"]["status"]), (&json!("invalid_request"), &json!(400)));
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2, "nothing is left of those that were refused");
}

#[tokio::test]
async fn the_plans_number_of_keys_holds_for_them_too() {
    let world = academy().await;
    world.key("acme", json!({"name": "a"})).await;
    let keys: Vec<_> = (0..12).map(|n| json!({"sha256": format!("{n:064x}"), "name": "a"})).collect();
    let data = import(&world, json!(keys)).await;
    assert_eq!(data["imported"], 9);
    let refused = json!({"result": "refused", "reason": "plan_limit", "response": {"status": 402, "headers": {"content-type": "application/json"},
        "body": {"error": {"code": "limit_exceeded", "message": "The plan pro allows 10 API keys"}}}});
    assert_eq!(data["results"].as_array().unwrap()[9..], [refused.clone(), refused.clone(), refused]);
    // Once more, and all that is there is known again.
    let data = import(&world, json!(keys)).await;
    assert_eq!(data["imported"], 0);
    let again = data["results"].as_array().unwrap().iter().filter(|result| result["result"] == "exists");
    assert_eq!(again.count(), 9);
}

#[tokio::test]
async fn a_digest_that_is_another_organizations_key_is_not_taken_from_it() {
    let world = academy().await;
    world.organization("other", json!({"plan": "pro"})).await;
    import(&world, json!([{"sha256": HEX, "name": "a"}])).await;
    let answer =
        world.operate("POST", "/organizations/other/api-keys/import", json!({"keys": [{"sha256": HEX, "name": "a"}]}));
    let data = answer.await.json()["data"].clone();
    assert_eq!((&data["imported"], &data["results"][0]["reason"]), (&json!(0), &json!("conflict")));
    let verdict = world.operate("POST", "/verify", json!({"key": SECRET})).await.json()["data"].clone();
    assert_eq!(verdict["organization"], "acme");
}

#[tokio::test]
async fn a_digest_that_was_revoked_or_replaced_is_never_taken_again() {
    let world = academy().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let [replaced, overlapping, revoked] = ["1", "2", "3"].map(|digit| digit.repeat(64));
    let keys = json!([{"sha256": replaced, "name": "a"}, {"sha256": overlapping, "name": "b"}, {"sha256": revoked, "name": "c"}]);
    let results = import(&world, keys.clone()).await["results"].clone();
    let path = |place: usize| format!("/organizations/acme/api-keys/{}", results[place]["id"].as_str().unwrap());
    for (method, path, body) in [
        ("POST", path(0) + "/regenerate", Value::Null),
        ("POST", path(1) + "/regenerate", json!({"overlapSeconds": 60})),
        ("DELETE", path(1), Value::Null),
        ("DELETE", path(2), Value::Null),
    ] {
        assert_eq!(world.operate(method, &path, body).await.status, 200);
    }
    // Years later nothing is left of what had let them in.
    world.at("2035-06-15T00:00:30Z");
    let client = world.stack.dynamodb().client();
    for item in client.scan().table_name("CountersTable").send().await.unwrap().items() {
        let delete = client.delete_item().table_name("CountersTable").key("digest", item["digest"].clone());
        delete.send().await.unwrap();
    }
    for org in ["acme", "other"] {
        let path = format!("/organizations/{org}/api-keys/import");
        let data = world.operate("POST", &path, json!({"keys": keys})).await.json()["data"].clone();
        let reasons = data["results"].as_array().unwrap().iter().map(|result| result["reason"].clone());
        let reasons: Vec<_> = reasons.collect();
        assert_eq!((&data["imported"], reasons), (&json!(0), vec![json!("conflict"); 3]), "{org}");
    }
    // Nor is there a key that would never work: only the first is left, with another secret.
    for (org, count) in [("acme", 1), ("other", 0)] {
        let path = format!("/organizations/{org}/api-keys");
        let listed = world.operate("GET", &path, Value::Null).await.json()["data"].clone();
        assert_eq!(listed.as_array().map(Vec::len), Some(count), "{org}");
    }
}

#[tokio::test]
async fn a_key_is_not_of_another_type_than_it_looks() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    // sk_live_ and 32 zeros, said to be a public key.
    let keys = json!([{"sha256": "56fb575e1d5a51d0214e41b6775ced81e47fdd570731e41ce3831447b0ec28ff", "name": "a", "type": "public"}]);
    assert_eq!(import(&world, keys).await["imported"], 1);
    let answer = world.call("GET", "/api/v1/acme/api-keys", &format!("sk_live_{}", "0".repeat(32)), None).await;
    answer.is(401, &[], r#"{"error":"Invalid API key"}"#);

    // Nor by the next secret, which does look like it.
    let id = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"][0]["id"].clone();
    let path = format!("/organizations/acme/api-keys/{}/regenerate", id.as_str().unwrap());
    let next = world.operate("POST", &path, json!({"overlapSeconds": 60})).await.json()["data"]["key"].clone();
    let status = async |secret: &str| world.call("GET", "/api/experiences", secret, None).await.status;
    assert_eq!(status(next.as_str().unwrap()).await, 200);
    assert_eq!(status(&format!("sk_live_{}", "0".repeat(32))).await, 401);
}

#[tokio::test]
async fn a_request_that_is_no_list_of_1_to_100_keys_is_refused_as_a_whole() {
    let world = academy().await;
    let key = json!({"sha256": HEX, "name": "a"});
    for (body, message) in [
        (json!({}), "keys is required"),
        (json!({"keys": []}), "keys must have 1 to 100 keys"),
        (json!({"keys": vec![key.clone(); 101]}), "keys must have 1 to 100 keys"),
        (json!({"keys": key}), "keys must be a list"),
        (json!({"keys": [key], "more": 1}), "more is not known here"),
    ] {
        let answer = world.operate("POST", PATH, body).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    let nobody = "/organizations/nobody/api-keys/import";
    assert_eq!(world.operate("POST", nobody, json!({"keys": [{"sha256": HEX, "name": "a"}]})).await.status, 404);
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!(listed, json!([]));
}

/// An organization with room for a thousand keys.
async fn large() -> World {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]})).await;
    world
}

/// So many keys of another system, from this one on.
fn foreign(first: usize, count: usize, name: &str) -> Vec<Value> {
    (first..first + count)
        .map(|number| json!({"sha256": format!("{number:064x}"), "name": name, "type": "production"}))
        .collect()
}

/// How many of `results` read so.
fn count(results: &Value, result: &str) -> usize {
    results.as_array().unwrap().iter().filter(|one| one["result"] == result).count()
}

#[tokio::test]
async fn sixteen_keys_are_one_transaction() {
    let world = large().await;
    // The first request of a process has more to ask.
    import(&world, json!(foreign(900, 1, "a"))).await;
    for (keys, transactions, reads) in [
        (foreign(0, 100, "a"), 7, 2),
        // Those that are there are looked up, and their keys, in two calls for sixteen.
        (foreign(0, 100, "a"), 7, 16),
        ([foreign(95, 10, "a"), foreign(105, 5, "b")].concat(), 2, 4),
    ] {
        world.stack.dynamodb().record(true);
        import(&world, json!(keys)).await;
        world.stack.dynamodb().record(false);
        let calls = world.stack.dynamodb().calls();
        let written = calls.iter().filter(|call| call.action == "TransactWriteItems").count();
        assert_eq!((written, calls.len() - written), (transactions, reads), "{calls:?}");
    }
}

#[tokio::test]
async fn imports_that_meet_take_over_as_many_keys_as_there_may_be_and_each_once() {
    let world = large().await;
    let ask = |number: usize| import(&world, json!(foreign(number * 100, 100, "a")));
    let answers = all((0..16).map(ask)).await;
    let mut imported = 0;
    for data in &answers {
        let results = &data["results"];
        assert_eq!(data["imported"], count(results, "imported"));
        assert_eq!(count(results, "imported") + count(results, "refused") + count(results, "busy"), 100, "{data}");
        imported += count(results, "imported");
    }
    // What there was no time for is taken over when it is asked for again.
    for number in 0..16 {
        let results = ask(number).await["results"].clone();
        assert_eq!(count(&results, "busy"), 0, "{results}");
        imported += count(&results, "imported");
    }
    assert_eq!(imported, 1_000);
    let events = crate::outbox::pile(&world, "outbox").await;
    let numbers: Vec<_> = events.iter().map(|(_, event, _)| event["sequence"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=1_001).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_there_is_no_time_for_is_busy_and_what_was_taken_over_is_said() {
    let world = World::hurried("fabraix", 9, 500).await;
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]})).await;
    let slow = || Fault::busy(Throttling::Throttling).always().on("TransactWriteItems").with("late");
    world.stack.dynamodb().inject(slow());
    let keys = [foreign(0, 16, "early"), foreign(16, 30, "late"), vec![json!({"name": "no digest"})]].concat();
    let data = import(&world, json!(keys)).await;
    let results: Vec<_> =
        data["results"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    assert_eq!(results, [vec!["imported"; 16], vec!["busy"; 30], vec!["refused"]].concat());
    assert_eq!(data["results"][16], json!({"result": "busy"}));
    world.stack.dynamodb().clear_faults();
    let again = import(&world, json!(keys)).await;
    assert_eq!((count(&again["results"], "exists"), count(&again["results"], "imported")), (16, 30));
}

#[tokio::test]
async fn a_batch_that_one_key_spoils_is_taken_over_but_for_that_one() {
    let world = large().await;
    world.organization("zeta", json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]})).await;
    let elsewhere = json!({"keys": foreign(3, 1, "theirs")});
    assert_eq!(world.operate("POST", "/organizations/zeta/api-keys/import", elsewhere).await.status, 200);
    let own = import(&world, json!(foreign(7, 2, "ours"))).await;
    let id = own["results"][1]["id"].as_str().unwrap();
    let path = format!("/organizations/acme/api-keys/{id}");
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    // One digest comes twice.
    let keys = [foreign(0, 12, "a"), foreign(1, 1, "again")].concat();
    let results = import(&world, json!(keys)).await["results"].clone();
    let said: Vec<_> = results.as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    let mut expected = vec!["imported"; 12];
    (expected[3], expected[7], expected[8]) = ("refused", "exists", "refused");
    assert_eq!(said, [expected, vec!["exists"]].concat());
    assert_eq!((&results[3]["reason"], &results[8]["reason"]), (&json!("conflict"), &json!("conflict")));
}

#[tokio::test]
async fn only_the_operator_takes_over_keys() {
    for (contract, plan, kind, status) in [
        ("fabraix", "standard", Some("admin"), 405),
        ("fanfare", "pro", Some("secret"), 405),
        ("fayne", "pro", None, 404),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        let mut order = json!({"name": "m"});
        if let Some(kind) = kind {
            order["type"] = json!(kind);
        }
        let manager = world.key("acme", order).await;
        let before = world.authority().await;
        let body = json!({"keys": [{"sha256": HEX, "name": "a"}]});
        // By its digest one tenant could tell whether a key is another's.
        let answer = world.call("POST", "/api/v1/acme/api-keys/import", &manager.secret, Some(body)).await;
        assert_eq!(answer.status, status, "{contract}: {answer:?}");
        assert_eq!(world.authority().await, before);
    }
}
