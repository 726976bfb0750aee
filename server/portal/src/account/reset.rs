//! `POST /reset`: a new password by the link of a mail. It ends every login and opens none: with the new password the
//! person logs in as always, with the second factor if there is one.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use temoto_model::mail::MailKind;
use temoto_model::secret::generate_token;
use temoto_model::{Secret, TokenHash};
use temoto_store::{PasswordChoice, TokenPurpose};
use utoipa::ToSchema;

use super::setup::{SetupError, password_set};
use crate::answer::Failure;
use crate::cookie::Cookie;
use crate::extract::{Accepts, Address, Body};
use crate::limiter::Limit;
use crate::{App, mail};

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// What stands behind the `#` of the link.
    #[schema(max_length = 64)]
    token: String,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 1024)]
    password: String,
}

/// Chooses a new password by a link.
#[utoipa::path(
    post,
    path = "/api/v1/reset",
    tag = "account",
    request_body = Reset,
    responses(
        (status = 204, description = "Done; every login is over. A cookie marks the device as its owner's."),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 422, description = "`password_too_short`, `password_too_long`, `password_too_common`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    Address(from): Address,
    Body(reset): Body<Reset>,
) -> Result<Response, SetupError> {
    let given = Secret::new(reset.password);
    let token = TokenHash::of(Secret::new(reset.token).expose());
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(SetupError::TryLater)?;
    let now = app.clock.now();
    let Some(TokenPurpose::Password(id)) = app.store.token(token, now).await? else {
        return Err(SetupError::Unusable);
    };
    let user = app.store.user(id).await?.ok_or(SetupError::Unusable)?;
    let about = [user.email.as_str(), user.name.as_str()];
    let password_hash = app.hash_password::<SetupError>(given, &about).await?;
    let device = app.random.draw(generate_token);
    let choice = PasswordChoice::Password {
        password_hash,
        name: None,
        known_device: Some(TokenHash::of(device.expose())),
    };
    let event = password_set(user.organisation, id, now);
    app.store
        .use_token(token, &choice, &event)
        .await?
        .ok_or(SetupError::Unusable)?;
    app.attachments.detach_user(id).await;
    mail::to_user(&app, MailKind::PasswordChanged, &user, language, Vec::new()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Device.set(&app.site, &device));
    Ok(response)
}
