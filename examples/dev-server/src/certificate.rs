//! A certificate authority for one run, and the server's certificate under it.

use std::error::Error;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PublicKeyData,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// The authority's certificate in both forms, and what was issued under it. Its
/// own key is not kept.
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
    /// The server's public key, `SubjectPublicKeyInfo` in DER form.
    pub(crate) server_key: Vec<u8>,
    pub(crate) client: ClientIdentity,
}

/// A client's certificate under the server's authority.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The private key, PKCS #8 in DER form.
    pub key: Vec<u8>,
}

/// Whom a server lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clients {
    All,
    /// Those with a certificate of the server's own authority.
    Certified,
}

impl Authority {
    /// Makes an authority, and a server's TLS set-up for hosts of these names.
    pub(crate) fn issue(
        names: &[&str],
        clients: Clients,
    ) -> Result<(Self, ServerConfig), Box<dyn Error + Send + Sync>> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "miniapp development authority");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let certificate = authority.as_ref();
        let (der, pem) = (certificate.der().to_vec(), certificate.pem());

        let client_key = KeyPair::generate()?;
        let client = CertificateParams::new(vec!["client.example.com".to_owned()])?;
        let client = ClientIdentity {
            certificate: client.signed_by(&client_key, &authority)?.der().to_vec(),
            key: client_key.serialize_der(),
        };

        let key = KeyPair::generate()?;
        let server_key = key.subject_public_key_info();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let server = match clients {
            Clients::All => server.with_no_client_auth(),
            Clients::Certified => {
                let mut roots = RootCertStore::empty();
                roots.add(der.clone().into())?;
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                server.with_client_cert_verifier(verifier.build()?)
            }
        };
        let server = server.with_single_cert(vec![certificate.der().clone()], key)?;
        Ok((
            Self {
                der,
                pem,
                server_key,
                client,
            },
            server,
        ))
    }
}
