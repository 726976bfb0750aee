//! `POST /users/{id}/suspend`: suspends somebody: every login ends, consoles are detached, nobody can log in.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::UserId;
use temoto_store::PersonChange;

use super::{UserError, change};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Named};

/// Suspends a person.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/suspend",
    tag = "users",
    params(("id" = String, Path, description = "The person.")),
    responses(
        (status = 204, description = "Suspended."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`own_account`, `last_administrator`: nobody would be left to administrate", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
) -> Result<StatusCode, UserError> {
    change(&app, &caller.actor, id, PersonChange::Suspend).await
}
