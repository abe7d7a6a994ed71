//! A browser at the portal: it keeps cookies, says where a form comes from, and reads pages as people do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, World};

/// A link to the portal, as its maker got it.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) code: String,
}

pub(crate) struct Browser<'w> {
    world: &'w World,
    jar: RefCell<BTreeMap<String, String>>,
}

/// Sent with every form of our own pages.
pub(crate) const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

impl World {
    /// Makes a link to the portal of `org`, which must work.
    pub(crate) async fn link(&self, org: &str, order: Value) -> Link {
        let answer = self.operate("POST", &format!("/organizations/{org}/portal-sessions"), order).await;
        assert_eq!(answer.status, 201, "{answer:?}");

        Link::of(&answer)
    }

    /// Somebody who has entered the portal of `org`.
    pub(crate) async fn visitor(&self, org: &str) -> Browser<'_> {
        self.visitor_with(org, json!({"subject": "user_42"})).await
    }

    /// The same, with another link.
    pub(crate) async fn visitor_with(&self, org: &str, order: Value) -> Browser<'_> {
        let link = self.link(org, order).await;
        let browser = Browser::new(self);
        assert_eq!(browser.enter(&link.code).await.status, 303);

        browser
    }

    /// The ids of the keys of `org`, newest first, as the operator sees them.
    pub(crate) async fn key_ids(&self, org: &str) -> Vec<String> {
        let keys = self.operate("GET", &format!("/organizations/{org}/api-keys?limit=100"), Value::Null).await.json();
        keys["data"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The audit trail of `org` without what is about sessions: action, plane and actor. Rows of one instant are in any
    /// order.
    pub(crate) async fn trail(&self, org: &str) -> Vec<[String; 3]> {
        let rows = self.operate("GET", &format!("/organizations/{org}/audit?limit=100"), Value::Null).await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = rows["data"].as_array().unwrap().iter();
        let rows = rows.map(|row| [text(&row["action"]), text(&row["plane"]), text(&row["actor"])]);

        rows.filter(|[action, ..]| !action.starts_with("portal.")).collect()
    }
}

/// How often the visitor `user_42` has done this, by the trail of `acme`.
pub(crate) async fn did(world: &World, action: &str) -> usize {
    let own = [action, "portal", "user_42"];
    world.trail("acme").await.iter().filter(|row| **row == own).count()
}

impl Link {
    pub(crate) fn of(answer: &Answer) -> Self {
        let data = &answer.json()["data"];
        let url = data["url"].as_str().unwrap().to_owned();
        let code = url.split_once("/portal/enter?code=").unwrap().1.to_owned();

        Self { id: data["id"].as_str().unwrap().to_owned(), url, code }
    }
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, jar: RefCell::default() }
    }

    pub(crate) const fn world(&self) -> &'w World {
        self.world
    }

    /// Spends the code of a link.
    pub(crate) async fn enter(&self, code: &str) -> Answer {
        self.post("/portal/enter", &[("code", code)]).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Sends a form of one of our own pages.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, &[SAME_ORIGIN, FORM], &encoded(fields)).await
    }

    /// Opens the page at `form`, and sends the form on it to `path`.
    pub(crate) async fn submit(&self, form: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(form).await;
        assert_eq!(page.status, 200, "{form}: {page:?}");

        self.post(path, &page.form(fields)).await
    }

    /// The name of the form on the page at `path`.
    pub(crate) async fn once(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");

        page.once()
    }

    /// Sends anything, with the cookies that the browser has, and keeps those that come back.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let cookie = self.cookies();
        let cookies = Some(("cookie", cookie.as_str())).filter(|(_, cookies)| !cookies.is_empty());
        let headers: Vec<_> = headers.iter().copied().chain(cookies).collect();
        let answer = self.world.http.send_bytes(method, path, &headers, body.as_bytes().to_vec()).await;
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut jar = self.jar.borrow_mut();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }

        answer
    }

    /// The header `Cookie`.
    pub(crate) fn cookies(&self) -> String {
        let jar = self.jar.borrow();
        jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// The value of the session's cookie.
    pub(crate) fn token(&self) -> Option<String> {
        let jar = self.jar.borrow();
        ["latchkey-local", "__Host-latchkey"].iter().find_map(|name| jar.get(*name).cloned())
    }

    /// A browser with the same cookies.
    pub(crate) fn twin(&self) -> Self {
        Self { world: self.world, jar: self.jar.clone() }
    }
}

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// `fields` as a form sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Answer {
    /// The values of `Set-Cookie`.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Whether it begins or ends a session.
    pub(crate) fn sets_session(&self) -> bool {
        self.cookies()
            .iter()
            .any(|cookie| cookie.starts_with("latchkey-local=") || cookie.starts_with("__Host-latchkey="))
    }

    /// The name of the last form on the page: the first is that of the button which ends the session.
    pub(crate) fn once(&self) -> String {
        let (_, rest) = self.body.rsplit_once("name=\"once\" value=\"").unwrap_or_else(|| panic!("{self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The last form on the page, filled in: with what it carries unseen.
    pub(crate) fn form<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let hidden = |name: &'static str| {
            let (_, rest) = self.body.rsplit_once(&format!("name=\"{name}\" value=\""))?;
            Some((name, rest.split('"').next()?))
        };

        [hidden("once"), hidden("version")].into_iter().flatten().chain(fields.iter().copied()).collect()
    }

    /// The secret that the page shows in a field of its own.
    pub(crate) fn secret(&self) -> Option<String> {
        let (_, rest) = self.body.split_once(" readonly value=\"")?;
        Some(rest.split('"').next().unwrap().to_owned())
    }

    /// What people read: no markup, no style, no script, and each gap is one space.
    pub(crate) fn words(&self) -> String {
        let mut text = String::new();
        let mut rest = self.body.as_str();
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            let (name, after) = tag.split_once('>').unwrap();
            let raw = ["style", "script"].iter().find(|raw| name == **raw);
            rest = raw.map_or(after, |raw| after.split_once(&format!("</{raw}>")).unwrap().1);
            if !["bdi", "/bdi", "code", "/code", "strong", "/strong"].contains(&name) {
                text.push(' ');
            }
        }
        text.push_str(rest);
        let text = [("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#123;", "{"), ("&amp;", "&")]
            .iter()
            .fold(text, |text, (entity, letter)| text.replace(entity, letter));

        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether people can read this on the page.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.words().contains(text), "the page does not say {text:?}: {} {}", self.status, self.words());
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, text: &str) {
        assert!(!self.words().contains(text), "the page says {text:?}: {}", self.words());
    }

    /// Where the answer leads, seen from `path`.
    pub(crate) fn leads_to(&self, path: &str) -> String {
        let place = self.header("location").unwrap_or_else(|| panic!("{self:?}"));
        resolved(path, place)
    }

    /// Where the link with these words leads, seen from `path`.
    pub(crate) fn link(&self, words: &str, path: &str) -> Option<String> {
        let (before, _) = self.body.split_once(&format!(">{words}</a>"))?;
        let (_, tag) = before.rsplit_once("<a ")?;
        let (_, place) = tag.split_once("href=\"")?;
        Some(resolved(path, &place.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&")))
    }
}

/// A relative address, seen from `path`.
fn resolved(path: &str, place: &str) -> String {
    assert!(!place.starts_with('/') && !place.contains("//"), "{place} is not relative");
    let path = path.split('?').next().unwrap();
    let mut segments: Vec<_> = path.split('/').collect();
    segments.pop();
    let mut rest = place;
    while let Some(up) = rest.strip_prefix("../") {
        segments.pop();
        rest = up;
    }

    format!("{}/{rest}", segments.join("/"))
}

#[test]
fn an_address_is_seen_from_where_the_browser_is() {
    assert_eq!(resolved("/portal/acme/keys/7?range=7d", "7/edit"), "/portal/acme/keys/7/edit");
    assert_eq!(resolved("/portal/acme/keys/7/edit", "../../keys?q=a"), "/portal/acme/keys?q=a");
}
