//! The `DynamoDB` behind the proxy, over connections that are kept.

use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Error;

/// More idle connections than this are closed.
const KEPT: usize = 64;

/// A call that got no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Connect(#[from] std::io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Where calls are forwarded to.
#[derive(Debug)]
pub(super) struct Backend {
    authority: String,
    host: HeaderValue,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

impl Backend {
    pub(super) fn new(endpoint: &str) -> Result<Self, Error> {
        let wrong = || Error::Endpoint(endpoint.to_owned());
        let uri: Uri = endpoint.parse().ok().ok_or_else(wrong)?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let sound = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
        if !sound || authority.as_str().contains('@') {
            return Err(wrong());
        }
        let host = HeaderValue::from_str(authority.as_str()).ok().ok_or_else(wrong)?;
        let authority = match authority.port() {
            Some(_) => authority.to_string(),
            None => format!("{authority}:80"),
        };
        Ok(Self { authority, host, idle: Mutex::new(Vec::new()) })
    }

    /// The answer to a call, all of it.
    pub(super) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Failure> {
        request.headers_mut().insert(http::header::HOST, self.host.clone());
        loop {
            let (mut connection, reused) = match self.kept() {
                Some(connection) => (connection, true),
                None => (self.connect().await?, false),
            };
            if connection.ready().await.is_err() && reused {
                continue;
            }
            let response = match connection.try_send_request(request).await {
                Ok(response) => response,
                Err(mut failure) => match failure.take_message() {
                    // The other side had closed a connection that was kept: nothing was sent.
                    Some(unsent) if reused => {
                        request = unsent;
                        continue;
                    }
                    Some(_) | None => return Err(failure.into_error().into()),
                },
            };
            let response = whole(response).await?;
            self.keep(connection);
            return Ok(response);
        }
    }

    /// Whether anyone listens there.
    pub(super) async fn check(&self) -> Result<(), Failure> {
        let connection = self.connect().await?;
        self.keep(connection);
        Ok(())
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with its sender, and its error is that of the request under way.
        drop(tokio::spawn(connection));
        Ok(sender)
    }

    fn kept(&self) -> Option<SendRequest<Full<Bytes>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: SendRequest<Full<Bytes>>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT && !connection.is_closed() {
            idle.push(connection);
        }
    }
}

async fn whole(response: Response<Incoming>) -> Result<Response<Bytes>, hyper::Error> {
    let (parts, body) = response.into_parts();
    Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_kept_connection_that_was_closed_is_replaced() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let backend = Backend::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        // Promises to keep each connection, and closes it after one answer.
        let server = tokio::spawn(async move {
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut read = vec![0; 4096];
                let length = stream.read(&mut read).await.unwrap();
                assert!(length > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            }
        });
        for _ in 0..3 {
            let request = Request::post("/").body(Full::new(Bytes::from_static(b"{}"))).unwrap();
            assert_eq!(backend.send(request).await.unwrap().body().as_ref(), b"ok");
        }
        server.await.unwrap();
    }
}
