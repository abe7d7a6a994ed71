//! TLS as a client, with ring's cryptography: one configuration for the services of AWS, and one for everything else that
//! a process reaches. Each is made when something is first reached by https, and never again.
//!
//! AWS is known by a set of roots that is compiled in, Mozilla's: nothing is read and nothing parsed, which was most of a
//! start's work. Whoever is not AWS is known by the system's roots, which the system keeps current.

use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use hyper_rustls::ConfigBuilderExt;
use rustls::client::WantsClientCert;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use crate::environment::variable;

/// A configuration, as soon as it is wanted, or why there is none.
pub(crate) type Tls = LazyLock<Result<Arc<ClientConfig>, String>>;

/// Whoever speaks for AWS: by the roots in the file that `SSL_CERT_FILE` names, or else those that are compiled in.
pub(crate) static AWS: Tls = LazyLock::new(|| made(|config| aws(config, variable("SSL_CERT_FILE").as_deref())));

/// Whoever the system trusts.
pub(crate) static SYSTEM: Tls = LazyLock::new(|| made(ConfigBuilderExt::with_native_roots));

/// The configuration for whoever is not AWS: it trusts whom the system trusts.
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

type Unverified = ConfigBuilder<ClientConfig, WantsVerifier>;
type Verified = ConfigBuilder<ClientConfig, WantsClientCert>;

fn made(trust: impl FnOnce(Unverified) -> io::Result<Verified>) -> Result<Arc<ClientConfig>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let config = trust(config).map_err(|error| error.to_string())?;

    Ok(Arc::new(config.with_no_client_auth()))
}

/// `config` with the roots in the file at `path`, if one is named.
fn aws(config: Unverified, path: Option<&str>) -> io::Result<Verified> {
    match path {
        None => Ok(config.with_webpki_roots()),
        Some(path) => Ok(config.with_root_certificates(read(Path::new(path))?)),
    }
}

/// The roots in the file at `path`. What is no root certificate is passed over, as in the system's.
fn read(path: &Path) -> io::Result<RootCertStore> {
    let failed = |why: String| io::Error::other(format!("SSL_CERT_FILE names {}: {why}", path.display()));
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates.filter_map(Result::ok));
    if added == 0 {
        return Err(failed("there is no certificate in it".to_owned()));
    }

    Ok(roots)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
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
        assert!(Arc::ptr_eq(&wanted(&AWS).unwrap(), &wanted(&AWS).unwrap()));
    }

    #[test]
    fn amazons_own_roots_are_compiled_in() {
        // By their names, as DER has them: a set without one of these must not be deployed.
        for name in
            ["Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4", "DigiCert Global Root G2"]
        {
            let has_it = |root: &rustls::pki_types::TrustAnchor<'_>| {
                root.subject.windows(name.len()).any(|part| part == name.as_bytes())
            };
            assert!(webpki_roots::TLS_SERVER_ROOTS.iter().any(has_it), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_named_is_read_in_place_of_what_is_compiled_in() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roots.pem");
        let made = |path: &Path| made(|config| aws(config, path.to_str()));
        assert!(made(&file).unwrap_err().contains("roots.pem: "), "none is there");
        std::fs::write(&file, "no certificate").unwrap();
        assert!(made(&file).unwrap_err().ends_with("there is no certificate in it"));
        let certificate = BASE64.encode(include_bytes!("http/localhost/certificate.der"));
        std::fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"))
            .unwrap();
        assert_eq!(read(&file).unwrap().len(), 1);
        assert!(made(&file).is_ok());
    }
}
