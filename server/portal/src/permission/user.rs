//! `GET` and `POST /users/{id}/permissions`: what a person may, and who decided it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::UserId;
use temoto_model::permission::Whose;

use super::{NewSetting, PermissionError, PermissionsView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body, Named};

/// Says what a person may, and who decided it.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}/permissions",
    tag = "permissions",
    params(("id" = String, Path, description = "The person.")),
    responses(
        (status = 200, description = "Every function with its answer.", body = PermissionsView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
) -> Result<Json<PermissionsView>, PermissionError> {
    let whose = Whose::User(caller.actor.organisation, id);
    super::read(&app, whose).await.map(Json)
}

/// Says something else about a function for a person.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/permissions",
    tag = "permissions",
    params(("id" = String, Path, description = "The person.")),
    request_body = NewSetting,
    responses(
        (status = 204, description = "It is so from now on."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 422, description = "`function_unknown`, `setting_invalid`", body = Failure),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
    Body(new): Body<NewSetting>,
) -> Result<StatusCode, PermissionError> {
    let whose = Whose::User(caller.actor.organisation, id);
    super::change(&app, &caller.actor, whose, &new).await
}
