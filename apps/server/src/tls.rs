//! TLS 1.2 and 1.3 by rustls with ring: a certificate from files, or one of the server's own.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use temoto_portal::Site;
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;
use crate::folder::{Folder, write_private};

const OWN_CERTIFICATE: &str = "tls-self-signed.pem";
const OWN_KEY: &str = "tls-self-signed.key";

/// What takes TLS connections; `None` when the server speaks without.
pub fn acceptor(tls: &Tls, folder: &Folder, site: &Site) -> anyhow::Result<Option<TlsAcceptor>> {
    let (cert, key) = match tls {
        Tls::None => return Ok(None),
        Tls::Files(cert, key) => (cert.clone(), key.clone()),
        Tls::SelfSigned => {
            make_own(folder, site)?;
            (folder.key(OWN_CERTIFICATE), folder.key(OWN_KEY))
        }
    };
    let config = server_config(&cert, &key)?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn server_config(cert: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| anyhow!("tls_cert: {}: {error}", cert.display()))?;
    if chain.is_empty() {
        return Err(anyhow!("tls_cert: {}: holds no certificate", cert.display()));
    }
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|error| anyhow!("tls_key: {}: {error}", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| {
            anyhow!(
                "tls_cert {} and tls_key {}: {error}",
                cert.display(),
                key.display()
            )
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Makes the server's own key once and a certificate for the names it has now.
fn make_own(folder: &Folder, site: &Site) -> anyhow::Result<()> {
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
    tracing::info!(
        public_key_sha256 = %hex::encode(Sha256::digest(key.subject_public_key_info())),
        "using a certificate of our own"
    );
    Ok(())
}

fn host_name(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or(authority),
    }
}
