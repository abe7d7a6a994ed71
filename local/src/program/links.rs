//! A link to the portal for each of the demo's organizations.

use serde_json::{Value, json};

use crate::error::Error;
use crate::stack::Stack;

/// An organization's slug, and a link to its pages. It lets one browser in, whenever it is opened first.
pub(super) type Link = (String, String);

/// The links; none where the stack has no portal.
pub(super) async fn make(stack: &Stack) -> Result<Vec<Link>, Error> {
    let mut links = Vec::new();
    for organization in stack.organizations() {
        let path = format!("/operator/v1/organizations/{}/portal-sessions", organization.slug);
        let reply = stack.operate("POST", &path, Some(&json!({"subject": "demo", "seconds": 43_200}))).await?;
        // A stack without a portal has no such route.
        if reply.status == 201
            && let Some(url) = reply.json().pointer("/data/url").and_then(Value::as_str)
        {
            links.push((organization.slug.clone(), url.to_owned()));
        }
    }

    Ok(links)
}
