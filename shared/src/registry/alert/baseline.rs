//! Statistics that do not cry wolf: a share that is certainly as high as it looks, and what is usual at an hour of the day.

/// The lower end of Wilson's 95 % interval for the share of `part` in `whole`: how high the share certainly is. Of few
/// requests little is certain: 2 of 20 are 2.8 %, 8 of 50 are 8.3 %.
pub fn wilson(part: i64, whole: i64) -> f64 {
    const Z: f64 = 1.96;

    if whole <= 0 {
        return 0.0;
    }
    let (part, whole) = (real(part), real(whole));
    let share = part / whole;
    let squared = Z * Z / whole;
    let middle = share + squared / 2.0;
    let spread = Z * (share.mul_add(1.0 - share, squared / 4.0) / whole).sqrt();

    ((middle - spread) / (1.0 + squared)).max(0.0)
}

/// What is usual at an hour: the median of the same hour on other days, and how far from it is nothing special.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    median: f64,
    spread: f64,
    /// The median, or what there was a week ago if that is less.
    low: f64,
    /// The median, or what there was a week ago if that is more.
    high: f64,
}

impl Baseline {
    /// Fewer requests in an hour are never unusual.
    pub const LEAST: i64 = 200;

    /// What is usual, going by `samples`; `None` where there are too few of them.
    ///
    /// The spread is the median absolute deviation, scaled to a standard deviation, but never less than what chance makes
    /// of so many independent requests, or than a tenth of the median: after quiet days every change would look huge.
    pub fn of(samples: &[i64]) -> Option<Self> {
        if samples.len() < 3 {
            return None;
        }
        let median = median(samples.iter().copied().map(real).collect());
        let deviation = self::median(samples.iter().map(|sample| (real(*sample) - median).abs()).collect());
        let spread = (1.4826 * deviation).max((median + 1.0).sqrt()).max(0.1 * median);

        Some(Self { median, spread, low: median, high: median })
    }

    /// The same, where there were so many requests at this hour a week ago. The samples of a young key are mostly of other
    /// days of the week: what was so on the last Saturday is nothing unusual on this one.
    #[must_use]
    pub fn as_a_week_ago(self, requests: i64) -> Self {
        let requests = real(requests);

        Self { low: self.low.min(requests), high: self.high.max(requests), ..self }
    }

    /// The usual number of requests.
    pub const fn median(&self) -> f64 {
        self.median
    }

    /// The fewest requests that are a spike: three and a half spreads over the median, twice the median, and 200.
    pub fn ceiling(&self) -> i64 {
        let least = self.spread.mul_add(3.5, self.median).max(2.0 * self.high).max(real(Self::LEAST));

        whole(least.ceil()).unwrap_or(i64::MAX)
    }

    /// Whether so many requests in a whole hour are a drop: a tenth of what is usual, where that is much.
    pub fn is_drop(&self, requests: i64) -> bool {
        self.low >= real(Self::LEAST) && real(requests) <= 0.1 * self.low
    }

    /// Whether so many requests are nothing special.
    pub fn is_usual(&self, requests: i64) -> bool {
        let (least, most) = (self.spread.mul_add(-2.0, self.low), self.spread.mul_add(2.0, self.high));

        (least..=most).contains(&real(requests))
    }
}

/// The median of some numbers; 0 of none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len().div_euclid(2);
    let at = |place: usize| numbers.get(place).copied().unwrap_or_default();

    if numbers.len().rem_euclid(2) == 1 { at(half) } else { f64::midpoint(at(half.saturating_sub(1)), at(half)) }
}

/// The whole number nearest to `number`, if it is one that can be counted to: by its digits, since what the language has for it
/// changes what is too large without a word.
pub fn whole(number: f64) -> Option<i64> {
    format!("{number:.0}").parse().ok()
}

/// A count as a real number. More than 4 billion an hour are as many as that.
pub(super) fn real(count: i64) -> f64 {
    f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_only_as_high_as_it_certainly_is() {
        // Thousandths, of Wilson's formula worked by hand.
        for (part, whole, thousandths) in [
            (0, 0, 0.0),
            (0, 50, 0.0),
            (3, 10, 107.8),
            (2, 20, 27.9),
            (5, 50, 43.5),
            (8, 50, 83.4),
            (15, 200, 46.0),
            (60, 1_000, 46.9),
            (35, 500, 50.8),
            (50, 50, 928.7),
        ] {
            let lowest = wilson(part, whole) * 1_000.0;
            assert!((lowest - thousandths).abs() < 0.2, "{part} of {whole}: {lowest}");
        }
    }

    #[test]
    fn a_spike_is_far_from_the_usual_and_never_a_handful() {
        for (samples, ceiling) in [
            // After silence it takes as many as are worth a word.
            (vec![0; 14], 200),
            (vec![10; 14], 200),
            // A steady key: twice the median.
            (vec![1_000; 14], 2_000),
            // A key that varies: three and a half spreads.
            (vec![100, 500, 900, 1_300, 1_700, 100, 1_700], 5_052),
            (vec![1, 2, 3], 200),
        ] {
            let baseline = Baseline::of(&samples).unwrap();
            assert_eq!(baseline.ceiling(), ceiling, "{samples:?} {baseline:?}");
        }
        assert_eq!(Baseline::of(&[1_000, 1_000]), None);
    }

    #[test]
    fn a_drop_is_a_tenth_of_much() {
        let busy = Baseline::of(&[1_000; 14]).unwrap();
        assert!(busy.is_drop(100) && !busy.is_drop(101) && busy.is_drop(0));
        let quiet = Baseline::of(&[199; 14]).unwrap();
        assert!(!quiet.is_drop(0));
        // On a day of the week that was quiet the last time, too.
        let weekend = busy.as_a_week_ago(30);
        assert!(!weekend.is_drop(0) && weekend.is_usual(30) && weekend.is_usual(1_000) && weekend.ceiling() == 2_000);
        let peak = busy.as_a_week_ago(4_000);
        assert!(peak.is_drop(100) && peak.ceiling() == 8_000 && peak.is_usual(4_000));
        assert!(busy.is_usual(1_200) && !busy.is_usual(1_201) && busy.is_usual(800) && !busy.is_usual(799));
    }

    /// Numbers of 0 to 1: `SplitMix64`.
    fn share(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;

        f64::from(u32::try_from(mixed >> 32).unwrap()) / 4_294_967_296.0
    }

    /// Poisson's distribution for means that are large, nearly.
    fn poisson(state: &mut u64, mean: f64) -> i64 {
        let (one, other) = (1.0 - share(state), share(state));
        let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos();

        whole(normal.mul_add(mean.sqrt(), mean).max(0.0)).unwrap()
    }

    #[test]
    fn of_ten_thousand_days_of_a_steady_key_not_ten_are_unusual() {
        let mut state = 28;
        for mean in [100.0, 210.0, 300.0, 5_000.0] {
            let mut unusual = 0;
            for _ in 0..(2_500 * 24) {
                let samples = [(); 4].map(|()| poisson(&mut state, mean));
                let (baseline, requests) = (Baseline::of(&samples).unwrap(), poisson(&mut state, mean));
                unusual += i64::from(requests >= baseline.ceiling() || baseline.is_drop(requests));
            }
            assert!(unusual <= 2, "{mean}: {unusual}");
        }
    }
}
