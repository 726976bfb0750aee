//! `POST /keys/{id}/revoke`: a key is no longer good, from its next call on and for ever.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::ApiKeyId;
use temoto_model::audit::{AuditEvent, AuditKind};

use super::ApiKeyError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Named};

/// Revokes a key.
#[utoipa::path(
    post,
    path = "/api/v1/keys/{id}/revoke",
    tag = "keys",
    params(("id" = String, Path, description = "The key.")),
    responses(
        (status = 204, description = "Revoked."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`, or it was revoked before", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<ApiKeyId>,
) -> Result<StatusCode, ApiKeyError> {
    let event = AuditEvent {
        organisation: caller.actor.organisation,
        at: app.clock.now(),
        actor: Some(caller.actor.id()),
        kind: AuditKind::ApiKeyRevoked,
        subject: id.to_string(),
        detail: String::new(),
    };
    if app
        .store
        .revoke_api_key(caller.actor.organisation, id, &event)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiKeyError::NotFound)
    }
}
