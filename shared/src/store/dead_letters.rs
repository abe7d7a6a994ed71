//! Dead letters, where the outbox keeps them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dynamodb::{Error, Item, Result, text};
use jiff::Timestamp;

use super::names;
use super::outbox::{DEAD, LAYOUT, Outbox, Page};
use super::remembered::{json, place};
use crate::environment::clock;
use crate::registry::dead_letter::DeadLetter;

/// The longest sort key that DynamoDB has.
const SORT_KEY_BYTES: usize = 1_024;

/// The dead letter after which a page begins.
#[derive(Clone, Debug)]
pub struct After(String);

impl After {
    /// The one that `cursor` was made for. `None`: this is no cursor.
    pub fn opened(cursor: &str) -> Option<Self> {
        let place = String::from_utf8(BASE64.decode(cursor).ok()?).ok()?;
        let fits = place.len() <= SORT_KEY_BYTES && since(&place).is_some();

        fits.then_some(Self(place))
    }

    /// The cursor.
    pub fn cursor(&self) -> String {
        BASE64.encode(&self.0)
    }
}

/// Since when what is at `place` is dead.
fn since(place: &str) -> Option<Timestamp> {
    let (since, _) = place.split_once('#')?;

    Timestamp::from_millisecond(since.parse().ok()?).ok()
}

impl Outbox {
    /// At most `limit` dead letters, newest first, after the one that is named; and the last one, if there may be more. One that
    /// cannot be read, because a newer version has written it, is left out and logged.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn dead_letters(&self, limit: i32, after: Option<After>) -> Result<(Vec<DeadLetter>, Option<After>)> {
        let request = self
            .table()
            .client
            .query()
            .table_name(&self.table().name)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(limit)
            .key_condition_expression("#pk = :pk")
            .set_expression_attribute_names(Some(names(["pk"])))
            .expression_attribute_values(":pk", text(DEAD))
            .set_exclusive_start_key(after.map(|After(sk)| place(DEAD, sk)));
        let mut answer = request.send().await?;
        let last = answer.last_evaluated_key.take().and_then(|mut key| key.remove("sk"));
        let last = last.and_then(|sk| sk.as_s().ok().cloned()).map(After);
        let page = Page::read(answer, read);
        for error in &page.unreadable {
            tracing::error!("an entry of the dead letters cannot be shown: {error}");
        }

        Ok((page.found, last))
    }
}

fn read(mut item: Item) -> Result<DeadLetter> {
    item.schema(LAYOUT)?;
    let sk = item.need("sk", Item::text)?;
    let at = since(&sk).ok_or_else(|| Error::Fault(format!("{sk} does not say since when it is dead")))?;
    let attempts = item.number("attempts")?.unwrap_or_default();

    Ok(DeadLetter {
        at: clock::millis(at),
        not_taken_by: item.text_set("left")?.into_iter().collect(),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        event: json(&mut item, "event")?,
    })
}
