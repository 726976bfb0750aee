//! `POST /me/second-factor/recovery`: new recovery codes; what was left of the old ones is no longer good.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use temoto_model::Secret;
use temoto_model::audit::AuditKind;

use super::begin::Again;
use super::{FactorError, RecoveryCodes, event, fresh_codes};
use crate::App;
use crate::account::proof;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Entering};

/// Makes new recovery codes.
#[utoipa::path(
    post,
    path = "/api/v1/me/second-factor/recovery",
    tag = "account",
    request_body = Again,
    responses(
        (status = 200, description = "New ones; the old ones are void.", body = RecoveryCodes),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`wrong_password`", body = Failure),
        (status = 409, description = "`second_factor_none`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
    headers: HeaderMap,
    Body(again): Body<Again>,
) -> Result<Json<RecoveryCodes>, FactorError> {
    let user = proof::again(&app, &caller.actor, &headers, Secret::new(again.password)).await?;
    let (codes, hashes) = fresh_codes(&app, user.id);
    let event = event(&app, &caller, AuditKind::RecoveryCodesMade);
    if !app.store.replace_recovery_codes(user.id, &hashes, &event).await? {
        return Err(FactorError::Missing);
    }
    Ok(Json(codes))
}
