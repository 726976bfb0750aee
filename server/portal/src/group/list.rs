//! `GET /groups`: the groups of the own organisation.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_store::GroupRow;
use utoipa::ToSchema;

use super::GroupError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized};

/// A group.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// What it is called.
    name: String,
    /// How many people are in it.
    members: u32,
}

impl From<GroupRow> for GroupView {
    fn from(group: GroupRow) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name,
            members: group.members,
        }
    }
}

/// Lists the groups of the own organisation.
#[utoipa::path(
    get,
    path = "/api/v1/groups",
    tag = "groups",
    responses(
        (status = 200, description = "All of them, by name; at most 200.", body = [GroupView]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<Vec<GroupView>>, GroupError> {
    let groups = app.store.groups(caller.actor.organisation).await?;
    Ok(Json(groups.into_iter().map(GroupView::from).collect()))
}
