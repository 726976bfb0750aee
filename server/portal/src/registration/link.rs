//! `POST /register/link`: what the link of the mail is for, so that the form can be shown. Does not use it up.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use temoto_model::{Secret, TokenHash, trial};
use utoipa::ToSchema;

use super::{RegistrationError, check_open};
use crate::App;
use crate::answer::Failure;
use crate::cookie::Cookie;
use crate::extract::{Address, Body};
use crate::limiter::Limit;

/// The token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationLink {
    /// What stands behind the `#`.
    #[schema(max_length = 64)]
    token: String,
}

/// A registration whose mail arrived.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistrationView {
    /// The address, which is proved by that.
    #[schema(example = "hanako@example.com")]
    email: String,
    /// Whether this is the browser that it began in. In another one a password is chosen anew: whoever began may have
    /// been a stranger.
    same_browser: bool,
    /// How many days the trial has.
    trial_days: u64,
}

/// Says what the link of the mail is for.
#[utoipa::path(
    post,
    path = "/api/v1/register/link",
    tag = "registration",
    request_body = RegistrationLink,
    responses(
        (status = 200, description = "The registration goes on.", body = RegistrationView),
        (status = 404, description = "`registration_off`", body = Failure),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Body(link): Body<RegistrationLink>,
) -> Result<Json<RegistrationView>, RegistrationError> {
    let token = TokenHash::of(Secret::new(link.token).expose());
    check_open(&app)?;
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(RegistrationError::TryLater)?;
    let registration = app
        .store
        .registration(token, app.clock.now())
        .await?
        .ok_or(RegistrationError::Unusable)?;
    Ok(Json(RegistrationView {
        same_browser: Cookie::Registration.read_hash(&app.site, &headers) == Some(registration.browser),
        email: registration.email,
        trial_days: trial::LENGTH.as_secs() / 86_400,
    }))
}
