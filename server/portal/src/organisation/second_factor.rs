//! `POST /organisation/second-factor`: whether everybody of the organisation must have a second factor. Who has none
//! sets one up before anything else; nobody is logged out.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::answer::{Failure, answers};
use crate::extract::{Administrators, Authorized, Body};
use crate::{Answer, App};

/// The decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorPolicy {
    /// Whether everybody must have one.
    required: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    #[error("the administrator has no second factor")]
    OwnFirst,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&PolicyError> for Answer {
    fn from(error: &PolicyError) -> Self {
        match error {
            PolicyError::OwnFirst => Self::new(StatusCode::CONFLICT, "second_factor_own_first"),
            PolicyError::Store(error) => Self::store(error),
        }
    }
}
answers!(PolicyError);

/// Decides whether everybody must have a second factor.
#[utoipa::path(
    post,
    path = "/api/v1/organisation/second-factor",
    tag = "organisation",
    request_body = FactorPolicy,
    responses(
        (status = 204, description = "Decided."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 409, description = "`second_factor_own_first`: who decides has none", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(policy): Body<FactorPolicy>,
) -> Result<StatusCode, PolicyError> {
    if policy.required && !caller.holder.second_factor {
        return Err(PolicyError::OwnFirst);
    }
    let actor = caller.actor;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::SecondFactorRequired,
        subject: actor.organisation.to_string(),
        detail: if policy.required { "required" } else { "free" }.to_owned(),
    };
    app.store
        .require_second_factor(actor.organisation, policy.required, &event)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
