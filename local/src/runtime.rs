//! The Lambda Runtime API, spoken to one function instance on a port of its own: it asks for the next event, and posts what
//! came of it. Its extensions ask on the same port; an instance is free once all have asked for what comes next.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use template::Function;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};

use crate::body::{self, Unread};
use crate::extensions::{self, Extensions};
use crate::invocation::{Failure, Job, Outcome};
use crate::server;
use crate::sync::lock;

/// The most bytes that an event or an answer may have.
pub(crate) const MAX_PAYLOAD: usize = 6_291_556;

const PREFIX: &str = "/2018-06-01/runtime/";

/// How far an instance has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not all have asked for an event yet.
    Starting,
    /// The runtime and its extensions wait for what comes next.
    Free,
    /// An invocation is under way, or what the function does after its answer.
    Busy,
    /// It says that it cannot go on.
    Broken(Failure),
}

/// What the Runtime API of one instance keeps.
#[derive(Debug)]
pub(crate) struct Runtime {
    function: &'static Function,
    next: mpsc::Sender<Job>,
    jobs: AsyncMutex<mpsc::Receiver<Job>>,
    state: Mutex<State>,
    phase: watch::Sender<Phase>,
}

#[derive(Debug, Default)]
struct State {
    /// The invocation under way.
    current: Option<(String, oneshot::Sender<Outcome>)>,
    /// Whether the runtime waits for an event.
    waits: bool,
    extensions: Extensions,
}

impl Runtime {
    /// A Runtime API for one instance of `function`, and how far that is.
    pub(crate) fn new(function: &'static Function) -> (Arc<Self>, watch::Receiver<Phase>) {
        let (phase, watched) = watch::channel(Phase::Starting);
        let (next, jobs) = mpsc::channel(1);
        let runtime = Self { function, next, jobs: AsyncMutex::new(jobs), state: Mutex::default(), phase };

        (Arc::new(runtime), watched)
    }

    /// Hands out `job`. The instance is busy until the runtime and the extensions that hear of it have asked for what
    /// comes next.
    pub(crate) fn invoke(&self, job: Job) {
        let mut state = lock(&self.state);
        state.waits = false;
        state.extensions.announce(&job);
        self.phase.send_replace(Phase::Busy);
        // It is empty: a free instance has taken out what was in it. Nobody takes anything from an instance that has
        // ended.
        drop(self.next.try_send(job));
    }

    /// Whether it has extensions: only then does Lambda give a process time to end.
    pub(crate) fn has_extensions(&self) -> bool {
        lock(&self.state).extensions.any()
    }

    /// Serves whoever connects, until dropped.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let handle = move |request| {
            let runtime = Arc::clone(&self);
            async move { Ok::<_, Infallible>(runtime.answer(request).await) }
        };

        // The instance's timeout covers what cannot be accepted.
        server::serve(listener, handle).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        if let Some(path) = path.strip_prefix(extensions::PREFIX) {
            return self.answer_extension(path, request).await;
        }
        let Some(path) = path.strip_prefix(PREFIX) else { return status(StatusCode::NOT_FOUND) };
        if request.method() == Method::GET && path == "invocation/next" {
            return self.next().await;
        }
        if request.method() != Method::POST {
            return status(StatusCode::NOT_FOUND);
        }

        let body = body::read(request.into_body(), MAX_PAYLOAD).await;
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["init", "error"] => self.broken(failure(&body.unwrap_or_default())),
            ["invocation", id, "error"] => {
                self.finish(id, Err(failure(&body.unwrap_or_default())), StatusCode::ACCEPTED)
            }
            ["invocation", id, "response"] => match body {
                Ok(answer) => self.finish(id, Ok(answer), StatusCode::ACCEPTED),
                Err(Unread::TooLarge) => self.finish(id, Err(too_large()), StatusCode::PAYLOAD_TOO_LARGE),
                Err(Unread::Broken) => status(StatusCode::BAD_REQUEST),
            },
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    async fn answer_extension(&self, path: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        match (head.method.as_str(), path) {
            ("POST", "register") => {
                let body = body::read(body, MAX_PAYLOAD).await.unwrap_or_default();
                let registered = lock(&self.state).extensions.register(self.function, &head.headers, &body);
                registered.unwrap_or_else(|refused| refused.response())
            }
            ("GET", "event/next") => {
                let queue = self.sees(|state| state.extensions.waits(&head.headers));
                let queue = match queue {
                    Ok(queue) => queue,
                    Err(refused) => return refused.response(),
                };
                let event = queue.lock().await.recv().await;
                // An extension without events waits for ever, and so does one whose process is about to end.
                match event {
                    Some(event) => extensions::event(event),
                    None => std::future::pending().await,
                }
            }
            ("POST", "init/error" | "exit/error") => {
                let name = match lock(&self.state).extensions.name(&head.headers) {
                    Ok(name) => name,
                    Err(refused) => return refused.response(),
                };
                let Failure { error_type, error_message } =
                    failure(&body::read(body, MAX_PAYLOAD).await.unwrap_or_default());
                self.broken(Failure { error_type, error_message: format!("the extension {name}: {error_message}") })
            }
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    /// The instance is of no use any more.
    fn broken(&self, failure: Failure) -> Response<Full<Bytes>> {
        self.phase.send_replace(Phase::Broken(failure));
        status(StatusCode::ACCEPTED)
    }

    /// Changes the state by `change`, and then sees whether all wait for what comes next.
    fn sees<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = lock(&self.state);
        let changed = change(&mut state);
        let all_wait = state.waits && state.extensions.all_wait();
        self.phase.send_if_modified(|phase| {
            let freed = all_wait && matches!(phase, Phase::Starting | Phase::Busy);
            if freed {
                *phase = Phase::Free;
            }
            freed
        });
        changed
    }

    /// Waits for an event and hands it out.
    async fn next(&self) -> Response<Full<Bytes>> {
        self.sees(|state| {
            state.waits = true;
            state.extensions.close();
        });
        let Some(job) = self.jobs.lock().await.recv().await else {
            return std::future::pending().await;
        };

        let response = Response::builder()
            .header(CONTENT_TYPE, "application/json")
            .header("lambda-runtime-aws-request-id", &job.id)
            .header("lambda-runtime-deadline-ms", job.deadline_millis)
            .header("lambda-runtime-invoked-function-arn", job.arn)
            .header("lambda-runtime-trace-id", job.trace)
            .body(Full::new(job.event));
        lock(&self.state).current = Some((job.id, job.answer));

        response.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// Hands the outcome of the invocation `id` to its caller.
    fn finish(&self, id: &str, outcome: Outcome, done: StatusCode) -> Response<Full<Bytes>> {
        let Some((_, answer)) = lock(&self.state).current.take_if(|(current, _)| current == id) else {
            return status(StatusCode::BAD_REQUEST);
        };
        // The caller may have given up meanwhile.
        drop(answer.send(outcome));
        status(done)
    }
}

fn too_large() -> Failure {
    Failure {
        error_type: "Function.ResponseSizeTooLarge".to_owned(),
        error_message: format!("the answer has more than {MAX_PAYLOAD} bytes"),
    }
}

fn failure(body: &[u8]) -> Failure {
    serde_json::from_slice(body).unwrap_or_else(|_| Failure {
        error_type: "Unknown".to_owned(),
        error_message: String::from_utf8_lossy(body).into_owned(),
    })
}

fn status(code: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// How long an instance may take until it asks for its first event. Lambda gives ten seconds of a processor of its own;
/// here the processors are shared.
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(20);
