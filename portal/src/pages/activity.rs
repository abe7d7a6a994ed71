//! Who changed what.

use crate::activity::{Detail, Event, KeyRef, What, Who};
use crate::frame::Frame;
use crate::html::{Html, Said as _};
use crate::pages::page;
use crate::voice::Voice;

/// The audit trail, newest first.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// The frame.
    pub frame: Frame,
    /// The rows of this page.
    pub events: Vec<Event>,
    /// Whether this is the first page.
    pub first: bool,
    /// The cursor of the page with older rows.
    pub older: Option<String>,
}

page!(ActivityPage, "activity.html", Activity, |_page, voice| voice.words().activity.to_string());

impl What {
    /// What was done, in words.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        let phrase = match self {
            Self::OrganizationCreated => words.did_organization_created,
            Self::OrganizationChanged => words.did_organization_changed,
            Self::OrganizationReset => words.did_organization_reset,
            Self::OrganizationDeleted => words.did_organization_deleted,
            Self::KeyCreated => words.did_key_created,
            Self::KeyImported => words.did_key_imported,
            Self::KeyChanged => words.did_key_changed,
            Self::KeyDeactivated => words.did_key_deactivated,
            Self::KeyActivated => words.did_key_activated,
            Self::KeyRegenerated => words.did_key_regenerated,
            Self::KeyReset => words.did_key_reset,
            Self::KeyOldEnded => words.did_key_old_ended,
            Self::KeyLeaked => words.did_key_leaked,
            Self::KeyDeleted => words.did_key_deleted,
            Self::AlertsChanged => words.did_alerts_changed,
            Self::WebhookCreated => words.did_webhook_created,
            Self::WebhookChanged => words.did_webhook_changed,
            Self::WebhookRotated => words.did_webhook_rotated,
            Self::WebhookDeleted => words.did_webhook_deleted,
            Self::WebhookDisabled => words.did_webhook_disabled,
            Self::SessionCreated => words.did_session_created,
            Self::SessionEntered => words.did_session_entered,
            Self::SessionEnded => words.did_session_ended,
            Self::Other(name) => return name.html(),
        };

        phrase.put("Noun", voice.noun_first())
    }
}

impl Who {
    /// Who it was.
    fn said(&self, voice: &Voice<'_>, brand: &str) -> Html {
        match self {
            Self::Person { subject, name: None } => Html::typed(subject),
            Self::Person { subject, name: Some(name) } => {
                let (name, subject) = (Html::typed(name), Html::typed(subject));
                Html::markup(format!("{name} <span class=dim>{subject}</span>"))
            }
            Self::Operator => voice.words().operator.put("brand", brand),
            Self::Key(key) => voice.words().by_key.put("name", key.said()),
            Self::Nobody => voice.words().by_itself.html(),
        }
    }
}

impl Detail {
    /// What was different.
    fn said(&self, voice: &Voice<'_>, brand: &str) -> Html {
        let words = voice.words();
        match self {
            Self::For(who) => words.detail_for.put("who", who.said(voice, brand)),
            Self::Name { from, to } => words.detail_name.put("from", Html::typed(from)).put("to", Html::typed(to)),
            Self::Added(scopes) => words.detail_added.put("scopes", voice.scopes(scopes)),
            Self::Removed(scopes) => words.detail_removed.put("scopes", voice.scopes(scopes)),
            Self::Expires(Some(at)) => words.detail_expires.put("when", voice.moment(*at)),
            Self::Expires(None) => words.detail_expires.put("when", words.never),
            Self::Limits => words.detail_limits.html(),
            Self::Addresses => words.detail_addresses.html(),
            Self::Plan { from, to } => words.detail_plan.put("from", from).put("to", to),
            Self::Rules(kinds) => {
                let kinds: Vec<_> = kinds.iter().map(|kind| voice.alert(*kind).to_string()).collect();
                words.detail_rules.put("alerts", kinds.join(", "))
            }
            Self::Muted { key, until } => words.detail_muted.put("key", key.said()).put("when", voice.moment(*until)),
            Self::Unmuted(key) => words.detail_unmuted.put("key", key.said()),
            Self::Locked(true) => words.detail_locked.html(),
            Self::Locked(false) => words.detail_unlocked.html(),
            Self::Host(host) => host.html(),
            Self::Nothing => words.detail_nothing.html(),
        }
    }
}

impl KeyRef {
    /// Which key it is.
    pub(crate) fn said(&self) -> Html {
        Html::typed(self.name.as_ref().unwrap_or(&self.id))
    }
}

impl ActivityPage {
    fn way_to_newest(&self) -> String {
        format!("{}activity", self.frame.base())
    }

    fn way_to_older(&self) -> Option<String> {
        let cursor = self.older.as_ref()?;
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", cursor).finish();

        Some(format!("{}activity?{query}", self.frame.base()))
    }
}
