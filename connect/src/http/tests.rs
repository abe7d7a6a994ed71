//! The connections, held against servers on this machine.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use aws_sdk_dynamodb::config::{BehaviorVersion, Config};
use aws_smithy_types::byte_stream::ByteStream;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A certificate for `localhost` that nobody else has signed, from 2020 to 2120, and its key, which is no secret.
const CERTIFICATE: &[u8] = include_bytes!("localhost/certificate.der");
const KEY: &[u8] = include_bytes!("localhost/key.der");

/// Trusts that certificate alone.
static LOCALHOST: Tls = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);

    Ok(Arc::new(config.with_no_client_auth()))
});

static NOBODY: Tls = LazyLock::new(|| Err("there are no roots".to_owned()));

const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(7);

fn settings() -> HttpConnectorSettings {
    HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build()
}

fn pool(tls: &'static Tls) -> SharedHttpConnector {
    let settings = settings();

    SharedHttpConnector::new(Shared(
        Connections::trusting(tls).pool((settings.connect_timeout(), settings.read_timeout())),
    ))
}

fn request(uri: &str) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(uri).unwrap();

    request
}

/// The status of the answer of `uri`. The connection is free again by then: the answer is read to its end.
async fn call(pool: &SharedHttpConnector, request: HttpRequest) -> Result<u16, ConnectorError> {
    let mut answer = pool.call(request).await?;
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    assert_eq!(ByteStream::new(body).collect().await.unwrap().to_vec(), b"{}");

    Ok(answer.status().as_u16())
}

/// What a server does with a request.
#[derive(Clone, Copy)]
enum Server {
    Answers,
    Closes,
    IsSilent,
}

/// A server: where it is, and how many connections it has accepted.
struct Running {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Running {
    fn uri(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}/", self.address.port())
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

/// A server, with TLS if it has a certificate.
async fn server(does: Server, tls: Option<TlsAcceptor>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, accepted) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = accepted.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            let tls = tls.clone();
            tokio::spawn(async move {
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, does).await;
                        }
                    }
                    None => serve(stream, does).await,
                }
            });
        }
    });

    Running { address, accepted }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, does: Server) {
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
        if !request.ends_with(b"\r\n\r\n") && !request.ends_with(b"}") {
            continue;
        }
        request.clear();
        match does {
            Server::Answers => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap(),
            Server::Closes => return,
            Server::IsSilent => {}
        }
    }
}

fn certified() -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::try_from(KEY).unwrap();
    let config = config.with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key).unwrap();

    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn calls_in_a_row_share_a_connection() {
    for (scheme, tls) in [("http", None), ("https", Some(certified()))] {
        let server = server(Server::Answers, tls).await;
        let pool = pool(&LOCALHOST);
        for _ in 0..3 {
            assert_eq!(call(&pool, request(&server.uri(scheme))).await.unwrap(), 200);
        }
        assert_eq!(server.accepted(), 1, "{scheme}");
    }
}

#[tokio::test]
async fn a_connection_that_the_sdk_gives_up_is_not_used_again() {
    let server = server(Server::Answers, None).await;
    let pool = pool(&AWS);
    let mut first = request(&server.uri("http"));
    let used = CaptureSmithyConnection::new();
    first.add_extension(used.clone());
    call(&pool, first).await.unwrap();
    used.get().unwrap().poison();

    call(&pool, request(&server.uri("http"))).await.unwrap();
    assert_eq!(server.accepted(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_tls_in_time_is_a_timeout() {
    // The system accepts connections to it; nobody ever answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("https://{}/", listener.local_addr().unwrap());
    let pool = pool(&LOCALHOST);
    let began = Instant::now();
    let error = call(&pool, request(&uri)).await.unwrap_err();

    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(began.elapsed().as_secs(), CONNECT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_a_timeout() {
    let server = server(Server::IsSilent, None).await;
    let pool = pool(&AWS);
    let began = Instant::now();
    let error = call(&pool, request(&format!("http://{}/", server.address))).await.unwrap_err();

    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(began.elapsed().as_secs(), ANSWER.as_secs());
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_apart_from_silence() {
    let server = server(Server::Closes, None).await;
    let error = call(&pool(&AWS), request(&server.uri("http"))).await.unwrap_err();

    assert!(error.is_io(), "{error:?}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_broken_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = call(&pool(&AWS), request(&uri)).await.unwrap_err();

    assert!(error.is_io(), "{error:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_has_signed_is_refused() {
    let server = server(Server::Answers, Some(certified())).await;
    let error = call(&pool(&AWS), request(&server.uri("https"))).await.unwrap_err();

    assert!(error.is_io(), "{error:?}");
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = server(Server::Answers, Some(certified())).await;
    let uri = format!("https://{}/", server.address);
    let error = call(&pool(&LOCALHOST), request(&uri)).await.unwrap_err();

    assert!(format!("{error:?}").contains("NotValidForName"), "{error:?}");
}

#[tokio::test]
async fn without_roots_only_https_fails() {
    let server = server(Server::Answers, None).await;
    let pool = pool(&NOBODY);
    assert_eq!(call(&pool, request(&server.uri("http"))).await.unwrap(), 200);

    let error = call(&pool, request(&server.uri("https"))).await.unwrap_err();
    assert!(error.is_io(), "{error:?}");
    assert!(format!("{error:?}").contains("there are no roots"), "{error:?}");
}

#[test]
fn a_client_that_is_built_reads_no_roots() {
    static UNREAD: Tls = LazyLock::new(|| panic!("roots are read"));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(SharedHttpClient::new(Connections::trusting(&UNREAD)));
    drop(aws_sdk_dynamodb::Client::from_conf(config.build()));
    drop(pool(&UNREAD));
}
