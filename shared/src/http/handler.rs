//! An endpoint, from the types of its function: its arguments are taken from a call, and its return value becomes a
//! reply.

use std::future::Future;

use crate::contract::envelope::Reply;
use crate::gate::app::App;
use crate::http::call::Call;
use crate::http::describe::{Operation, Reason};
use crate::http::extract::{FromCall, check_query};
use crate::http::reply::IntoReply;
use crate::registry::error::Result;

/// An endpoint: an async function of the app and of up to five things that a call can give.
#[diagnostic::on_unimplemented(
    note = "a handler is `async fn(&'static App, …) -> shared::Result<impl IntoReply>`, its arguments are what implements shared::http::extract::FromCall"
)]
pub trait Handler<Arguments>: Copy + Send + Sync + 'static {
    /// Whether any of its arguments asks the store.
    const USES_STORE: bool;

    /// Answers `call`.
    fn handle(self, call: &mut Call) -> impl Future<Output = Result<Reply>> + Send;

    /// Tells `operation` everything that it asks for and answers.
    fn describe(&self, operation: &mut Operation<'_>);

    /// The same handler, which announces the refusals that it decides on by itself: `serve(get.may_refuse(&[…]))`. The
    /// refusals of its arguments are known already.
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
                check_query(call, &[$($argument::parameters),*])?;
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
handler!(A, B, C, D, E);
