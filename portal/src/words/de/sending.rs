//! German: webhooks.

use crate::html::{Phrase as P, Plural};
use crate::words::Sending;

/// The words.
pub(super) static SENDING: Sending = Sending {
    webhooks: P("Webhooks"),
    webhook: P("Webhook"),
    webhook_about: P("Über diesen Webhook"),
    webhook_lead: P(
        "Eigene Adressen, die erfahren, was hier geschieht, sobald es geschieht: Änderungen an Schlüsseln, Warnungen und mehr. Keine Nachricht enthält ein Geheimnis, und jede ist signiert.",
    ),
    webhook_none: P("Noch keine Webhooks"),
    webhook_none_lead: P(
        "Tragen Sie die Adresse eines eigenen Programms ein. Es bekommt dann eine Nachricht, wenn etwas geschieht.",
    ),
    webhook_url: P("Adresse"),
    webhook_url_hint: P("Sie beginnt mit https:// und ist aus dem Internet erreichbar."),
    webhook_url_wrong: P(
        "Geben Sie eine Adresse wie https://example.com/hooks ein: aus dem Internet erreichbar, mit https, Port 443 oder ab 1024, ohne Passwort und mit höchstens 500 Zeichen",
    ),
    webhook_sent: P("Was gesendet wird"),
    webhook_which: P("Was soll gesendet werden?"),
    webhook_all: P("Alles"),
    webhook_all_hint: P("Auch Arten von Ereignissen, die später dazukommen."),
    webhook_some: P("Nur was unten angekreuzt ist"),
    webhook_which_missing: P("Wählen Sie, was gesendet werden soll"),
    webhook_kinds_missing: P("Kreuzen Sie mindestens eine Art von Ereignissen an"),
    webhook_kept: P("Außerdem gesendet und hier nicht wählbar: {kinds}"),
    webhook_everything: P("Alles"),
    webhook_of_keys: P("Schlüssel"),
    webhook_of_alerts: P("Warnungen"),
    webhook_of_others: P("Alles andere"),
    webhook_add: P("Webhook hinzufügen"),
    webhook_full: P(
        "Es gibt so viele Webhooks, wie es geben kann. Entfernen Sie einen, um einen anderen hinzuzufügen.",
    ),
    webhook_last: P("Letzter Versuch"),
    webhook_untried: P("Noch nichts gesendet"),
    webhook_taken: P("Angenommen {when}"),
    webhook_not_taken: P("Nicht angenommen {when}: {outcome}"),
    webhook_given_up: P("Nachricht aufgegeben"),
    webhook_old: P("Altes Geheimnis signiert bis"),
    webhook_asked: P("Er ist abgeschaltet. Es wird nichts dorthin gesendet."),
    webhook_gone: P(
        "Es wird nichts mehr dorthin gesendet: Die Adresse hat geantwortet, dass es sie nicht mehr gibt (410).",
    ),
    webhook_failing: P("Es wird nichts mehr dorthin gesendet: Eine Nachricht wurde drei Tage lang nicht angenommen."),
    webhook_edit: P("Ändern"),
    webhook_manage: P("Diesen Webhook verwalten"),
    webhook_test: P("Probe senden"),
    webhook_test_hint: P(
        "Eine Nachricht, die sagt, dass sie eine Probe ist. Sie geht innerhalb von zwei Minuten hinaus.",
    ),
    webhook_off: P("Abschalten"),
    webhook_off_hint: P("Was geschieht, solange er abgeschaltet ist, wird auch später nicht gesendet."),
    webhook_on: P("Einschalten"),
    webhook_on_hint: P("Gesendet wird, was ab dann geschieht. Was vorher war, nicht."),
    webhook_rotate: P("Neues Geheimnis"),
    webhook_rotate_hint: P(
        "Die nächste Seite zeigt es einmal. Einen Tag lang sind Nachrichten auch mit dem alten signiert.",
    ),
    webhook_rotate_again: P(
        "Ein altes Geheimnis signiert noch bis {when}. Wenn Sie jetzt ein neues erzeugen, signiert dieses alte ab sofort nichts mehr.",
    ),
    webhook_rotate_now: P("Neues Geheimnis erzeugen"),
    webhook_remove: P("Entfernen"),
    webhook_remove_hint: P(
        "Ab dann wird nichts mehr dorthin gesendet, und sein Geheimnis ist ungültig. Das lässt sich nicht rückgängig machen.",
    ),
    webhook_remove_now: P("Diesen Webhook entfernen"),
    webhook_added: P("Webhook hinzugefügt – kopieren Sie jetzt sein Geheimnis"),
    webhook_secret: P("Geheimnis des Webhooks"),
    webhook_secret_lead: P(
        "Das Programm an der Adresse braucht es, um zu erkennen, ob eine Nachricht von uns ist. Speichern Sie es dort, wo nur dieses Programm es lesen kann.",
    ),
    webhook_old_until: P(
        "Nachrichten sind bis {when} auch mit dem alten Geheimnis signiert. Ersetzen Sie es vorher in Ihrem Programm.",
    ),
    webhook_stored: P("Ich habe es gespeichert: zum Webhook"),
    webhook_verify: P(
        "Nachrichten folgen der Spezifikation „Standard Webhooks“: Ihre Bibliotheken prüfen sie mit diesem Geheimnis, in den meisten Sprachen.",
    ),
    webhook_changed: P("Die Webhooks wurden inzwischen geändert"),
    webhook_changed_lead: P(
        "Gerade eben wurde nichts getan. Wenn Sie dieses Formular zweimal abgeschickt haben, gilt das erste Mal: Ein Geheimnis, das dabei gezeigt wurde, kann nicht noch einmal gezeigt werden, aber Sie können ein neues erzeugen. Sonst vergleichen Sie, was hier steht, mit dem, was Sie wollen, und schicken Sie das Formular noch einmal ab.",
    ),
    notice_tested: P(
        "Eine Probe ist unterwegs. Laden Sie diese Seite in zwei Minuten neu, um zu sehen, was daraus geworden ist.",
    ),
    notice_tested_enough: P("Es wurde keine Probe gesendet: Ein Webhook kann zehnmal in der Stunde geprüft werden."),
    notice_webhook_removed: P("Der Webhook ist entfernt. Es wird nichts mehr dorthin gesendet."),
    webhook_kinds_of: Plural(P("{n} Art von Ereignissen"), P("{n} Arten von Ereignissen")),
};
