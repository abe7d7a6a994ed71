//! Waiting for others to be done with what two want to change.

use std::time::Duration;

const LONGEST_MILLIS: u64 = 256;

/// Waits before try number `attempt` + 1 of a change that met another one: a random time, longer with every attempt.
#[expect(
    clippy::disallowed_methods,
    reason = "here, and only here, time has to pass: a transaction of others must end"
)]
pub async fn back_off(attempt: u32) {
    let longest = 8_u64.checked_shl(attempt).unwrap_or(LONGEST_MILLIS).min(LONGEST_MILLIS);
    // Without randomness the longest wait is as good as any.
    let random = getrandom::u64().unwrap_or(longest);

    tokio::time::sleep(Duration::from_millis(random.checked_rem(longest).unwrap_or(longest))).await;
}
