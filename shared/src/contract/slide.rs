//! Spans that slide: in none of them are more requests admitted than the limit.
//!
//! A span is cut into ten sub-windows. A request counts in the one that it comes in. It passes while that one and the ten before it
//! stay within the limit together: the span that ends with it touches those, and the oldest counts in full. So a request is refused
//! at most a tenth of the span too early, and never let in too early. Counts go into the latest sub-window only, so that earlier ones
//! are closed for good.

use jiff::Timestamp;

use super::limit::Window;

/// Into how many sub-windows a span is cut.
pub const PARTS: usize = 10;

/// What was counted in a span that slides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slide {
    /// The number of the latest sub-window in which something was counted.
    pub at: i64,
    /// What was counted in it.
    pub count: i64,
    /// What was counted in each of those before it, the latest first.
    pub past: [i64; PARTS],
}

impl Slide {
    /// The number of the sub-window of `window` that `now` lies in, counted from the Unix epoch.
    pub fn number(window: Window, now: Timestamp) -> i64 {
        now.as_millisecond().div_euclid(part_millis(window))
    }

    /// When the sub-window of that number begins.
    fn begin(window: Window, number: i64) -> Timestamp {
        let millis = number.saturating_mul(part_millis(window));

        Timestamp::from_millisecond(millis).unwrap_or(if number < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// One in which nothing was counted before the sub-window `at`.
    pub const fn new(at: i64, count: i64) -> Self {
        Self { at, count, past: [0; PARTS] }
    }

    /// The same at the sub-window `number`. What is earlier than the latest counts in that one.
    #[must_use]
    pub fn at(&self, number: i64) -> Self {
        let ahead = number.saturating_sub(self.at);
        if ahead <= 0 {
            return *self;
        }
        // The counts with the latest first, moved back by so many sub-windows.
        let gap = std::iter::repeat_n(0, usize::try_from(ahead.saturating_sub(1)).unwrap_or(PARTS).min(PARTS));
        let counts = gap.chain([self.count]).chain(self.past);
        let mut past = [0; PARTS];
        past.iter_mut().zip(counts).for_each(|(past, count)| *past = count);

        Self { at: number, count: 0, past }
    }

    /// What was counted before the latest sub-window.
    pub fn closed(&self) -> i64 {
        self.past.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// What was counted.
    pub fn total(&self) -> i64 {
        self.closed().saturating_add(self.count)
    }

    /// How many seconds after `now` a request that costs `cost` can pass under `limit`, rounded up, at least 1.
    pub fn wait(&self, window: Window, limit: i64, cost: i64, now: Timestamp) -> u32 {
        let parts = i64::try_from(PARTS).unwrap_or(i64::MAX);
        let passes = |number: &i64| self.at(*number).total().saturating_add(cost) <= limit;
        let last = self.at.saturating_add(parts).saturating_add(1);
        let number = (self.at.saturating_add(1)..=last).find(passes).unwrap_or(last);
        let millis = Self::begin(window, number).as_millisecond().saturating_sub(now.as_millisecond());

        u32::try_from(millis.saturating_add(999).div_euclid(1_000)).unwrap_or(1).max(1)
    }

    /// When all that is counted now will be out of the span, in Unix seconds, rounded up.
    pub fn over(&self, window: Window) -> i64 {
        let parts = i64::try_from(PARTS).unwrap_or(i64::MAX);
        let end = Self::begin(window, self.at.saturating_add(parts).saturating_add(1));

        end.as_millisecond().saturating_add(999).div_euclid(1_000)
    }
}

/// The length of a sub-window.
const fn part_millis(window: Window) -> i64 {
    // A thousand milliseconds to the second, and a tenth of that.
    window.seconds().saturating_mul(100)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_counted_moves_back_and_out() {
        let slide = Slide { at: 100, count: 7, past: [6, 5, 4, 3, 2, 1, 1, 1, 1, 1] };
        assert_eq!(slide.at(99), slide, "what is late counts in the latest");
        assert_eq!(slide.at(101), Slide { at: 101, count: 0, past: [7, 6, 5, 4, 3, 2, 1, 1, 1, 1] });
        assert_eq!(slide.at(103), Slide { at: 103, count: 0, past: [0, 0, 7, 6, 5, 4, 3, 2, 1, 1] });
        assert_eq!(slide.at(110), Slide { at: 110, count: 0, past: [0, 0, 0, 0, 0, 0, 0, 0, 0, 7] });
        assert_eq!(slide.at(111), Slide::new(111, 0));
        assert_eq!(slide.at(i64::MAX), Slide::new(i64::MAX, 0));
    }

    #[test]
    fn a_refused_request_is_told_when_it_can_pass() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        // Sub-windows of a minute have six seconds.
        let slide = Slide { at: 20, count: 2, past: [0, 0, 3, 0, 0, 0, 0, 0, 0, 5] };
        for (limit, cost, now, wait) in [
            (10, 1, 121_000, 5),
            (10, 5, 121_001, 5),
            (10, 5, 125_999, 1),
            // The five go with the next sub-window, the three with the eighth, the two with the eleventh.
            (10, 6, 120_000, 48),
            (10, 9, 120_000, 66),
            // It never can.
            (10, 11, 120_000, 66),
        ] {
            assert_eq!(slide.wait(Window::Minute, limit, cost, at(now)), wait, "{cost} of {limit} at {now}");
        }
        assert_eq!(slide.over(Window::Minute), 186);
    }

    proptest! {
        #[test]
        fn no_span_has_more_than_the_limit_and_none_that_is_a_tenth_longer_refuses_too_early(
            window in prop::sample::select(Window::ALL[..5].to_vec()),
            limit in 1..12_i64,
            steps in prop::collection::vec((0..40_i64, 1..4_i64), 1..200),
        ) {
            let span = window.seconds() * 1_000;
            let (mut now, mut slide) = (1_900_000_000_000, Slide::new(0, 0));
            let mut log: Vec<(i64, i64)> = Vec::new();
            for (step, cost) in steps {
                now += step * span / 100;
                let number = Slide::number(window, Timestamp::from_millisecond(now).unwrap());
                let there = slide.at(number);
                let within = |length: i64| log.iter().filter(|(at, _)| now - at < length).map(|(_, cost)| cost).sum::<i64>();
                if there.total() + cost <= limit {
                    slide = Slide { count: there.count + cost, ..there };
                    prop_assert!(within(span) + cost <= limit, "{:?} at {}", log, now);
                    log.push((now, cost));
                } else {
                    prop_assert!(within(span + span / 10) + cost > limit, "{:?} at {}", log, now);
                }
            }
        }
    }
}
