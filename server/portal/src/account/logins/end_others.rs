//! `POST /me/logins/end-others`: signs every other device out.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::audit::{AuditEvent, AuditKind};

use super::LoginsError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Entering, LoggedIn};

/// Ends every login of the own account but this one.
#[utoipa::path(
    post,
    path = "/api/v1/me/logins/end-others",
    tag = "account",
    responses(
        (status = 204, description = "Ended; other devices are not known any more."),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: LoggedIn<Entering>,
) -> Result<StatusCode, LoginsError> {
    let actor = caller.actor;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::LoginEnded,
        subject: actor.user.to_string(),
        detail: "all others".to_owned(),
    };
    for login in app
        .store
        .end_other_logins(actor.user, caller.login, &event)
        .await?
    {
        app.attachments.detach_login(login).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
