//! Mixed traffic, each kind as a worker that goes on until it is told to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use shared::contract::secret::Digest;

use crate::caller::{Answer, Caller};
use crate::ledger::{Key, Ledger, Shut};

/// How often each key may be used in a minute. That is what is reckoned up.
pub(crate) const LIMIT: u64 = 40;

/// What all workers share.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) caller: Caller,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) over: Arc<AtomicBool>,
}

/// Numbers that look like chance, and are the same for the same seed.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// One of `0..below`.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let below = u64::try_from(below.max(1)).unwrap_or(1);

        usize::try_from(self.0.checked_rem(below).unwrap_or_default()).unwrap_or_default()
    }
}

pub(crate) fn order(name: &str) -> Value {
    json!({"name": name, "type": "live", "scopes": ["read", "write"], "limits": [{"requests": LIMIT, "per": "minute"}]})
}

/// Waits for so long.
pub(crate) async fn pause(time: Duration) {
    let mut ticks = tokio::time::interval(time);
    ticks.tick().await;
    ticks.tick().await;
}

impl Scene {
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// As the operator, again and again until there is an answer.
    pub(crate) async fn insist(&self, method: &str, path: &str, body: Value) -> Answer {
        let mut pace = tokio::time::interval(Duration::from_millis(300));
        loop {
            pace.tick().await;
            if let Some(answer) = self.caller.operate(method, path, &body).await {
                return answer;
            }
            self.ledger().count("not answered");
        }
    }

    fn slug(&self, org: usize) -> String {
        self.ledger().orgs.get(org).map(|org| org.slug.clone()).unwrap_or_default()
    }

    fn path(&self, key: usize, rest: &str) -> String {
        let ledger = self.ledger();
        let (org, id) = ledger.keys.get(key).map_or((0, ""), |key| (key.org, &*key.id));
        let slug = ledger.orgs.get(org).map_or("", |org| &*org.slug);

        format!("/organizations/{slug}/api-keys/{id}{rest}")
    }

    /// Tries secrets, those that were ended too.
    pub(crate) async fn verify(self, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        while !self.is_over() {
            pace.tick().await;
            let (key, secret, text, before) = {
                let mut ledger = self.ledger();
                // The last ones are busy, so that limits are reached.
                let (all, late) = (ledger.keys.len(), dice.roll(3) > 0);
                let key = if late { all.saturating_sub(1 + dice.roll(6)) } else { dice.roll(all) };
                let Some(found) = ledger.keys.get_mut(key) else { continue };
                let secret = dice.roll(found.secrets.len());
                let Some((text, _)) = found.secrets.get(secret).cloned() else { continue };
                found.asked = found.asked.saturating_add(1);
                (key, secret, text, ledger.shut(key, secret))
            };
            let answer = self.caller.operate("POST", "/verify", &json!({"key": text})).await;
            let mut ledger = self.ledger();
            let Some(verdict) = answer.filter(|answer| answer.status == 200) else {
                ledger.count("verifications that were not answered");
                continue;
            };
            if verdict.json["data"]["valid"] != true {
                ledger.count(if verdict.json["data"]["reason"] == "rate_limited" { "over a limit" } else { "refused" });
                continue;
            }
            ledger.count("let in");
            let is_shut = before == Shut::ForGood || before != Shut::No && before == ledger.shut(key, secret);
            if is_shut {
                ledger.is_wrong(format!("let in with secret {secret} of key {key}, which was shut: {before:?}"));
            }
            let ends = verdict.json["data"]["rateLimit"]["reset"].as_i64().unwrap_or_default();
            let count = ledger.let_in.entry((key, ends)).or_default();
            *count = count.saturating_add(1);
            if *count > LIMIT {
                ledger.is_wrong(format!("{LIMIT} a minute were passed by key {key}, in the one until {ends}"));
            }
        }
    }

    /// Makes every kind of change to the keys of one organization, and to itself.
    pub(crate) async fn change(self, org: usize, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut pace = tokio::time::interval(Duration::from_millis(100));
        for number in 0_u64.. {
            pace.tick().await;
            if self.is_over() {
                break;
            }
            let own: Vec<_> = {
                let ledger = self.ledger();
                let keys = ledger.keys.iter().enumerate();
                keys.filter(|(_, key)| key.org == org && !key.gone).map(|(place, _)| place).collect()
            };
            let key = own.get(dice.roll(own.len())).copied();
            match (dice.roll(12), key) {
                (0..=2, _) | (_, None) if own.len() < 12 => self.issue(org, number).await,
                (3, Some(key)) if own.len() > 4 => self.revoke(key).await,
                (4..=6, Some(key)) => self.rename(key, &format!("name {org}.{number}")).await,
                (7, Some(key)) => self.regenerate(key, 0).await,
                (8, Some(key)) => self.regenerate(key, 60).await,
                (9, Some(key)) => self.switch(key).await,
                (10, _) => self.lock(org).await,
                _ => self.import(org, number).await,
            }
        }
    }

    async fn issue(&self, org: usize, number: u64) {
        let name = format!("key {org}.{number}");
        let path = format!("/organizations/{}/api-keys", self.slug(org));
        let answer = self.caller.operate("POST", &path, &order(&name)).await;
        let mut ledger = self.ledger();
        match answer {
            Some(answer) if answer.status == 201 => {
                let (id, secrets) = (answer.text("id"), vec![(answer.text("key"), false)]);
                ledger.keys.push(Key { org, id, secrets, names: vec![name], ..Key::default() });
                ledger.count("issued");
            }
            Some(_) => ledger.count("changes refused"),
            // It is there, or not: nobody has its secret.
            None => ledger.count("not answered"),
        }
    }

    async fn import(&self, org: usize, number: u64) {
        let digest = Digest::of(format!("{org}.{number}").as_bytes()).to_string();
        let keys = json!({"keys": [{"sha256": digest, "name": "taken over", "type": "live"}]});
        let path = format!("/organizations/{}/api-keys", self.slug(org));
        let taken = self.insist("POST", &format!("{path}/import"), keys).await;
        let id = taken.json["data"]["results"][0]["id"].as_str().unwrap_or_default().to_owned();
        if !id.is_empty() {
            // One more would soon be too many.
            let gone = self.insist("DELETE", &format!("{path}/{id}"), Value::Null).await;
            let mut ledger = self.ledger();
            ledger.count("imported and revoked");
            if !matches!(gone.status, 200 | 204 | 404) {
                ledger.is_wrong(format!("{path}/{id} cannot be revoked: {gone:?}"));
            }
        }
    }

    async fn revoke(&self, key: usize) {
        self.insist("DELETE", &self.path(key, ""), Value::Null).await;
        let mut ledger = self.ledger();
        if let Some(key) = ledger.keys.get_mut(key) {
            key.gone = true;
        }
        ledger.count("revoked");
    }

    async fn rename(&self, key: usize, name: &str) {
        let answer = self.caller.operate("PATCH", &self.path(key, ""), &json!({"name": name})).await;
        let mut ledger = self.ledger();
        let Some(found) = ledger.keys.get_mut(key) else { return };
        let org = found.org;
        match answer {
            Some(answer) if answer.status == 200 => {
                found.names = vec![name.to_owned()];
                ledger.told.insert((org, name.to_owned()));
                ledger.count("renamed");
            }
            Some(_) => ledger.count("changes refused"),
            None => {
                found.names.push(name.to_owned());
                ledger.count("not answered");
            }
        }
    }

    async fn regenerate(&self, key: usize, overlap: i64) {
        let answer = self.insist("POST", &self.path(key, "/regenerate"), json!({"overlapSeconds": overlap})).await;
        let mut ledger = self.ledger();
        if answer.status == 200 {
            ledger.succeeds(key, answer.text("key"), overlap > 0);
            ledger.count("regenerated");
        }
    }

    async fn switch(&self, key: usize) {
        let off = self.insist("PATCH", &self.path(key, ""), json!({"status": "inactive"})).await;
        if off.status == 200 {
            let mut ledger = self.ledger();
            ledger.keys.get_mut(key).into_iter().for_each(|key| key.off = true);
            ledger.count("switched off and on");
        }
        // Somebody must find it so.
        pause(Duration::from_millis(400)).await;
        self.ledger().opens(key);
        self.insist("PATCH", &self.path(key, ""), json!({"status": "active"})).await;
    }

    async fn lock(&self, org: usize) {
        let path = format!("/organizations/{}", self.slug(org));
        let locked = self.insist("PUT", &path, json!({"status": "locked"})).await;
        if locked.status == 200 {
            let mut ledger = self.ledger();
            ledger.orgs.get_mut(org).into_iter().for_each(|org| org.locked = true);
            ledger.count("locked and opened");
        }
        pause(Duration::from_millis(400)).await;
        self.ledger().unlocks(org);
        self.insist("PUT", &path, json!({"status": "active"})).await;
    }

    /// Makes changes to the same organizations as others do, which they must bear.
    pub(crate) async fn meddle(self, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut pace = tokio::time::interval(Duration::from_millis(150));
        for number in 0_u64.. {
            pace.tick().await;
            if self.is_over() {
                break;
            }
            let count = self.ledger().orgs.len();
            let path = format!("/organizations/{}", self.slug(dice.roll(count)));
            let (method, path, body) = match dice.roll(4) {
                0 => ("PUT", path, json!({"name": format!("Org {number}")})),
                1 => ("PUT", format!("{path}/alerts"), json!({"kinds": {"errors.high": {"rate": 0.1}}})),
                2 => ("GET", format!("{path}/api-keys"), Value::Null),
                _ => ("POST", "/keys/index".to_owned(), json!({})),
            };
            let answer = self.caller.operate(method, &path, &body).await;
            self.ledger().count(if answer.is_some() { "meddled" } else { "not answered" });
        }
    }

    /// Somebody at the portal, whose session is ended.
    pub(crate) async fn visit(self, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut pace = tokio::time::interval(Duration::from_millis(400));
        while !self.is_over() {
            pace.tick().await;
            let count = self.ledger().orgs.len();
            let slug = self.slug(dice.roll(count));
            let sessions = format!("/organizations/{slug}/portal-sessions");
            let made = self.caller.operate("POST", &sessions, &json!({"subject": "ada"})).await;
            let Some(made) = made.filter(|made| made.status == 201) else { continue };
            let (url, id) = (made.text("url"), made.text("id"));
            let Some((_, code)) = url.split_once("code=") else { continue };
            let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
            let entered = self.caller.call("POST", "/portal/enter", &form, &format!("code={code}")).await;
            let Some(cookie) = entered.and_then(|entered| entered.cookie) else { continue };
            let list = format!("/portal/{slug}/keys");
            let look = async || self.caller.call("GET", &list, &[("cookie", &cookie)], "").await;
            let first = look().await.map(|page| page.status);
            self.insist("DELETE", &format!("{sessions}/{id}"), Value::Null).await;
            let after = look().await.map(|page| page.status);
            let mut ledger = self.ledger();
            ledger.count(if first == Some(200) { "pages seen" } else { "pages not seen" });
            if after == Some(200) {
                ledger.is_wrong(format!("a page of {slug} was shown to a session that was ended"));
            }
        }
    }

    /// Makes organizations and deletes them, with everything.
    pub(crate) async fn come_and_go(self) {
        for number in 0_u64.. {
            if self.is_over() {
                break;
            }
            let path = format!("/organizations/gone-{number}");
            self.insist("PUT", &path, json!({"plan": "pro"})).await;
            let mut secrets = Vec::new();
            for key in 0..3 {
                let made = self.caller.operate("POST", &format!("{path}/api-keys"), &order(&format!("{key}"))).await;
                secrets.extend(made.filter(|made| made.status == 201).map(|made| made.text("key")));
            }
            for secret in &secrets {
                self.insist("POST", "/verify", json!({"key": secret})).await;
            }
            self.insist("PUT", &path, json!({"status": "locked"})).await;
            let mut pace = tokio::time::interval(Duration::from_secs(1));
            let order = json!({"organization": format!("gone-{number}")});
            loop {
                pace.tick().await;
                let deleted = self.insist("DELETE", &path, order.clone()).await;
                match deleted.status {
                    200 => break,
                    202 => (),
                    // The lock is not in force for all of its keys yet.
                    409 => drop(self.insist("PUT", &path, json!({"status": "locked"})).await),
                    _ => self.ledger().is_wrong(format!("{path} cannot be deleted: {deleted:?}")),
                }
            }
            for secret in &secrets {
                let verdict = self.insist("POST", "/verify", json!({"key": secret})).await;
                if verdict.json["data"]["reason"] != "unknown_key" {
                    self.ledger().is_wrong(format!("a key of {path}, which was deleted: {verdict:?}"));
                }
            }
            self.ledger().count("organizations deleted");
        }
    }
}
