//! `GET` and `POST /groups/{id}/permissions`: what a group says about functions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::GroupId;
use temoto_model::permission::Whose;

use super::{NewSetting, PermissionError, PermissionsView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body, Named};

/// Says what a group says about each function.
#[utoipa::path(
    get,
    path = "/api/v1/groups/{id}/permissions",
    tag = "permissions",
    params(("id" = String, Path, description = "The group.")),
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
    Named(id): Named<GroupId>,
) -> Result<Json<PermissionsView>, PermissionError> {
    let whose = Whose::Group(caller.actor.organisation, id);
    super::read(&app, whose).await.map(Json)
}

/// Says something else about a function for a group.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}/permissions",
    tag = "permissions",
    params(("id" = String, Path, description = "The group.")),
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
    Named(id): Named<GroupId>,
    Body(new): Body<NewSetting>,
) -> Result<StatusCode, PermissionError> {
    let whose = Whose::Group(caller.actor.organisation, id);
    super::change(&app, &caller.actor, whose, &new).await
}
