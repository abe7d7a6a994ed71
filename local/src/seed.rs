//! Puts a demo into a new stack through the stack's own routes, as its operator would.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{Reply, send, send_signed};
use crate::credential::Credential;
use crate::demo::{Demo, DemoCredential, DemoKey, DemoOrganization, DemoRequest};
use crate::error::Error;

/// An organization that a demo made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeededOrganization {
    /// The name in its URLs.
    pub slug: String,
    /// What it has subscribed to.
    pub plan: String,
    /// Its keys.
    pub keys: Vec<SeededKey>,
}

/// A key that a demo minted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeededKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type, where the contract knows types.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The secret.
    pub key: String,
}

impl std::fmt::Debug for SeededKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SeededKey").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Makes the organizations and keys of `demo` that `known`, from an earlier run, lacks or that do not work any more,
/// and then the things that they are to find. Returns all organizations of the demo, known and made.
pub(crate) async fn seed(
    address: &str,
    operator: &Credential,
    demo: &Demo,
    known: &[SeededOrganization],
) -> Result<Vec<SeededOrganization>, Error> {
    let seeder = Seeder { address, operator };
    let mut organizations = Vec::new();
    let mut made_any = false;
    for wanted in &demo.organizations {
        let known = known.iter().find(|known| known.slug == wanted.slug);
        let (organization, made) = seeder.organization(wanted, known).await?;
        organizations.push(organization);
        made_any |= made;
    }
    // Without organizations, a restart cannot be told from a start.
    if made_any || demo.organizations.is_empty() {
        let mut kept = BTreeMap::new();
        for request in &demo.requests {
            let Some(filled) = filled(request, &kept) else { continue };
            let id = match &filled.key {
                None => seeder.send(&filled.method, &filled.path, filled.body.as_ref()).await?,
                Some(credential) => seeder.send_with_key(credential, &organizations, &filled).await?,
            };
            kept.extend(filled.keep_as.map(|name| (name, id)));
        }
    }

    Ok(organizations)
}

struct Seeder<'a> {
    address: &'a str,
    operator: &'a Credential,
}

impl Seeder<'_> {
    /// The organization with its keys, and whether anything had to be made for that.
    async fn organization(
        &self,
        wanted: &DemoOrganization,
        known: Option<&SeededOrganization>,
    ) -> Result<(SeededOrganization, bool), Error> {
        let DemoOrganization { slug, name, plan, keys } = wanted;
        let mut working = Vec::new();
        for key in known.map_or(&[][..], |known| &known.keys) {
            if self.still_works(&key.key).await? {
                working.push(key.clone());
            }
        }
        let missing: Vec<_> = keys.iter().filter(|key| working.iter().all(|known| known.name != key.name)).collect();
        if known.is_some() && missing.is_empty() {
            return Ok((SeededOrganization { slug: slug.clone(), plan: plan.clone(), keys: working }, false));
        }

        let path = format!("/operator/v1/organizations/{slug}");
        self.send("PUT", &path, Some(&json!({ "name": name, "plan": plan }))).await?;
        let path = format!("{path}/api-keys");
        for key in missing {
            let reply = send_signed(self.address, self.operator, "POST", &path, &[], Some(&new_key(key))).await?;
            match reply.status {
                200..300 => {
                    let data = reply.json().get_mut("data").map(Value::take).unwrap_or_default();
                    working.push(serde_json::from_value(data).map_err(|_unlike_a_key| refused("POST", &path, &reply))?);
                }
                // The organization has as many keys as its plan allows: the demo goes without this one.
                402 => (),
                _ => return Err(refused("POST", &path, &reply)),
            }
        }

        Ok((SeededOrganization { slug: slug.clone(), plan: plan.clone(), keys: working }, true))
    }

    /// Whether a key of an earlier run still works: it may have been revoked, its contract changed, its database gone.
    async fn still_works(&self, key: &str) -> Result<bool, Error> {
        let question = json!({ "key": key });
        let reply =
            send_signed(self.address, self.operator, "POST", "/operator/v1/verify", &[], Some(&question)).await?;
        let gone = ["unknown_key", "inactive_key", "expired_key", "wrong_environment"];
        let verdict = reply.json();
        let reason = verdict.pointer("/data/reason").and_then(Value::as_str).unwrap_or_default();

        // A stack whose template has no such route cannot say. A key of a plan that no longer exists is a 500.
        Ok(reply.status < 500 && !gone.contains(&reason))
    }

    /// Sends a request with one of the keys of `organizations`, which must succeed, or have done so before.
    async fn send_with_key(
        &self,
        credential: &DemoCredential,
        organizations: &[SeededOrganization],
        request: &DemoRequest,
    ) -> Result<Option<String>, Error> {
        let DemoCredential { header, scheme, key } = credential;
        let mut keys = organizations.iter().flat_map(|organization| &organization.keys);
        // The organization may have no room for the key: the demo goes without what it would have made.
        let Some(known) = keys.find(|known| known.name == *key) else { return Ok(None) };
        let credential = format!("{scheme}{}", known.key);
        let DemoRequest { method, path, body, .. } = request;
        let reply = send(self.address, method, path, &[(header, &credential)], body.as_ref()).await?;
        let made = (200..300).contains(&reply.status) || reply.status == 409;

        if made { Ok(id_of(&reply)) } else { Err(refused(method, path, &reply)) }
    }

    /// Sends a request that must succeed, and returns the id of what it has made.
    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Option<String>, Error> {
        let reply = send_signed(self.address, self.operator, method, path, &[], body).await?;
        if (200..300).contains(&reply.status) { Ok(id_of(&reply)) } else { Err(refused(method, path, &reply)) }
    }
}

fn id_of(reply: &Reply) -> Option<String> {
    reply.json().pointer("/data/id").and_then(Value::as_str).map(str::to_owned)
}

/// `request` with the ids that were kept; `None` where it needs an id that was not told.
fn filled(request: &DemoRequest, kept: &BTreeMap<String, Option<String>>) -> Option<DemoRequest> {
    let mut request = request.clone();
    let mut body = request.body.as_ref().map(Value::to_string);
    for (name, id) in kept {
        let place = format!("{{{name}}}");
        for text in std::iter::once(&mut request.path).chain(body.as_mut()).filter(|text| text.contains(&place)) {
            *text = text.replace(&place, id.as_ref()?);
        }
    }
    request.body = body.and_then(|body| serde_json::from_str(&body).ok());

    Some(request)
}

fn new_key(key: &DemoKey) -> Value {
    serde_json::to_value(key).unwrap_or_default()
}

fn refused(method: &str, path: &str, reply: &Reply) -> Error {
    Error::Seed {
        method: method.to_owned(),
        path: path.to_owned(),
        status: reply.status,
        body: String::from_utf8_lossy(&reply.body).into_owned(),
    }
}
