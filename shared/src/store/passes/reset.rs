//! Giving back what was used: a pass goes on without its counters.
//!
//! The counters are read, and then removed by their names. What is counted in one of them in between goes with it; a counter
//! that begins in between stays. Where nobody has used a new secret yet, its counters are still those of the closed pass of
//! the secret before. Then the new pass forgets where it would take them over from, so that a stamp that has read them already
//! fails.

use aws_sdk_dynamodb::types::Update;
use dynamodb::{Result, Tries, bytes, number};
use jiff::Timestamp;
use serde_json::Value;

use super::expressions::{count_name, slide_names, ttl};
use super::{Passes, Remains, State};
use crate::contract::limit::Window;
use crate::contract::secret::Digest;
use crate::store::names;

/// What was used with a key, as it was read.
#[derive(Debug, Default)]
pub(in crate::store) struct Used {
    counted: Remains,
    /// The closed pass that has counted it, where the key's own pass is yet to take that over.
    from: Option<Digest>,
}

impl Passes {
    /// What was used with the secret that `digest` stands for, or with the one before it where it is not used yet. `None`
    /// while a change of the key's secret is not over everywhere: look again.
    pub(in crate::store) async fn used(&self, digest: &Digest, tries: &mut Tries) -> Result<Option<Used>> {
        match State::read(tries.run(|| self.item(digest)).await?)? {
            State::Stamped(pass) => Ok(Some(Used { counted: (*pass).into(), from: None })),
            State::Bare { from: Some(from), .. } => {
                let left = tries.run(|| self.remains(&from)).await?;
                Ok(left.map(|counted| Used { counted, from: Some(from) }))
            }
            State::Bare { from: None, .. } => Ok(Some(Used::default())),
            State::Moved { .. } | State::Gone => Ok(None),
        }
    }

    /// What of `used` is of windows that run at `now`, for people to read.
    pub(in crate::store) fn shown(&self, used: &Used, now: Timestamp) -> Value {
        used.counted.counts.shown(&self.judgement.windows, now)
    }

    /// The member of a transaction that takes a pass out of force like [`Passes::fenced`], and gives back what was `used`.
    /// When it was last used stays. The transaction fails if the counters are not where they were read any more.
    pub(in crate::store) fn given_back(
        &self,
        digest: &Digest,
        used: &Used,
        version: i64,
        now: Timestamp,
    ) -> Result<Update> {
        let Used { counted, from } = used;
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":ttl", number(ttl(now)));
        let mut all_names = names(["until", "key_fence", "ttl", "from"]);
        let mut set = "SET #until = :never, #key_fence = :version, #ttl = :ttl".to_owned();
        let mut remove = Vec::new();
        if let Some(from) = from {
            update = update
                .condition_expression("#from = :from")
                .expression_attribute_values(":from", bytes(*from.as_bytes()));
            remove.push("#from".to_owned());
            if let Some(at) = counted.last_used_at {
                set.push_str(", #used = :used");
                all_names.extend(names(["used"]));
                update = update.expression_attribute_values(":used", number(at.as_millisecond()));
            }
        } else {
            update = update.condition_expression("attribute_not_exists(#from)");
            let counters = counted.counts.iter().map(|(window, of, _)| count_name(window, of));
            let slides = Window::ALL.into_iter().flat_map(slide_names).map(str::to_owned);
            for name in counters.chain(slides) {
                remove.push(format!("#{name}"));
                all_names.insert(format!("#{name}"), name);
            }
        }
        let remove = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        let update = update.update_expression(set + &remove).set_expression_attribute_names(Some(all_names));

        Ok(update.build()?)
    }
}
