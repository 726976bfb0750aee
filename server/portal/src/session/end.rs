//! `POST /sessions/{id}/end`: ends a session for everybody in it. Ended already is done already.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::audit::AuditKind;
use temoto_model::session::EndReason;

use super::{SessionError, event};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Named, Operators};
use temoto_model::SessionId;

/// Ends an own session; an administrator may end every session of the organisation.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/end",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 204, description = "It is over."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
) -> Result<StatusCode, SessionError> {
    let actor = caller.actor;
    let session = app
        .store
        .session(id)
        .await?
        .filter(|session| actor.may_end(&session.ownership))
        .ok_or(SessionError::NotFound)?;
    let reason = if actor.may_run(&session.ownership) {
        EndReason::Console
    } else {
        EndReason::Administrator
    };
    let now = app.clock.now();
    let ended = event(&actor, now, AuditKind::SessionEnded, id, reason.as_str());
    if app.store.end_session(id, reason, now, &ended).await? {
        app.attachments.end_session(id, reason).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
