//! The extension of the function for tests: logs what it hears of, and does after an answer what the event asks it to.

use std::sync::OnceLock;

use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use lambda_http::lambda_runtime::Error;
use lambda_runtime_api_client::{Client, body::Body};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The id that the extension has got.
static ID: OnceLock<String> = OnceLock::new();

/// By which the handler says where the extension is to call before it asks for the next event: nowhere, mostly.
static WORD: OnceLock<UnboundedSender<String>> = OnceLock::new();

/// Registers the extension `echo` for `events`, a JSON list, and has it listen.
pub(crate) async fn start(events: &str) -> Result<(), Error> {
    let name = json!({ "lambda-extension-name": "echo" });
    let body = format!("{{\"events\":{events}}}");
    let registered = call("POST", "/2020-01-01/extension/register", &name, body).await?;
    let id = registered.pointer("/headers/lambda-extension-identifier").and_then(Value::as_str);
    ID.get_or_init(|| id.unwrap_or_default().to_owned());
    if id.is_none() {
        return Err(format!("not registered: {registered}").into());
    }
    let (word, words) = unbounded_channel();
    WORD.get_or_init(|| word);
    drop(tokio::spawn(listen(words)));
    Ok(())
}

/// The handler's word on what comes after its answer.
pub(crate) fn after_this(address: &str) {
    if let Some(word) = WORD.get() {
        drop(word.send(address.to_owned()));
    }
}

async fn listen(mut words: UnboundedReceiver<String>) -> Result<(), Error> {
    let id = json!({ "lambda-extension-identifier": ID.get() });
    loop {
        let event = call("GET", "/2020-01-01/extension/event/next", &id, String::new()).await?;
        crate::log(&json!({ "extension": event }).to_string())?;
        let address = words.recv().await.unwrap_or_default();
        if !address.is_empty() {
            TcpStream::connect(address).await?.read_u8().await?;
        }
    }
}

/// Asks the Runtime API what the event says, and answers with what comes back.
pub(crate) async fn ask(event: &Value) -> Result<Value, Error> {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let headers = event.get("headers").cloned().unwrap_or_default();
    let headers = headers.to_string().replace("{id}", ID.get().map_or("", String::as_str));
    call(text("method"), text("path"), &serde_json::from_str(&headers)?, text("body").to_owned()).await
}

async fn call(method: &str, path: &str, headers: &Value, body: String) -> Result<Value, Error> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes())?).uri(path);
    for (name, value) in headers.as_object().into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    let response = Client::builder().build()?.call(request.body(Body::from(body))?).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    let text = |headers: &HeaderMap| -> Value {
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap_or_default())))
            .collect()
    };

    Ok(json!({
        "status": head.status.as_u16(),
        "headers": text(&head.headers),
        "body": serde_json::from_slice::<Value>(&body).unwrap_or_default(),
    }))
}
