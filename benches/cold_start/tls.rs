//! TLS before the local stack's DynamoDB, by a certificate that functions are told to trust: no other root of theirs is
//! asked about it, and reading one takes next to nothing.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Error;

/// TLS at a port of its own.
pub(crate) struct Tls {
    port: u16,
    folder: TempDir,
}

impl Tls {
    /// TLS before the server at `endpoint`, `http://127.0.0.1:8000`.
    pub(crate) async fn before(endpoint: &str) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let acceptor = TlsAcceptor::from(Arc::new(certificate(folder.path())?));
        let behind = endpoint.strip_prefix("http://").ok_or("an endpoint that is none")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    stream.set_nodelay(true)?;
                    let mut inner = TcpStream::connect(behind).await?;
                    inner.set_nodelay(true)?;
                    copy_bidirectional(&mut acceptor.accept(stream).await?, &mut inner).await
                });
            }
        });

        Ok(Self { port, folder })
    }

    /// The variables that lead a function here.
    pub(crate) fn environment(&self) -> [(String, String); 2] {
        let roots = self.folder.path().join("certificate.pem").display().to_string();
        [
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("https://localhost:{}", self.port)),
            ("SSL_CERT_FILE".to_owned(), roots),
        ]
    }
}

/// A new certificate for `localhost`.
fn certificate(folder: &Path) -> Result<ServerConfig, Error> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into());
    }
    let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem"))?;
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem"))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();

    Ok(config.with_single_cert(vec![certificate], key)?)
}
