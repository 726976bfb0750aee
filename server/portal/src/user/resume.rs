//! `POST /users/{id}/resume`: lets somebody log in again.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::UserId;
use temoto_store::PersonChange;

use super::{UserError, change};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Named};

/// Lets a person in again.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/resume",
    tag = "users",
    params(("id" = String, Path, description = "The person.")),
    responses(
        (status = 204, description = "May log in again."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`own_account`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
) -> Result<StatusCode, UserError> {
    change(&app, &caller.actor, id, PersonChange::Resume).await
}
