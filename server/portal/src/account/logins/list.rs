//! `GET /me/logins`: the devices on which the own account is logged in.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::Timestamp;
use temoto_model::login::device_name;
use utoipa::ToSchema;

use super::LoginsError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Entering, LoggedIn};

/// A login of the own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoginView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// What the device is, as far as it says.
    #[schema(example = "Firefox (Linux)")]
    device: String,
    /// From which address.
    #[schema(example = "203.0.113.9")]
    address: String,
    /// When it began, milliseconds since 1970.
    created_at_ms: i64,
    /// When it was used last, milliseconds since 1970.
    last_seen_at_ms: i64,
    /// Whether it is the one that asks.
    current: bool,
    /// Until when its device is asked for no second factor, milliseconds since 1970.
    trusted_until_ms: Option<i64>,
}

/// Lists the logins of the own account, the one that was used last first.
#[utoipa::path(
    get,
    path = "/api/v1/me/logins",
    tag = "account",
    responses(
        (status = 200, description = "All that hold.", body = [LoginView]),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: LoggedIn<Entering>,
) -> Result<Json<Vec<LoginView>>, LoginsError> {
    let logins = app.store.logins_of(caller.actor.user, app.clock.now()).await?;
    let views = logins.into_iter().map(|login| LoginView {
        current: login.id == caller.login,
        id: login.id.to_string(),
        device: device_name(&login.device),
        address: login.address,
        created_at_ms: login.times.created_at.as_millis(),
        last_seen_at_ms: login.times.last_seen_at.as_millis(),
        trusted_until_ms: login.trusted_until.map(Timestamp::as_millis),
    });
    Ok(Json(views.collect()))
}
