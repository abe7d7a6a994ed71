//! Who spends instructions, by what callgrind has counted.

use std::collections::BTreeMap;

use super::Error;
use super::process::Subject;

/// Instructions by function, and by who has called whom.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    /// What each function has spent itself.
    own: BTreeMap<String, u64>,
    /// What each has spent, with all that it called, for each of its callers.
    calls: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Whoever spends, and how the names of its functions begin. The rest is whoever called it: the allocator, copying, collections.
const SPENDERS: [(&str, &[&str]); 8] = [
    ("the SDK", &["aws_sdk_", "aws_smithy_", "aws_runtime", "aws_types", "aws_credential_types", "time::"]),
    ("signing", &["aws_sigv4", "hmac", "sha2", "digest::", "block_buffer"]),
    ("TLS", &["rustls", "ring", "tokio_rustls", "hyper_rustls", "webpki", "_ring_", "aes", "gcm", "sha256", "chacha"]),
    ("HTTP", &["hyper", "httparse", "http::", "http_body", "tower", "h2"]),
    (
        "tokio, and the system's calls",
        &["tokio", "mio", "futures", "socket2", "epoll_", "recv", "send", "read", "write"],
    ),
    ("the Lambda runtime", &["lambda_", "aws_lambda_events", "hello"]),
    ("Latchkey", &["shared", "connect::", "dynamodb", "payload", "gate_authorize", "jiff"]),
    ("the log", &["tracing", "valuable"]),
];

/// How often what a function has spent is handed on to its callers.
const HANDED_ON: usize = 40;

impl Profile {
    /// What a request of `subject` costs that comes after `before` others.
    pub(crate) fn of_a_request(subject: &Subject, before: u64) -> Result<Self, Error> {
        const MORE: u64 = 100;

        let (fewer, all) = (subject.profile(before)?, subject.profile(before + MORE)?);
        let each = |more: u64, less: Option<&u64>| more.saturating_sub(less.copied().unwrap_or_default()) / MORE;
        let own = all.own.into_iter().map(|(name, spent)| {
            let spent = each(spent, fewer.own.get(&name));
            (name, spent)
        });
        let calls = all.calls.into_iter().map(|(callee, callers)| {
            let before = fewer.calls.get(&callee);
            let callers = callers.into_iter().map(|(caller, spent)| {
                let spent = each(spent, before.and_then(|before| before.get(&caller)));
                (caller, spent)
            });
            (callee, callers.collect())
        });

        Ok(Self { own: own.collect(), calls: calls.collect() })
    }

    /// What is in a file of callgrind's.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let (mut names, mut profile) = (BTreeMap::new(), Self::default());
        let (mut function, mut callee, mut is_call) = (String::new(), String::new(), false);
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("fn=") {
                function = named(name, &mut names);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                callee = named(name, &mut names);
            } else if line.starts_with("calls=") {
                is_call = true;
            } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
                let spent: u64 = line.split(' ').nth(1).ok_or("a line without a count")?.parse()?;
                let entry = if is_call {
                    profile.calls.entry(callee.clone()).or_default().entry(function.clone()).or_default()
                } else {
                    profile.own.entry(function.clone()).or_default()
                };
                *entry += spent;
                is_call = false;
            }
        }

        Ok(profile)
    }

    pub(crate) fn total(&self) -> u64 {
        self.own.values().sum()
    }

    /// The functions that spend the most themselves.
    pub(crate) fn dearest(&self, count: usize) -> Vec<(&str, u64)> {
        let mut functions: Vec<_> = self.own.iter().map(|(name, spent)| (name.as_str(), *spent)).collect();
        functions.sort_by_key(|(_, spent)| std::cmp::Reverse(*spent));
        functions.truncate(count);

        functions
    }

    /// What each spender has spent, the dearest first. What functions of nobody's have spent was spent by their callers, by
    /// what they spent for each.
    pub(crate) fn by_spender(&self) -> Vec<(&'static str, u64)> {
        let mut spent: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut left = self.own.clone();
        for _ in 0..HANDED_ON {
            let mut next: BTreeMap<String, u64> = BTreeMap::new();
            for (name, own) in left {
                let callers: Vec<_> =
                    self.calls.get(&name).into_iter().flatten().filter(|(caller, _)| **caller != name).collect();
                let all: u64 = callers.iter().map(|(_, spent)| **spent).sum();
                if let Some(spender) = spender(&name) {
                    *spent.entry(spender).or_default() += own;
                } else if all == 0 {
                    *spent.entry("others").or_default() += own;
                } else {
                    for (caller, share) in callers {
                        let share = u128::from(own) * u128::from(*share) / u128::from(all);
                        *next.entry(caller.clone()).or_default() += u64::try_from(share).unwrap_or_default();
                    }
                }
            }
            left = next;
        }
        *spent.entry("others").or_default() += left.values().sum::<u64>();
        let mut spent: Vec<_> = spent.into_iter().collect();
        spent.sort_by_key(|(_, spent)| std::cmp::Reverse(*spent));

        spent
    }
}

/// The name of a function, which is written out where it comes first, and a number from then on.
fn named(name: &str, names: &mut BTreeMap<String, String>) -> String {
    match name.split_once(' ') {
        Some((number, name)) => {
            // Each circle of calls, and each depth of one, has a name of its own.
            let name = name.split_once('\'').map_or(name, |(name, _)| name);
            names.insert(number.to_owned(), name.to_owned());
            name.to_owned()
        }
        None => names.get(name).cloned().unwrap_or_default(),
    }
}

/// Whose the function of that name is.
fn spender(name: &str) -> Option<&'static str> {
    // `<aws_smithy_types::body::SdkBody as http_body::Body>::poll_frame` is whose the type is.
    let name = name.trim_start_matches(|first: char| !first.is_ascii_alphanumeric() && first != '_');
    let is_of = |(_, beginnings): &&(&str, &[&str])| beginnings.iter().any(|beginning| name.starts_with(beginning));

    SPENDERS.iter().find(is_of).map(|(spender, _)| *spender)
}
