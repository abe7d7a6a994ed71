//! The answers that the proxy gives itself, in `DynamoDB`'s shape.

use http::{HeaderValue, Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::fault::Throttling;
use super::request::{self, Member};

/// A function did what its role does not allow.
pub(super) const DENIED: &str = "AccessDeniedException";

/// AWS's answer to a function that may not do this.
pub(super) fn denied(function: &str, member: &Member) -> Response<Bytes> {
    let action = &member.action;
    let resource = match &member.table {
        Some(table) => format!("arn:aws:dynamodb:us-east-1:000000000000:table/{table}"),
        None => "*".to_owned(),
    };
    let message = format!(
        "User: arn:aws:sts::000000000000:assumed-role/{function}/{function} is not authorized to perform: \
         dynamodb:{action} on resource: {resource} because no identity-based policy allows the dynamodb:{action} action"
    );
    let body = json!({ "__type": format!("com.amazon.coral.service#{DENIED}"), "Message": message });
    answer(StatusCode::BAD_REQUEST, &body)
}

/// An error of a kind and message of choice.
pub(super) fn error(status: u16, kind: &str, message: &str) -> Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": message });
    if let Some(body) = body.as_object_mut()
        && kind == "TransactionCanceledException"
    {
        // AWS writes the name of this one's message with a capital.
        body.remove("message");
        body.insert("Message".to_owned(), Value::from(message));
        body.insert("CancellationReasons".to_owned(), reasons(message));
    }
    answer(status, &body)
}

/// The answer to a call of `action` that is throttled. Of a transaction, those `members` are throttled that are about
/// `table`, or all without a `table`.
pub(super) fn throttled(
    action: &str,
    kind: Throttling,
    reason: &str,
    members: &[Member],
    table: Option<&str>,
) -> Response<Bytes> {
    if action == request::TRANSACTION {
        let is_about = |member: &Member| table.is_none_or(|table| member.table.as_deref() == Some(table));
        let reasons = members.iter().map(|member| if is_about(member) { kind.reason() } else { "None" });
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            reasons.collect::<Vec<_>>().join(", ")
        );
        return error(400, "TransactionCanceledException", &message);
    }
    let resource = format!("arn:aws:dynamodb:us-east-1:000000000000:table/{}", table.unwrap_or("?"));
    let body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{}", kind.exception()),
        "message": format!("Throughput exceeds the current capacity for one or more resources: {reason}"),
        "throttlingReasons": [{"reason": reason, "resource": resource}],
    });
    answer(StatusCode::BAD_REQUEST, &body)
}

/// The list in the brackets of a cancelled transaction's message.
fn reasons(message: &str) -> Value {
    let listed = message.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(list, _)| list);
    let codes = listed.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    codes
        .map(|code| if code == "None" { json!({ "Code": code }) } else { json!({ "Code": code, "Message": code }) })
        .collect()
}

fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
