//! The promise: a stack has the functions that its contract asks for; others are as if they had never been.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use shared::contract::Contract;
use template::Target;

use crate::support::{Answer, World, root, template};

const COURSE: &str = "/organizations/acme/courses/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

/// A contract of one's own, in a file of one's own: Fayne's, word for word.
fn own_contract() -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().prefix("own").suffix(".toml").tempfile().unwrap();
    fs::copy(root().join("contracts/fayne.toml"), file.path()).unwrap();
    file
}

/// The method and path of every route that some contract's stack has.
fn routes() -> BTreeSet<(String, String)> {
    let templates: Vec<_> = Contract::names().map(template).collect();
    let routes = templates.iter().flat_map(|template| &template.functions).flat_map(|function| &function.routes);
    routes
        .filter_map(|route| match &route.target {
            Target::Default => None,
            Target::Path { method, path } => Some((method.to_string(), path.clone())),
        })
        .collect()
}

/// What an answer says, but for the number that is each request's own.
fn said(answer: &Answer) -> Value {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");

    body
}

#[tokio::test]
async fn a_stack_has_the_routes_of_its_contract_and_no_others() {
    let own = own_contract();
    let contracts = ["fayne", "fabraix", "fanfare", "thefaq", "standard", own.path().to_str().unwrap()];
    // What a stranger is told. 401, 403: it is there. 405: the path is there for others. 404: it is not there.
    let table = [
        // fayne, fabraix, fanfare, thefaq, standard, own
        ([200, 200, 200, 200, 200, 200], "GET", "/api/v1/health"),
        ([401, 404, 404, 404, 404, 404], "GET", "/api/v1/courses"),
        ([405, 404, 404, 404, 404, 404], "POST", "/api/v1/courses"),
        ([401, 404, 404, 404, 404, 404], "GET", "/api/v1/courses/7"),
        ([403, 404, 404, 404, 404, 404], "PUT", "/operator/v1/organizations/acme/courses/7"),
        ([404, 404, 404, 404, 401, 404], "GET", "/v1/notes"),
        ([404, 404, 404, 404, 405, 404], "PUT", "/v1/notes"),
        ([404, 401, 404, 404, 404, 404], "POST", "/v1/register-agent-run"),
        ([404, 405, 404, 404, 404, 404], "GET", "/v1/register-agent-run"),
        ([404, 403, 404, 404, 404, 404], "GET", "/operator/v1/organizations/acme/agent-runs"),
        ([404, 401, 401, 401, 401, 404], "GET", "/api/v1/acme/api-keys"),
        ([404, 401, 401, 405, 401, 404], "POST", "/api/v1/acme/api-keys"),
        ([404, 405, 405, 405, 405, 404], "PUT", "/api/v1/acme/api-keys"),
        ([404, 401, 401, 404, 401, 404], "GET", "/api/v1/acme/api-keys/7"),
        ([404, 401, 401, 404, 401, 404], "GET", "/api/v1/acme/api-keys/7/usage"),
        ([404, 401, 401, 404, 401, 404], "PATCH", "/api/v1/acme/api-keys/7"),
        ([404, 401, 401, 404, 401, 404], "DELETE", "/api/v1/acme/api-keys/7"),
        ([404, 405, 405, 404, 405, 404], "PUT", "/api/v1/acme/api-keys/7"),
        ([403, 403, 403, 403, 403, 403], "GET", "/operator/v1/organizations/acme/api-keys"),
        ([403, 403, 403, 403, 403, 403], "POST", "/operator/v1/verify"),
        ([403, 403, 403, 403, 403, 404], "GET", "/operator/v1/organizations/acme/portal-sessions"),
        ([403, 403, 403, 403, 403, 404], "DELETE", "/operator/v1/organizations/acme/portal-sessions/7"),
        ([404, 401, 401, 404, 401, 404], "POST", "/api/v1/acme/portal-sessions"),
        ([404, 405, 405, 404, 405, 404], "GET", "/api/v1/acme/portal-sessions"),
        ([401, 401, 401, 401, 401, 404], "GET", "/portal/enter"),
        ([401, 401, 401, 401, 401, 404], "GET", "/portal/acme/keys"),
        // Nobody sends a form from elsewhere.
        ([403, 403, 403, 403, 403, 404], "POST", "/portal/acme/keys"),
        ([405, 405, 405, 405, 405, 404], "PUT", "/portal/acme/keys"),
    ];
    for (place, name) in contracts.into_iter().enumerate() {
        let world = World::serving(name).await;
        let nowhere = world.anonymous("GET", "/nowhere").await;
        for (statuses, method, path) in table {
            let answer = world.anonymous(method, path).await;
            assert_eq!(answer.status, statuses[place], "{method} {path} for {name}");
            if answer.status == 404 {
                assert_eq!((answer.own_headers(), said(&answer)), (nowhere.own_headers(), said(&nowhere)));
            }
        }

        // And every other route: either it is the contract's, or nobody is told of it.
        let (template, contract) = (template(name), Contract::load(name).unwrap());
        let routes_here = template.routes();
        // The document is there for contracts that have one, introspection for those who may ask, and GitHub is heard where its keys
        // are known: tests/gate, tests/leaks.
        let depends = ["/openapi.json", "/introspect", "/leaks/github"];
        for (method, path) in routes().into_iter().filter(|(_, path)| !depends.contains(&path.as_str())) {
            let path = path.replace(['{', '}'], "");
            let route = routes_here.find(&method, &path).unwrap().route;
            let is_here = route.target != Target::Default && contract.management.opens(&route.key());
            let answer = world.anonymous(&method, &path).await;
            let told = [404, 405].contains(&answer.status);
            assert_eq!(told, !is_here, "{method} {path} for {name}: {answer:?}");
            let allow = answer.header("allow").unwrap_or_default();
            assert_eq!(answer.status == 405, !allow.is_empty(), "{method} {path} for {name}: {answer:?}");
            assert!(!allow.split(", ").any(|allowed| allowed == method), "{method} {path} for {name}: {allow}");
        }
    }
}

#[tokio::test]
async fn a_contract_of_ones_own_has_no_reference_api_unless_it_is_asked_for() {
    let own = own_contract();
    let own = own.path().to_str().unwrap();
    for (contract, api, there) in [(own, "from-contract", false), (own, "academy", true), ("fayne", "none", false)] {
        let world = World::build(contract, |builder| builder.parameter("ReferenceApi", api)).await;
        world.organization("acme", json!({"plan": "pro"})).await;
        let key = world.key("acme", json!({"name": "a"})).await;
        let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
        assert_eq!(verdict["data"]["valid"], true, "{contract} {api}");

        let course = json!({"title": "Rust", "status": "draft"});
        let authored = world.operate("PUT", COURSE, course).await;
        assert_eq!(authored.status, if there { 201 } else { 404 }, "{contract} {api}");
        let listed = world.get("/api/v1/courses", &key).await;
        assert_eq!(listed.status, if there { 200 } else { 404 }, "{contract} {api}");
        let other_method = world.call("POST", "/api/v1/courses", &key.secret, Some(Value::Null)).await;
        assert_eq!(other_method.status, if there { 405 } else { 404 }, "{contract} {api}");

        let tables = world.stack.dynamodb().client().list_tables().send().await.unwrap();
        let has_table = tables.table_names().iter().any(|name| name == "ReferenceTable");
        assert_eq!(has_table, there, "{contract} {api}: {tables:?}");
    }
}

#[tokio::test]
async fn the_portal_is_there_for_latchkeys_own_contracts_and_for_others_that_ask_for_it() {
    let own = own_contract();
    let own = own.path().to_str().unwrap();
    for (contract, portal, there) in [
        ("fayne", "from-contract", true),
        ("fayne", "off", false),
        (own, "from-contract", false),
        (own, "off", false),
        (own, "on", true),
    ] {
        let world = World::build(contract, |builder| builder.parameter("Portal", portal)).await;
        world.organization("acme", json!({"plan": "pro"})).await;
        let sessions = "/organizations/acme/portal-sessions";
        let link = world.operate("POST", sessions, json!({"subject": "user_42"})).await;
        assert_eq!(link.status, if there { 201 } else { 404 }, "{contract} {portal}");
        assert_eq!(world.operate("GET", sessions, Value::Null).await.status, if there { 200 } else { 404 });
        let nowhere = world.anonymous("GET", "/nowhere").await;
        for (method, path, status) in
            [("GET", "/portal/acme/keys", 401), ("POST", "/portal/enter", 403), ("GET", "/portal/nowhere", 404)]
        {
            let answer = world.anonymous(method, path).await;
            assert_eq!(answer.status, if there { status } else { 404 }, "{method} {path} for {contract} {portal}");
            let is_page = answer.header("content-type") == Some("text/html; charset=utf-8");
            assert_eq!(is_page, there, "{method} {path} for {contract} {portal}: {answer:?}");
            if !there {
                assert_eq!((answer.own_headers(), said(&answer)), (nowhere.own_headers(), said(&nowhere)));
            }
        }
    }
}
