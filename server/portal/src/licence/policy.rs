//! `POST /licences/policy`: when sessions take their leases.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::lease::TakeAt;
use utoipa::ToSchema;

use super::LicenceError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// What was decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRequest {
    /// `join`: when the customer joins; `code`: when the code is given out.
    take_at: String,
}

/// Decides when sessions of the own organisation take their leases. Those that are held stay held.
#[utoipa::path(
    post,
    path = "/api/v1/licences/policy",
    tag = "licences",
    request_body = PolicyRequest,
    responses(
        (status = 204, description = "It holds from now on."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`take_at_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(request): Body<PolicyRequest>,
) -> Result<StatusCode, LicenceError> {
    let take_at = TakeAt::from_name(&request.take_at).ok_or(LicenceError::TakeAt)?;
    let event = AuditEvent {
        organisation: caller.actor.organisation,
        at: app.clock.now(),
        actor: Some(caller.actor.id()),
        kind: AuditKind::LeasePolicyChanged,
        subject: String::new(),
        detail: take_at.as_str().to_owned(),
    };
    app.store
        .set_take_at(caller.actor.organisation, take_at, &event)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
