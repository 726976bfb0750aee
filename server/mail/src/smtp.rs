//! The way to a mail server: SMTP with TLS, one conversation for each letter.

use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use temoto_model::Secret;

use crate::{Letter, Post, PostError};

/// How long a mail server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a whole conversation may take.
const CONVERSATION: Duration = Duration::from_secs(120);

/// How the line to a mail server is kept private.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS is asked for and must come (port 587).
    StartTls,
    /// Not at all: for a mail server on the same machine.
    None,
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Name of the mail server, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept private.
    pub security: Security,
    /// Name and password, if it wants them.
    pub login: Option<(String, Secret<String>)>,
    /// Who sends.
    pub from: Sender,
    /// What this server calls itself in front of the mail server.
    pub hello: String,
}

/// Who a mail comes from: an address, or `Name <address>`.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

/// Why mail was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Not an address.
    #[error("{0:?} is neither an e-mail address nor of the form Name <address>")]
    Sender(String),
    /// TLS could not be prepared.
    #[error("TLS for mail could not be prepared: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

impl std::str::FromStr for Sender {
    type Err = SmtpError;

    fn from_str(text: &str) -> Result<Self, SmtpError> {
        text.parse()
            .map(Self)
            .map_err(|_| SmtpError::Sender(text.to_owned()))
    }
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// The mail server of these settings; nothing is said to it yet.
    ///
    /// # Errors
    /// The host is no name that a certificate could have.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpError> {
        let tls = match settings.security {
            Security::None => Tls::None,
            Security::Tls => Tls::Wrapper(TlsParameters::new(settings.host.clone())?),
            Security::StartTls => Tls::Required(TlsParameters::new(settings.host.clone())?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(settings.hello))
            .timeout(Some(PATIENCE));
        if let Some((name, password)) = settings.login {
            builder = builder.credentials(Credentials::new(name, password.expose().clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from: settings.from.0,
        })
    }
}

#[async_trait]
impl Post for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), PostError> {
        let message = message(&self.from, letter)?;
        match tokio::time::timeout(CONVERSATION, self.transport.send(message)).await {
            Err(_) => Err(PostError::Later("the mail server took too long".to_owned())),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refused(&error)),
        }
    }
}

/// A receiver that is not there never will be. A wrong password or sender is the administrator's to correct, and then
/// the mail that waits goes.
fn refused(error: &lettre::transport::smtp::Error) -> PostError {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !reason.contains(&words) {
            reason.push_str(": ");
            reason.push_str(&words);
        }
        cause = inner.source();
    }
    let code = error.status().map(|code| code.to_string());
    if matches!(code.as_deref(), Some("550" | "551" | "553")) {
        PostError::Never(reason)
    } else {
        PostError::Later(reason)
    }
}

/// The letter as it goes over the line: both forms of it, marked as written by a program, so that nothing answers.
fn message(from: &Mailbox, letter: &Letter) -> Result<Message, PostError> {
    let never = |error: &dyn std::fmt::Display| PostError::Never(error.to_string());
    let to: Address = letter.to.parse().map_err(|error| never(&error))?;
    let header = |name: &'static str, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
    };
    let plain = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone());
    let page = SinglePart::builder()
        .header(ContentType::TEXT_HTML)
        .body(letter.html.clone());
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(&letter.subject)
        .message_id(None)
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("Content-Language", letter.language.as_str()))
        .multipart(MultiPart::alternative().singlepart(plain).singlepart(page))
        .map_err(|error| never(&error))
}

#[cfg(test)]
mod tests {
    use temoto_model::account::Language;

    use super::*;

    fn letter(to: &str) -> Letter {
        Letter {
            to: to.to_owned(),
            language: Language::Japanese,
            subject: "【Temoto】アカウントの認証\r\nBcc: x@y.example".to_owned(),
            text: "手元\n.\nend".to_owned(),
            html: "<p>手元</p>".to_owned(),
        }
    }

    #[test]
    fn a_letter_has_both_forms_and_no_header_of_its_words() {
        let from: Sender = "手元サポート <support@example.com>".parse().unwrap();
        let message = message(&from.0, &letter("a@b.example")).unwrap();
        let bytes = String::from_utf8(message.formatted()).unwrap();
        let (head, body) = bytes.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("multipart/alternative"));
        assert!(head.contains("Auto-Submitted: auto-generated"));
        assert!(head.contains("Message-ID: <"));
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.is_ascii() && body.contains("text/plain") && body.contains("text/html"));
    }

    #[test]
    fn an_address_that_no_mail_can_have_is_never_tried_again() {
        let from: Sender = "support@example.com".parse().unwrap();
        for to in ["", "a b@c", "a@b\r\nRCPT TO:<x@y>"] {
            let refused = message(&from.0, &letter(to)).unwrap_err();
            assert!(matches!(refused, PostError::Never(_)), "{to:?}");
        }
        assert!("support".parse::<Sender>().is_err());
    }

    #[tokio::test]
    async fn nobody_at_the_other_end_means_later() {
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: 1,
            security: Security::None,
            login: None,
            from: "support@example.com".parse().unwrap(),
            hello: "localhost".to_owned(),
        };
        let refused = Smtp::new(settings).unwrap().send(&letter("a@b.example")).await;
        assert!(matches!(refused, Err(PostError::Later(_))), "{refused:?}");
    }
}
