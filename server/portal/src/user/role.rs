//! `POST /users/{id}/role`: makes somebody an operator or an administrator; it holds from the next request on.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::{Role, UserId};
use temoto_store::PersonChange;
use utoipa::ToSchema;

use super::{UserError, change};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body, Named};

/// The role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// `operator` or `administrator`.
    role: String,
}

/// Gives a person another role.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/role",
    tag = "users",
    params(("id" = String, Path, description = "The person.")),
    request_body = NewRole,
    responses(
        (status = 204, description = "Changed."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`own_account`, `last_administrator`: nobody would be left to administrate", body = Failure),
        (status = 422, description = "`role_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
    Body(new): Body<NewRole>,
) -> Result<StatusCode, UserError> {
    let role = Role::from_name(&new.role).ok_or(UserError::Role)?;
    change(&app, &caller.actor, id, PersonChange::Role(role)).await
}
