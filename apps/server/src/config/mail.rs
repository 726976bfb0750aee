//! The part of the configuration that says where mail goes.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use temoto_mail::{Security, Sender, Smtp, SmtpSettings};
use temoto_model::Secret;

use super::{Sourced, Sources, flag_and_variable};
use crate::command::{MailFlags, MailSecurity};

/// Longest file with a password, in bytes.
const PASSWORD_FILE_BYTES: u64 = 4_096;

/// What the file says about mail.
#[derive(Debug, Default)]
pub struct MailFile {
    pub server: Option<String>,
    pub security: Option<MailSecurity>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub from: Option<String>,
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct MailConfig {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Sourced<PathBuf>)>,
    from: Sender,
    server_from: String,
}

impl MailConfig {
    /// Reads and checks; nothing if no mail server is named.
    pub(super) fn read(from: &Sources, flags: MailFlags, file: MailFile) -> anyhow::Result<Option<Self>> {
        let server = from.pick("mail_server", flags.mail_server, file.server);
        let sender = from.pick("mail_from", flags.mail_from, file.from);
        let user = from.pick("mail_user", flags.mail_user, file.user);
        let password = from.path("mail_password_file", flags.mail_password_file, file.password_file);
        let security = from.pick("mail_security", flags.mail_security, file.security);
        let Some(server) = server else {
            let other = [
                sender.map(|s| s.from),
                user.map(|s| s.from),
                password.map(|s| s.from),
            ];
            if let Some(other) = other.into_iter().flatten().next() {
                bail!(
                    "{other}: mail_server is missing: give {} too, like smtp.example.com:587",
                    flag_and_variable("mail_server")
                );
            }
            return Ok(None);
        };
        let Some(sender) = sender else {
            bail!(
                "{}: mail_from is missing: give {} too, like \"Support <support@example.com>\"",
                server.from,
                flag_and_variable("mail_from")
            );
        };
        let security_from = security
            .as_ref()
            .map_or(&server.from, |security| &security.from)
            .clone();
        let security = match security.map(|security| security.value) {
            None | Some(MailSecurity::Starttls) => Security::StartTls,
            Some(MailSecurity::Tls) => Security::Tls,
            Some(MailSecurity::None) => Security::None,
        };
        let (host, port) = place(&server.value, security).with_context(|| server.from.clone())?;
        if security == Security::None && !is_here(&host) {
            bail!(
                "{security_from}: without TLS everybody on the way to {host} reads along, and the links in mails \
                 are keys; only a mail server on this machine may do without"
            );
        }
        let login = match (user, password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((user.value, password)),
            (Some(user), None) => bail!(
                "{}: mail_password_file is missing: give {} too",
                user.from,
                flag_and_variable("mail_password_file")
            ),
            (None, Some(password)) => bail!(
                "{}: mail_user is missing: give {} too",
                password.from,
                flag_and_variable("mail_user")
            ),
        };
        Ok(Some(Self {
            host,
            port,
            security,
            login,
            from: sender.value.parse::<Sender>().with_context(|| sender.from)?,
            server_from: server.from,
        }))
    }

    /// A way to this mail server; nothing is said to it yet. `hello` is what this server calls itself.
    pub fn open(&self, hello: &str) -> anyhow::Result<Smtp> {
        let login = match &self.login {
            None => None,
            Some((user, file)) => Some((
                user.clone(),
                read_password(&file.value).with_context(|| file.from.clone())?,
            )),
        };
        let settings = SmtpSettings {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            login,
            from: self.from.clone(),
            hello: hello.to_owned(),
        };
        Smtp::new(settings).with_context(|| self.server_from.clone())
    }

    /// The mail server, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn place(text: &str, security: Security) -> anyhow::Result<(String, u16)> {
    let bad = || format!("{text:?} is not a host name or host:port, like smtp.example.com:587");
    let usual = if security == Security::Tls { 465 } else { 587 };
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address alone has colons of its own.
        Some((host, port)) if !host.ends_with(':') && (!host.contains(':') || host.ends_with(']')) => {
            let port = port.parse().ok().filter(|&port: &u16| port > 0);
            (host, port.with_context(bad)?)
        }
        Some(_) | None => (text, usual),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
        bail!("{}", bad());
    }
    Ok((host.to_owned(), port))
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn read_password(path: &Path) -> anyhow::Result<Secret<String>> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut text = String::new();
    file.take(PASSWORD_FILE_BYTES)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let password = Secret::new(text.lines().next().unwrap_or_default().to_owned());
    if password.expose().is_empty() {
        bail!("{} has no password in its first line", path.display());
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_a_name_and_a_port() {
        let read = |text: &str, security| place(text, security).map_err(|_| ());
        let both = |host: &str, port| Ok((host.to_owned(), port));
        assert_eq!(
            read("smtp.example.com:2525", Security::Tls),
            both("smtp.example.com", 2525)
        );
        assert_eq!(
            read("smtp.example.com", Security::Tls),
            both("smtp.example.com", 465)
        );
        assert_eq!(
            read("smtp.example.com", Security::StartTls),
            both("smtp.example.com", 587)
        );
        assert_eq!(read("[::1]:25", Security::None), both("::1", 25));
        assert_eq!(read("::1", Security::None), both("::1", 587));
        for text in [
            "",
            ":25",
            "a b:25",
            "host:port",
            "host:0",
            "host:99999",
            "smtp://host:25",
        ] {
            assert_eq!(read(text, Security::StartTls), Err(()), "{text}");
        }
        assert!(is_here("127.0.0.1") && is_here("::1") && is_here("localhost"));
        assert!(!is_here("smtp.example.com") && !is_here("10.0.0.1"));
    }
}
