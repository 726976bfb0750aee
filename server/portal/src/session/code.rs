//! `POST /sessions/{id}/codes`: a new code for a session: the last was burnt or expired, or another device joins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::audit::AuditKind;
use temoto_store::StoreError;

use super::{CodeView, DRAWS, SessionError, check_room, draw_code, event, own_session};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Named, Operators};
use temoto_model::SessionId;

/// Gives a session a new code; one that still waits is withdrawn.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/codes",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 201, description = "The code waits.", body = CodeView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`session_over`, `no_licence_free`", body = Failure),
        (status = 429, description = "`too_many_codes`", body = Failure),
        (status = 503, description = "`no_free_code`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
) -> Result<(StatusCode, Json<CodeView>), SessionError> {
    let session = own_session(&app, &caller.actor, id).await?;
    let now = app.clock.now();
    if session.code.is_none() {
        check_room(&app, &caller.actor, now).await?;
    }
    let taken = event(&caller.actor, now, AuditKind::CodeTaken, id, "");
    for _ in 0..DRAWS {
        let code = draw_code(&app, session.burnt_codes, now);
        match app.store.add_code(id, &code, &taken).await {
            Ok(()) => {
                app.attachments.refresh(id).await?;
                return Ok((StatusCode::CREATED, Json(code.into())));
            }
            Err(StoreError::RoutingTaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SessionError::NoFreeCode)
}
