//! `POST /me/second-factor/confirm`: a code of the app proves that it has the secret; from now on it is asked for. Gives
//! the recovery codes.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use temoto_model::audit::AuditKind;
use temoto_model::mail::MailKind;
use temoto_model::second_factor::{Answer as Given, matching_step, read_answer};
use temoto_store::StoreError;
use utoipa::ToSchema;

use super::{FactorError, RecoveryCodes, event, fresh_codes};
use crate::account::proof::ProofError;
use crate::answer::Failure;
use crate::extract::Address;
use crate::extract::{Accepts, Authorized, Body, Entering};
use crate::limiter::Limit;
use crate::{App, mail};

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorCode {
    #[schema(example = "123456", max_length = 32)]
    code: String,
}

/// Confirms a second factor.
#[utoipa::path(
    post,
    path = "/api/v1/me/second-factor/confirm",
    tag = "account",
    request_body = FactorCode,
    responses(
        (status = 200, description = "It is asked for from now on.", body = RecoveryCodes),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 409, description = "`second_factor_exists`, `second_factor_none`", body = Failure),
        (status = 422, description = "`code_wrong`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    Address(from): Address,
    caller: Authorized<Entering>,
    Body(given): Body<FactorCode>,
) -> Result<Json<RecoveryCodes>, FactorError> {
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(ProofError::TryLater)?;
    let id = caller.actor.user;
    let factor = app.store.second_factor(id).await?.ok_or(FactorError::Missing)?;
    if factor.confirmed {
        return Err(FactorError::Exists);
    }
    let Some(Given::App(code)) = read_answer(&given.code) else {
        return Err(FactorError::Wrong);
    };
    let secret = app.factors.app_secret(id, &factor.seed);
    let step = matching_step(&secret, code, factor.last_step, app.clock.now()).ok_or(FactorError::Wrong)?;
    let (codes, hashes) = fresh_codes(&app, id);
    let event = event(&app, &caller, AuditKind::SecondFactorSet);
    let done = app
        .store
        .confirm_second_factor(id, &factor.seed, step, &hashes, &event)
        .await?;
    if !done {
        return Err(FactorError::Exists);
    }
    let user = app.store.user(id).await?.ok_or(StoreError::Corrupt("user"))?;
    mail::to_user(&app, MailKind::SecondFactorOn, &user, language, Vec::new()).await?;
    Ok(Json(codes))
}
