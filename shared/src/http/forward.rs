//! Forward-auth: a proxy asks whether a request is let in before it hands that on. nginx, Caddy, Traefik, Envoy and others can ask
//! so, each in its own way (`docs/integrate.md`).
//!
//! The question is an HTTP request with the caller's credential, by any method. What else it says of the caller's request decides
//! nothing, except who sent it, if the proxy has shown that it is ours. A yes is exactly 200; everything else is a no.

use std::net::IpAddr;
use std::sync::LazyLock;

use lambda_http::http::{HeaderName, HeaderValue};

use crate::contract::Contract;
use crate::contract::denial::Denial;
use crate::contract::envelope::Reply;
use crate::contract::secret::Digest;
use crate::environment::settings;
use crate::gate::app::App;
use crate::gate::verify::spelled_out;
use crate::http::authority::admitted;
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::http::lambda::Exit;
use crate::http::reply::proxy::{LetIn, for_nginx};
use crate::http::serve::{Face, serve_as};
use crate::registry::error::Result;
use crate::registry::external_id::ExternalId;
use crate::registry::pass::Grant;

/// The header by which a proxy shows that it is ours, where the stack has a secret for that.
const SECRET: HeaderName = HeaderName::from_static("latchkey-proxy-secret");

const ORGANIZATION: HeaderName = HeaderName::from_static("latchkey-organization");
const KEY_ID: HeaderName = HeaderName::from_static("latchkey-key-id");
const KEY_TYPE: HeaderName = HeaderName::from_static("latchkey-key-type");
const SCOPES: HeaderName = HeaderName::from_static("latchkey-scopes");
const EXTERNAL_ID: HeaderName = HeaderName::from_static("latchkey-external-id");

/// What a proxy copies into the request that it hands on. Every answer has all of them, empty where there is nothing to say: what
/// a caller has put there is overwritten.
const COPIED: [HeaderName; 5] = [ORGANIZATION, KEY_ID, KEY_TYPE, SCOPES, EXTERNAL_ID];

/// The most characters of an unknown scope that a refusal repeats.
const SCOPE_MAX_CHARS: usize = 64;

/// The digest of the secret that proxies must show, where there is one: digests are compared, which takes as long whatever was sent.
static PROXYS: LazyLock<Option<Digest>> =
    LazyLock::new(|| settings::forward_auth_secret().map(|secret| Digest::of(secret.as_bytes())));

static FACE: Face = Face { refuse: |_, _| None, dress };

/// Serves proxies until the process is told to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> Exit {
    serve_as(&FACE, answer).await
}

/// A request that a proxy asks about, and that is let in.
#[derive(Debug)]
pub struct Forwarded(Grant);

impl FromCall for Forwarded {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        if let Some(secret) = *PROXYS {
            let shown = call.headers.get(SECRET).map(|shown| Digest::of(shown.as_bytes()));
            if shown != Some(secret) {
                return Err(Denial::UnknownRoute.into());
            }
            call.address = appended(call);
        }
        let scopes =
            call.path_parameters.get("scopes").map_or(Ok(Vec::new()), |text| read(&call.app.contract, text))?;
        call.is_question = true;

        admitted(call, &scopes).await.map(Self)
    }

    // Who asks is a proxy, which speaks a protocol of its own: it is not an operation of an API.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

/// The scopes of `contract` that `text` names, with commas between; `-` is none.
///
/// # Errors
/// One is not the contract's: nobody has it.
fn read(contract: &'static Contract, text: &str) -> Result<Vec<&'static str>> {
    let scope = |name: &str| {
        let known = contract.scopes.get_key_value(name).map(|(name, _)| name.as_str());
        known.ok_or_else(|| {
            let named = name.chars().filter(|letter| is_scopes(*letter)).take(SCOPE_MAX_CHARS);
            Denial::MissingScope { scope: named.collect() }.into()
        })
    };

    if text == "-" { Ok(Vec::new()) } else { text.split(',').map(scope).collect() }
}

/// Whether a scope may have this character (RFC 6749, 3.3). A contract may name it in a header, between quotes.
const fn is_scopes(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '"' | '\\')
}

/// The address that the proxy has appended to `X-Forwarded-For`: the last one, but for the proxy's own, which API Gateway appends.
fn appended(call: &Call) -> Option<IpAddr> {
    let listed = call.headers.get("x-forwarded-for")?.to_str().ok()?;
    let mut addresses = listed.rsplit(',').map(|address| address.trim().parse().ok());
    match addresses.next()? {
        own if own.is_some() && own == call.address => addresses.next().flatten(),
        last => last,
    }
}

async fn answer(app: &'static App, Forwarded(grant): Forwarded) -> Result<LetIn> {
    let scopes = spelled_out(&app.contract, &grant.scopes);
    let told = [
        (ORGANIZATION, grant.org.as_str()),
        (KEY_ID, grant.key.as_str()),
        (KEY_TYPE, grant.kind.as_deref().unwrap_or_default()),
        (SCOPES, &scopes),
        (EXTERNAL_ID, grant.external_id.as_ref().map(ExternalId::as_str).unwrap_or_default()),
    ];

    Ok(LetIn(told.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?))).collect()))
}

fn dress(call: &Call, reply: &mut Reply) {
    for name in COPIED {
        reply.headers.entry(name).or_insert(HeaderValue::from_static(""));
    }
    if call.route.contains(" /forward-auth/nginx/") {
        for_nginx(reply);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_the_contract() {
        let contract: &Contract = Box::leak(Box::new(Contract::load("fayne").unwrap()));
        for (text, scopes) in [
            ("-", Ok(vec![])),
            ("read", Ok(vec!["read"])),
            ("read,write", Ok(vec!["read", "write"])),
            ("", Err("")),
            ("read,", Err("")),
            ("read write", Err("readwrite")),
            ("a\";b=\"\\", Err("a;b=")),
            ("-,read", Err("-")),
            ("nginx", Err("nginx")),
            ("Read", Err("Read")),
            ("ü", Err("")),
            (&"a".repeat(100), Err(&"a".repeat(64))),
        ] {
            let found = read(contract, text).map_err(|error| error.denial().clone());
            let scopes = scopes.map_err(|scope: &str| Denial::MissingScope { scope: scope.to_owned() });
            assert_eq!(found, scopes, "{text}");
        }
    }
}
