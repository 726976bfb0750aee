//! `POST /groups/{id}/delete`: deletes a group and what it said about functions. Its people stay.

use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::GroupId;
use temoto_model::audit::AuditKind;

use super::{GroupError, done, event};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Named};

/// Deletes a group.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}/delete",
    tag = "groups",
    params(("id" = String, Path, description = "The group.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<GroupId>,
) -> Result<StatusCode, GroupError> {
    let actor = caller.actor;
    let event = event(&app, &actor, AuditKind::GroupDeleted, id, "");
    let changed = app.store.delete_group(actor.organisation, id, &event).await?;
    done(changed, GroupError::TooManyGroups)?;
    Ok(StatusCode::NO_CONTENT)
}
