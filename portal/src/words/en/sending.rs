//! English: webhooks.

use crate::html::{Phrase as P, Plural};
use crate::words::Sending;

/// The words.
pub(super) static SENDING: Sending = Sending {
    webhooks: P("Webhooks"),
    webhook: P("Webhook"),
    webhook_about: P("About this webhook"),
    webhook_lead: P(
        "Addresses of your own that are told what happens here, as it happens: changes to keys, alerts and more. No message has a secret in it, and each one is signed.",
    ),
    webhook_none: P("No webhooks yet"),
    webhook_none_lead: P("Add the address of a program of yours, and it is sent a message whenever something happens."),
    webhook_url: P("Address"),
    webhook_url_hint: P("It begins with https:// and can be reached from the internet."),
    webhook_url_wrong: P(
        "Enter an address such as https://example.com/hooks: one that can be reached from the internet, with https, port 443 or one from 1024 on, no password, and at most 500 characters",
    ),
    webhook_sent: P("What is sent"),
    webhook_which: P("What should be sent?"),
    webhook_all: P("Everything"),
    webhook_all_hint: P("Kinds of events that are added later, too."),
    webhook_some: P("Only what is ticked below"),
    webhook_which_missing: P("Choose what should be sent"),
    webhook_kinds_missing: P("Tick at least one kind of event"),
    webhook_everything: P("Everything"),
    webhook_of_keys: P("Keys"),
    webhook_of_alerts: P("Alerts"),
    webhook_of_others: P("Everything else"),
    webhook_add: P("Add webhook"),
    webhook_full: P("There are as many webhooks as there can be. Remove one to add another."),
    webhook_last: P("Last attempt"),
    webhook_untried: P("Nothing was sent yet"),
    webhook_taken: P("Taken {when}"),
    webhook_not_taken: P("Not taken {when}: {outcome}"),
    webhook_old: P("Old secret signs until"),
    webhook_asked: P("It is switched off. Nothing is sent there."),
    webhook_gone: P("Nothing is sent there any more: the address has answered that it is gone (410)."),
    webhook_failing: P("Nothing is sent there any more: a message was not taken for three days."),
    webhook_edit: P("Change it"),
    webhook_manage: P("Manage this webhook"),
    webhook_test: P("Send a test"),
    webhook_test_hint: P("A message that says it is a test. It is sent within two minutes."),
    webhook_off: P("Switch off"),
    webhook_off_hint: P("What happens while it is off is not sent later."),
    webhook_on: P("Switch on"),
    webhook_on_hint: P("What happens from then on is sent. What has happened before is not."),
    webhook_rotate: P("New secret"),
    webhook_rotate_hint: P("The next page shows it once. For a day, messages are signed with the old secret, too."),
    webhook_rotate_again: P(
        "An old secret still signs until {when}. If you make a new one now, that old one signs nothing from now on.",
    ),
    webhook_rotate_now: P("Make a new secret"),
    webhook_remove: P("Remove"),
    webhook_remove_hint: P("Nothing is sent there from now on, and its secret is void. That cannot be undone."),
    webhook_remove_now: P("Remove this webhook"),
    webhook_added: P("Webhook added – copy its secret now"),
    webhook_secret: P("Secret of the webhook"),
    webhook_secret_lead: P(
        "The program at the address needs it to tell whether a message is from us. Store it where only that program can read it.",
    ),
    webhook_old_until: P(
        "Messages are signed with the old secret, too, until {when}. Replace it in your program before then.",
    ),
    webhook_stored: P("I have stored it: to the webhook"),
    webhook_verify: P(
        "Messages follow the Standard Webhooks specification: its libraries check them with this secret, in most languages.",
    ),
    webhook_changed: P("The webhooks were changed meanwhile"),
    webhook_changed_lead: P(
        "Nothing was done just now. If you have sent this form twice, the first time counts: a secret that was shown then cannot be shown again, but you can make a new one. Otherwise compare what is here with what you want, and send the form again.",
    ),
    notice_tested: P("A test is on its way. Load this page again in two minutes to see what has become of it."),
    notice_tested_enough: P("No test was sent: a webhook can be tested ten times an hour."),
    notice_webhook_removed: P("The webhook is removed. Nothing is sent there any more."),
    webhook_kinds_of: Plural(P("{n} kind of event"), P("{n} kinds of events")),
};
