//! `POST /me/second-factor/remove`: the password alone is enough again, unless the organisation wants more.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use temoto_model::Secret;
use temoto_model::audit::AuditKind;
use temoto_model::mail::MailKind;

use super::begin::Again;
use super::{FactorError, event};
use crate::account::proof;
use crate::answer::Failure;
use crate::extract::{Accepts, Authorized, Body, Entering};
use crate::{App, mail};

/// Removes the second factor.
#[utoipa::path(
    post,
    path = "/api/v1/me/second-factor/remove",
    tag = "account",
    request_body = Again,
    responses(
        (status = 204, description = "Removed, with its recovery codes and trusted devices."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`wrong_password`", body = Failure),
        (status = 409, description = "`second_factor_none`, `second_factor_kept`: the organisation wants one", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: Authorized<Entering>,
    headers: HeaderMap,
    Body(again): Body<Again>,
) -> Result<StatusCode, FactorError> {
    let user = proof::again(&app, &caller.actor, &headers, Secret::new(again.password)).await?;
    if caller.holder.second_factor_required && caller.holder.second_factor {
        return Err(FactorError::Required);
    }
    let event = event(&app, &caller, AuditKind::SecondFactorRemoved);
    if !app.store.remove_second_factor(user.id, &event).await? {
        return Err(FactorError::Missing);
    }
    mail::to_user(&app, MailKind::SecondFactorOff, &user, language, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
