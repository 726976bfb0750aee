//! `POST /me/email`: asks for another address. Nothing changes until both addresses have agreed.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use temoto_model::Secret;
use temoto_model::account::Email;
use temoto_model::mail::MailKind;
use utoipa::ToSchema;

use super::EmailError;
use crate::account::proof;
use crate::answer::Failure;
use crate::extract::{Accepts, Authorized, Body, Entering};
use crate::{App, mail};

/// The address that the account is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeEmail {
    #[schema(example = "hanako@example.org", max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password, max_length = 1024)]
    password: String,
}

/// Asks for another address: sends a mail to both.
#[utoipa::path(
    post,
    path = "/api/v1/me/email",
    tag = "account",
    request_body = ChangeEmail,
    responses(
        (status = 202, description = "Mails to both addresses are on their way."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`wrong_password`", body = Failure),
        (status = 422, description = "`email_invalid`, `email_same`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`, `mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: Authorized<Entering>,
    headers: HeaderMap,
    Body(change): Body<ChangeEmail>,
) -> Result<StatusCode, EmailError> {
    let given = Secret::new(change.password);
    if !app.mail {
        return Err(EmailError::NoMail);
    }
    let email = Email::parse(&change.email)?;
    let user = proof::again(&app, &caller.actor, &headers, given).await?;
    if email.as_str() == user.email {
        return Err(EmailError::Same);
    }
    let language = user.language.unwrap_or(language);
    app.store
        .begin_email_change(user.id, &email, app.clock.now())
        .await?;
    let facts = |address: &Email| {
        vec![
            ("email", address.as_str().to_owned()),
            ("name", user.name.clone()),
        ]
    };
    mail::to_user(&app, MailKind::EmailOld, &user, language, facts(&email)).await?;
    // Of another account only its owner learns, by mail.
    if app.store.user_by_email(&email).await?.is_some() {
        mail::queue(
            &app,
            MailKind::AlreadyRegistered,
            email,
            None,
            language,
            Vec::new(),
        )
        .await?;
    } else {
        let facts = facts(&email);
        mail::queue(&app, MailKind::EmailNew, email, Some(&user), language, facts).await?;
    }
    Ok(StatusCode::ACCEPTED)
}
