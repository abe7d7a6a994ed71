//! The promise: whatever a browser sends, the answer is a page and never a fault of ours.

use serde_json::json;

use crate::portal::{KEYS, NEW, issued, open, page, terms};
use crate::support::{Browser, FORM, SAME_ORIGIN, World};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap() % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    /// A form or a query of up to eight parts.
    fn form(&mut self, once: &str, key: &str) -> String {
        let names = [
            "name",
            "type",
            "scope",
            "expires",
            "date",
            "overlap",
            "end",
            "status",
            "confirm",
            "key",
            "q",
            "cursor",
            "deleted",
            "range",
            "done",
            "scopes",
            "code",
            "once",
            "%00",
            "",
            "a%5B%5D",
            "__proto__",
        ];
        let long = "x".repeat(3_000);
        let values = [
            "web",
            "secret",
            "public",
            "read:experiences",
            "admin",
            "never",
            "7d",
            "1y",
            "date",
            "keep",
            "2030-02-31",
            "9999-12-31",
            "-0001-01-01",
            "24h",
            "0",
            "1",
            "active",
            "inactive",
            "expired",
            "%00",
            "%ff%fe",
            "%",
            "%zz",
            "+++",
            "%F0%9F%92%A5",
            "%E2%80%AE",
            "%3Cscript%3E",
            "%0d%0aSet-Cookie:x",
            "é",
            "13m",
            &long,
            once,
            key,
            "",
        ];
        let joins = ["&", "&", "&", "&", ";", "&&", "&=&"];
        let mut form = String::new();
        for _ in 0..self.roll(9) {
            form.push_str(self.pick(&names));
            form.push_str(self.pick(&["=", "=", "=", "", "=="]));
            form.push_str(self.pick(&values));
            form.push_str(self.pick(&joins));
        }
        if self.roll(3) > 0 {
            form.push_str("&once=");
            form.push_str(once);
        }

        form
    }
}

const GETS: [&str; 8] =
    ["/portal/enter", KEYS, NEW, "/portal/acme/activity", "KEY", "KEY/edit", "KEY/usage.csv", "KEY/delete"];

const POSTS: [&str; 8] = [
    "/portal/enter",
    KEYS,
    "KEY",
    "KEY/regenerate",
    "KEY/status",
    "KEY/delete",
    "/portal/acme/identify",
    "/portal/leave",
];

fn no_faults(world: &World) {
    let faults: Vec<_> = world.stack.logs().into_iter().filter(|line| line.contains("ERROR")).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn random_forms_queries_and_cookies_are_never_a_fault_of_ours() {
    let world = open("fanfare").await;
    terms(&world, "fanfare", "other").await;
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]})).await;
    let theirs = world.key("other", json!({"name": "theirs", "type": "secret"})).await;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut browser = world.visitor("acme").await;
    let mut key = issued(&world, "web").await;
    let mut once = String::new();
    let mut was_good = true;
    for round in 0..600 {
        // What was sent may well have been a good form: then somebody may be out, a key gone, and the form is used up.
        if was_good {
            if browser.get(KEYS).await.status != 200 {
                browser = world.visitor("acme").await;
            }
            if browser.get(&page(&key, "")).await.status != 200 {
                key = issued(&world, "web").await;
            }
            once = browser.once(KEYS).await;
        }
        let form = dice.form(&once, &key.secret);
        let at = |path: &str| path.replace("KEY", &page(&key, ""));
        let answer = if dice.roll(3) == 0 {
            let path = at(dice.pick(&GETS));
            // What is no address never gets as far as the gateway.
            let query: String = form.replace('é', "%C3%A9").replace(' ', "+");
            browser.send("GET", &format!("{path}?{query}"), &[], "").await
        } else {
            let path = at(dice.pick(&POSTS));
            browser.send("POST", &path, &[SAME_ORIGIN, FORM], &form).await
        };
        assert!(answer.status < 500, "{round}: {form}: {answer:?}");
        was_good = answer.status < 400 || answer.status == 401;
    }
    assert_eq!(world.verdict(&theirs.secret).await, "valid");
    no_faults(&world);
}

#[tokio::test]
async fn odd_paths_headers_and_bodies_are_pages_with_a_refusal() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let long = "a".repeat(3_000);
    for odd in ["%00", "%ff", "..%2f..", "%20", "%22%3E%3Cscript%3E", "A", "-", "%C3%A9", "key_", &long] {
        for path in [
            format!("/portal/{odd}/keys"),
            format!("{KEYS}/{odd}"),
            format!("{KEYS}/{odd}/edit"),
            format!("/portal/{odd}"),
        ] {
            let answer = browser.get(&path).await;
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
            assert!(!answer.body.contains("<script>\""), "{path}");
        }
        let status = browser.post(&format!("/portal/{odd}/identify"), &[("key", "x")]).await.status;
        assert!((400..500).contains(&status), "{odd}: {status}");
    }
    let once = browser.once(KEYS).await;
    for body in [
        String::new(),
        format!("once={once}&name={}", "x".repeat(900_000)),
        format!("once={once}{}", "&scope=x".repeat(50_000)),
        format!("once={once}&name=%F0%9F%92&type=%C3&scope=%28&expires=%80"),
        "=".repeat(100_000),
        format!("once={once}&once={once}&name=a&name=b"),
    ] {
        let answer = browser.send("POST", KEYS, &[SAME_ORIGIN, FORM], &body).await;
        assert!((400..500).contains(&answer.status), "{body:.60}: {}", answer.status);
        assert!(answer.body.len() < 6_000_000);
    }
    for headers in [
        &[("accept-language", "\u{1}")][..],
        &[("accept-language", ";;;,,,q=")],
        &[("accept-language", "xx-yy-zz-aa-bb-cc")],
        &[("cookie", ";;;=;=;latchkey-local")],
        &[("cookie", "=")],
        &[("x-forwarded-proto", "a b")],
    ] {
        let headers: Vec<_> = headers.iter().copied().filter(|(_, value)| !value.contains('\u{1}')).collect();
        let answer = Browser::new(&world).send("GET", KEYS, &headers, "").await;
        assert_eq!(answer.status, 401, "{headers:?}");
    }
    no_faults(&world);
}
