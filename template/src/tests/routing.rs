//! Which function a request reaches.

use std::collections::BTreeMap;

use super::{read, routed};
use crate::Paths;

const ROUTES: [&str; 12] = [
    "GET /pets/dog/1",
    "GET /pets/dog/{id}",
    "GET /pets/{proxy+}",
    "ANY /{proxy+}",
    "GET /hello",
    "POST /hello",
    "ANY /hello",
    "DELETE /a/{x}/c",
    "DELETE /a/b/{y}",
    "GET /",
    "PUT /o/{org}/keys/{id}",
    "",
];

#[test]
fn the_most_specific_route_takes_a_request_whatever_the_order() {
    let template = read(&routed(&ROUTES)).unwrap();
    let mut backwards = template.clone();
    backwards.functions.reverse();
    for (method, path, expected) in [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/dog/2/", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("GET", "/pets/dog/1/2", "GET /pets/{proxy+}"),
        ("POST", "/pets/dog/1", "ANY /{proxy+}"),
        ("GET", "/hello", "GET /hello"),
        ("GET", "/hello/", "GET /hello"),
        ("POST", "/hello", "POST /hello"),
        ("PATCH", "/hello", "ANY /hello"),
        ("get", "/hello", "ANY /hello"),
        ("GET", "/hello//", "ANY /{proxy+}"),
        ("GET", "/Hello", "ANY /{proxy+}"),
        ("DELETE", "/a/b/c", "DELETE /a/b/{y}"),
        ("DELETE", "/a/z/c", "DELETE /a/{x}/c"),
        ("DELETE", "/a//c", "ANY /{proxy+}"),
        ("GET", "/", "GET /"),
        ("GET", "", "GET /"),
        ("POST", "/", "$default"),
    ] {
        for template in [&template, &backwards] {
            let routes = template.routes();
            let found = routes.find(method, path).unwrap();
            assert_eq!(found.route.key(), expected, "{method} {path}");
            assert!(found.function.routes.contains(found.route));
        }
    }
}

#[test]
fn without_a_default_a_request_may_reach_nothing() {
    let template = read(&routed(&["GET /a"])).unwrap();
    assert_eq!(template.routes().find("POST", "/a"), None);
    assert_eq!(template.routes().find("GET", "/a/b"), None);
    assert_eq!(template.routes().find("GET", "/"), None);
}

#[test]
fn path_parameters_are_handed_on_as_they_are() {
    let template = read(&routed(&["GET /c/{id}", "GET /f/{path+}", "PUT /o/{org}/keys/{id}"])).unwrap();
    let routes = template.routes();
    for value in ["plain", "a b", "a+b", "ä", "%41", "100%", "\0"] {
        let found = routes.find("GET", &format!("/c/{value}")).unwrap();
        assert_eq!(found.path_parameters.get("id").map(String::as_str), Some(value));
    }
    let rest = routes.find("GET", "/f/a/b c//d/").unwrap().path_parameters;
    assert_eq!(rest, BTreeMap::from([("path".to_owned(), "a/b c//d".to_owned())]));
    let two = routes.find("PUT", "/o/acme/keys/k1").unwrap().path_parameters;
    assert_eq!(two, BTreeMap::from([("org".to_owned(), "acme".to_owned()), ("id".to_owned(), "k1".to_owned())]));
}

#[test]
fn the_methods_of_a_path_are_those_of_its_routes_without_the_default() {
    let template = read(&routed(&["PUT /a/{x}", "GET /a/b", "DELETE /a/b", "DELETE /a/{y+}", "ANY /z", ""])).unwrap();
    let keys = template.route_keys();
    assert_eq!(keys, ["ANY /z", "DELETE /a/b", "DELETE /a/{y+}", "GET /a/b", "PUT /a/{x}"]);
    let paths = Paths::new(keys.iter().map(String::as_str));
    for (path, methods) in [
        ("/a/b", &["DELETE", "GET", "PUT"][..]),
        ("/a/b/", &["DELETE", "GET", "PUT"]),
        ("/a/c", &["DELETE", "PUT"]),
        ("/z", &["ANY"]),
        ("/nowhere", &[]),
    ] {
        assert_eq!(paths.methods(path, |_| true), methods, "{path}");
    }
    assert_eq!(paths.methods("/a/b", |key| key != "GET /a/b"), ["DELETE", "PUT"]);
    assert_eq!(paths.methods("/z", |_| false), [""; 0]);
}
