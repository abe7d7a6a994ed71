//! When a key is to stop working: what the form offers, and what was chosen.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use portal::{Expiration, Expiry, ExpiryOption, Problem};
use shared::contract::portal::Field as Asked;

use super::{Expires, Sheet, Typed};

/// How far ahead an expiry can be: ten years.
const LATEST_DAYS: i64 = 3_653;

/// What is offered, beside leaving it as it is.
const OFFERS: [Expiry; 6] = [Expiry::Never, Expiry::Week, Expiry::Days30, Expiry::Days90, Expiry::Year, Expiry::OnDate];

impl Sheet<'_> {
    fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    fn latest(&self) -> Option<Date> {
        let days = SignedDuration::from_hours(LATEST_DAYS.saturating_mul(24));
        Some(self.now.checked_add(days).ok()?.to_zoned(self.zone.clone()).date())
    }

    pub(super) fn expiration(&self, typed: &Typed, ends: Option<Timestamp>) -> Option<Expiration> {
        if !self.asks(Asked::Expiration) {
            return None;
        }
        let keep = (!self.is_new && ends.is_some()).then_some(Expiry::Keep);
        let until = |expiry| if expiry == Expiry::Keep { ends } else { self.end(expiry) };
        let options = keep.into_iter().chain(OFFERS).map(|expiry| ExpiryOption { expiry, until: until(expiry) });
        let usual = match self.portal.expires_days {
            Some(days) if self.is_new => OFFERS.into_iter().find(|expiry| expiry.days() == Some(days)),
            Some(_) | None => keep,
        };
        let usual = usual.unwrap_or(Expiry::Never);

        Some(Expiration {
            options: options.collect(),
            chosen: Some(typed.expiry.unwrap_or(usual)),
            date: typed.date.clone(),
            earliest: Some(self.today()),
            latest: self.latest(),
        })
    }

    /// When a key ends for which this was chosen, if the choice alone says it.
    fn end(&self, expiry: Expiry) -> Option<Timestamp> {
        let hours = i64::from(expiry.days()?).saturating_mul(24);

        self.now.checked_add(SignedDuration::from_hours(hours)).ok()
    }

    pub(super) fn read_expiry(&self, typed: &Typed, problems: &mut Vec<Problem>) -> Expires {
        if !self.asks(Asked::Expiration) {
            return Expires::Kept;
        }
        match typed.expiry {
            Some(Expiry::Keep) if !self.is_new => Expires::Kept,
            None | Some(Expiry::Keep) => {
                problems.push(Problem::ExpirationMissing);
                Expires::Kept
            }
            Some(Expiry::Never) => Expires::Never,
            Some(Expiry::OnDate) => self.read_date(typed, problems),
            Some(preset) => self.end(preset).map_or(Expires::Never, Expires::At),
        }
    }

    /// The end of a day: its last second.
    fn read_date(&self, typed: &Typed, problems: &mut Vec<Problem>) -> Expires {
        // Nothing but a date: with a time or a zone, the end of the day would be another one than was meant.
        let is_date = typed.date.len() == 10 && typed.date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date: Option<Date> = typed.date.parse().ok().filter(|_| is_date);
        let end =
            date.and_then(|date| date.at(23, 59, 59, 0).to_zoned(self.zone.clone()).ok()).map(|end| end.timestamp());
        match (date, end, self.latest()) {
            _ if typed.date.is_empty() => problems.push(Problem::DateMissing),
            (Some(date), _, Some(latest)) if date > latest => problems.push(Problem::DateTooLate { latest }),
            (_, Some(end), _) if end <= self.now => problems.push(Problem::DatePast),
            (_, Some(end), _) => return Expires::At(end),
            // The last day that can be written: people mean never.
            (Some(date), None, None) if date.year() == 9_999 => return Expires::Never,
            (..) => problems.push(Problem::DateInvalid),
        }

        Expires::Kept
    }
}

#[cfg(test)]
mod tests {
    use portal::Overlap;
    use shared::contract::portal::{EXPIRES_DAYS, OVERLAPS};

    use super::OFFERS;

    #[test]
    fn pages_offer_what_a_contract_can_make_usual() {
        let days: Vec<_> = OFFERS.into_iter().filter_map(portal::Expiry::days).collect();
        assert_eq!(days, EXPIRES_DAYS);
        assert_eq!(Overlap::ALL.map(|overlap| i64::from(overlap.seconds())), OVERLAPS);
    }
}
