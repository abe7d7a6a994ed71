//! What the stand-ins were told, in the form in which it reaches those who listen.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::Clock;

/// An event that EventBridge has taken.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    /// As rules and targets see it.
    pub(super) delivered: Value,
}

impl Entry {
    /// The event in `entry`.
    ///
    /// # Errors
    /// EventBridge's code for what is wrong with it.
    pub(super) fn read(entry: &Value, clock: &Clock) -> Result<Self, &'static str> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(source), Some(kind)) = (text("Source"), text("DetailType")) else { return Err("InvalidArgument") };
        let detail = text("Detail").and_then(|detail| serde_json::from_str::<Value>(detail).ok());
        let detail = detail.filter(Value::is_object).ok_or("MalformedDetail")?;
        let millis = entry.get("Time").and_then(Value::as_f64).map_or_else(|| clock.now_millis(), millis);
        let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
        let id = uuid::Uuid::new_v4().to_string();
        let delivered =
            json!({ "id": id, "source": source, "detail-type": kind, "time": format!("{time:.0}"), "detail": detail });

        Ok(Self { id, delivered })
    }
}

/// The milliseconds in a time that JSON has as seconds.
fn millis(seconds: f64) -> i64 {
    let millis = jiff::SignedDuration::try_from_secs_f64(seconds).map(|since| since.as_millis());

    millis.ok().and_then(|millis| i64::try_from(millis).ok()).unwrap_or_default()
}

/// A message that SNS has taken.
#[derive(Debug)]
pub(super) struct Message(pub(super) Value);

impl Message {
    /// The message in the form `body`.
    ///
    /// # Errors
    /// The name of what is wrong with it.
    pub(super) fn read(body: &[u8]) -> Result<Self, &'static str> {
        let field = |name: &str| {
            let mut fields = form_urlencoded::parse(body);
            fields.find_map(|(field, value)| (field == name).then(|| value.into_owned()))
        };
        if field("Action").as_deref() != Some("Publish") {
            return Err("Action");
        }
        let topic = field("TopicArn").filter(|topic| topic.starts_with("arn:aws:sns:")).ok_or("TopicArn")?;
        let message = field("Message").filter(|message| !message.is_empty()).ok_or("Message")?;
        let subject = field("Subject");
        // SNS refuses what mail programs would.
        let is_sound = |text: &String| text.len() <= 100 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !subject.as_ref().is_none_or(is_sound) {
            return Err("Subject");
        }

        Ok(Self(json!({ "topic": topic, "subject": subject, "message": message })))
    }
}

/// Appends `text` to the file, which is for its owner's eyes like all that a stack keeps.
pub(super) fn append(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

/// Prints a line about it.
pub(super) fn print(taken: &Value) {
    let text = |pointer: &str| taken.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let line = match taken.get("detail-type") {
        Some(_) => {
            let number = taken.pointer("/detail/sequence").unwrap_or(&Value::Null);
            format!("  event      {}  {}/{number}\n", text("/detail-type"), text("/detail/organization"))
        }
        None => format!("  message    {}\n", text("/subject")),
    };
    // Nobody may be reading any more.
    drop(io::stdout().lock().write_all(line.as_bytes()));
}
