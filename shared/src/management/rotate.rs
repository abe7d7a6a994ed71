//! Giving a key a new secret by itself: nobody has asked, and nobody sees the secret in a reply. So somebody must have it before the key
//! does, and keeps it for the key's holder: whoever calls this puts it there (`vault`).
//!
//! It decides which keys are rotated, and does so in the transaction that any new secret is given in. It knows of no place for secrets.

use dynamodb::Tries;
use jiff::{SignedDuration, Timestamp};

use crate::contract::secret::Digest;
use crate::gate::app::App;
use crate::management::issue::{Minted, mint};
use crate::management::lifetime;
use crate::management::terms::type_in_use;
use crate::registry::author::Author;
use crate::registry::error::{Error, Result};
use crate::registry::key::{Key, Standing};
use crate::registry::organization::{Organization, Status};
use crate::store::{Keys, Reminder, Replaced, Warrant};

/// How long after the first failure a key is tried again; after each further one, twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// The longest wait, and how often a key is looked at that is not let in as it is.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);

/// From how many failures on people are told.
const TOLD_FROM: u32 = 3;

/// A key of which somebody was to be reminded, as it is now.
#[derive(Debug)]
pub struct Candidate {
    key: Key,
    org: Organization,
}

/// What is to be done with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is to have a new secret now.
    Rotate,
    /// It would, if it were let in: it is looked at again.
    Wait,
    /// It is not due: it has a new secret, or nobody wants it rotated any more.
    Nothing,
}

/// A secret that a key is to have, and what is kept of it.
#[derive(Debug)]
pub struct Fresh {
    digest: Digest,
    hint: Option<String>,
}

impl Candidate {
    /// The key that `reminder` is about; `None` where it is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(app: &App, reminder: &Reminder) -> Result<Option<Self>> {
        let (key, org) = app.keys.find(&reminder.org, &reminder.key).await?;

        Ok(key.zip(org).map(|(key, org)| Self { key, org }))
    }

    /// What is to be done with it at `now`. A key that nobody gets in with as it is waits until somebody does, and one in quarantine
    /// does not: with its new secret it is out of it.
    pub fn next(&self, now: Timestamp) -> Next {
        if !self.key.cycle.is_some_and(|cycle| cycle.is_due(now)) {
            return Next::Nothing;
        }
        match (self.org.status, self.key.standing(now)) {
            (Status::Active, Standing::Active | Standing::Quarantined) => Next::Rotate,
            (Status::Locked, _) | (_, Standing::Inactive | Standing::Expired) => Next::Wait,
        }
    }

    /// The name of the step from the secret that it has to the next one: 64 characters, the same however often the step is tried.
    pub fn step(&self) -> String {
        let Key { id, digest, .. } = &self.key;

        Digest::of(&[id.as_str().as_bytes(), digest.as_bytes()].concat()).to_string()
    }

    /// What the secret is kept under for its holder: `latchkey/<organization>/<key>`.
    pub fn name(&self) -> String {
        format!("latchkey/{}/{}", self.org.slug, self.key.id)
    }

    /// Whether `text` is the secret that it has.
    pub fn has(&self, text: &str) -> bool {
        self.key.digest == Digest::of(text.as_bytes())
    }

    /// A new secret for it, to be kept for its holder.
    ///
    /// # Errors
    /// There are no keys of its type any more, or no randomness.
    pub fn mint(&self, app: &App) -> Result<(Fresh, String)> {
        let Minted { secret, digest, hint } = mint(app, type_in_use(app, &self.key)?)?;
        let text = secret.show().ok_or_else(|| Error::failed("a new secret was shown already"))?;

        Ok((Fresh { digest, hint }, text))
    }

    /// The secret `text`, which was made for it by an earlier run.
    ///
    /// # Errors
    /// There are no keys of its type any more, or this is none.
    pub fn minted_before(&self, app: &App, text: String) -> Result<Fresh> {
        let wrong = || Error::failed("what is pending has not the form of a key: give the key a new secret by hand");
        let format = &type_in_use(app, &self.key)?.format;
        let secret = format.taken_up(text).ok_or_else(wrong)?;
        let digest = secret.digest().ok_or_else(wrong)?;

        Ok(Fresh { digest, hint: format.hint(&secret) })
    }

    /// Gives it the secret `fresh`, at `now`. `false`: it has changed meanwhile, and is to be looked at again.
    ///
    /// # Errors
    /// The store's.
    pub async fn give(&self, app: &App, fresh: Fresh, now: Timestamp, tries: &mut Tries) -> Result<bool> {
        let Self { key: before, org } = self;
        let author = &Author::stack(now);
        let overlap = before.cycle.map(|cycle| cycle.overlap).unwrap_or_default();
        // What has leaked does not go on working beside its successor.
        let ends = overlap.end(now).filter(|_| !before.must_be_alone(now)).map(|at| before.until(at));
        let expires_at = lifetime::held(lifetime::ages_of(&app.contract, org, before), before, now);
        // Nobody else's new secret puts the next one off: it would leave Secrets Manager behind for as long.
        let cycle = before.cycle.map(|cycle| cycle.anew(now));
        let after = Key { expires_at, cycle, ..Keys::succeeded(before, (fresh.digest, fresh.hint), ends, now) };
        let done = app.keys.succeed(before, &after, Warrant { author, org }, None, tries).await?;

        Ok(done == Replaced::Yes)
    }
}

/// How long a key waits that could not be rotated so often, and whether people are to be told.
pub fn after_failures(failures: u32) -> (SignedDuration, bool) {
    let times = 2_i32.saturating_pow(failures.saturating_sub(1));
    let wait = FIRST_WAIT.checked_mul(times).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);

    (wait, failures >= TOLD_FROM)
}

/// When a key is looked at again that waits since `now`.
pub fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// How long a key waits that nobody gets in with.
pub const fn idle_wait() -> SignedDuration {
    LONGEST_WAIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_after_five_minutes_to_six_hours_and_told_from_the_third() {
        let minutes: Vec<_> = (1..=9).map(|failures| after_failures(failures).0.as_mins()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 320, 360, 360]);
        assert_eq!(after_failures(u32::MAX), (LONGEST_WAIT, true));
        assert_eq!((1..=4).map(|failures| after_failures(failures).1).collect::<Vec<_>>(), [false, false, true, true]);
    }
}
