//! Every route of every contract's stack, as the template has them, against requests that nobody should send. A
//! function that is added is swept by itself: its sample event says what a good request is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::target::{Endpoint, Sweep};
use crate::support::{Answer, Key};

#[tokio::test]
async fn no_route_under_faynes_contract_has_a_fault_or_tells_of_others() {
    sweep("fayne").await;
}

#[tokio::test]
async fn no_route_under_fabraixs_contract_has_a_fault_or_tells_of_others() {
    sweep("fabraix").await;
}

#[tokio::test]
async fn no_route_under_the_faqs_contract_has_a_fault_or_tells_of_others() {
    sweep("thefaq").await;
}

#[tokio::test]
async fn no_route_under_fanfares_contract_has_a_fault_or_tells_of_others() {
    sweep("fanfare").await;
}

#[tokio::test]
async fn no_route_under_the_standard_contract_has_a_fault_or_tells_of_others() {
    sweep("standard").await;
}

async fn sweep(contract: &str) {
    let mut sweep = Sweep::of(contract).await;
    let theirs = sweep.harvest().await;
    assert!(theirs.len() > 1, "the other organization has made nothing that could be found: {theirs:?}");
    let before = sweep.items("other").await;

    // Reads come first, and what makes things comes last: afterwards acme may have something under the same id.
    let order =
        |endpoint: &Endpoint| ["GET", "DELETE", "PATCH", "POST"].iter().position(|known| endpoint.method == *known);
    sweep.endpoints.sort_by_key(|endpoint| order(endpoint).unwrap_or(usize::MAX));
    for endpoint in &sweep.endpoints {
        sweep.others_are_like_nobodys(endpoint, &theirs).await;
    }
    for endpoint in &sweep.endpoints {
        sweep.nonsense_is_400_and_leaves_nothing_behind(endpoint).await;
        sweep.odd_paths_and_queries_are_answered(endpoint).await;
        sweep.wrong_types_are_answered(endpoint).await;
    }

    assert_eq!(sweep.items("other").await, before, "the other organization is as it was");
    let faults: Vec<_> = sweep.world.stack.logs().into_iter().filter(|line| line.contains("ERROR")).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

impl Sweep {
    async fn others_are_like_nobodys(&self, endpoint: &Endpoint, theirs: &BTreeSet<String>) {
        if endpoint.method == "GET" && !endpoint.names_something() {
            let answer = self.good(endpoint, &self.ours, &endpoint.at("acme", None)).await.body;
            assert!(!theirs.iter().any(|id| answer.contains(id)), "{} shows what is others': {answer}", endpoint.path);
        }
        let mut pairs = Vec::new();
        if endpoint.names_something() {
            for id in theirs {
                let nobodys = nobodys(id);
                pairs.push((endpoint.at("acme", Some(id)), endpoint.at("acme", Some(&nobodys)), id.clone(), nobodys));
            }
        }
        if !endpoint.is_operators && endpoint.path.contains("{org}") {
            let [other, nobody] = ["other", "nobody"].map(|org| endpoint.at(org, Some(&self.theirs.id)));
            pairs.push((other, nobody, "other".to_owned(), "nobody".to_owned()));
        }
        for (other, nobody, theirs, nobodys) in pairs {
            let same = |answers: [Answer; 2]| {
                let [other, nobody] = answers.map(|answer| shown(&answer, &[&theirs, &nobodys]));
                assert_eq!(other, nobody, "{} {}", endpoint.method, endpoint.path);
            };
            // To a member of another organization, and to strangers.
            same([self.good(endpoint, &self.ours, &other).await, self.good(endpoint, &self.ours, &nobody).await]);
            if !endpoint.is_operators {
                let junk = Key { id: String::new(), secret: "junk".to_owned() };
                same([self.good(endpoint, &junk, &other).await, self.good(endpoint, &junk, &nobody).await]);
                let stranger = async |path: &str| self.world.anonymous(&endpoint.method, path).await;
                same([stranger(&other).await, stranger(&nobody).await]);
            }
        }
    }

    async fn nonsense_is_400_and_leaves_nothing_behind(&self, endpoint: &Endpoint) {
        let Some(good) = &endpoint.body else { return };
        let before = self.items("acme").await;
        let path = endpoint.at("acme", None);
        let json = "application/json";
        let mut unknown = good.clone();
        unknown["nobody_knows_this"] = json!(1);
        for (kind, body) in [
            (json, b"".to_vec()),
            (json, b"{".to_vec()),
            (json, b"null".to_vec()),
            (json, b"7".to_vec()),
            (json, b"[]".to_vec()),
            (json, b"\"text\"".to_vec()),
            (json, b"\"\xff\xfe\"".to_vec()),
            (json, b"\x00\x01\x02".to_vec()),
            (json, b"{}{}".to_vec()),
            (json, b"{\"a\": \"\\ud800\"}".to_vec()),
            (json, "[".repeat(100_000).into_bytes()),
            (json, "{\"a\":".repeat(10_000).into_bytes()),
            (json, [good.to_string().as_bytes(), " ".repeat(1_000_001).as_bytes()].concat()),
            (json, unknown.to_string().into_bytes()),
            ("\u{e9}", good.to_string().into_bytes()),
            ("text/plain", good.to_string().into_bytes()),
            ("application/x-www-form-urlencoded", b"name=a".to_vec()),
            ("application/octet-stream", good.to_string().into_bytes()),
            ("multipart/form-data; boundary=x", good.to_string().into_bytes()),
        ] {
            let answer = self.send(endpoint, &self.ours, &path, kind, &body).await;
            let expected = match (endpoint.is_open, body.is_empty()) {
                (false, _) => [404, 405],
                // Where a body can be left out, the thing that the path names does not exist.
                (true, true) => [400, 404],
                (true, false) => [400, 400],
            };
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert!(expected.contains(&answer.status), "{} {path}: {kind} {shown}: {answer:?}", endpoint.method);
        }
        assert_eq!(self.items("acme").await, before, "{} {path}", endpoint.method);
    }

    async fn wrong_types_are_answered(&self, endpoint: &Endpoint) {
        let Some(Value::Object(good)) = &endpoint.body else { return };
        let path = endpoint.at("acme", None);
        let long = "é".repeat(10_000);
        for member in good.keys() {
            let mut bodies = Vec::new();
            for value in [
                json!(null),
                json!(true),
                json!(-1),
                json!(1e300),
                json!(18_446_744_073_709_551_615_u64),
                json!(""),
                json!("x"),
                json!("\0"),
                json!(long),
                json!([]),
                json!([null]),
                json!([[], {}]),
                json!({}),
                json!({"a": 1}),
            ] {
                let mut body = good.clone();
                body.insert(member.clone(), value);
                bodies.push(Value::Object(body).to_string());
            }
            let mut without = good.clone();
            without.remove(member);
            bodies.push(Value::Object(without).to_string());
            let twice = Value::Object(good.clone()).to_string();
            bodies.push(twice.replacen('{', &format!("{{{}: 1,", json!(member)), 1));
            for body in bodies {
                self.send(endpoint, &self.ours, &path, "application/json", body.as_bytes()).await;
            }
        }
        // Some of it was not a mistake, such as to take away one's own limits.
        self.good(endpoint, &self.ours, &path).await;
    }

    async fn odd_paths_and_queries_are_answered(&self, endpoint: &Endpoint) {
        for name in endpoint.parameters.keys() {
            let long = "a".repeat(300);
            for odd in ["%00", "%ff", "%", "%20", "%22%3C%3E", "A", "-", "%C3%A9", "%F0%9F%92%A5", &long] {
                let path = endpoint.filled(|other, sample| if other == name { odd } else { sample });
                let answer = self.good(endpoint, &self.ours, &path).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{} {}: {odd}: {answer:?}",
                    endpoint.method,
                    endpoint.path
                );
            }
        }
        if endpoint.method == "GET" {
            let long = format!("cursor={}", "a".repeat(5_000));
            let names = ["limit", "cursor", "offset", "first", "after", "from", "to", "granularity"];
            let values = ["", "%ff", "-1", "9999999999999999999999", "x"];
            let queries = names.iter().flat_map(|name| values.map(|value| format!("{name}={value}")));
            let more = ["&&=&", "limit=1&limit=1", "a%5Bb%5D=c", "%00", &long].map(str::to_owned);
            for query in queries.chain(more) {
                let path = format!("{}?{query}", endpoint.at("acme", None));
                self.good(endpoint, &self.ours, &path).await;
            }
        }
    }
}

/// Another id of the same form, which is nobody's.
fn nobodys(id: &str) -> String {
    let kept = &id[..id.len() - 6];
    format!("{kept}000000")
}

/// A caller's view of an answer, without the id that it asked about and what is left of its quota. Of a success, only
/// that it is one: what is made anew has an id of its own.
fn shown(answer: &Answer, ids: &[&str]) -> (u16, Vec<String>, String) {
    let mut headers = answer.own_headers();
    headers.retain(|line| !line.starts_with("x-ratelimit-remaining") && !line.starts_with("ratelimit:"));
    let request = answer.header("apigw-requestid").unwrap_or("ID");
    let body = ids.iter().fold(answer.body.clone(), |body, id| body.replace(id, "ID")).replace(request, "ID");

    (answer.status, headers, if answer.status < 300 { String::new() } else { body })
}
