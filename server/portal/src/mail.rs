//! Lets mail wait in the queue. Without a mail server nothing waits, and operations that need mail say so.

use axum::http::StatusCode;
use temoto_model::MailId;
use temoto_model::account::{Email, Language};
use temoto_model::mail::MailKind;
use temoto_store::{NewMail, StoreError, User};

use crate::{Answer, App};

/// The answer of an operation that cannot do without mail, where there is none.
pub(crate) const fn not_set_up() -> Answer {
    Answer::new(StatusCode::SERVICE_UNAVAILABLE, "mail_not_set_up")
}

/// Words for the holes of a template.
pub(crate) type Facts = Vec<(&'static str, String)>;

/// A mail to somebody with an account, in the language of the account or else this one.
pub(crate) async fn to_user(
    app: &App,
    kind: MailKind,
    user: &User,
    otherwise: Language,
    mut facts: Facts,
) -> Result<bool, StoreError> {
    let Ok(address) = Email::parse(&user.email) else {
        return Err(StoreError::Corrupt("email"));
    };
    facts.push(("name", user.name.clone()));
    let language = user.language.unwrap_or(otherwise);
    queue(app, kind, address, Some(user), language, facts).await
}

/// A mail to an address. `false`: there is no mail server, or the address was sent too many.
pub(crate) async fn queue(
    app: &App,
    kind: MailKind,
    address: Email,
    about: Option<&User>,
    language: Language,
    facts: Facts,
) -> Result<bool, StoreError> {
    if !app.mail {
        return Ok(false);
    }
    let mail = NewMail {
        id: app.random.draw(MailId::generate),
        kind,
        organisation: about.map(|user| user.organisation),
        user: about.map(|user| user.id),
        address,
        language,
        facts,
        at: app.clock.now(),
    };
    let taken = app.store.queue_mail(&mail).await?;
    if !taken {
        tracing::warn!(
            kind = kind.as_str(),
            "a mail was not taken: too many to this address, or too many wait"
        );
    }
    Ok(taken)
}
