//! `POST /logout`: ends the login of this browser. Without one it is done already.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_store::StoreError;

use crate::answer::answers;
use crate::cookie::Cookie;
use crate::{Answer, App};

#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&LogoutError> for Answer {
    fn from(LogoutError::Store(error): &LogoutError) -> Self {
        Self::store(error)
    }
}
answers!(LogoutError);

/// Logs out: the login ends, its consoles are detached, the cookie goes.
#[utoipa::path(
    post,
    path = "/api/v1/logout",
    tag = "account",
    responses((status = 204, description = "Logged out."))
)]
pub(crate) async fn handler(State(app): State<App>, headers: HeaderMap) -> Result<Response, LogoutError> {
    if let Some(token) = Cookie::Login.read_hash(&app.site, &headers)
        && let Some(login) = app.store.login(token).await?
    {
        let actor = login.actor;
        let event = AuditEvent {
            organisation: actor.organisation,
            at: app.clock.now(),
            actor: Some(actor.id()),
            kind: AuditKind::LoggedOut,
            subject: login.id.to_string(),
            detail: String::new(),
        };
        app.store.end_login(login.id, &event).await?;
        app.attachments.detach_login(login.id).await;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Login.remove(&app.site));
    Ok(response)
}
