//! The promise: what people have typed is shown as they have typed it, and does nothing.

use serde_json::json;

use crate::portal::{ACTIVITY, ALERTS, IDENTIFY, KEYS, NEW, open, page, typed};
use crate::support::{Answer, Browser, CONTRACTS};

const HOSTILE: [&str; 10] = [
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</title></style></script><b>",
    "{{ 7 * 7 }} {name} {% x %}",
    "&lt;b&gt;&amp;&#60;",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "<!-- --> ]]> <![CDATA[",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "🙂👩‍👩‍👧‍👧 é e\u{301} می\u{200c}خواهم",
];

/// No markup that is not ours: every tag is one that a page without names has, too.
#[track_caller]
fn is_harmless(page: &Answer, name: &str) {
    let body = &page.body;
    assert_eq!(body.matches("<script>").count(), 1, "{name}");
    assert_eq!(body.matches("</script>").count(), 1, "{name}");
    for tag in ["<img src=x", "<b>", "onerror=alert(1)>", "<!-- -->", "<![CDATA["] {
        assert!(!body.contains(tag), "{name}: {tag}");
    }
    assert!(!body.contains("href=\"javascript:"), "{name}");
}

fn escaped(text: &str) -> String {
    let escapes = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;"), ("{", "&#123;")];
    escapes.iter().fold(text.to_owned(), |text, (letter, entity)| text.replace(letter, entity))
}

#[tokio::test]
async fn names_of_keys_are_shown_literally_everywhere() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for (minute, name) in HOSTILE.into_iter().enumerate() {
        // Rows of one moment are in any order, and the activity shows the last ones.
        world.at(&format!("2030-06-15T00:{minute:02}:31Z"));
        let mut fields = typed("fanfare");
        fields.retain(|(field, _)| *field != "name");
        fields.push(("name", name));
        let created = browser.submit(NEW, KEYS, &fields).await;
        assert_eq!(created.status, 200, "{name}: {}", created.words());
        let [id] = <[String; 1]>::try_from(world.key_ids("acme").await).unwrap();
        let key = crate::support::Key { id, secret: created.secret().unwrap() };
        let listed =
            world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), json!(null)).await.json();
        assert_eq!(listed["data"]["name"], name, "as it was typed");
        let isolated = format!("<bdi>{}</bdi>", escaped(name));
        let search = format!("{KEYS}?{}", crate::support::encoded(&[("q", name)]));
        let paths = [KEYS.to_owned(), search, page(&key, ""), page(&key, "/edit"), page(&key, "/regenerate")];
        let more = [page(&key, "/status"), page(&key, "/delete"), ACTIVITY.to_owned(), ALERTS.to_owned()];
        let muted = browser.submit(&page(&key, ""), &page(&key, "/mute"), &[("days", "7")]).await;
        assert_eq!(muted.status, 303, "{name}: {}", muted.words());
        let mut pages = vec![created];
        for path in paths.into_iter().chain(more) {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            pages.push(answer);
        }
        pages.push(browser.submit(KEYS, IDENTIFY, &[("key", &key.secret)]).await);
        for answer in &pages {
            is_harmless(answer, name);
            assert!(answer.body.contains(&isolated), "{name} is not shown as {isolated}: {}", answer.body);
        }
        let delete = page(&key, "/delete");
        let gone = browser.submit(&delete, &delete, &[("confirm", name)]).await;
        assert_eq!(gone.status, 303);
        let list = browser.get(&gone.leads_to(&delete)).await;
        is_harmless(&list, name);
        assert!(list.body.contains(&isolated), "{}", list.body);
    }
}

#[tokio::test]
async fn what_was_typed_into_a_form_with_mistakes_is_harmless() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for text in HOSTILE {
        for field in ["name", "type", "scope", "expires", "date"] {
            let mut fields =
                vec![("type", "secret"), ("name", "web"), ("scope", "admin"), ("expires", "date"), ("date", "x")];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, text));
            let answer = browser.submit(NEW, KEYS, &fields).await;
            assert_eq!(answer.status, 422, "{field}: {}", answer.words());
            is_harmless(&answer, text);
        }
        let path = format!("{NEW}?{}", crate::support::encoded(&[("name", text), ("type", text), ("scopes", text)]));
        is_harmless(&browser.get(&path).await, text);
        let path =
            format!("{KEYS}?{}", crate::support::encoded(&[("type", text), ("status", text), ("deleted", text)]));
        is_harmless(&browser.get(&path).await, text);
    }
}

#[tokio::test]
async fn subjects_names_and_organizations_are_shown_literally() {
    let world = open("fanfare").await;
    for name in HOSTILE {
        world.organization("acme", json!({"name": name})).await;
        let link = world.link("acme", json!({"subject": name})).await;
        let browser = Browser::new(&world);
        let entrance = browser.get(&format!("/portal/enter?code={}", link.code)).await;
        assert_eq!(browser.enter(&link.code).await.status, 303);
        let mut pages = vec![entrance];
        for path in [KEYS, NEW, ACTIVITY, "/portal/acme/keys/key_00000000000000000000000000"] {
            pages.push(browser.get(path).await);
        }
        let isolated = format!("<bdi>{}</bdi>", escaped(name));
        for answer in &pages {
            is_harmless(answer, name);
            assert!(answer.body.matches(&isolated).count() >= 2, "{name}: {} {}", answer.status, answer.body);
        }
    }
}

#[tokio::test]
async fn names_that_nobody_sees_are_refused_on_every_plane_and_stored_ones_stay_readable() {
    let world = open("fanfare").await;
    let key = crate::portal::issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "");
    for name in ["\u{200b}", "web\u{200b}", "\u{202e}bew", "\u{3164}", "a\u{2028}b"] {
        let fields = [("name", name), ("scope", "admin"), ("expires", "never")];
        let answer = browser.submit(&page(&key, "/edit"), &path, &fields).await;
        assert_eq!(answer.status, 422, "{name:?}");
        answer.says("The name has characters that cannot be seen");
        let api = format!("/organizations/acme/api-keys/{}", key.id);
        assert_eq!(world.operate("PATCH", &api, json!({"name": name})).await.status, 400, "{name:?}");
        assert_eq!(world.operate("PUT", "/organizations/acme", json!({"name": name})).await.status, 400, "{name:?}");
        let order = json!({"subject": name});
        assert_eq!(world.operate("POST", "/organizations/acme/portal-sessions", order).await.status, 400, "{name:?}");
    }
    // As it was stored by an earlier release.
    let update = world.stack.dynamodb().client().update_item().table_name("KeysTable");
    let update = update.key("pk", dynamodb::text("org#acme")).key("sk", dynamodb::text(format!("key#{}", key.id)));
    let update = update.update_expression("SET #name = :name").expression_attribute_names("#name", "name");
    update.expression_attribute_values(":name", dynamodb::text("old\u{200b}name")).send().await.unwrap();
    assert_eq!(browser.get(&path).await.status, 200);
    browser.get(KEYS).await.says("old\u{200b}name");
    assert_eq!(crate::portal::call(&world, &key).await, 200);
}

#[tokio::test]
async fn no_page_grows_beyond_64_kilobytes_however_long_the_names_are() {
    for contract in CONTRACTS {
        let world = open(contract).await;
        // Each of these is six bytes of HTML.
        let [name, subject] = [100, 256].map(|length| "{".repeat(length));
        world.organization("acme", json!({"name": name})).await;
        let order = |number: usize| {
            let name = format!("{number:02}{}", "{".repeat(98));
            match contract {
                "fabraix" => json!({"name": name, "type": "admin"}),
                "fanfare" => json!({"name": name, "type": "secret"}),
                "standard" => json!({"name": name, "type": "live"}),
                _ => json!({"name": name}),
            }
        };
        let most = if contract == "fayne" || contract == "thefaq" { 10 } else { 25 };
        let mut last = None;
        for number in 0..most {
            last = Some(world.key("acme", order(number)).await);
        }
        let link = json!({"subject": subject, "name": name, "timeZone": "America/Argentina/ComodRivadavia"});
        let browser = world.visitor_with("acme", link).await;
        let key = last.unwrap();
        for number in 0..12 {
            let name = format!("{number:02}{}", "{".repeat(98));
            let path = format!("/organizations/acme/api-keys/{}", key.id);
            assert_eq!(world.operate("PATCH", &path, json!({"name": name})).await.status, 200);
        }
        let search = format!("{KEYS}?q={}", "%7B".repeat(80));
        for path in [KEYS.to_owned(), ACTIVITY.to_owned(), page(&key, ""), page(&key, "/delete"), search] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 200, "{contract} {path}: {}", answer.words());
            assert!(answer.body.len() <= 64 * 1_024, "{contract} {path}: {} bytes", answer.body.len());
        }
        let long = "{".repeat(5_000);
        let mut fields = vec![("name", long.as_str()), ("date", long.as_str()), ("expires", "date")];
        fields.extend(["a", "b", "c", "d"].map(|_| ("scope", long.as_str())));
        let answer = browser.submit(NEW, KEYS, &fields).await;
        assert_eq!(answer.status, 422, "{contract}");
        assert!(answer.body.len() <= 64 * 1_024, "{contract}: {} bytes of mistakes", answer.body.len());
    }
}
