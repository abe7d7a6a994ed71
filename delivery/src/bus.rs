//! EventBridge: every event, as the team's rules want to have it.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_types::SdkConfig;
use dynamodb::Tries;
use shared::store::Letter;

/// Who tells of the events, as rules name it.
const SOURCE: &str = "latchkey";

/// The stack's event bus.
#[derive(Debug)]
pub(crate) struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// What it is called among those who are to have a letter.
    pub(crate) const NAME: &str = "eventbridge";

    /// How many events one call takes.
    pub(crate) const AT_ONCE: usize = 10;

    pub(crate) fn new(config: &SdkConfig, endpoint: Option<String>, name: String) -> Self {
        let mut config = Builder::from(config);
        config.set_endpoint_url(endpoint);

        Self { client: Client::from_conf(config.build()), name }
    }

    /// Hands `letters` on, in their order, at most [`Bus::AT_ONCE`], and no more once `tries` are over. Returns why some were not taken,
    /// by their ids.
    pub(crate) async fn put(&self, letters: &[&Letter], tries: &Tries) -> BTreeMap<String, String> {
        match self.attempt(letters).await {
            Ok(refused) => refused,
            // One of them may be what is wrong with the call: the others are not to suffer for it.
            Err((why, true)) if letters.len() > 1 => {
                let mut refused = all(letters, &why);
                for letter in letters.iter().take_while(|_| !tries.are_over()) {
                    refused.remove(letter.head.id.as_str());
                    refused.extend(self.attempt(&[*letter]).await.unwrap_or_else(|(why, _)| all(&[*letter], &why)));
                }
                refused
            }
            Err((why, _)) => all(letters, &why),
        }
    }

    /// One call. The error comes with whether EventBridge found the call itself wrong.
    async fn attempt(&self, letters: &[&Letter]) -> Result<BTreeMap<String, String>, (String, bool)> {
        if letters.is_empty() {
            return Ok(BTreeMap::new());
        }
        let entries = letters.iter().map(|letter| self.entry(letter)).collect();
        let answer = self.client.put_events().set_entries(Some(entries)).send().await.map_err(|error| {
            // Throttling and missing rights are answered with 400, too: only these are about what was sent.
            let is_too_large = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 413);
            let is_wrong = is_too_large || matches!(error.code(), Some("ValidationException" | "RequestEntryTooLarge"));
            (DisplayErrorContext(&error).to_string(), is_wrong)
        })?;
        let entries = answer.entries();
        let refused = letters.iter().enumerate().filter_map(|(place, letter)| {
            let why = match entries.get(place) {
                Some(entry) if entry.event_id().is_some() => return None,
                Some(entry) => format!(
                    "{}: {}",
                    entry.error_code().unwrap_or("no code"),
                    entry.error_message().unwrap_or("no message")
                ),
                None => "the answer does not speak of it".to_owned(),
            };
            Some((letter.head.id.to_string(), why))
        });

        Ok(refused.collect())
    }

    fn entry(&self, letter: &Letter) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(&letter.head.kind)
            .detail(&letter.event)
            .time(DateTime::from_millis(letter.head.at.as_millisecond()))
            .build()
    }
}

fn all(letters: &[&Letter], why: &str) -> BTreeMap<String, String> {
    letters.iter().map(|letter| (letter.head.id.to_string(), why.to_owned())).collect()
}
