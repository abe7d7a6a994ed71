//! An organization, its people and its keys, at one moment.

use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};
use portal::{
    AlertKind, Answer, Bucket, Counts, Depth, Frame, Inside, Key, Language, Link, Range, Refusal, RefusalReason,
    Secrets, Status, Tab, Usage, Zone,
};

use crate::products::Product;

/// When it all happens.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_711_200).unwrap_or_default()
}

/// That many hours before.
pub(crate) fn ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// A frame of a session.
pub(crate) fn frame(product: Product, language: Language, depth: Depth) -> Frame {
    let vienna = Zone { rules: TimeZone::fixed(offset(1)), name: "Europe/Vienna".to_owned() };
    Frame {
        language,
        brand: product.brand(),
        terms: product.terms(language),
        now: now(),
        zone: (product == Product::Fanfare).then_some(vienna),
        return_to: (product != Product::TheFaq)
            .then(|| Link { label: None, url: "https://app.example.com/settings".to_owned() }),
        inside: Some(Inside {
            depth,
            organization: "Acme Learning".to_owned(),
            subject: "Ada Lovelace".to_owned(),
            locked: false,
            refused: None,
            ends: ago(-1),
            tabs: if product == Product::Fanfare {
                vec![Tab::Activity, Tab::Alerts, Tab::Webhooks]
            } else {
                vec![Tab::Activity]
            },
            leave_once: "o-leave".to_owned(),
        }),
    }
}

/// A frame without a session.
pub(crate) fn outside(product: Product, language: Language) -> Frame {
    Frame { terms: product.terms(language), ..Frame::outside(language, product.brand(), now()) }
}

/// A key of the product.
pub(crate) fn key(product: Product, at: usize) -> Key {
    let names = ["production-web", "billing-import", "staging", "Ada’s laptop", "ci", "partner: Zenith", "legacy"];
    let types = product.types();
    let kind = types.get(at % types.len().max(1)).map(|kind| kind.label.clone());
    let scopes: Vec<_> = product.scopes().into_iter().map(|scope| scope.name).take(1 + at % 2).collect();
    let hours = i64::try_from(at).unwrap_or_default();

    Key {
        id: format!("key_01JDK7Q2M9V3X8T4B6N0R5W{at:03}"),
        name: names.get(at % names.len()).copied().unwrap_or_default().to_owned(),
        kind,
        scopes: (product != Product::Fayne).then_some(scopes),
        fingerprint: format!("a14b{:02x}", at * 7 + 16),
        hint: (product == Product::Fanfare).then(|| format!("sk_live_…x7Q{at}")),
        status: Status::Active,
        created: ago(40 + hours * hours * 90),
        last_used: (at % 4 != 3).then(|| ago(hours * hours * 31) - SignedDuration::from_mins(3)),
        expires: None,
        old_until: None,
        alerts: Vec::new(),
        version: 3,
    }
}

/// Its two secrets.
pub(crate) fn secrets(product: Product) -> Secrets {
    Secrets {
        until: ago(-20),
        since: ago(4),
        old_used: (product == Product::Fanfare).then(|| ago(1)),
        new_used: Some(now() - SignedDuration::from_mins(4)),
    }
}

/// Its keys, with something to say of most.
pub(crate) fn keys(product: Product) -> Vec<Key> {
    let mut keys: Vec<_> = (0..7).map(|at| key(product, at)).collect();
    let mut change = |at: usize, with: fn(&mut Key)| {
        if let Some(key) = keys.get_mut(at) {
            with(key);
        }
    };
    if product == Product::Fanfare {
        change(1, |key| key.expires = Some(ago(-70)));
        change(2, |key| key.alerts = vec![AlertKind::ErrorsHigh, AlertKind::LimitReached]);
        change(4, |key| key.status = Status::Inactive);
        change(6, |key| {
            key.status = Status::Expired;
            key.expires = Some(ago(200));
        });
    }
    if product == Product::Fanfare || product == Product::Fabraix {
        change(0, |key| key.old_until = Some(ago(-20)));
    }

    keys
}

/// What callers get.
pub(crate) fn answer(product: Product) -> Answer {
    let message = match product {
        Product::Fayne | Product::Fanfare => "Invalid API key",
        Product::Fabraix => "Invalid API key provided",
        Product::TheFaq => "The API key does not match any active key",
    };
    Answer { status: 401, message: message.to_owned() }
}

/// Usage of a range.
pub(crate) fn usage(range: Range, scale: u64) -> Usage {
    let (count, hours) = match range {
        Range::Day => (24, 1),
        Range::Week => (7, 24),
        Range::Days30 => (30, 24),
        Range::Months13 => (13, 24 * 30),
    };
    let bucket = |at: i64| {
        let wave = u64::try_from((at * 37 + 11) % 29).unwrap_or_default() + 6;
        let counts = Counts {
            successes: wave * scale * 7,
            client_errors: wave * scale / 3,
            server_errors: if at % 9 == 4 { scale * 11 } else { 0 },
            verifications: wave * scale * 2,
            refused: if at % 7 == 2 { scale * 40 } else { scale },
        };
        let from = ago((count - 1 - at) * hours);
        Bucket { from, until: from + SignedDuration::from_hours(hours), counts }
    };
    let buckets: Vec<_> = (0..count).map(bucket).collect();
    let refused: u64 = buckets.iter().map(|bucket| bucket.counts.refused).sum();

    Usage {
        range,
        buckets,
        refusals: vec![
            Refusal { reason: RefusalReason::RateLimited, requests: refused - refused / 4 },
            Refusal { reason: RefusalReason::MissingScope, requests: refused / 4 },
        ],
        is_utc: false,
    }
}
