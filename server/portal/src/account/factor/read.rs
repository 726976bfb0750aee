//! `GET /me/second-factor`: whether the own account has one, and how many recovery codes are left.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::FactorError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Entering};

/// The second factor of the own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactorState {
    /// Whether it is asked for.
    on: bool,
    /// Recovery codes that were not used.
    recovery_codes: u32,
}

/// Says how the second factor stands.
#[utoipa::path(
    get,
    path = "/api/v1/me/second-factor",
    tag = "account",
    responses(
        (status = 200, description = "How it stands.", body = FactorState),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
) -> Result<Json<FactorState>, FactorError> {
    let factor = app.store.second_factor(caller.actor.user).await?;
    let confirmed = factor.filter(|factor| factor.confirmed);
    Ok(Json(FactorState {
        on: confirmed.is_some(),
        recovery_codes: confirmed.map_or(0, |factor| factor.recovery_codes),
    }))
}
