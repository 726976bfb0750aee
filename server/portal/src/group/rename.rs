//! `POST /groups/{id}`: gives a group another name.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::GroupId;
use temoto_model::account::Name;
use temoto_model::audit::AuditKind;

use super::create::GroupName;
use super::{GroupError, done, event};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body, Named};

/// Renames a group.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}",
    tag = "groups",
    params(("id" = String, Path, description = "The group.")),
    request_body = GroupName,
    responses(
        (status = 204, description = "Renamed."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`group_name_taken`", body = Failure),
        (status = 422, description = "`group_name_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<GroupId>,
    Body(new): Body<GroupName>,
) -> Result<StatusCode, GroupError> {
    let actor = caller.actor;
    let name = Name::parse(&new.name)?;
    let event = event(&app, &actor, AuditKind::GroupRenamed, id, name.as_str());
    let changed = app
        .store
        .rename_group(actor.organisation, id, &name, &event)
        .await?;
    done(changed, GroupError::TooManyGroups)?;
    Ok(StatusCode::NO_CONTENT)
}
