//! `POST /history/erase`: takes a person out of the history. The trail keeps that it was done, not whom it was about.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::word;
use temoto_store::Erasure;
use utoipa::ToSchema;

use super::HistoryError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// Who is to be taken out: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureRequest {
    /// A customer, exactly as the history has the name.
    customer: Option<String>,
    /// An operator, 32 hexadecimal digits.
    operator: Option<String>,
}

/// What was taken out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureView {
    /// From so many sessions.
    sessions: u64,
}

/// Takes a customer (name, system, note and ticket of all sessions) or an operator (all sessions that ended) out.
#[utoipa::path(
    post,
    path = "/api/v1/history/erase",
    tag = "history",
    request_body = ErasureRequest,
    responses(
        (status = 200, description = "Done.", body = ErasureView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`words_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(request): Body<ErasureRequest>,
) -> Result<Json<ErasureView>, HistoryError> {
    let who = match (request.customer, request.operator) {
        (Some(name), None) => {
            let name = word(&name).filter(|name| !name.is_empty());
            Erasure::Customer(name.ok_or(HistoryError::Words)?)
        }
        (None, Some(id)) => Erasure::Operator(id.parse().map_err(|_| HistoryError::Words)?),
        (None, None) | (Some(_), Some(_)) => return Err(HistoryError::Words),
    };
    let event = AuditEvent {
        organisation: caller.actor.organisation,
        at: app.clock.now(),
        actor: Some(caller.actor.id()),
        kind: AuditKind::HistoryErased,
        subject: String::new(),
        detail: String::new(),
    };
    let sessions = app.store.erase(caller.actor.organisation, &who, &event).await?;
    Ok(Json(ErasureView { sessions }))
}
