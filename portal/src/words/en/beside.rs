//! English: the activity, the way in, and messages.

use crate::html::Phrase as P;
use crate::words::Beside;

/// The words.
pub(super) static BESIDE: Beside = Beside {
    // Activity.
    activity_lead: P("Who changed what, and when."),
    when: P("When"),
    who: P("Who"),
    what: P("What"),
    key: P("Key"),
    request: P("Request"),
    activity_none: P("Nothing has been done yet"),
    activity_none_lead: P("Every change to a key is listed here: what it was, who made it and when."),
    operator: P("Team of {brand}"),
    by_key: P("Key {name}"),
    did_organization_created: P("{Noun} set up"),
    did_organization_changed: P("Plan or terms changed"),
    did_key_created: P("Key created"),
    did_key_imported: P("Key imported"),
    did_key_changed: P("Key edited"),
    did_key_deactivated: P("Key deactivated"),
    did_key_activated: P("Key activated"),
    did_key_regenerated: P("New secret"),
    did_key_old_ended: P("Old secret ended"),
    did_key_deleted: P("Key deleted"),
    did_alerts_changed: P("Alert settings changed"),
    did_session_created: P("Link to this portal made"),
    did_session_entered: P("Signed in"),
    did_session_ended: P("Session ended"),
    detail_for: P("for {who}"),
    detail_name: P("Name: {from} → {to}"),
    detail_added: P("Added: {scopes}"),
    detail_removed: P("Removed: {scopes}"),
    detail_expires: P("Expires: {when}"),
    detail_plan: P("Plan: {from} → {to}"),
    detail_locked: P("Locked"),
    detail_unlocked: P("Unlocked"),
    detail_nothing: P("Nothing is different"),
    // Entering.
    enter_title: P("Manage API keys"),
    enter_lead: P("{brand} has sent you here to manage API keys."),
    person: P("You"),
    enter: P("Continue"),
    enter_once: P("The link works once. It can be used until {when} ({relative})."),
    enter_again: P("You are signed in to {organization} now"),
    enter_again_lead: P(
        "When you continue, this browser leaves that session. Pages of it that are open in other tabs stop working.",
    ),
    // Messages.
    bad_request: P("This request was not understood"),
    bad_request_lead: P("Go back, load the page again and try once more."),
    session_over: P("Your session is over, or the link was used"),
    session_over_lead: P(
        "A link to this portal works once, and only for a short time. A session ends after some time. Nothing that you have saved is lost. Go back to where you came from and open the keys again.",
    ),
    forbidden: P("You cannot do this here"),
    forbidden_lead: P("Your link to these pages does not allow it. Nothing was changed."),
    elsewhere: P("This form was not taken"),
    elsewhere_lead: P(
        "It came from another website, or from a page of an earlier session. Nothing was changed. Load the page again and try once more.",
    ),
    shut_lead: P("These pages do not offer it. Nothing was changed."),
    locked_now: P("It is not possible while the {noun} is locked. Nothing was changed."),
    not_found: P("There is nothing here"),
    not_found_lead: P("The address may be mistyped, or the key may have been deleted."),
    method: P("This page cannot be used like that"),
    method_lead: P("Go back and use the buttons and links of the page."),
    switched: P("You have switched"),
    switched_lead: P("This tab was opened for another {noun} than the one that you are signed in to now. Nothing was \
        changed."),
    switched_to: P("You are signed in to {organization}."),
    conflict: P("The key has changed in the meantime"),
    conflict_lead: P(
        "Somebody else has changed or deleted it. Nothing of yours was changed. Look at it again and try once \
        more.",
    ),
    too_many: P("Too many requests"),
    too_many_lead: P("Try again {when}."),
    internal: P("Something went wrong"),
    internal_lead: P("This is our fault. What you did may have worked. Look at your keys before you try again."),
    unavailable: P("Not available at the moment"),
    unavailable_lead: P("Try again in a moment."),
    left: P("You are signed out"),
    left_lead: P("To come back, go to where you came from and open the keys again."),
    reference: P("If you ask for help, give this number: {request}"),
};
