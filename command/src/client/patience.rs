//! What is done when the stack is busy, or its answer is lost: the same again, when it says so.

use std::time::Duration;

use crate::wire::Reply;

/// How often a request is sent at most.
const MOST: u32 = 6;

/// The longest time that the stack may ask to wait: 1 minute.
const LONGEST: Duration = Duration::from_mins(1);

/// How often a request was sent.
#[derive(Debug, Default)]
pub(super) struct Patience {
    sent: u32,
}

impl Patience {
    /// Waits as the stack asks for in `reply`; whether the request is to be sent again.
    pub(super) async fn wait(&mut self, reply: &Reply) -> bool {
        self.sent = self.sent.saturating_add(1);
        let Some(pause) = pause(reply.status, reply.header("retry-after"), self.sent) else { return false };
        rest(pause).await;

        true
    }

    /// Waits after a request that had no answer; whether it is to be sent again.
    pub(super) async fn wait_for_another(&mut self) -> bool {
        self.sent = self.sent.saturating_add(1);
        if self.sent >= MOST {
            return false;
        }
        rest(doubled(self.sent)).await;

        true
    }
}

/// Lets the stack go on for `pause`.
pub(crate) async fn rest(pause: Duration) {
    tokio::time::timeout(pause, std::future::pending::<()>()).await.unwrap_or(());
}

/// How long to wait after an answer, if the request is to be sent again: as the stack says, or 200 ms, 400 ms, 800 ms …
fn pause(status: u16, asked: Option<&str>, sent: u32) -> Option<Duration> {
    if !matches!(status, 429 | 503) || sent >= MOST {
        return None;
    }
    let asked = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let pause = asked.unwrap_or_else(|| doubled(sent));

    (pause <= LONGEST).then_some(pause)
}

/// How long to wait where nobody says it.
fn doubled(sent: u32) -> Duration {
    Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(sent))
}

#[cfg(test)]
mod tests {
    use super::pause;
    use std::time::Duration;

    #[test]
    fn it_waits_as_long_as_the_stack_asks_for_and_not_for_ever() {
        assert_eq!(pause(503, Some("2"), 1), Some(Duration::from_secs(2)));
        assert_eq!(pause(429, None, 1), Some(Duration::from_millis(200)));
        assert_eq!(pause(429, Some("soon"), 3), Some(Duration::from_millis(800)));
        assert_eq!(pause(503, Some("3600"), 1), None);
        assert_eq!(pause(503, Some("0"), 6), None);
        for status in [200, 400, 404, 500, 502] {
            assert_eq!(pause(status, Some("1"), 1), None, "{status}");
        }
    }
}
