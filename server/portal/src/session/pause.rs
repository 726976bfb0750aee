//! `POST /sessions/{id}/pause` and `/resume`: an operator lets a session rest. Its licence is free for others at once, its
//! console is detached, and the customer stays. Going on takes a licence again, if one is free.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::SessionId;
use temoto_model::audit::AuditKind;
use temoto_store::Paused;

use super::{SessionError, event, own_session};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Named, Operators};

/// Pauses an own session.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/pause",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 204, description = "It is paused, its licence free."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`session_over`, `session_waits`: no customer joined yet", body = Failure),
    )
)]
pub(crate) async fn pause(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
) -> Result<StatusCode, SessionError> {
    own_session(&app, &caller.actor, id).await?;
    let now = app.clock.now();
    let paused = event(&caller.actor, now, AuditKind::SessionPaused, id, "");
    match app.store.pause_session(id, now, &paused).await? {
        Paused::Yes => {}
        Paused::Waits => return Err(SessionError::Waits),
        Paused::Over => return Err(SessionError::Over),
    }
    // Whoever is still attached would go on without a licence.
    app.attachments.pause_session(id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with an own session that was paused.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/resume",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 204, description = "Its console may attach again."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`session_over`; `no_licence_free`: the caller stands in the line now", body = Failure),
    )
)]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
) -> Result<StatusCode, SessionError> {
    own_session(&app, &caller.actor, id).await?;
    let now = app.clock.now();
    let resumed = event(&caller.actor, now, AuditKind::SessionResumed, id, "");
    app.store.resume_session(id, now, &resumed).await?;
    app.attachments.resume_session(id).await;
    Ok(StatusCode::NO_CONTENT)
}
