//! What a refusal says, in one line: every contract words its errors in a form of its own, and API Gateway in another.

use serde_json::Value;

use crate::error::{Error, line};
use crate::wire::Reply;

/// The error that `reply` is, if it is one, to a request for `path`; `was_lost` where nobody knows what became of an attempt before it.
pub(super) fn of(reply: &Reply, path: &str, was_lost: bool) -> Option<Error> {
    if reply.status < 300 {
        return None;
    }
    let told = serde_json::from_slice(&reply.body).ok().and_then(|body: Value| message(&body));
    let said = told.unwrap_or_else(|| "the stack did not say why".to_owned());
    let more = match reply.status {
        // A message does not say which of several things is not there.
        404 => format!(" ({path})"),
        // So says API Gateway, and no more.
        403 if said == "Forbidden" => {
            ": these credentials may not call the stack, or sign for another region or at another time".to_owned()
        }
        _ => String::new(),
    };
    let earlier = if was_lost { " (an attempt before this may have been carried out)" } else { "" };
    let said = format!("{}: {}{more}{earlier}", reply.status, line(&said));

    Some(match reply.status {
        400 => Error::Usage(said),
        401 | 403 => Error::Forbidden(said),
        404 => Error::NotFound(said),
        429 => Error::Failed(said),
        500.. if was_lost => Error::Unanswered(said),
        402..=499 => Error::Refused(said),
        _ => Error::Failed(said),
    })
}

/// The sentence in an error's body, wherever its contract has it, and what is wrong with which member.
pub(crate) fn message(body: &Value) -> Option<String> {
    let place = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(title) = place("/title") {
        return Some(place("/detail").map_or_else(|| title.to_owned(), |detail| format!("{title}: {detail}")));
    }
    let said = ["/error/message", "/error", "/message", "/Message"].into_iter().find_map(place)?;
    let details = ["/error/details", "/details"].into_iter().find_map(|pointer| body.pointer(pointer)?.as_array());
    let details = details.into_iter().flatten().filter_map(|detail| {
        let field = detail.get("field")?.as_str()?;
        let message = detail.get("message")?.as_str()?;
        (!said.contains(message)).then(|| format!("{field} {message}"))
    });
    let details: Vec<_> = details.collect();

    Some(if details.is_empty() { said.to_owned() } else { format!("{said}: {}", details.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::message;
    use serde_json::json;

    #[test]
    fn the_sentence_is_found_in_every_contracts_form() {
        for (body, said) in [
            (json!({"type": "x", "title": "Not found", "status": 404}), "Not found"),
            (
                json!({"title": "The request is not valid", "detail": "name is required"}),
                "The request is not valid: name is required",
            ),
            (json!({"error": {"message": "No", "type": "t", "code": "c"}}), "No"),
            (json!({"error": "No"}), "No"),
            (
                json!({"error": {"code": "c", "message": "No", "details": [{"field": "name", "message": "is required"}]}}),
                "No: name is required",
            ),
            (json!({"message": "Forbidden"}), "Forbidden"),
        ] {
            assert_eq!(message(&body).as_deref(), Some(said));
        }
        assert_eq!(message(&json!({"key": "secret"})), None);
        assert_eq!(message(&json!(["secret"])), None);
    }
}
