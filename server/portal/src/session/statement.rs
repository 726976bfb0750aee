//! `POST /sessions/{id}/statement`: the server's word on the operator again, for a console that made a new key (it was
//! loaded anew without its memory) or whose statement is about to expire.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::SessionId;
use utoipa::ToSchema;

use super::{SessionError, own_session, read_key, sign_statement};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Named, Operators};

/// The key that the statement is to be about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementRequest {
    /// The console's X25519 key: 32 bytes in base64.
    #[schema(min_length = 44, max_length = 44)]
    console_key: String,
}

/// A statement.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementView {
    /// The server's signature over console key, session, organisation, operator and expiry, in base64.
    statement: String,
}

/// Signs the statement for this console key.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/statement",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    request_body = StatementRequest,
    responses(
        (status = 200, description = "The statement.", body = StatementView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`session_over`", body = Failure),
        (status = 422, description = "`key_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
    Body(request): Body<StatementRequest>,
) -> Result<Json<StatementView>, SessionError> {
    own_session(&app, &caller.actor, id).await?;
    let key = read_key(&request.console_key)?;
    let statement = sign_statement(&app, id, key, &caller.holder, app.clock.now())?;
    Ok(Json(StatementView { statement }))
}
