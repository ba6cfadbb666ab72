//! Whom connections trust and how they authenticate. One crypto provider, chosen
//! here and nowhere else. Each mini-app has TLS sessions of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::NetworkError;

/// TLS sessions that one mini-app may resume: a few hosts of its own.
const SESSIONS: usize = 8;

/// A client certificate with its key.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// What the embedder says of certificates.
#[derive(Clone, Default)]
pub(super) struct Trust {
    pub(super) roots: Vec<CertificateDer<'static>>,
    pub(super) own_roots_only: bool,
    pub(super) pins: BTreeMap<String, Vec<[u8; 32]>>,
    pub(super) identities: BTreeMap<String, Arc<Identity>>,
}

/// TLS that is ready to be spoken; shared by all mini-apps.
#[derive(Clone)]
pub(super) struct Tls {
    anonymous: Arc<ClientConfig>,
    identified: Arc<BTreeMap<String, Arc<ClientConfig>>>,
}

/// The TLS sessions of one mini-app.
pub(super) struct Sessions(Resumption);

impl Default for Sessions {
    fn default() -> Self {
        Self(Resumption::in_memory_sessions(SESSIONS))
    }
}

impl Trust {
    /// Reads the certificates.
    pub(super) fn prepare(self) -> Result<Tls, NetworkError> {
        let mut roots = RootCertStore::empty();
        if !self.own_roots_only {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for certificate in self.roots {
            roots.add(certificate).map_err(NetworkError::Root)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        // Seeding the generator takes tens of milliseconds, once for the process:
        // here rather than in the first mini-app's turn.
        provider
            .secure_random
            .fill(&mut [0])
            .map_err(|_| NetworkError::Tls(rustls::Error::FailedToGetRandomBytes))?;
        let verifier = verifier(roots, self.pins, &provider)?;
        let builder = || {
            let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .map_err(NetworkError::Tls)?;
            let builder = builder.dangerous();
            Ok::<_, NetworkError>(builder.with_custom_certificate_verifier(Arc::clone(&verifier)))
        };
        let mut identified = BTreeMap::new();
        for (host, identity) in self.identities {
            let config = builder()?
                .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
                .map_err(|reason| NetworkError::Identity {
                    host: host.clone(),
                    reason,
                })?;
            identified.insert(host, Arc::new(config));
        }
        Ok(Tls {
            anonymous: Arc::new(builder()?.with_no_client_auth()),
            identified: Arc::new(identified),
        })
    }
}

impl Tls {
    /// The settings for one connection of the mini-app whose sessions these are.
    pub(super) fn settings(&self, host: &str, sessions: &Sessions) -> Arc<ClientConfig> {
        let config = self.identified.get(host).unwrap_or(&self.anonymous);
        let mut config = ClientConfig::clone(config);
        config.resumption = sessions.0.clone();
        Arc::new(config)
    }
}

fn verifier(
    roots: RootCertStore,
    pins: BTreeMap<String, Vec<[u8; 32]>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, NetworkError> {
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| NetworkError::Tls(rustls::Error::General(error.to_string())))?;
    Ok(if pins.is_empty() {
        chain
    } else {
        Arc::new(Pinned { chain, pins })
    })
}

/// Checks the chain as always, and then the public key of hosts that have pins.
struct Pinned {
    chain: Arc<WebPkiServerVerifier>,
    pins: BTreeMap<String, Vec<[u8; 32]>>,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pins.keys()).finish()
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.chain.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let Some(pins) = self.pins.get(server_name.to_str().as_ref()) else {
            return Ok(verified);
        };
        let certificate = webpki::EndEntityCert::try_from(end_entity)
            .map_err(|_| CertificateError::BadEncoding)?;
        let key = digest::digest(&digest::SHA256, &certificate.subject_public_key_info());
        if pins.iter().any(|pin| pin.as_slice() == key.as_ref()) {
            Ok(verified)
        } else {
            Err(rustls::Error::General(
                "the certificate's public key is none of those that the app has pinned for the host"
                    .to_owned(),
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}
