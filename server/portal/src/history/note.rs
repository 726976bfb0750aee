//! `POST /history/{id}`: note and ticket number of a session, while it runs or after it.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::SessionId;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history;
use utoipa::ToSchema;

use super::{HistoryError, may_see};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Named, Operators};

/// What is noted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteRequest {
    /// At most 2,000 characters.
    note: String,
    /// At most 100 characters.
    ticket: String,
}

/// Writes note and ticket number of an own session, or as an administrator of any of the organisation.
#[utoipa::path(
    post,
    path = "/api/v1/history/{id}",
    tag = "history",
    params(("id" = String, Path, description = "The session.")),
    request_body = NoteRequest,
    responses(
        (status = 204, description = "It is noted."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 422, description = "`words_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
    Body(request): Body<NoteRequest>,
) -> Result<StatusCode, HistoryError> {
    let actor = caller.actor;
    may_see(&app, &actor, id).await?;
    let note = history::note(&request.note).ok_or(HistoryError::Words)?;
    let ticket = history::word(&request.ticket).ok_or(HistoryError::Words)?;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::HistoryNoted,
        subject: id.to_string(),
        detail: String::new(),
    };
    app.store.set_note(id, &note, &ticket, &event).await?;
    Ok(StatusCode::NO_CONTENT)
}
