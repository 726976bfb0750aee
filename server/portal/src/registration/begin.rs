//! `POST /register`: an address and a password wait for the mail to be answered. The answer is the same for an address
//! that has an account: only its owner learns of that, by mail.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use temoto_model::account::{Email, Language};
use temoto_model::mail::MailKind;
use temoto_model::secret::generate_token;
use temoto_model::{Secret, TokenHash};
use temoto_store::NewRegistration;
use utoipa::ToSchema;

use super::{RegistrationError, check_open};
use crate::answer::Failure;
use crate::cookie::Cookie;
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::{App, mail};

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    #[schema(example = "hanako@example.com", max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 1024)]
    password: String,
    /// `ja` or `en`: the language of the mail.
    language: String,
}

/// Begins a registration: sends the mail with which it goes on.
#[utoipa::path(
    post,
    path = "/api/v1/register",
    tag = "registration",
    request_body = Register,
    responses(
        (status = 202, description = "A mail is on its way, if the address can have an account. A cookie marks the browser."),
        (status = 404, description = "`registration_off`", body = Failure),
        (status = 422, description = "`email_invalid`, `language_invalid`, `password_too_short`, `password_too_long`, `password_too_common`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`, `mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    Body(register): Body<Register>,
) -> Result<Response, RegistrationError> {
    let given = Secret::new(register.password);
    check_open(&app)?;
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(RegistrationError::TryLater)?;
    let email = Email::parse(&register.email)?;
    let language = Language::from_code(&register.language).ok_or(RegistrationError::Language)?;
    let password_hash = app
        .hash_password::<RegistrationError>(given, &[email.as_str()])
        .await?;
    let browser = app.random.draw(generate_token);
    let registration = NewRegistration {
        email: email.clone(),
        password_hash,
        language,
        browser: TokenHash::of(browser.expose()),
        at: app.clock.now(),
    };
    let kind = if app.store.register(&registration).await? {
        MailKind::Verify
    } else {
        MailKind::AlreadyRegistered
    };
    mail::queue(&app, kind, email, None, language, Vec::new()).await?;
    let mut response = StatusCode::ACCEPTED.into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Registration.set(&app.site, &browser));
    Ok(response)
}
