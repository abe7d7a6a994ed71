//! What is wrong with a form, in words.

use crate::form::Problem;
use crate::html::{Html, Said as _};
use crate::voice::Voice;

impl Voice<'_> {
    /// What is wrong, in a sentence that says what to do.
    pub(crate) fn problem(&self, problem: &Problem) -> Html {
        let words = self.words();
        match problem {
            Problem::NameMissing => words.name_missing.html(),
            Problem::NameTooLong { most } => words.name_too_long.put("most", self.number(u64::from(*most))),
            Problem::NameUnseen => words.name_unseen.html(),
            Problem::TypeMissing => words.type_missing.html(),
            Problem::PermissionsMissing => words.permissions_missing.html(),
            Problem::PermissionNotForType { scope, kind } => {
                words.permission_not_for_type.put("type", kind).put("scope", scope)
            }
            Problem::PermissionNotOnPlan { scope } => words.permission_not_on_plan.put("scope", scope),
            Problem::ExpirationMissing => words.expiration_missing.html(),
            Problem::DateMissing => words.date_missing.html(),
            Problem::DateInvalid => words.date_invalid.html(),
            Problem::DatePast => words.date_past.html(),
            Problem::DateTooLate { latest } => words.date_too_late.put("latest", self.date(*latest)),
            Problem::LimitWrong(window) => {
                words.limit_wrong.put("window", window.each(words)).put("most", self.number(u64::from(u32::MAX)))
            }
            Problem::ConfirmMismatch => words.confirm_mismatch.html(),
            Problem::OverlapMissing => words.overlap_missing.html(),
            Problem::KeyMissing => words.key_missing.html(),
            Problem::ThresholdsWrong => words.alert_thresholds_wrong.html(),
            Problem::RateWrong => words.alert_rate_wrong.html(),
            Problem::OfMissing => words.alert_of_wrong.html(),
            Problem::DaysWrong => words.alert_days_wrong.html(),
            Problem::UrlWrong => words.webhook_url_wrong.html(),
            Problem::WhichMissing => words.webhook_which_missing.html(),
            Problem::KindsMissing => words.webhook_kinds_missing.html(),
            Problem::Said { sentence, .. } => sentence.html(),
        }
    }
}
