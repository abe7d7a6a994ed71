//! The life of a process under Lambda: it takes events one after the other, finishes its work after each answer, and is
//! told before it ends.
//!
//! Lambda sends an answer on when it is posted, and freezes the process only once the runtime asks for the next event.
//! So work in between costs the caller no time, and nothing needs to keep the process awake.
//!
//! At its end a process gets SIGTERM and half a second only if it has an extension; without one it is killed. So it
//! registers an extension, inside itself and without any events. `lambda-extension` would do that too, but would bring
//! a server for logs and telemetry; registering takes two requests.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use lambda_http::http::Request;
use lambda_http::lambda_runtime::layers::TracingLayer;
use lambda_http::lambda_runtime::tower::{Layer, Service};
use lambda_http::lambda_runtime::{Error, LambdaInvocation, Runtime};
use lambda_http::{LambdaEvent, service_fn};
use lambda_runtime_api_client::Client;
use lambda_runtime_api_client::body::Body;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::signal::unix::{SignalKind, signal};

use crate::usage::Meter;

/// How a function ends: because Lambda says so, or because it cannot start.
pub type Exit = Result<(), Error>;

/// The name that the extension has in Lambda's logs.
const NAME: &str = "latchkey";

/// Hands events to `answer` until the process is told to end. The outcomes that `meter` has noted are written after
/// answers, and at the end.
///
/// # Errors
/// The Runtime API is gone.
pub(crate) async fn run<A, F, R>(answer: A, meter: Option<&'static Meter>) -> Result<(), Error>
where
    A: FnMut(LambdaEvent<Box<RawValue>>) -> F + 'static,
    F: Future<Output = Result<R, Error>> + 'static,
    R: Serialize + 'static,
{
    let mut answer = answer;
    // On the heap: each layer of the runtime moves it.
    let answer = move |event| Box::pin(answer(event));
    let runtime = Runtime::new(service_fn(answer)).layer(TracingLayer::new());
    let Some(meter) = meter else { return runtime.run().await };
    if let Err(error) = ask_for_notice().await {
        tracing::warn!(
            "no extension could be registered, so usage that is not written yet is lost when the process ends: {error}"
        );
    }
    let runtime = runtime.layer(AfterAnswer(|| meter.flush_due()));
    tokio::select! {
        ended = Box::pin(runtime.run()) => ended,
        notice = notice() => {
            meter.flush_all().await;
            notice
        }
    }
}

/// Makes Lambda tell when the process is to end, instead of killing it. To be called before the first event is asked
/// for.
///
/// # Errors
/// Lambda does not take extensions here, or does not answer.
async fn ask_for_notice() -> Result<(), Error> {
    let client = Client::builder().build()?;
    let request = Request::post("/2020-01-01/extension/register").header("lambda-extension-name", NAME);
    let answer = client.call(request.body(Body::from("{\"events\":[]}"))?).await?;
    let id = answer.headers().get("lambda-extension-identifier").cloned();
    let id = id.ok_or_else(|| format!("Lambda answered {} to an extension", answer.status()))?;

    // Init is over only when the extension waits for its next event too. It registered for none, so none ever comes.
    let next = Request::get("/2020-01-01/extension/event/next").header("lambda-extension-identifier", id);
    let next = client.call(next.body(Body::empty())?);
    drop(tokio::spawn(async move {
        if let Err(error) = next.await {
            tracing::warn!("the extension has lost its connection to Lambda: {error}");
        }
    }));

    Ok(())
}

/// Returns when Lambda has said that the process is to end.
///
/// # Errors
/// The system takes no handler for the signal.
async fn notice() -> Result<(), Error> {
    signal(SignalKind::terminate())?.recv().await;

    Ok(())
}

/// Does `work` after each answer, before the next event is asked for.
#[derive(Clone, Copy, Debug)]
struct AfterAnswer<F>(F);

/// A service that does more work at the end of each invocation.
#[derive(Debug)]
struct WithWork<S, F> {
    inner: S,
    work: F,
}

impl<S, F: Copy> Layer<S> for AfterAnswer<F> {
    type Service = WithWork<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        WithWork { inner, work: self.0 }
    }
}

impl<S, F, W> Service<LambdaInvocation> for WithWork<S, F>
where
    S: Service<LambdaInvocation, Response = (), Error = Error, Future: 'static>,
    F: Fn() -> W + Copy + 'static,
    W: Future<Output = ()>,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let answered = self.inner.call(invocation);
        let work = self.work;

        Box::pin(async move {
            let answered = answered.await;
            work().await;
            answered
        })
    }
}
