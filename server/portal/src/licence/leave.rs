//! `POST /licences/line/leave`: leaves the line.

use axum::extract::State;
use axum::http::StatusCode;

use super::LicenceError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Operators};

/// Leaves the line; who is not in it has left it already.
#[utoipa::path(
    post,
    path = "/api/v1/licences/line/leave",
    tag = "licences",
    responses(
        (status = 204, description = "The caller does not wait (any more)."),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
) -> Result<StatusCode, LicenceError> {
    app.store.leave_line(caller.actor.user).await?;
    Ok(StatusCode::NO_CONTENT)
}
