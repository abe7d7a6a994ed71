//! What CloudFormation says of a stack: its outputs. One request of one action, so the command has no SDK of it.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use http::Method;
use roxmltree::{Document, Node};

use crate::error::{Error, line};
use crate::wire::signing::{Signature, signed};
use crate::wire::{Http, Request};

/// The outputs of the stack `name`.
pub(super) async fn outputs(
    http: &Http,
    name: &str,
    region: &str,
    credentials: &Credentials,
    endpoint: Option<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let endpoint = endpoint.unwrap_or_else(|| format!("https://cloudformation.{region}.{suffix}"));
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "DescribeStacks")
        .append_pair("StackName", name)
        .append_pair("Version", "2010-05-15")
        .finish();
    let mut request = Request {
        method: Method::POST,
        url: format!("{}/", endpoint.trim_end_matches('/')),
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: form.into_bytes(),
    };
    let signature = Signature { credentials, region, service: "cloudformation" };
    let added = signed(&request, &signature)?;
    request.headers.extend(added);
    let reply = http.send(&request).await?;
    let xml = String::from_utf8_lossy(&reply.body);
    let document = Document::parse(&xml).map_err(|cause| Error::failed(format_args!("CloudFormation: {cause}")))?;
    if reply.status != 200 {
        return Err(refusal(name, region, &document));
    }

    Ok(document.descendants().filter(|node| is(node, "member")).filter_map(output).collect())
}

/// Why CloudFormation does not say.
fn refusal(name: &str, region: &str, document: &Document<'_>) -> Error {
    let said = document.descendants().find(|node| is(node, "Message")).and_then(|node| node.text()).unwrap_or_default();
    if said.contains("does not exist") {
        return Error::NotFound(format!("there is no stack {name} in {region}"));
    }

    Error::Forbidden(format!("CloudFormation does not tell of the stack {name}: {}", line(said)))
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}

/// An output, if `member` is one.
fn output(member: Node<'_, '_>) -> Option<(String, String)> {
    let text = |name: &str| member.children().find(|node| is(node, name))?.text().map(str::to_owned);

    Some((text("OutputKey")?, text("OutputValue")?))
}
