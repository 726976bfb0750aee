//! Registration of an organisation by its first administrator: address and password, a mail, a form, a trial.

pub(crate) mod begin;
pub(crate) mod complete;
pub(crate) mod link;

use std::time::Duration;

use axum::http::StatusCode;
use temoto_model::account::AccountError;
use temoto_model::password::PasswordError;
use temoto_store::StoreError;

use crate::account::open_login::OpenError;
use crate::answer::answers;
use crate::password::HashError;
use crate::{Answer, App};

/// How operations of the registration fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrationError {
    #[error("nobody can register here")]
    Off,
    #[error("mail is not set up")]
    NoMail,
    #[error("the link is not good any more")]
    Unusable,
    #[error("the language is not ja or en")]
    Language,
    #[error("the name of the company is not one")]
    Company,
    #[error("a password is needed in this browser")]
    PasswordNeeded,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&RegistrationError> for Answer {
    fn from(error: &RegistrationError) -> Self {
        let wrong = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match error {
            RegistrationError::Off => Self::new(StatusCode::NOT_FOUND, "registration_off"),
            RegistrationError::NoMail => crate::mail::not_set_up(),
            RegistrationError::Unusable => Self::new(StatusCode::GONE, "link_unusable"),
            RegistrationError::Language => wrong("language_invalid"),
            RegistrationError::Company => wrong("company_invalid"),
            RegistrationError::PasswordNeeded => wrong("password_needed"),
            RegistrationError::Account(error) => Self::account(*error),
            RegistrationError::Password(error) => Self::password(*error),
            RegistrationError::TryLater(after) => Self::try_later(*after),
            RegistrationError::Hash(error) => Self::hash(*error),
            RegistrationError::Open(error) => error.into(),
            RegistrationError::Store(StoreError::EmailTaken) => {
                Self::new(StatusCode::CONFLICT, "email_taken")
            }
            RegistrationError::Store(error) => Self::store(error),
        }
    }
}
answers!(RegistrationError);

/// Whether people can register here at all.
fn check_open(app: &App) -> Result<(), RegistrationError> {
    if !app.registration {
        return Err(RegistrationError::Off);
    }
    if !app.mail {
        return Err(RegistrationError::NoMail);
    }
    Ok(())
}
