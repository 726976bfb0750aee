//! Configuration: flags before environment before the file before defaults, checked as a whole. An error names where
//! the value came from.

mod mail;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use temoto_model::Secret;
use temoto_portal::{Proxies, Site};

use crate::command::{LicenceNeed, LogFormat, MailSecurity, Serve, parse_address, parse_count};

pub use mail::MailConfig;

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const CONNECTIONS: usize = 4_096;
const CONNECTIONS_PER_ADDRESS: usize = 128;

/// What the file may say; every key is also a flag and an environment variable.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, deserialize_with = "address")]
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    database_url: Option<String>,
    names: Option<Vec<String>>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_self_signed: Option<bool>,
    trusted_proxies: Option<Vec<String>>,
    web: Option<PathBuf>,
    programs: Option<PathBuf>,
    mail_server: Option<String>,
    mail_security: Option<MailSecurity>,
    mail_user: Option<String>,
    mail_password_file: Option<PathBuf>,
    mail_from: Option<String>,
    registration: Option<bool>,
    licences: Option<LicenceNeed>,
    licence_issuers: Option<Vec<String>>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    #[serde(default, deserialize_with = "count")]
    connections: Option<usize>,
    #[serde(default, deserialize_with = "count")]
    connections_per_address: Option<usize>,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let value = toml::Value::deserialize(from)?;
    parse_address(value.as_str().unwrap_or_default())
        .map(Some)
        .map_err(D::Error::custom)
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    let value = toml::Value::deserialize(from)?;
    let text = value.as_integer().map(|number| number.to_string());
    parse_count(&text.unwrap_or_default())
        .map(Some)
        .map_err(D::Error::custom)
}

/// How clients' connections are kept private.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tls {
    /// Not here: on this machine only, or a proxy does it.
    None,
    /// With this certificate and key.
    Files(Sourced<PathBuf>, Sourced<PathBuf>),
    /// With a certificate of its own.
    SelfSigned,
}

/// A configuration that holds together.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The PostgreSQL database; else the file in the data folder.
    pub database_url: Option<Sourced<Secret<String>>>,
    /// Where to write the port.
    pub port_file: Option<PathBuf>,
    /// How connections are kept private.
    pub tls: Tls,
    /// Proxies that are believed.
    pub proxies: Proxies,
    /// Folder of the web pages; else those built in.
    pub web: Option<Sourced<PathBuf>>,
    /// Folder of the programs.
    pub programs: Option<Sourced<PathBuf>>,
    /// Whether organisations need a licence.
    pub licences: LicenceNeed,
    /// Public keys of others whose licences are believed.
    pub licence_issuers: Vec<[u8; 32]>,
    /// What to log.
    pub log: Sourced<String>,
    /// How to log.
    pub log_format: LogFormat,
    /// Connections at the same time.
    pub connections: usize,
    /// Connections of one address at the same time.
    pub connections_per_address: usize,
    /// Where mail goes, if it was set up.
    pub mail: Option<MailConfig>,
    /// Whether anybody may register an organisation.
    pub registration: bool,
    listen_from: String,
    public_url: Option<Sourced<String>>,
    names: Sourced<Vec<String>>,
}

/// A value and the words for where it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// File and key, or flag and variable.
    pub from: String,
}

/// Takes values from the flags (or environment), then from the file.
struct Sources {
    file: PathBuf,
}

impl Sources {
    fn pick<T>(&self, key: &str, flag: Option<T>, file: Option<T>) -> Option<Sourced<T>> {
        let sourced = |value, from| Sourced { value, from };
        match (flag, file) {
            (Some(value), _) => Some(sourced(value, flag_and_variable(key))),
            (None, Some(value)) => Some(sourced(value, format!("{}: {key}", self.file.display()))),
            (None, None) => None,
        }
    }

    /// A path in the file is meant from the file's folder.
    fn path(&self, key: &str, flag: Option<PathBuf>, file: Option<PathBuf>) -> Option<Sourced<PathBuf>> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        self.pick(key, flag, file.map(|path| folder.join(path)))
    }
}

fn flag_and_variable(key: &str) -> String {
    let (flag, variable) = (key.replace('_', "-"), key.to_uppercase());
    format!("--{flag} (or TEMOTO_{variable})")
}

impl Config {
    /// Reads and checks everything. `default_file` need not exist, a file that was named must.
    pub fn load(flags: Serve, default_file: &Path) -> anyhow::Result<Self> {
        let path = flags.config.clone().unwrap_or_else(|| default_file.to_owned());
        let file = read_file(&path, flags.config.is_some())?;
        let from = Sources { file: path };

        let log = from.pick("log", flags.log, file.log);
        let listen = from.pick("listen", flags.listen, file.listen);
        let proxies = match from.pick("trusted_proxies", flags.trusted_proxies, file.trusted_proxies) {
            None => Proxies::default(),
            Some(list) => Proxies::parse(&list.value).with_context(|| list.from)?,
        };
        let names = from.pick("names", flags.names, file.names).unwrap_or(Sourced {
            value: Vec::new(),
            from: String::new(),
        });
        let mail_file = mail::MailFile {
            server: file.mail_server,
            security: file.mail_security,
            user: file.mail_user,
            password_file: file.mail_password_file,
            from: file.mail_from,
        };
        let mail = MailConfig::read(&from, flags.mail, mail_file)?;
        let registration = from.pick(
            "registration",
            flags.registration.then_some(true),
            file.registration,
        );
        if let Some(wanted) = registration.as_ref().filter(|wanted| wanted.value)
            && mail.is_none()
        {
            bail!(
                "{}: people register by mail, and mail is not set up; give {} and {} too",
                wanted.from,
                flag_and_variable("mail_server"),
                flag_and_variable("mail_from")
            );
        }
        let config = Self {
            mail,
            registration: registration.is_some_and(|wanted| wanted.value),
            listen: listen.as_ref().map_or(LISTEN, |listen| listen.value),
            listen_from: listen.map_or_else(|| "listen".to_owned(), |listen| listen.from),
            database_url: from
                .pick("database_url", flags.database_url, file.database_url)
                .map(|Sourced { value, from }| Sourced {
                    value: Secret::new(value),
                    from,
                }),
            port_file: flags.port_file,
            tls: tls(
                from.path("tls_cert", flags.tls_cert, file.tls_cert),
                from.path("tls_key", flags.tls_key, file.tls_key),
                from.pick(
                    "tls_self_signed",
                    flags.tls_self_signed.then_some(true),
                    file.tls_self_signed,
                ),
            )?,
            proxies,
            web: from.path("web", flags.web, file.web),
            programs: from.path("programs", flags.programs, file.programs),
            licences: flags.licences.or(file.licences).unwrap_or(LicenceNeed::Free),
            licence_issuers: match from.pick("licence_issuers", flags.licence_issuers, file.licence_issuers) {
                None => Vec::new(),
                Some(keys) => issuers(&keys)?,
            },
            log: log.unwrap_or_else(|| Sourced {
                value: "info".to_owned(),
                from: "log".to_owned(),
            }),
            log_format: flags.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
            connections: flags.connections.or(file.connections).unwrap_or(CONNECTIONS),
            connections_per_address: flags
                .connections_per_address
                .or(file.connections_per_address)
                .unwrap_or(CONNECTIONS_PER_ADDRESS),
            public_url: from.pick("public_url", flags.public_url, file.public_url),
            names,
        };
        config.check()?;
        Ok(config)
    }

    /// How the server is reached when it listens at `port`.
    pub fn site(&self, port: u16) -> anyhow::Result<Site> {
        let secure = self.tls != Tls::None;
        let url = match &self.public_url {
            Some(url) => url.clone(),
            None => Sourced {
                value: format!("{}://localhost:{port}", if secure { "https" } else { "http" }),
                from: "public_url".to_owned(),
            },
        };
        let site = Site::new(&url.value, &[]).with_context(|| url.from)?;
        let site = match self.names.value.as_slice() {
            [] => site,
            names => Site::new(&url.value, names).with_context(|| self.names.from.clone())?,
        };
        // A browser that insists on TLS lets nobody click through to a certificate that nobody vouches for.
        let vouched = self.tls != Tls::SelfSigned && !site.is_loopback();
        Ok(if vouched {
            site.with_strict_transport()
        } else {
            site
        })
    }

    /// The public address that was configured, for links printed by other commands.
    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_ref().map(|url| url.value.as_str())
    }

    fn check(&self) -> anyhow::Result<()> {
        let site = self.site(self.listen.port().max(1))?;
        let url = || {
            self.public_url
                .as_ref()
                .map_or("public_url", |url| url.from.as_str())
        };
        let here = self.listen.ip().is_loopback();
        if self.public_url.is_none() && !here {
            bail!(
                "public_url is missing: a server that listens at {} needs the address that customers type, e.g. \
                 --public-url https://support.example.com",
                self.listen
            );
        }
        match (&self.tls, site.is_secure()) {
            (Tls::Files(..) | Tls::SelfSigned, false) => {
                bail!(
                    "{}: must begin with https:// when the server has a certificate",
                    url()
                )
            }
            (Tls::None, true) if self.proxies.is_empty() => bail!(
                "{}: begins with https://, but the server has neither a certificate (tls_cert and tls_key, or \
                 tls_self_signed) nor a proxy in front of it (trusted_proxies)",
                url()
            ),
            (Tls::None, _) if !here && self.proxies.is_empty() => bail!(
                "{}: {} is reachable from other machines, and without TLS everybody on the way reads along; give \
                 tls_cert and tls_key, or tls_self_signed, or name the proxy that does it in trusted_proxies",
                self.listen_from,
                self.listen
            ),
            (Tls::None, false) if !site.is_loopback() => bail!(
                "{}: must begin with https://, only localhost may do without",
                url()
            ),
            (Tls::None | Tls::Files(..) | Tls::SelfSigned, _) => Ok(()),
        }
    }
}

fn issuers(keys: &Sourced<Vec<String>>) -> anyhow::Result<Vec<[u8; 32]>> {
    let read = |text: &String| {
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key)
            .ok()
            .with_context(|| {
                let from = &keys.from;
                format!("{from}: {text:?} is not 64 hexadecimal digits as `temoto-server licence issuer` prints them")
            })
            .map(|()| key)
    };
    keys.value.iter().map(read).collect()
}

fn tls(
    cert: Option<Sourced<PathBuf>>,
    key: Option<Sourced<PathBuf>>,
    own: Option<Sourced<bool>>,
) -> anyhow::Result<Tls> {
    match (cert, key, own.filter(|own| own.value)) {
        (None, None, None) => Ok(Tls::None),
        (None, None, Some(_)) => Ok(Tls::SelfSigned),
        (Some(cert), Some(key), None) => Ok(Tls::Files(cert, key)),
        (Some(cert), None, None) => bail!(
            "{}: tls_key is missing: a certificate needs its private key, give {} too",
            cert.from,
            flag_and_variable("tls_key")
        ),
        (None, Some(key), None) => bail!(
            "{}: tls_cert is missing: a private key needs its certificate, give {} too",
            key.from,
            flag_and_variable("tls_cert")
        ),
        (Some(other), _, Some(own)) | (None, Some(other), Some(own)) => {
            bail!(
                "{} and {} exclude each other, leave one out",
                own.from,
                other.from
            )
        }
    }
}

fn read_file(path: &Path, needed: bool) -> anyhow::Result<File> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !needed => return Ok(File::default()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    toml::from_str(&text).map_err(|error| anyhow!("{}{}", path.display(), place_and_reason(&text, &error)))
}

/// `, line 2 (lisen = 1): unknown field …`
fn place_and_reason(text: &str, error: &toml::de::Error) -> String {
    let reason = error.message().trim_end();
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else {
        return format!(": {reason}");
    };
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default().trim();
    format!(", line {} ({line}): {reason}", number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, flags: Serve) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("temoto.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(flags, &path)
    }

    fn error(text: &str) -> String {
        format!("{:#}", load(text, Serve::default()).unwrap_err())
    }

    #[test]
    fn without_a_word_it_serves_this_machine_only() {
        let config = load("", Serve::default()).unwrap();
        assert_eq!(config.listen, LISTEN);
        assert_eq!(config.site(8080).unwrap().origin(), "http://localhost:8080");
        assert!(!config.site(8080).unwrap().strict_transport());
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let flags = Serve {
            listen: Some("127.0.0.1:9000".parse().unwrap()),
            ..Serve::default()
        };
        let config = load("listen = '127.0.0.1:7000'\nconnections = 5", flags).unwrap();
        assert_eq!((config.listen.port(), config.connections), (9000, 5));
    }

    #[test]
    fn an_error_names_file_and_key() {
        for (text, words) in [
            ("lisen = '127.0.0.1:1'", vec!["temoto.toml", "lisen", "line 1"]),
            (
                "listen = 'here'",
                vec!["temoto.toml, line 1", "listen", "0.0.0.0:443"],
            ),
            (
                "public_url = 'support.example.com'",
                vec!["temoto.toml: public_url", "https://name"],
            ),
            ("names = ['A B']", vec!["temoto.toml: names", "A B"]),
            (
                "trusted_proxies = ['10.0.0.0/99']",
                vec!["temoto.toml: trusted_proxies", "10.0.0.0/99"],
            ),
            (
                "\nconnections = 0",
                vec!["temoto.toml, line 2 (connections = 0)", "at least 1"],
            ),
            (
                "connections = 'x'",
                vec!["line 1 (connections = 'x')", "at least 1"],
            ),
            (
                "connections = 5 5",
                vec!["temoto.toml, line 1 (connections = 5 5)"],
            ),
            (
                "public_url = 7",
                vec!["temoto.toml, line 1 (public_url = 7)", "a string"],
            ),
            ("listen = 80", vec!["line 1 (listen = 80)", "like 127.0.0.1:8080"]),
            (
                "tls_cert = 'a'",
                vec!["temoto.toml: tls_cert", "tls_key is missing", "--tls-key"],
            ),
            (
                "tls_key = 'a'",
                vec!["temoto.toml: tls_key", "tls_cert is missing", "--tls-cert"],
            ),
            (
                "tls_key = 'a'\ntls_self_signed = true",
                vec![
                    "temoto.toml: tls_self_signed and ",
                    "temoto.toml: tls_key exclude each other",
                ],
            ),
            (
                "mail_from = 'a@b.example'",
                vec!["temoto.toml: mail_from", "mail_server is missing"],
            ),
            (
                "mail_server = 'smtp.example.com'",
                vec!["temoto.toml: mail_server", "mail_from is missing", "--mail-from"],
            ),
            (
                "mail_server = 'smtp://x'\nmail_from = 'a@b.example'",
                vec!["temoto.toml: mail_server", "smtp.example.com:587"],
            ),
            (
                "mail_server = 'smtp.example.com'\nmail_from = 'nobody'",
                vec!["temoto.toml: mail_from", "Name <address>"],
            ),
            (
                "mail_server = 'smtp.example.com'\nmail_from = 'a@b.example'\nmail_security = 'none'",
                vec!["temoto.toml: mail_security", "reads along"],
            ),
            (
                "mail_server = 'smtp.example.com'\nmail_from = 'a@b.example'\nmail_user = 'u'",
                vec!["temoto.toml: mail_user", "mail_password_file is missing"],
            ),
            (
                "registration = true",
                vec!["temoto.toml: registration", "mail is not set up"],
            ),
            ("licences = 'some'", vec!["temoto.toml", "licences", "`required`"]),
            (
                "licence_issuers = ['12']",
                vec!["temoto.toml: licence_issuers", "licence issuer"],
            ),
            ("log_format = 'xml'", vec!["temoto.toml", "log_format", "`json`"]),
        ] {
            let said = error(text);
            for word in words {
                assert!(said.contains(word), "{text}: {said}");
            }
        }
    }

    #[test]
    fn nothing_crosses_a_network_in_the_clear() {
        let open = "listen = '0.0.0.0:80'\n";
        assert!(error(open).contains("public_url is missing"));
        assert!(error(&format!("{open}public_url = 'http://support.example.com'")).contains("reads along"));
        assert!(error("public_url = 'http://support.example.com'").contains("only localhost"));
        assert!(error("public_url = 'https://support.example.com'").contains("neither a certificate"));
        assert!(error("tls_self_signed = true\npublic_url = 'http://localhost'").contains("https://"));
        let proxied =
            "listen = '0.0.0.0:80'\npublic_url = 'https://a.example'\ntrusted_proxies = ['10.0.0.1']";
        let site = load(proxied, Serve::default()).unwrap().site(80).unwrap();
        assert!(site.strict_transport());
        let own = "listen = '0.0.0.0:443'\npublic_url = 'https://a.example'\ntls_self_signed = true";
        assert!(
            !load(own, Serve::default())
                .unwrap()
                .site(443)
                .unwrap()
                .strict_transport()
        );
    }

    #[test]
    fn a_named_file_must_be_there() {
        let flags = Serve {
            config: Some("/nowhere/temoto.toml".into()),
            ..Serve::default()
        };
        let error = Config::load(flags, Path::new("unused")).unwrap_err();
        assert!(format!("{error:#}").contains("/nowhere/temoto.toml"));
    }
}
