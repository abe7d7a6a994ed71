//! Introspection (RFC 7662): a gateway that speaks OAuth asks about a key as about a token. It only asks: nothing is counted. Whatever
//! is against a key, it is told nothing but that the key is not active.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::cost::Cost;
use crate::contract::denial::{Denial, Violation};
use crate::contract::envelope::Reply;
use crate::contract::secret::Digest;
use crate::environment::settings;
use crate::gate::app::App;
use crate::gate::verify::spelled_out;
use crate::gate::{self, Refusal};
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::http::extract::{FromCall, Within};
use crate::http::form::Form;
use crate::http::lambda::Exit;
use crate::http::reply::Json;
use crate::http::serve::{Face, serve_as};
use crate::registry::ask::Ask;
use crate::registry::error::{Error, Result};
use crate::registry::external_id::ExternalId;
use crate::registry::key::Id;
use crate::registry::pass::Grant;
use crate::registry::slug::Slug;

/// The digest of the credential, `user:secret`, of those who may ask; `None` where nobody may.
static CREDENTIAL: LazyLock<Option<Digest>> =
    LazyLock::new(|| settings::introspection_credential().map(|credential| Digest::of(credential.as_bytes())));

static FACE: Face = Face { refuse: |_, _| None, dress };

/// Serves introspection until the process is told to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> Exit {
    serve_as(&FACE, answer).await
}

/// Somebody who may ask.
#[derive(Debug)]
pub struct Client;

impl FromCall for Client {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let expected = CREDENTIAL.ok_or(Denial::UnknownRoute)?;
        let shown = call.headers.get(AUTHORIZATION).ok_or(Denial::MissingCredential)?;
        match shown.as_bytes().split_at_checked(6) {
            Some((scheme, credential)) if scheme.eq_ignore_ascii_case(b"basic ") => {
                let credential = BASE64.decode(credential.trim_ascii()).or(Err(Denial::MalformedCredential))?;
                if Digest::of(&credential) == expected { Ok(Self) } else { Err(Denial::UnknownKey.into()) }
            }
            _ => Err(Denial::MalformedCredential.into()),
        }
    }

    // Who asks is a gateway, which speaks a protocol of its own: it is not an operation of an API.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

/// What is said of a key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Introspection {
    Active {
        active: bool,
        scope: String,
        client_id: Slug,
        sub: Id,
        /// No member of the RFC: what the key belongs to in the operator's own system.
        #[serde(skip_serializing_if = "Option::is_none")]
        external_id: Option<ExternalId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        exp: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        token_type: Option<&'static str>,
    },
    Inactive {
        active: bool,
    },
}

async fn answer(app: &'static App, _: Client, Within(times): Within, form: Form) -> Result<Json<Introspection>> {
    let mut tokens = form.all("token");
    let (Some(token), None) = (tokens.next().filter(|token| !token.is_empty()), tokens.next()) else {
        return Err(Violation::new("token", "must be given once").into());
    };
    // It is not known from where the key comes.
    let ask = Ask { cost: Cost::NOTHING, ..Ask::once(times) };

    match gate::admit(app, token.as_bytes(), &[], &ask).await {
        Ok(grant) => Ok(Json(active(app, grant))),
        // Nothing is counted, so that no limit can be reached: the store is throttled.
        Err(Refusal { error: Error::Denied(Denial::RateLimited { .. }), .. }) => {
            Err(Error::unavailable("the pass is throttled"))
        }
        Err(Refusal { error: Error::Denied(_), .. }) => Ok(Json(Introspection::Inactive { active: false })),
        Err(refusal) => Err(refusal.error),
    }
}

fn active(app: &App, grant: Grant) -> Introspection {
    let scheme = app.contract.credential.scheme.as_deref().unwrap_or_default();

    Introspection::Active {
        active: true,
        scope: spelled_out(&app.contract, &grant.scopes),
        client_id: grant.org,
        sub: grant.key,
        external_id: grant.external_id,
        exp: grant.expires_at.map(jiff::Timestamp::as_second),
        token_type: scheme.eq_ignore_ascii_case("bearer").then_some("Bearer"),
    }
}

/// Whoever is refused here is asked for a credential by another way than callers with keys.
fn dress(_: &Call, reply: &mut Reply) {
    if reply.headers.contains_key(WWW_AUTHENTICATE) {
        reply.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"introspection\""));
    }
}
