//! Puts a demo into a new stack through the stack's own routes, as its operator would.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{Reply, send_signed};
use crate::credential::Credential;
use crate::demo::{Demo, DemoKey, DemoOrganization, DemoRequest};
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

/// Makes those organizations of `demo` that are not among `known`, and then sends its requests if there were any.
pub(crate) async fn seed(
    address: &str,
    operator: &Credential,
    demo: &Demo,
    known: &[SeededOrganization],
) -> Result<Vec<SeededOrganization>, Error> {
    let mut made = Vec::new();
    let new = demo.organizations.iter().filter(|new| known.iter().all(|known| known.slug != new.slug));
    for organization in new {
        made.push(seed_organization(address, operator, organization).await?);
    }
    // Without organizations there is no telling a restart from a start.
    if made.is_empty() && !demo.organizations.is_empty() {
        return Ok(made);
    }
    for DemoRequest { method, path, body } in &demo.requests {
        send(address, operator, method, path, body.as_ref()).await?;
    }
    Ok(made)
}

async fn seed_organization(
    address: &str,
    operator: &Credential,
    organization: &DemoOrganization,
) -> Result<SeededOrganization, Error> {
    let DemoOrganization { slug, name, plan, keys: wanted } = organization;
    let path = format!("/operator/v1/organizations/{slug}");
    send(address, operator, "PUT", &path, Some(&json!({ "name": name, "plan": plan }))).await?;

    let path = format!("{path}/api-keys");
    let mut keys = Vec::new();
    for key in wanted {
        let reply = send(address, operator, "POST", &path, Some(&new_key(key))).await?;
        let data = reply.json().get_mut("data").map(Value::take).unwrap_or_default();
        keys.push(serde_json::from_value(data).map_err(|_unlike_a_key| refused("POST", &path, &reply))?);
    }

    Ok(SeededOrganization { slug: slug.clone(), plan: plan.clone(), keys })
}

fn new_key(key: &DemoKey) -> Value {
    serde_json::to_value(key).unwrap_or_default()
}

/// Sends a request that must succeed.
async fn send(
    address: &str,
    operator: &Credential,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Reply, Error> {
    let reply = send_signed(address, operator, method, path, body).await?;
    if (200..300).contains(&reply.status) { Ok(reply) } else { Err(refused(method, path, &reply)) }
}

fn refused(method: &str, path: &str, reply: &Reply) -> Error {
    Error::Seed {
        method: method.to_owned(),
        path: path.to_owned(),
        status: reply.status,
        body: String::from_utf8_lossy(&reply.body).into_owned(),
    }
}
