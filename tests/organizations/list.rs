use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn organizations_are_listed_by_their_slugs_page_by_page() {
    let world = World::serving("fayne").await;
    let empty = world.operate("GET", "/organizations", Value::Null).await;
    empty.is(200, &[], r#"{"data":[],"meta":{"pagination":{"limit":20,"cursor":null,"hasMore":false}}}"#);
    for slug in ["delta", "alpha", "charlie", "bravo", "alpha"] {
        world.organization(slug, json!({"plan": "pro"})).await;
    }
    for limit in 1..=5 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.operate("GET", &format!("/organizations?{cursor}limit={limit}"), Value::Null).await.json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|org| org["slug"].as_str().unwrap().to_owned()));
            let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
            cursor = format!("cursor={next}&");
        }
        assert_eq!(seen, ["alpha", "bravo", "charlie", "delta"], "by {limit}");
    }
    let answer = world.operate("GET", "/organizations?cursor=%20", Value::Null).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["message"]),
        (400, &json!("cursor must be one that this list gave"))
    );
}

#[tokio::test]
async fn a_parameter_that_an_operators_route_does_not_have_is_400_and_callers_may_send_others() {
    let (world, key) = World::academy("pro").await;
    for (path, message) in [
        ("/organizations?limt=5", "limt is not known here"),
        ("/organizations?Limit=5&limit=5", "Limit is not known here"),
        ("/organizations/acme?verbose", "verbose is not known here"),
        ("/organizations/acme/api-keys?cursr=a&limit=5", "cursr is not known here"),
        ("/organizations/acme/api-keys?fa_live_0123456789abcdef=1", "query has a member that is not known here"),
    ] {
        let answer = world.operate("GET", path, Value::Null).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{path}");
    }
    let put = world.operate("PUT", "/organizations/zeta?dry=1", json!({"plan": "pro"})).await;
    assert_eq!(put.status, 400);
    assert_eq!(world.operate("GET", "/organizations/zeta", Value::Null).await.status, 404, "nothing was made");
    assert_eq!(world.get("/api/v1/courses?utm_source=mail", &key).await.status, 200);
}

#[tokio::test]
async fn organizations_are_listed_by_plan_status_name_and_external_id() {
    let world = World::serving("fayne").await;
    for (slug, terms) in [
        ("alpha", json!({"plan": "pro", "name": "Zürich Web"})),
        ("bravo", json!({"plan": "scale", "name": "zürich works"})),
        ("charlie", json!({"plan": "pro", "status": "locked", "externalId": "cus_1"})),
    ] {
        world.organization(slug, terms).await;
    }
    for (query, slugs) in [
        ("plan=pro", &["alpha", "charlie"][..]),
        ("status=locked", &["charlie"]),
        ("name=Z%C3%9CRICH", &["alpha", "bravo"]),
        ("externalId=cus_1", &["charlie"]),
        ("name=z&plan=pro", &["alpha"]),
        ("plan=dropped", &[]),
    ] {
        let page = world.operate("GET", &format!("/organizations?{query}"), Value::Null).await.json();
        let found: Vec<_> = page["data"].as_array().unwrap().iter().map(|org| org["slug"].as_str().unwrap()).collect();
        assert_eq!(found, slugs, "{query}");
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operate("GET", &format!("/organizations?{cursor}limit=1&plan=pro"), Value::Null).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|org| org["slug"].as_str().unwrap().to_owned()));
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
        cursor = format!("cursor={next}&");
    }
    assert_eq!(seen, ["alpha", "charlie"]);
}
