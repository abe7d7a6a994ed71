//! All words of the pages: a struct of phrases, and one value of it for each language. A phrase that a language lacks does
//! not compile.

use crate::html::{Phrase, Plural};
use crate::language::Language;

mod de;
mod en;
pub(crate) mod format;

impl Language {
    /// Its words.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::English => &en::WORDS,
            Self::German => &de::WORDS,
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($phrase:ident)* } plurals { $($plural:ident)* } $(and $beside:ident as $others:ident)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $(pub(crate) $phrase: Phrase,)*
            $(pub(crate) $plural: Plural,)*
            $(/// The others.
            pub(crate) $others: &'static $beside,)?
        }

        $(impl std::ops::Deref for $name {
            type Target = $beside;

            fn deref(&self) -> &$beside {
                self.$others
            }
        })?

        #[cfg(test)]
        impl $name {
            /// Every phrase by its name.
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                #[allow(unused_mut, reason = "not every list has plurals")]
                let mut all = vec![$((stringify!($phrase), self.$phrase.0)),*];
                $(all.push((stringify!($plural), self.$plural.0.0));)*
                $(all.push((stringify!($plural), self.$plural.1.0));)*
                $({
                    let others: &$beside = self.$others;
                    all.extend(others.all());
                })?
                all
            }
        }
    };
}

words! {
    /// The words of a language.
    Words {
        // Around every page.
        skip breadcrumb navigation title activity subject leave back noun locked locked_lead all_refused no_api ends ends_soon zone zone_mixed error_title
        because_session because_locked full_hint just_now
        // Verbs.
        create edit regenerate deactivate activate delete cancel apply clear
        // A key.
        name kind permissions hint fingerprint created last_used expires status id active inactive quarantined expired active_refused never none
        badge_expires badge_old about
        // The list.
        notice_edited notice_same notice_deactivated notice_activated notice_activated_still notice_old_ended notice_deleted notice_link search type_all
        status_all none_yet none_yet_lead no_match no_match_lead pasted pasted_lead pasted_moved no_more of_range older newest pages list_caption
        // Which key is this?
        identify identify_lead identify_field identify_submit identify_found identify_old identify_none
        identify_none_lead identify_again
        // The form for a key.
        problems name_hint permissions_hint permissions_for or permissions_always permissions_all
        permissions_plan permissions_type permissions_each permissions_of expiration keep forever in_week
        in_days30 in_days90 in_year on_date until date date_hint save changed_meanwhile changed_lead reached unmet name_missing name_too_long name_unseen
        type_missing permissions_missing permission_not_for_type permission_not_on_plan expiration_missing date_missing date_invalid
        date_past date_too_late limits_own limits_hint limit_wrong confirm_mismatch overlap_missing key_missing
        // The secret.
        created_title regenerated_title secret_once secret_lead secret_label copy copied copy_failed
        copy_by_hand example example_lead stored_to_list stored_to_key wiped old_until old_over issued_title
        issued_created issued_regenerated issued_again issued_replace to_list to_key
        // One key.
        limits no_limits limits_refused refused_now exposed exposed_lead found_at quarantined_lead revive_inactive revive_expired per_second per_minute per_hour per_day per_week per_month limit_used limit_operator limit_manager limit_slides limit_shared resets rotation rotation_off rotation_until
        old_used old_used_lead old_used_before old_unused_lead new_used new_unused end_old end_old_lead earlier earlier_lead own own_lead replacement
        replacement_lead replacement_create replacement_other replacement_gets replacement_roll replacement_wait replacement_end replacement_new
        replacement_unused replacement_old replacement_old_unused manage edit_hint edit_hint_expiry regenerate_hint
        deactivate_hint activate_hint delete_hint
        // Usage.
        usage range range_day range_week range_days30 range_months13 total success_rate error_rate no_rate chart
        bar so_far successes verifications client_errors server_errors errors refused numbers time
        requests_column refusals reason csv usage_none usage_late usage_utc refused_inactive refused_expired
        refused_locked refused_no_api refused_rate refused_rate_shared refused_address refused_scope
        // Changing a key.
        heading regenerate_lead overlap overlap_none overlap_hour overlap_day overlap_week overlap_none_hint
        overlap_hour_hint overlap_day_hint overlap_week_hint deactivate_lead activate_lead activate_lead_still answer answer_so_far
        delete_immediate delete_lead instead instead_link instead_hint requests_last_day type_name
        type_name_hint
    }
    plurals {
        shown of_total used_of requests minutes_ago hours_ago days_ago months_ago years_ago in_seconds
        in_minutes in_hours in_days in_months in_years
    }
    and Beside as beside
}

words! {
    /// Those of pages beside the keys: the activity, the way in, and messages.
    Beside {
        // Activity.
        activity_lead when who what key request activity_none activity_none_lead operator by_key by_itself
        did_organization_created did_organization_changed did_organization_reset did_organization_deleted did_key_created did_key_imported did_key_changed
        did_key_deactivated did_key_activated did_key_regenerated did_key_reset did_key_old_ended did_key_leaked did_key_deleted
        did_alerts_changed did_webhook_created did_webhook_changed did_webhook_rotated did_webhook_deleted did_webhook_disabled
        did_session_created did_session_entered did_session_ended detail_for detail_name detail_added detail_removed detail_expires detail_limits detail_addresses detail_plan detail_locked detail_unlocked detail_nothing
        // Entering.
        enter_title enter_lead person enter enter_once enter_again enter_again_lead
        // Messages.
        bad_request bad_request_lead session_over session_over_lead forbidden forbidden_lead elsewhere elsewhere_lead shut_lead locked_now not_found
        not_found_lead method method_lead switched switched_lead switched_to conflict conflict_lead too_many
        too_many_lead internal internal_lead unavailable unavailable_lead left left_lead reference
    }
    plurals {}
    and Alerting as alerting
}

words! {
    /// Those of alerts.
    Alerting {
        alerts alert_lead alert_open alert_none_open alert_open_since alert_open_start alert_muted
        alert_muted_end alert_muted_until alert_mute_lead alert_unmute alert_settings alert_on alert_defaults
        alert_is_on alert_is_off alert_now_on alert_now_off alert_changed alert_changed_lead alert_history alert_history_none alert_history_lead
        alert_approaching alert_reached alert_errors alert_unusual alert_woke alert_probing alert_unused
        alert_expiring alert_exposed alert_lingering alert_approaching_hint alert_reached_hint alert_errors_hint alert_unusual_hint
        alert_woke_hint alert_probing_hint alert_unused_hint alert_expiring_hint alert_exposed_hint alert_lingering_hint alert_thresholds
        alert_thresholds_hint alert_rate alert_rate_hint alert_of alert_of_server alert_of_all alert_days
        alert_days_hint alert_thresholds_wrong alert_rate_wrong alert_of_wrong alert_days_wrong alert_worse alert_over
        alert_since alert_hour alert_near alert_near_minute alert_near_hour alert_near_day alert_near_week alert_near_month alert_ends alert_refused_of
        alert_failed alert_failed_server alert_failed_all alert_from alert_more alert_less alert_exposed_lead alert_old_ends
        alert_openings alert_and_more detail_rules detail_muted detail_unmuted notice_muted notice_unmuted notice_crowded
    }
    plurals {
        alert_banner alert_mute_days alert_silent alert_refused alert_probed alert_probed_permission alert_probed_dead
        alert_unused_for alert_expiring_day alert_expiring_within
    }
    and Sending as sending
}

words! {
    /// Those of webhooks.
    Sending {
        webhooks webhook webhook_about webhook_lead webhook_none webhook_none_lead webhook_url webhook_url_hint webhook_url_wrong
        webhook_sent webhook_which webhook_all webhook_all_hint webhook_some webhook_which_missing webhook_kinds_missing webhook_kept
        webhook_everything webhook_of_keys webhook_of_alerts webhook_of_others webhook_add webhook_full
        webhook_last webhook_untried webhook_taken webhook_not_taken webhook_given_up webhook_old webhook_asked webhook_gone
        webhook_failing webhook_edit webhook_manage webhook_test webhook_test_hint webhook_off webhook_off_hint
        webhook_on webhook_on_hint webhook_rotate webhook_rotate_hint webhook_rotate_again webhook_rotate_now
        webhook_remove webhook_remove_hint webhook_remove_now webhook_added webhook_secret webhook_secret_lead
        webhook_old_until webhook_stored webhook_verify webhook_changed webhook_changed_lead notice_tested
        notice_tested_enough notice_webhook_removed
    }
    plurals {
        webhook_kinds_of
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The slots of a phrase: `{name}`.
    fn slots(phrase: &str) -> BTreeSet<&str> {
        phrase.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
    }

    #[test]
    fn every_language_says_everything() {
        for language in Language::ALL {
            for (name, phrase) in language.words().all() {
                assert!(!phrase.trim().is_empty() && phrase.trim() == phrase, "{name} in {language:?}");
                assert!(!phrase.contains("  ") && !phrase.contains('<'), "{name} in {language:?}");
            }
        }
    }

    #[test]
    fn every_language_knows_the_same_facts() {
        // These say it without the noun, whose gender a contract does not tell.
        let without_noun = ["locked", "because_locked", "refused_locked", "switched_lead", "no_api", "locked_now"];
        let english = Language::English.words().all();
        let german = Language::German.words().all();
        for ((name, one), (_, other)) in english.iter().zip(&german) {
            if !without_noun.contains(name) {
                assert_eq!(slots(one), slots(other), "{name}");
            }
        }
    }
}
