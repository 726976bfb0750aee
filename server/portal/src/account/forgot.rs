//! `POST /forgot`: a mail with which a new password is chosen. The answer is the same for an address without account.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::account::{AccountError, Email, Language, UserStatus};
use temoto_model::mail::MailKind;
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::answer::{Failure, answers};
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::{Answer, App, mail};

/// Who forgot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgot {
    #[schema(example = "hanako@example.com", max_length = 254)]
    email: String,
    /// `ja` or `en`: the language of the mail, if the account has chosen none.
    language: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgotError {
    #[error("mail is not set up")]
    NoMail,
    #[error("the language is not ja or en")]
    Language,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&ForgotError> for Answer {
    fn from(error: &ForgotError) -> Self {
        match error {
            ForgotError::NoMail => mail::not_set_up(),
            ForgotError::Language => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "language_invalid"),
            ForgotError::Account(error) => Self::account(*error),
            ForgotError::TryLater(after) => Self::try_later(*after),
            ForgotError::Store(error) => Self::store(error),
        }
    }
}
answers!(ForgotError);

/// Sends a link with which a new password is chosen.
#[utoipa::path(
    post,
    path = "/api/v1/forgot",
    tag = "account",
    request_body = Forgot,
    responses(
        (status = 202, description = "A mail is on its way, if the address has an account."),
        (status = 422, description = "`email_invalid`, `language_invalid`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    Body(forgot): Body<Forgot>,
) -> Result<StatusCode, ForgotError> {
    if !app.mail {
        return Err(ForgotError::NoMail);
    }
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(ForgotError::TryLater)?;
    let email = Email::parse(&forgot.email)?;
    let language = Language::from_code(&forgot.language).ok_or(ForgotError::Language)?;
    if let Some(user) = app.store.user_by_email(&email).await? {
        let app = app.clone();
        // After the answer: how long the disk takes must not tell that there is an account.
        tokio::spawn(async move {
            let queued = match user.status {
                UserStatus::Active | UserStatus::Invited => {
                    mail::to_user(&app, MailKind::Reset, &user, language, Vec::new()).await
                }
                UserStatus::Disabled => Ok(false),
            };
            if let Err(error) = queued {
                tracing::error!(error = ?error.to_string(), "a mail for a new password was not queued");
            }
        });
    }
    Ok(StatusCode::ACCEPTED)
}
