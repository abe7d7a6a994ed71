//! Usage as a picture: a bar for each part of the time, made of what became of the requests. Made of shapes only, so that
//! it needs no script; told apart by pattern as well as by colour; and the words beside it say the same.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::html::{Html, Phrase, Said as _};
use crate::usage::{Bucket, Counts, Range, RefusalReason, Usage};
use crate::voice::Voice;
use crate::words::{Words, format};

/// How wide and high the picture is, and how wide a bar is at most, in units of the picture.
const WIDTH: usize = 720;
const HEIGHT: u64 = 200;
const WIDEST: usize = 40;

/// What the scale can end at, times a power of ten; ones are even, so that their half is a whole number.
const ROUND: &[u64] = &[1, 2, 3, 4, 5, 6, 8, 10];
const ROUND_ONES: &[u64] = &[2, 4, 6, 8, 10];

/// A part of a bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series {
    /// Its class, which gives it its colour and pattern.
    pub(crate) class: &'static str,
    /// What it is called.
    pub(crate) name: Phrase,
    /// How many requests it has in some counts.
    count: fn(&Counts) -> u64,
}

impl Series {
    /// How many requests it has.
    pub(crate) fn of(&self, counts: &Counts) -> u64 {
        (self.count)(counts)
    }
}

impl Counts {
    /// All requests.
    pub fn requests(&self) -> u64 {
        self.successes.saturating_add(self.verifications).saturating_add(self.errors()).saturating_add(self.refused)
    }

    /// Those that were let in and answered with an error.
    fn errors(&self) -> u64 {
        self.client_errors.saturating_add(self.server_errors)
    }

    /// Those of which it is known how they were answered.
    fn known(&self) -> u64 {
        self.requests().saturating_sub(self.verifications)
    }

    fn add(&mut self, other: &Self) {
        self.successes = self.successes.saturating_add(other.successes);
        self.client_errors = self.client_errors.saturating_add(other.client_errors);
        self.server_errors = self.server_errors.saturating_add(other.server_errors);
        self.verifications = self.verifications.saturating_add(other.verifications);
        self.refused = self.refused.saturating_add(other.refused);
    }
}

impl Usage {
    /// All of it.
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for bucket in &self.buckets {
            totals.add(&bucket.counts);
        }

        totals
    }

    /// The share of successes among the requests whose answer is known.
    pub(crate) fn success_rate(&self, voice: &Voice<'_>) -> String {
        let totals = self.totals();
        voice.share(totals.successes, totals.known())
    }

    /// The share of the others among them.
    pub(crate) fn error_rate(&self, voice: &Voice<'_>) -> String {
        let totals = self.totals();
        voice.share(totals.known().saturating_sub(totals.successes), totals.known())
    }

    /// What bars are made of, from the bottom; only what there is in this time.
    pub(crate) fn parts(&self, words: &'static Words) -> Vec<Series> {
        let errors = Series { class: "errors", name: words.errors, count: Counts::errors };
        self.present(&[
            Series { class: "successes", name: words.successes, count: |counts| counts.successes },
            Series { class: "verified", name: words.verifications, count: |counts| counts.verifications },
            errors,
            Series { class: "refused", name: words.refused, count: |counts| counts.refused },
        ])
    }

    /// The columns of the table: errors are told apart by whose they are.
    pub(crate) fn columns(&self, words: &'static Words) -> Vec<Series> {
        self.present(&[
            Series { class: "", name: words.successes, count: |counts| counts.successes },
            Series { class: "", name: words.verifications, count: |counts| counts.verifications },
            Series { class: "", name: words.client_errors, count: |counts| counts.client_errors },
            Series { class: "", name: words.server_errors, count: |counts| counts.server_errors },
            Series { class: "", name: words.refused, count: |counts| counts.refused },
        ])
    }

    fn present(&self, series: &[Series]) -> Vec<Series> {
        let totals = self.totals();
        series.iter().copied().filter(|series| series.of(&totals) > 0).collect()
    }

    /// The most requests in a bar.
    fn most(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.counts.requests()).max().unwrap_or_default()
    }

    /// What the whole height stands for: a round number that can be halved, and no bar is higher.
    fn ceiling(&self) -> u64 {
        round_up(self.most().max(1))
    }

    /// The numbers beside the bars, from the top: all of the height, half of it, nothing.
    pub(crate) fn scale(&self, voice: &Voice<'_>) -> [String; 3] {
        let ceiling = self.ceiling();
        [ceiling, ceiling / 2, 0].map(|number| voice.number(number))
    }

    /// What a bar is called; the last one is not over yet.
    pub(crate) fn label(&self, voice: &Voice<'_>, bucket: &Bucket) -> String {
        let zone = if self.is_utc { TimeZone::UTC } else { voice.zone() };
        let label = self.range.label(voice, bucket, &zone);
        let is_last = self.buckets.last().is_some_and(|last| last.from == bucket.from);
        if is_last { voice.words().so_far.put("when", label).to_string() } else { label }
    }

    /// The labels below the bars: of the first, the middle and the last one.
    pub(crate) fn ticks(&self, voice: &Voice<'_>) -> Vec<String> {
        let count = self.buckets.len();
        let places = if count > 2 { vec![0, (count - 1) / 2, count - 1] } else { (0..count).collect() };

        places.into_iter().filter_map(|place| self.buckets.get(place)).map(|at| self.label(voice, at)).collect()
    }

    /// The totals in words.
    pub(crate) fn described(&self, voice: &Voice<'_>, counts: &Counts) -> String {
        let mut said = voice.many(voice.words().requests, counts.requests()).to_string();
        for part in self.parts(voice.words()) {
            let count = part.of(counts);
            if count > 0 {
                // A write to a string does not fail.
                _ = write!(said, ", {}: {}", part.name, voice.number(count));
            }
        }

        said
    }

    /// The bars.
    pub(crate) fn bars(&self, voice: &Voice<'_>) -> Html {
        let ceiling = self.ceiling();
        let parts = self.parts(voice.words());
        let mut bars = String::new();
        let place = WIDTH / self.buckets.len().max(1);
        let width = (place * 7 / 10).min(WIDEST);
        for (at, bucket) in self.buckets.iter().enumerate() {
            let left = at * place + (place - width) / 2;
            let counts = &bucket.counts;
            if counts.requests() > 0 {
                let title = voice
                    .words()
                    .bar
                    .put("when", self.label(voice, bucket))
                    .put("requests", self.described(voice, counts));
                // A write to a string does not fail.
                _ = write!(bars, "<g><title>{title}</title>");
                let mut top = HEIGHT;
                for part in &parts {
                    let height = scaled(part.of(counts), ceiling).min(top);
                    if height > 0 {
                        top -= height;
                        let class = part.class;
                        _ = write!(bars, "<rect class={class} x={left} y={top} width={width} height={height} />");
                    }
                }
                bars.push_str("</g>");
            }
        }

        Html::markup(bars)
    }

    /// The picture's coordinates.
    pub(crate) fn view_box(&self) -> String {
        // Without what is left over where the width cannot be divided.
        let count = self.buckets.len().max(1);
        format!("0 0 {} {HEIGHT}", WIDTH / count * count)
    }
}

/// The next round number from here: 2, 4, 6 or 8, or one of [`ROUND`] times a power of ten.
fn round_up(most: u64) -> u64 {
    let mut power = 1_u64;
    while let Some(next) = power.checked_mul(10) {
        let steps = if power == 1 { ROUND_ONES } else { ROUND };
        if let Some(round) = steps.iter().map(|step| step.saturating_mul(power)).find(|round| *round >= most) {
            return round;
        }
        power = next;
    }

    most
}

/// How high that many requests are. What there is can be seen.
fn scaled(count: u64, ceiling: u64) -> u64 {
    let height = u128::from(count) * u128::from(HEIGHT) / u128::from(ceiling.max(1));
    let height = u64::try_from(height).unwrap_or(HEIGHT);
    if count > 0 { height.max(2) } else { 0 }
}

impl Range {
    /// What it is called.
    pub(crate) const fn name(self, words: &Words) -> Phrase {
        match self {
            Self::Day => words.range_day,
            Self::Week => words.range_week,
            Self::Days30 => words.range_days30,
            Self::Months13 => words.range_months13,
        }
    }

    fn label(self, voice: &Voice<'_>, bucket: &Bucket, zone: &TimeZone) -> String {
        let date = zone.to_datetime(bucket.from).date();
        let language = voice.language();
        match self {
            Self::Day => format!("{} {}", format::day(language, date), format::clock(bucket.from, zone)),
            Self::Week | Self::Days30 => format::day(language, date),
            Self::Months13 => format::month_of_year(language, date),
        }
    }
}

impl RefusalReason {
    /// What it is called.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        match self {
            Self::Inactive => words.refused_inactive.html(),
            Self::Expired => words.refused_expired.html(),
            Self::Locked => words.refused_locked.put("noun", voice.noun()),
            Self::NoApiOnPlan => words.refused_no_api.html(),
            Self::RateLimited => words.refused_rate.html(),
            Self::OrganizationRateLimited => words.refused_rate_shared.html(),
            Self::AddressNotAllowed => words.refused_address.html(),
            Self::MissingScope => words.refused_scope.html(),
            Self::Other(name) => name.html(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_in_one_part() {
        let counts = Counts { successes: 1, client_errors: 2, server_errors: 4, verifications: 8, refused: 16 };
        let bucket = Bucket { from: jiff::Timestamp::UNIX_EPOCH, until: jiff::Timestamp::UNIX_EPOCH, counts };
        let usage = Usage { range: Range::Day, buckets: vec![bucket; 2], refusals: Vec::new(), is_utc: false };
        let words = crate::language::Language::English.words();
        let totals = usage.totals();
        assert_eq!(totals.requests(), 62);
        assert_eq!(usage.parts(words).iter().map(|part| part.of(&totals)).sum::<u64>(), 62);
        assert_eq!(usage.columns(words).iter().map(|part| part.of(&totals)).sum::<u64>(), 62);
    }

    #[test]
    fn the_scale_ends_at_a_round_number_that_can_be_halved() {
        let ends = [(1, 2), (3, 4), (7, 8), (9, 10), (11, 20), (61, 80), (100, 100), (4_524, 5_000), (8_001, 10_000)];
        for (most, end) in ends {
            assert_eq!((round_up(most), end % 2), (end, 0), "{most}");
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn what_there_is_can_be_seen() {
        assert_eq!(scaled(0, 10), 0);
        assert_eq!(scaled(1, 1_000_000), 2);
        assert_eq!(scaled(u64::MAX, u64::MAX), HEIGHT);
        assert_eq!(scaled(5, 10), HEIGHT / 2);
    }
}
