//! Trying again: one deadline, one way to wait, and one rule for what a failed call means for the next.
//!
//! | what happened | was the call carried out? | what follows |
//! | --- | --- | --- |
//! | a conflict: another write held the item | no | the next attempt, after a random wait, until the deadline |
//! | throttling | no | the same |
//! | no answer: a timeout, a 500, a broken connection | nobody knows | the same call, twice more at most |
//! | a condition failed | no | the caller looks again, and decides |
//! | credentials, a permission, a missing table, a fault of ours | no | the error: time does not heal it |
//!
//! A call that may have been carried out is only made again where a second time does no harm: a transaction carries a
//! token by which DynamoDB recognizes it; an update must have a condition that makes it harmless.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Error, Result};

/// The longest wait before an attempt. Each wait is random, evenly spread from zero to a bound that doubles up to this.
const LONGEST_MILLIS: u64 = 256;

/// The bound of the first wait.
const FIRST_MILLIS: u64 = 8;

/// How often a call without an answer is made again.
const UNANSWERED: u32 = 2;

/// The attempts of one piece of work, which share a deadline.
#[derive(Debug)]
pub struct Tries {
    ends: Instant,
    attempt: u32,
    unanswered: u32,
}

impl Tries {
    /// Attempts that may go on for `patience` from now.
    pub fn within(patience: Duration) -> Self {
        let now = Instant::now();

        Self::until(now.checked_add(patience).unwrap_or(now))
    }

    const fn until(ends: Instant) -> Self {
        Self { ends, attempt: 0, unanswered: 0 }
    }

    /// Attempts of something else, alongside these: they end when these do.
    #[must_use]
    pub const fn beside(&self) -> Self {
        Self::until(self.ends)
    }

    /// Attempts of something else, which end when these do or after `patience`, whichever is sooner.
    #[must_use]
    pub fn beside_for(&self, patience: Duration) -> Self {
        Self::until(self.ends.min(Self::within(patience).ends))
    }

    /// Attempts of something else, which end so long before these do: what is left is for putting things right.
    #[must_use]
    pub fn beside_with(&self, reserve: Duration) -> Self {
        Self::until(self.ends.checked_sub(reserve).unwrap_or(self.ends))
    }

    /// Whether the time is over.
    pub fn are_over(&self) -> bool {
        Instant::now() >= self.ends
    }

    /// Waits before the next attempt; the last one failed because of `why`.
    ///
    /// # Errors
    /// `why`, where another attempt does not help or the time is over.
    pub async fn again(&mut self, why: Error) -> Result<()> {
        match why {
            Error::Contended | Error::Throttled { .. } => (),
            Error::Unavailable(_) | Error::Disconnected(_) if self.unanswered < UNANSWERED => {
                self.unanswered = self.unanswered.saturating_add(1);
            }
            Error::Unavailable(_) | Error::Disconnected(_) | Error::Inaccessible(_) | Error::Fault(_) => {
                return Err(why);
            }
        }
        let left = self.ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(why);
        }
        wait(self.attempt, left).await;
        self.attempt = self.attempt.saturating_add(1);

        Ok(())
    }

    /// Makes `call`, which may be made twice without harm, until it has an answer.
    ///
    /// # Errors
    /// The error of the last attempt, where another does not help or the time is over.
    pub async fn run<T, F: Future<Output = Result<T>>>(&mut self, call: impl Fn() -> F) -> Result<T> {
        loop {
            let outcome = call().await;
            if let Some(done) = self.settle(outcome).await? {
                return Ok(done);
            }
        }
    }

    /// The result of an attempt: `None` where it has to be made again; the wait before that is then over.
    ///
    /// # Errors
    /// The error of the attempt, where another does not help or the time is over.
    pub async fn settle<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(done) => Ok(Some(done)),
            Err(why) => self.again(why).await.map(|()| None),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "here, and only here, time has to pass: what others do must end, and what is throttled must cool down"
)]
async fn wait(attempt: u32, left: Duration) {
    let longest = FIRST_MILLIS.saturating_mul(2_u64.saturating_pow(attempt)).min(LONGEST_MILLIS);
    // Without randomness the longest wait is as good as any.
    let random = getrandom::u64().unwrap_or(longest);
    let wait = Duration::from_millis(random.checked_rem(longest).unwrap_or(longest));

    tokio::time::sleep(wait.min(left)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled() -> Error {
        Error::Throttled { cause: "slow down".to_owned(), is_key_range: false }
    }

    #[tokio::test(start_paused = true)]
    async fn conflicts_and_throttling_are_tried_until_the_deadline() {
        for is_throttled in [true, false] {
            let why = || if is_throttled { throttled() } else { Error::Contended };
            let begun = Instant::now();
            let mut tries = Tries::within(Duration::from_secs(20));
            let mut attempts = 0;
            while tries.again(why()).await.is_ok() {
                attempts += 1;
            }
            assert_eq!(begun.elapsed().as_secs(), 20);
            assert!((80..500).contains(&attempts), "{attempts}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_an_answer_is_made_twice_more_and_what_time_does_not_heal_never() {
        let mut tries = Tries::within(Duration::from_secs(20));
        for goes_on in [true, true, false] {
            assert_eq!(tries.again(Error::Unavailable(String::new())).await.is_ok(), goes_on);
        }
        assert!(tries.again(throttled()).await.is_ok(), "that is another matter");
        for why in [Error::Fault(String::new()), Error::Inaccessible(String::new())] {
            assert!(Tries::within(Duration::from_secs(20)).again(why).await.is_err());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_tried_beside_ends_no_later() {
        let tries = Tries::within(Duration::from_secs(2));
        let (long, short) = (tries.beside_for(Duration::from_secs(9)), tries.beside_for(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(
            [tries.are_over(), tries.beside().are_over(), long.are_over(), short.are_over()],
            [false, false, false, true]
        );
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!([tries.are_over(), tries.beside().are_over(), long.are_over()], [true; 3]);
    }
}
