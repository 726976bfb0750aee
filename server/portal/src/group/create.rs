//! `POST /groups`: makes a group that nobody is in yet.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::GroupId;
use temoto_model::account::Name;
use temoto_model::audit::AuditKind;
use utoipa::ToSchema;

use super::{GroupError, done, event};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// What a group is to be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupName {
    /// 1 to 100 characters.
    #[schema(example = "夜間サポート", max_length = 256)]
    pub(super) name: String,
}

/// A group that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewGroupView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
}

/// Makes a group.
#[utoipa::path(
    post,
    path = "/api/v1/groups",
    tag = "groups",
    request_body = GroupName,
    responses(
        (status = 201, description = "Made.", body = NewGroupView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 409, description = "`group_name_taken`, `too_many_groups`: there are 200", body = Failure),
        (status = 422, description = "`group_name_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(new): Body<GroupName>,
) -> Result<(StatusCode, Json<NewGroupView>), GroupError> {
    let actor = caller.actor;
    let name = Name::parse(&new.name)?;
    let id = app.random.draw(GroupId::generate);
    let event = event(&app, &actor, AuditKind::GroupMade, id, name.as_str());
    let changed = app.store.add_group(actor.organisation, id, &name, &event).await?;
    done(changed, GroupError::TooManyGroups)?;
    Ok((StatusCode::CREATED, Json(NewGroupView { id: id.to_string() })))
}
