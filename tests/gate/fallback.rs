use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_path_that_is_not_there_is_404_in_the_contracts_envelope() {
    let world = World::serving("fayne").await;
    for path in [
        "/",
        "/api/v1/nothing",
        "/api/v1/courses/a/b",
        "/operator/v2/verify",
        "/api/v1/..%2f..",
        "/%00",
        "/api/v1/%2563ourses",
    ] {
        let answer = world.anonymous("GET", path).await;
        answer.is(404, &[], r#"{"error":{"code":"not_found","message":"No such endpoint"}}"#);
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_405_and_names_those_it_takes() {
    let world = World::serving("fabraix").await;
    let body = r#"{"error":{"message":"This endpoint does not take this method","type":"invalid_request_error","code":"method_not_allowed"}}"#;
    for (method, path, allow) in [
        ("GET", "/v1/register-agent-run", "allow: POST"),
        ("DELETE", "/v1/register-agent-run/", "allow: POST"),
        ("PUT", "/api/v1/acme/api-keys", "allow: GET, POST"),
        ("POST", "/api/v1/acme/api-keys/7", "allow: DELETE, GET, PATCH"),
        ("POST", "/operator/v1/organizations/acme", "allow: DELETE, GET, PUT"),
    ] {
        world.anonymous(method, path).await.is(405, &[allow], body);
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_whatever_the_credential() {
    let (world, key) = World::academy("pro").await;
    let stranger = world.anonymous("GET", "/api/v1/nothing").await;
    assert_eq!(world.get("/api/v1/nothing", &key).await.body, stranger.body);
    assert_eq!(world.call("GET", "/api/v1/nothing", "junk", None).await.body, stranger.body);
}

#[tokio::test]
async fn a_path_that_takes_any_method_takes_none_that_could_be_named() {
    let world = World::serving("fayne").await;
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/forward-auth/read", "headers": {},
        "requestContext": {"http": {"method": "GET"}, "routeKey": "$default", "timeEpoch": 0},
    });
    let answer = world.stack.invoke("GateFallback", event).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["headers"]["allow"]), (&json!(404), &json!(null)));
}
