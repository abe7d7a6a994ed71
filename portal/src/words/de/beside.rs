//! German: the activity, the way in, and messages.

use crate::html::Phrase as P;
use crate::words::Beside;

/// The words.
pub(super) static BESIDE: Beside = Beside {
    // Activity.
    activity_lead: P("Wer was geändert hat, und wann."),
    when: P("Wann"),
    who: P("Wer"),
    what: P("Was"),
    key: P("Schlüssel"),
    request: P("Anfrage"),
    activity_none: P("Noch ist nichts geschehen"),
    activity_none_lead: P("Hier steht jede Änderung an einem Schlüssel: was geändert wurde, von wem und wann."),
    operator: P("Team von {brand}"),
    by_itself: P("Automatisch"),
    by_key: P("Schlüssel {name}"),
    did_organization_created: P("{Noun} eingerichtet"),
    did_organization_changed: P("Tarif oder Bedingungen geändert"),
    did_organization_reset: P("Gemeinsame Limits neu begonnen"),
    did_organization_deleted: P("{Noun} gelöscht"),
    did_key_created: P("Schlüssel erstellt"),
    did_key_imported: P("Schlüssel importiert"),
    did_key_changed: P("Schlüssel bearbeitet"),
    did_key_deactivated: P("Schlüssel deaktiviert"),
    did_key_activated: P("Schlüssel aktiviert"),
    did_key_regenerated: P("Neues Geheimnis"),
    did_key_reset: P("Limits neu begonnen"),
    did_key_old_ended: P("Altes Geheimnis beendet"),
    did_key_leaked: P("Schlüssel gefunden, wo andere ihn sehen können"),
    did_key_deleted: P("Schlüssel gelöscht"),
    did_alerts_changed: P("Einstellungen der Warnungen geändert"),
    did_webhook_created: P("Webhook erstellt"),
    did_webhook_changed: P("Webhook geändert"),
    did_webhook_rotated: P("Webhook hat ein neues Secret bekommen"),
    did_webhook_deleted: P("Webhook entfernt"),
    did_webhook_disabled: P("Webhook abgeschaltet, weil er nichts annahm"),
    did_session_created: P("Link zum Portal erstellt"),
    did_session_entered: P("Angemeldet"),
    did_session_ended: P("Sitzung beendet"),
    detail_for: P("für {who}"),
    detail_name: P("Name: {from} → {to}"),
    detail_added: P("Hinzugefügt: {scopes}"),
    detail_removed: P("Weggenommen: {scopes}"),
    detail_expires: P("Läuft ab: {when}"),
    detail_limits: P("Grenzen geändert"),
    detail_addresses: P("Erlaubte Adressen geändert"),
    detail_plan: P("Tarif: {from} → {to}"),
    detail_locked: P("Gesperrt"),
    detail_unlocked: P("Entsperrt"),
    detail_nothing: P("Nichts ist anders"),
    // Entering.
    enter_title: P("API-Schlüssel verwalten"),
    enter_lead: P("{brand} hat Sie hierher geleitet, um API-Schlüssel zu verwalten."),
    person: P("Sie"),
    enter: P("Weiter"),
    enter_once: P("Der Link gilt einmal. Er lässt sich bis {when} benutzen ({relative})."),
    enter_again: P("Sie sind jetzt bei {organization} angemeldet"),
    enter_again_lead: P(
        "Wenn Sie fortfahren, verlässt dieser Browser jene Sitzung. Ihre Seiten in anderen Tabs gehen dann nicht mehr.",
    ),
    // Messages.
    bad_request: P("Diese Anfrage war nicht verständlich"),
    bad_request_lead: P("Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal."),
    session_over: P("Ihre Sitzung ist vorbei, oder der Link wurde benutzt"),
    session_over_lead: P(
        "Ein Link zu diesem Portal gilt einmal, und nur für kurze Zeit. Eine Sitzung endet nach einiger Zeit. Was Sie gespeichert haben, ist nicht verloren. Gehen Sie dorthin zurück, woher Sie gekommen sind, und öffnen Sie die Schlüssel noch einmal.",
    ),
    forbidden: P("Das können Sie hier nicht tun"),
    forbidden_lead: P("Ihr Link zu diesen Seiten erlaubt es nicht. Es wurde nichts geändert."),
    elsewhere: P("Dieses Formular wurde nicht angenommen"),
    elsewhere_lead: P(
        "Es kam von einer anderen Website oder von einer Seite einer früheren Sitzung. Es wurde nichts geändert. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
    ),
    shut_lead: P("Diese Seiten bieten es nicht an. Es wurde nichts geändert."),
    locked_now: P("Während der Sperre ist es nicht möglich. Es wurde nichts geändert."),
    not_found: P("Hier ist nichts"),
    not_found_lead: P("Die Adresse ist vielleicht falsch geschrieben, oder der Schlüssel wurde gelöscht."),
    method: P("Diese Seite lässt sich so nicht benutzen"),
    method_lead: P("Gehen Sie zurück und benutzen Sie die Schaltflächen und Links der Seite."),
    switched: P("Sie haben gewechselt"),
    switched_lead: P(
        "Dieser Tab wurde für einen anderen Zugang geöffnet als den, mit dem Sie jetzt angemeldet sind. Es \
        wurde nichts geändert.",
    ),
    switched_to: P("Sie sind angemeldet bei {organization}."),
    conflict: P("Der Schlüssel hat sich inzwischen geändert"),
    conflict_lead: P(
        "Jemand anderes hat ihn geändert oder gelöscht. Von Ihnen wurde nichts geändert. Sehen Sie ihn noch \
        einmal an und versuchen Sie es erneut.",
    ),
    too_many: P("Zu viele Anfragen"),
    too_many_lead: P("Versuchen Sie es {when} noch einmal."),
    internal: P("Etwas ist schiefgegangen"),
    internal_lead: P(
        "Das liegt an uns. Vielleicht hat es geklappt. Sehen Sie sich Ihre Schlüssel an, bevor Sie es noch \
        einmal versuchen.",
    ),
    unavailable: P("Zurzeit nicht verfügbar"),
    unavailable_lead: P("Versuchen Sie es gleich noch einmal."),
    left: P("Sie sind abgemeldet"),
    left_lead: P("Um zurückzukommen, gehen Sie dorthin, woher Sie gekommen sind, und öffnen Sie die Schlüssel noch \
        einmal."),
    reference: P("Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: {request}"),
    alerting: &super::alerting::ALERTING,
};
