//! Dead letters, where the outbox keeps them.

use dynamodb::{Error, Item, Result};

use super::after::{After, since};
use super::outbox::{DEAD, LAYOUT, Outbox, Page, Start};
use super::remembered::{json, place};
use crate::environment::clock;
use crate::registry::dead_letter::DeadLetter;

impl Outbox {
    /// At most `limit` dead letters, newest first, after the one that is named; and the last one, if there may be more. One that
    /// cannot be read, because a newer version has written it, is left out and logged.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn dead_letters(&self, limit: u32, after: Option<After>) -> Result<(Vec<DeadLetter>, Option<After>)> {
        let start = after.map(|After(sk)| Start(place(DEAD, sk)));
        let request =
            self.partition(DEAD, start).scan_index_forward(false).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = Page::read(request.send().await?, read);
        for error in &page.unreadable {
            tracing::error!("an entry of the dead letters cannot be shown: {error}");
        }

        let last = page.next.and_then(|Start(key)| key.get("sk")?.as_s().ok().cloned());

        Ok((page.found, last.map(After)))
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
