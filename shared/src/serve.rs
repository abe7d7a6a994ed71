//! The life of a function: starts the app, takes events, answers each within the contract's envelope.

use std::future::Future;

use jiff::Timestamp;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use serde_json::value::RawValue;

use crate::app::App;
use crate::call::Call;
use crate::clock;
use crate::cors;
use crate::describe::{self, Operation, Reason};
use crate::envelope;
use crate::error::{Error, Result};
use crate::extract::FromCall;
use crate::lambda;
use crate::log;
use crate::reply::{IntoReply, Reply};
use crate::settings;
use crate::usage::Outcome;

/// How a function ends: when Lambda says so, or because it cannot start.
pub type Exit = std::result::Result<(), lambda_http::Error>;

/// An endpoint: an async function of the app and of up to four things that a call can give.
#[diagnostic::on_unimplemented(
    note = "a handler is `async fn(&'static App, …) -> shared::Result<impl IntoReply>`, its arguments from shared::extract"
)]
pub trait Handler<Arguments>: Copy + Send + Sync + 'static {
    /// Whether the store is asked for any of its arguments.
    const USES_STORE: bool;

    /// Answers `call`.
    fn handle(self, call: &mut Call) -> impl Future<Output = Result<Reply>> + Send;

    /// Tells `operation` all that it asks for and answers.
    fn describe(&self, operation: &mut Operation<'_>);

    /// The same handler, which announces the refusals that it decides on by itself: `serve(get.may_refuse(&[…]))`. Those of
    /// its arguments are known.
    fn may_refuse(self, reasons: &'static [Reason]) -> Announced<Self> {
        Announced { handler: self, reasons }
    }
}

/// A handler with its own refusals.
#[derive(Clone, Copy, Debug)]
pub struct Announced<H> {
    handler: H,
    reasons: &'static [Reason],
}

impl<Arguments, H: Handler<Arguments>> Handler<Arguments> for Announced<H> {
    const USES_STORE: bool = H::USES_STORE;

    async fn handle(self, call: &mut Call) -> Result<Reply> {
        self.handler.handle(call).await
    }

    fn describe(&self, operation: &mut Operation<'_>) {
        self.handler.describe(operation);
        self.reasons.iter().for_each(|reason| operation.announce(*reason));
    }
}

macro_rules! handler {
    ($($argument:ident),*) => {
        impl<F, Answer, R, $($argument),*> Handler<($($argument,)*)> for F
        where
            F: Fn(&'static App, $($argument),*) -> Answer + Copy + Send + Sync + 'static,
            Answer: Future<Output = Result<R>> + Send,
            R: IntoReply,
            $($argument: FromCall,)*
        {
            const USES_STORE: bool = false $(|| $argument::USES_STORE)*;

            async fn handle(self, call: &mut Call) -> Result<Reply> {
                let app = call.app;
                $(
                    #[expect(non_snake_case, reason = "the argument is called like its type")]
                    let $argument = $argument::from_call(call).await?;
                )*
                self(app, $($argument),*).await?.into_reply()
            }

            fn describe(&self, operation: &mut Operation<'_>) {
                $($argument::describe(operation);)*
                R::describe(operation);
            }
        }
    };
}

handler!();
handler!(A);
handler!(A, B);
handler!(A, B, C);
handler!(A, B, C, D);

/// Serves `handler` until the process is to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve<Arguments, H: Handler<Arguments>>(handler: H) -> Exit {
    if cfg!(debug_assertions)
        && let Some(arguments) = settings::asked_to_describe()
    {
        return describe::print(handler, &arguments);
    }
    let app = start(H::USES_STORE).await?;

    let answer = move |event: LambdaEvent<Box<RawValue>>| async move {
        let platform = clock::of_platform(event.context.deadline, app.timeout);
        Ok(ApiGatewayV2httpResponse::from(answer(app, handler, event.payload.get(), platform).await))
    };
    // Without the store nobody's key comes this way: there is nothing to write.
    let meter = H::USES_STORE.then_some(&app.meter);

    lambda::run(answer, meter).await
}

/// The app of this process, connected to the store if it `uses_store`.
pub(crate) async fn start(uses_store: bool) -> std::result::Result<&'static App, lambda_http::Error> {
    log::start(settings::log_level().as_deref());
    let app = App::from_environment().await.inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let app: &'static App = Box::leak(Box::new(app));
    if uses_store {
        // While the function starts it has a whole processor, and nobody waits for it yet.
        app.keys.connect().await;
    }

    Ok(app)
}

/// The answer to `event`, whatever it is. The `platform` has handed it over at that time, if it has said so.
pub async fn answer<Arguments, H: Handler<Arguments>>(
    app: &'static App,
    handler: H,
    event: &str,
    platform: Option<Timestamp>,
) -> Reply {
    let mut call = match Call::read(app, event, platform) {
        Ok(call) => call,
        Err(violation) => return envelope::render(&app.contract, &violation.into()),
    };
    let mut reply = match handler.handle(&mut call).await {
        Ok(reply) => reply,
        Err(error) => {
            let error = if cfg!(debug_assertions) { describe::announced(handler, &call, error) } else { error };
            // To whom the key is no key, what it has left is nobody's business, whoever finds that out.
            if error.denial().kind().is_no_key() {
                call.quota = None;
            }
            if let Error::Failed { denial, cause } = &error {
                tracing::error!(?denial, "{} failed: {cause}", call.route);
            }
            envelope::render(&app.contract, error.denial())
        }
    };
    envelope::add_quota(&app.contract, call.quota, &mut reply.headers);
    if let Some(cors) = &app.contract.cors
        && !call.path.starts_with(cors::OPERATORS)
    {
        cors.add(&call.headers, &mut reply.headers);
    }
    if let Some(holder) = call.holder {
        let outcome = call.refused.map_or_else(|| Outcome::of(&reply), Outcome::Refused);
        app.meter.record(holder, outcome, call.now);
    }

    reply
}
