//! TLS as a client: the system's root certificates and ring's cryptography, one configuration for everything that a
//! process reaches. It is made when something is first reached by https, since reading all roots is most of a start's
//! work, and never again.

use std::io;
use std::sync::{Arc, LazyLock};

use hyper_rustls::ConfigBuilderExt;
use rustls::ClientConfig;
use rustls::crypto::ring::default_provider;

/// A configuration, as soon as it is wanted, or why there is none.
pub(crate) type Tls = LazyLock<Result<Arc<ClientConfig>, String>>;

/// Whoever the system trusts.
pub(crate) static SYSTEM: Tls = LazyLock::new(|| system().map_err(|error| error.to_string()));

/// The configuration that trusts whom the system trusts.
///
/// # Errors
/// The system has no root certificates.
pub fn tls() -> io::Result<Arc<ClientConfig>> {
    wanted(&SYSTEM)
}

/// The configuration, or the reason as an error.
pub(crate) fn wanted(tls: &Tls) -> io::Result<Arc<ClientConfig>> {
    (**tls).clone().map_err(io::Error::other)
}

fn system() -> io::Result<Arc<ClientConfig>> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;

    Ok(Arc::new(config.with_native_roots()?.with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use rustls::ProtocolVersion::{TLSv1_2, TLSv1_3};

    use super::*;

    #[test]
    fn tls_1_2_is_spoken_too_and_http_2_is_not_offered() {
        let config = tls().unwrap();
        let suites = &config.crypto_provider().cipher_suites;
        for version in [TLSv1_2, TLSv1_3] {
            assert!(suites.iter().any(|suite| suite.version().version == version), "{version:?}: {suites:?}");
        }
        assert!(config.alpn_protocols.is_empty());
    }

    #[test]
    fn roots_are_read_once() {
        assert!(Arc::ptr_eq(&tls().unwrap(), &tls().unwrap()));
    }
}
