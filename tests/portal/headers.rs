//! The promise: every answer below `/portal` is a page with the same headers, refusals too, and no script of another site
//! reads one.

use serde_json::json;

use crate::portal::{ALERTS, KEYS, NEW, issued, open, page, terms, typed};
use crate::support::{Answer, Browser, CONTRACTS, FORM, SAME_ORIGIN, World, encoded};

const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
    ("permissions-policy", "clipboard-write=(self), camera=(), geolocation=(), microphone=(), payment=()"),
];

#[track_caller]
fn is_dressed(answer: &Answer, is_tls: bool, is_entrance: bool) {
    // Not even our own next page is to be sent the address that has a code in it.
    let referrer = if is_entrance { "strict-origin" } else { "same-origin" };
    assert_eq!(answer.header("referrer-policy"), Some(referrer));
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), Some(value), "{name} of {} {:?}", answer.status, answer.headers);
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}");
    }
    let hsts = is_tls.then_some("max-age=31536000");
    assert_eq!(answer.header("strict-transport-security"), hsts);
    let policy = answer.header("content-security-policy").unwrap();
    let directives: Vec<_> = policy.split(';').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    for directive in [
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "require-trusted-types-for 'script'",
    ] {
        assert!(directives.contains(&directive), "{directive}: {policy}");
    }
    for kind in ["style-src 'sha256-", "script-src 'sha256-"] {
        assert!(directives.iter().any(|directive| directive.starts_with(kind)), "{kind}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
    assert!(!answer.body.contains(" style=\"") && !answer.body.contains(" onclick"), "{}", answer.body);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{:?}", answer.headers);
    let is_csv = answer.header("content-disposition").is_some();
    let kind = if is_csv { "text/csv; charset=utf-8" } else { "text/html; charset=utf-8" };
    assert_eq!(answer.header("content-type"), Some(kind));
}

/// An answer of every kind to requests with `more` headers: its status, and whether it is about the code of a link.
async fn answers(world: &World, more: &[(&str, &str)]) -> Vec<(u16, Answer, bool)> {
    let key = issued(world, "web").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = world.visitor("acme").await;
    let stranger = Browser::new(world);
    let once = browser.once(KEYS).await;
    let get = async |browser: &Browser<'_>, path: &str| browser.send("GET", path, more, "").await;
    let post = async |browser: &Browser<'_>, path: &str, site: (&str, &str), fields: &[(&str, &str)]| {
        let headers: Vec<_> = more.iter().copied().chain([site, FORM]).collect();
        let fields: Vec<_> = fields.iter().copied().chain([("once", once.as_str())]).collect();
        browser.send("POST", path, &headers, &encoded(&fields)).await
    };
    let entrance = format!("/portal/enter?code={}", link.code);
    let entrances = [
        (200, get(&stranger, &entrance).await),
        (303, post(&stranger, "/portal/enter", SAME_ORIGIN, &[("code", &link.code)]).await),
        (401, post(&Browser::new(world), "/portal/enter", SAME_ORIGIN, &[("code", &link.code)]).await),
        (403, post(&stranger, "/portal/enter", ("sec-fetch-site", "cross-site"), &[]).await),
    ];
    let mut all = vec![
        (200, get(&browser, KEYS).await),
        (200, get(&browser, NEW).await),
        (200, get(&browser, &page(&key, "/usage.csv")).await),
        (200, post(&browser, KEYS, SAME_ORIGIN, &typed("fanfare")).await),
        (200, get(&browser, ALERTS).await),
        (303, post(&browser, &page(&key, "/mute"), SAME_ORIGIN, &[("days", "7")]).await),
        (409, post(&browser, ALERTS, SAME_ORIGIN, &[("days", "7")]).await),
        (303, post(&browser, &page(&key, "/status"), SAME_ORIGIN, &[("status", "inactive")]).await),
        (422, post(&browser, KEYS, SAME_ORIGIN, &[("name", "")]).await),
        (400, get(&browser, &format!("{KEYS}?cursor=x")).await),
        (401, get(&Browser::new(world), KEYS).await),
        (403, post(&browser, KEYS, ("sec-fetch-site", "cross-site"), &[]).await),
        (404, get(&browser, "/portal/acme/keys/key_00000000000000000000000000").await),
        (404, get(&browser, "/portal/acme/keys/junk").await),
        (409, get(&browser, "/portal/other/keys").await),
    ];
    for path in ["/portal", "/portal/", "/portal/acme", "/portal/acme/nothing", "/portal/a/b/c/d/e/f", "/%70ortal/x"] {
        all.push((404, get(&stranger, path).await));
    }
    for (method, path) in [("PUT", KEYS), ("DELETE", KEYS), ("GET", "/portal/leave"), ("OPTIONS", KEYS)] {
        all.push((405, browser.send(method, path, more, "").await));
    }
    let head = browser.send("HEAD", KEYS, more, "").await;
    assert!(head.body.is_empty());
    all.push((200, post(&browser, "/portal/leave", SAME_ORIGIN, &[]).await));
    let all = all.into_iter().map(|(status, answer)| (status, answer, false));

    all.chain(entrances.map(|(status, answer)| (status, answer, true))).collect()
}

#[tokio::test]
async fn every_answer_has_every_header() {
    for (stage, is_tls) in [("local", false), ("production", true)] {
        let world = World::at_stage("fanfare", stage).await;
        terms(&world, "fanfare", "acme").await;
        for (status, answer, is_entrance) in answers(&world, &[]).await {
            assert_eq!(answer.status, status, "{}", answer.words());
            is_dressed(&answer, is_tls, is_entrance);
            if status >= 400 {
                assert!(answer.body.starts_with("<!DOCTYPE html>"), "{}", answer.body);
            }
            if status == 405 {
                assert!(answer.header("allow").is_some_and(|allow| allow.contains("POST")), "{answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_script_of_another_site_reads_a_page_whatever_the_contract_says() {
    // Fanfare's API is open to scripts of every page.
    let world = open("fanfare").await;
    let page = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    for (status, answer, is_entrance) in answers(&world, &page).await {
        assert_eq!(answer.status, status, "{}", answer.words());
        is_dressed(&answer, false, is_entrance);
    }
    for path in [KEYS, "/portal/enter", "/portal/nothing", "/portal"] {
        let asks = [page[0], page[1], ("access-control-request-headers", "content-type")];
        let answer = world.http.send("OPTIONS", path, &asks, None).await;
        assert!([404, 405].contains(&answer.status), "{path}: {answer:?}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{path}: {answer:?}");
    }
    let elsewhere = world.http.send("OPTIONS", "/portalx", &page, None).await;
    assert_eq!(elsewhere.status, 204, "what is not below /portal is the API's");
}

#[tokio::test]
async fn a_failure_of_the_store_or_of_ours_is_a_page_too() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let dynamodb = world.stack.dynamodb();
    for (kind, status, said) in
        [("AccessDeniedException", 503, "Not available"), ("ValidationException", 500, "Something went wrong")]
    {
        dynamodb.inject(local::dynamodb::Fault::error(400, kind, "the cause of it").always());
        let answer = browser.get(KEYS).await;
        dynamodb.clear_faults();
        assert_eq!(answer.status, status, "{kind}");
        assert_eq!(answer.header("retry-after"), (status == 503).then_some("1"));
        answer.says(said);
        answer.does_not_say("the cause of it");
        is_dressed(&answer, false, false);
        assert!(!answer.sets_session(), "nobody is signed out by it");
        assert_eq!(browser.get(KEYS).await.status, 200);
    }
}

#[tokio::test]
async fn a_page_asks_for_nothing_else() {
    for contract in CONTRACTS {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        for path in [KEYS, NEW, super::ACTIVITY] {
            let body = browser.get(path).await.body;
            for (place, _) in body.match_indices("src=\"") {
                assert!(body[place + 5..].starts_with("data:image/"), "{path}: {:.80}", &body[place..]);
            }
            for (place, _) in body.match_indices("<link ") {
                assert!(body[place..].starts_with("<link rel=\"icon\" href=\"data:,\">"), "{path}");
            }
            assert!(!body.contains("@import") && !body.contains("url(http"), "{path}");
        }
    }
}
