//! German: alerts.

use crate::html::{Phrase as P, Plural};
use crate::words::Alerting;

/// The words.
pub(super) static ALERTING: Alerting = Alerting {
    alerts: P("Warnungen"),
    alert_lead: P(
        "Was einen Blick wert sein kann: Schlüssel nahe an einer Grenze, mit vielen Fehlern, die niemand benutzt oder die bald ablaufen.",
    ),
    alert_open: P("Zurzeit offen"),
    alert_none_open: P("Zurzeit ist keine Warnung offen."),
    alert_open_since: P("seit {when}"),
    alert_open_start: P("Seit"),
    alert_muted: P("Stummgeschaltete Schlüssel"),
    alert_muted_end: P("Bis"),
    alert_muted_until: P(
        "Dieser Schlüssel ist bis {when} stummgeschaltet: Neue Warnungen zu ihm werden nicht gemeldet.",
    ),
    alert_mute_lead: P(
        "Schalten Sie diesen Schlüssel stumm, wenn Sie wissen, warum es so ist. So lange werden neue Warnungen zu ihm nicht gemeldet:",
    ),
    alert_unmute: P("Wieder melden"),
    alert_settings: P("Worauf geachtet wird"),
    alert_on: P("Darauf achten"),
    alert_is_on: P("Darauf wird geachtet. Das legt {brand} fest."),
    alert_is_off: P("Darauf wird nicht geachtet. Das legt {brand} fest."),
    alert_changed: P("Jemand hat diese Einstellungen inzwischen geändert"),
    alert_changed_lead: P(
        "Von Ihnen ist noch nichts gespeichert. Unten steht, was Sie gesendet haben. Wenn Sie es noch einmal senden, tritt es an die Stelle des Gespeicherten.",
    ),
    alert_history: P("Verlauf"),
    alert_history_none: P("Noch keine Warnungen"),
    alert_history_lead: P("Was gemeldet wird, steht hier 400 Tage lang."),
    alert_approaching: P("Nahe an der Grenze"),
    alert_reached: P("Grenze erreicht"),
    alert_errors: P("Viele Fehler"),
    alert_unusual: P("Ungewöhnliche Nutzung"),
    alert_woke: P("Nach langer Pause benutzt"),
    alert_probing: P("Immer wieder abgewiesen"),
    alert_unused: P("Unbenutzte Schlüssel"),
    alert_expiring: P("Schlüssel, die bald ablaufen"),
    alert_lingering: P("Altes Geheimnis noch benutzt"),
    alert_approaching_hint: P(
        "Ein Schlüssel hat viel von einer Grenze verbraucht: der einer Stunde oder eines Tages, oder in drei Minuten einer Stunde.",
    ),
    alert_reached_hint: P(
        "In einer Stunde werden mindestens 10 Anfragen, und eine von hundert, abgewiesen, weil eine Grenze erreicht ist.",
    ),
    alert_errors_hint: P("Von mindestens 50 Anfragen in einer Stunde sind mit Sicherheit zu viele fehlgeschlagen."),
    alert_unusual_hint: P(
        "Ein viel benutzter Schlüssel wird weit mehr oder weit weniger benutzt als zu dieser Stunde an anderen Tagen.",
    ),
    alert_woke_hint: P("Ein Schlüssel wird benutzt, der 30 Tage lang nicht benutzt wurde."),
    alert_probing_hint: P(
        "In einer Stunde wollen mindestens 20 Anfragen, was der Schlüssel nicht darf, oder kommen mit einem, der abgeschaltet oder abgelaufen ist.",
    ),
    alert_unused_hint: P("Schlüssel wurden lange nicht benutzt. Eine Nachricht in der Woche nennt sie."),
    alert_expiring_hint: P("Schlüssel laufen in 14 Tagen, in 7 Tagen oder in einem Tag ab. Eine Nachricht nennt sie."),
    alert_lingering_hint: P("Ein ersetztes Geheimnis wird einen Tag, bevor es nicht mehr gilt, noch benutzt."),
    alert_thresholds: P("Ab welchem Anteil einer Grenze, in Prozent"),
    alert_thresholds_hint: P(
        "Eine bis drei ganze Zahlen von 50 bis 100, jede höher als die davor, zum Beispiel 80, 95.",
    ),
    alert_rate: P("Ab welchem Anteil an Fehlern, in Prozent"),
    alert_rate_hint: P("Eine Zahl von 1 bis 50."),
    alert_of: P("Welche Fehler zählen"),
    alert_of_server: P("Fehler der API (5xx)"),
    alert_of_all: P("Auch Fehler der Aufrufer (4xx und 5xx)"),
    alert_days: P("Nach wie vielen Tagen ohne Nutzung"),
    alert_days_hint: P("Eine ganze Zahl von 30 bis 365."),
    alert_thresholds_wrong: P("Geben Sie eine bis drei ganze Zahlen von 50 bis 100 ein, jede höher als die davor"),
    alert_rate_wrong: P("Geben Sie einen Anteil von 1 bis 50 Prozent ein"),
    alert_of_wrong: P("Wählen Sie, welche Fehler zählen"),
    alert_days_wrong: P("Geben Sie eine ganze Zahl von 30 bis 365 Tagen ein"),
    alert_worse: P("{alert}: schlimmer"),
    alert_over: P("{alert}: vorbei"),
    alert_since: P("Sie war offen seit {when}."),
    alert_hour: P("In der Stunde ab {when}."),
    alert_near: P("{used} von {limit} Anfragen wurden verbraucht."),
    alert_near_minute: P("In drei Minuten einer Stunde wurden mindestens {used} von {limit} Anfragen verbraucht."),
    alert_near_hour: P("{used} von {limit} Anfragen der Stunde wurden verbraucht."),
    alert_near_day: P("{used} von {limit} Anfragen des Tages wurden verbraucht."),
    alert_ends: P("Die Grenze beginnt von vorn: {when}."),
    alert_refused_of: P("{refused} von {requests} Anfragen wurden abgewiesen, weil eine Grenze erreicht war."),
    alert_failed: P("{failed} von {answered} Anfragen sind fehlgeschlagen ({share})."),
    alert_failed_server: P("{failed} von {answered} Anfragen sind mit einem Fehler der API fehlgeschlagen ({share})."),
    alert_failed_all: P(
        "{failed} von {answered} Anfragen sind mit einem Fehler des Aufrufers oder der API fehlgeschlagen ({share}).",
    ),
    alert_from: P("Gemeldet wird das ab {share}."),
    alert_more: P("{requests}, weit mehr als die üblichen {usual}."),
    alert_less: P("{requests}, weit weniger als die üblichen {usual}."),
    alert_old_ends: P("Es gilt bis {when}."),
    alert_openings: P(
        "Sie ist an einem Tag {times} Mal aufgetreten. Solange das so ist, wird sie einmal am Tag gemeldet.",
    ),
    alert_and_more: P("und {number} weitere"),
    detail_rules: P("Geändert: {alerts}"),
    detail_muted: P("Stummgeschaltet: {key} bis {when}"),
    detail_unmuted: P("Nicht mehr stummgeschaltet: {key}"),
    notice_muted: P("Der Schlüssel ist bis {when} stummgeschaltet."),
    notice_unmuted: P("Der Schlüssel ist nicht mehr stummgeschaltet."),
    notice_crowded: P(
        "Es sind so viele Schlüssel stummgeschaltet, wie es zugleich sein können. Beenden Sie das zuerst bei einem anderen.",
    ),
    alert_banner: Plural(P("Zu {n} Schlüssel ist eine Warnung offen"), P("Zu {n} Schlüsseln sind Warnungen offen")),
    alert_mute_days: Plural(P("{n} Tag stummschalten"), P("{n} Tage stummschalten")),
    alert_silent: Plural(
        P("Davor wurde er {n} Tag lang nicht benutzt."),
        P("Davor wurde er {n} Tage lang nicht benutzt."),
    ),
    alert_refused: Plural(
        P("{n} Anfrage wurde abgewiesen, weil eine Grenze erreicht war."),
        P("{n} Anfragen wurden abgewiesen, weil eine Grenze erreicht war."),
    ),
    alert_probed: Plural(P("{n} Anfrage wurde abgewiesen."), P("{n} Anfragen wurden abgewiesen.")),
    alert_probed_permission: Plural(
        P("{n} Anfrage wurde abgewiesen, weil dem Schlüssel eine Berechtigung fehlte."),
        P("{n} Anfragen wurden abgewiesen, weil dem Schlüssel eine Berechtigung fehlte."),
    ),
    alert_probed_dead: Plural(
        P("{n} Anfrage wurde abgewiesen, weil der Schlüssel abgeschaltet oder abgelaufen war."),
        P("{n} Anfragen wurden abgewiesen, weil der Schlüssel abgeschaltet oder abgelaufen war."),
    ),
    alert_unused_for: Plural(
        P("{n} Schlüssel wurde {days} Tage lang nicht benutzt."),
        P("{n} Schlüssel wurden {days} Tage lang nicht benutzt."),
    ),
    alert_expiring_day: Plural(
        P("{n} Schlüssel läuft innerhalb eines Tages ab."),
        P("{n} Schlüssel laufen innerhalb eines Tages ab."),
    ),
    alert_expiring_within: Plural(
        P("{n} Schlüssel läuft innerhalb von {days} Tagen ab."),
        P("{n} Schlüssel laufen innerhalb von {days} Tagen ab."),
    ),
};
