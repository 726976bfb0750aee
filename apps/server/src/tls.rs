//! TLS 1.2 and 1.3 by rustls with ring: a certificate from files, or one of the server's own.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use temoto_portal::Site;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

use crate::config::{Sourced, Tls};
use crate::folder::{Folder, write_private};

const OWN_CERTIFICATE: &str = "tls-self-signed.pem";
const OWN_KEY: &str = "tls-self-signed.key";

/// What takes TLS connections.
pub struct Acceptor {
    /// Does the handshakes.
    pub tls: TlsAcceptor,
    /// SHA-256 of the public key, when the certificate is the server's own and no authority vouches for it.
    pub own_key: Option<[u8; 32]>,
}

/// What takes TLS connections; `None` when the server speaks without.
pub fn acceptor(tls: &Tls, folder: &Folder, site: &Site) -> anyhow::Result<Option<Acceptor>> {
    let mut own_key = None;
    let config = match tls {
        Tls::None => return Ok(None),
        Tls::Files(cert, key) => server_config(cert, key)?,
        Tls::SelfSigned => {
            own_key = Some(make_own(folder, site)?);
            let own = |name| Sourced {
                value: folder.key(name),
                from: "tls_self_signed".to_owned(),
            };
            server_config(&own(OWN_CERTIFICATE), &own(OWN_KEY))?
        }
    };
    Ok(Some(Acceptor {
        tls: TlsAcceptor::from(Arc::new(config)),
        own_key,
    }))
}

fn server_config(cert: &Sourced<PathBuf>, key: &Sourced<PathBuf>) -> anyhow::Result<ServerConfig> {
    let (chain_pem, key_pem) = (read(cert)?, read(key)?);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<_, _>>()
        .map_err(|error| anyhow!("{}: {error}", named(cert)))?;
    if chain.is_empty() {
        bail!("{} holds no certificate in PEM form", named(cert));
    }
    let private = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|error| {
        if matches!(error, pem::Error::NoItemsFound) {
            anyhow!("{} holds no private key in PEM form", named(key))
        } else {
            anyhow!("{}: {error}", named(key))
        }
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| {
            if matches!(error, rustls::Error::InconsistentKeys(_)) {
                anyhow!("{} is not the private key of {}", named(key), named(cert))
            } else {
                anyhow!("{} with {}: {error}", named(cert), named(key))
            }
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read(file: &Sourced<PathBuf>) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let bytes = std::fs::read(&file.value).with_context(|| format!("cannot read {}", named(file)))?;
    Ok(Zeroizing::new(bytes))
}

fn named(file: &Sourced<PathBuf>) -> String {
    format!("{} ({})", file.value.display(), file.from)
}

/// Makes the server's own key once and a certificate for the names it has now; gives the hash of the public key.
fn make_own(folder: &Folder, site: &Site) -> anyhow::Result<[u8; 32]> {
    let path = folder.key(OWN_KEY);
    let key = if path.exists() {
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        KeyPair::from_pem(&text).with_context(|| path.display().to_string())?
    } else {
        let key = KeyPair::generate()?;
        write_private(&path, key.serialize_pem().as_bytes())?;
        key
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Temoto");
    for host in site.hosts() {
        let name = host_name(&host);
        params.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.try_into()?),
        });
    }
    let certificate = params.self_signed(&key)?;
    write_private(&folder.key(OWN_CERTIFICATE), certificate.pem().as_bytes())?;
    let hash: [u8; 32] = Sha256::digest(key.subject_public_key_info()).into();
    tracing::info!(public_key_sha256 = %hex::encode(hash), "using a certificate of our own");
    Ok(hash)
}

fn host_name(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or(authority),
    }
}
