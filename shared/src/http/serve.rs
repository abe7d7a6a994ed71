//! The life of a function: starts the app, takes events, answers each within the contract's envelope.

use jiff::Timestamp;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::CACHE_CONTROL;
use lambda_http::http::{HeaderValue, Method};
use serde_json::value::RawValue;

use crate::contract::denial::Denial;
use crate::contract::envelope;
use crate::contract::envelope::Reply;
use crate::contract::placeholder::Told;
use crate::contract::quota::Quotas;
use crate::environment::clock;
use crate::environment::log;
use crate::environment::settings;
use crate::gate::app::App;
use crate::http::call::Call;
use crate::http::cors;
use crate::http::document;
use crate::http::handler::Handler;
use crate::http::lambda::{self, Exit};
use crate::registry::error::Error;
use crate::registry::usage::Outcome;
use crate::usage::Refused;

/// How a function's answers look to those who are not programs.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    /// The reply that tells a caller about a denial; `None` where the contract's envelope is right.
    pub refuse: fn(&Call, &Denial) -> Option<Reply>,
    /// Adds to a reply what every reply of its kind has.
    pub dress: fn(&Call, &mut Reply),
}

/// The face of an API: the contract's envelope, and nothing more.
const API: Face = Face { refuse: |_, _| None, dress: |_, _| () };

/// Serves `handler` until the process is told to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve<Arguments, H: Handler<Arguments>>(handler: H) -> Exit {
    serve_as(&API, handler).await
}

/// The same, behind another face.
///
/// # Errors
/// As for [`serve`].
pub async fn serve_as<Arguments, H: Handler<Arguments>>(face: &'static Face, handler: H) -> Exit {
    if cfg!(debug_assertions)
        && let Some(arguments) = settings::asked_to_describe()
    {
        return document::print(handler, &arguments);
    }
    let app = Box::pin(start(H::USES_STORE)).await?;

    let answer = move |event: LambdaEvent<Box<RawValue>>| async move {
        let platform = clock::of_platform(event.context.deadline, app.timeout);
        Ok(ApiGatewayV2httpResponse::from(answer(app, face, handler, event.payload.get(), platform).await))
    };
    // Without the store no key is judged here: there is nothing to write.
    let meter = H::USES_STORE.then_some(&app.meter);

    Box::pin(lambda::run(answer, meter)).await
}

/// The app of this process, connected to the store if it `uses_store`.
pub(crate) async fn start(uses_store: bool) -> Result<&'static App, lambda_http::Error> {
    log::start(settings::log_level().as_deref());
    let app = App::from_environment().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let app: &'static App = Box::leak(Box::new(app));
    if uses_store {
        // While the function starts it has a whole processor, and nobody waits for it yet.
        app.keys.connect().await;
    }

    Ok(app)
}

/// Logs why `what` failed, where nobody is answered who could be told. What was refused is said as `denied`.
pub(crate) fn log_failure(what: &str, denied: &str, error: &Error) {
    let denial = error.denial();
    match error {
        Error::Failed { cause, .. } => tracing::error!(?denial, "{what} failed: {cause}"),
        Error::Denied(_) => tracing::error!(?denial, "{what} failed: {denied}"),
        Error::FailedAgain(_) => (),
    }
}

/// The answer to `event`, whatever it is. `platform` is when the platform handed it over, if it has said so.
pub async fn answer<Arguments, H: Handler<Arguments>>(
    app: &'static App,
    face: &Face,
    handler: H,
    event: &str,
    platform: Option<Timestamp>,
) -> Reply {
    let mut call = match Call::read(app, event, platform) {
        Ok(call) => call,
        Err(violation) => {
            let reply = envelope::render(&app.contract, &Told { denial: &violation.into(), request_id: None });
            app.refusals.note(Refused { status: reply.status.as_u16(), ..Refused::default() });
            return unkept(reply);
        }
    };
    let mut reason = None;
    let mut reply = match handler.handle(&mut call).await {
        Ok(reply) => reply,
        Err(error) => {
            reason = Some(error.denial().kind());
            // A caller whose key does not count as one is not told what it has left, whichever part finds that out.
            if error.denial().kind().is_no_key() {
                call.quotas = Quotas::default();
            }
            if let Error::Failed { denial, cause } = &error {
                tracing::error!(?denial, requestId = %call.request_id, "{} failed: {cause}", call.route);
            }
            let denial = error.denial();
            (face.refuse)(&call, denial)
                .unwrap_or_else(|| envelope::render(&app.contract, &Told::new(denial, &call.request_id)))
        }
    };
    (face.dress)(&call, &mut reply);
    envelope::add_quotas(&app.contract, &call.quotas, &mut reply.headers);
    if let Some(cors) = &app.contract.cors
        && !cors::is_closed(&call.path)
    {
        cors.add(&call.headers, &mut reply.headers);
    }
    if reply.status.is_client_error() || reply.status.is_server_error() {
        app.refusals.note(Refused {
            route: Some(&call.route),
            request_id: Some(&call.request_id),
            status: reply.status.as_u16(),
            reason,
            holder: call.used.as_ref().map(|used| &used.holder),
            organization: call.guest.as_ref().map(|guest| &guest.session.org),
        });
    }
    if let Some(used) = call.used {
        let let_in = || if call.is_question { Outcome::Verified } else { Outcome::of(&reply) };
        let outcome = call.refused.map_or_else(let_in, Outcome::Refused);
        app.meter.record(used, outcome, call.now);
    } else if let Some(reason) = call.refused {
        app.meter.turn_away(reason, call.now);
    }
    if call.method == Method::HEAD.as_str() {
        reply.body.clear();
    }

    unkept(reply)
}

/// `reply`, which nobody may keep unless it says otherwise: what a key may see is not for whoever comes next.
fn unkept(mut reply: Reply) -> Reply {
    reply.headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));

    reply
}
