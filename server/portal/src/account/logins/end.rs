//! `POST /me/logins/{id}/end`: signs a device out; it is not known any more.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::LoginId;
use temoto_model::audit::{AuditEvent, AuditKind};

use super::LoginsError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Entering, Named};

/// Ends a login of the own account.
#[utoipa::path(
    post,
    path = "/api/v1/me/logins/{id}/end",
    tag = "account",
    params(("id" = String, Path, description = "The login.")),
    responses(
        (status = 204, description = "Ended; its consoles are detached, its device is not known any more."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
    Named(id): Named<LoginId>,
) -> Result<StatusCode, LoginsError> {
    let actor = caller.actor;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::LoginEnded,
        subject: id.to_string(),
        detail: String::new(),
    };
    if !app.store.end_login_of(actor.user, id, &event).await? {
        return Err(LoginsError::NotFound);
    }
    app.attachments.detach_login(id).await;
    Ok(StatusCode::NO_CONTENT)
}
