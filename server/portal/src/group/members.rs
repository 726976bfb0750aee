//! `GET` and `POST /groups/{id}/members`: who is in a group; puts people into it and takes them out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::audit::AuditKind;
use temoto_model::{Actor, GroupId, UserId};
use temoto_store::MemberChange;
use utoipa::ToSchema;

use super::{GroupError, done, event};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body, Named};

/// Somebody in a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// Name.
    name: String,
    /// Address.
    email: String,
}

/// Who comes and who leaves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberChanges {
    /// Identifiers of people to put in; who is in it already stays.
    #[serde(default)]
    add: Vec<String>,
    /// Identifiers of people to take out.
    #[serde(default)]
    remove: Vec<String>,
}

/// Lists the people of a group.
#[utoipa::path(
    get,
    path = "/api/v1/groups/{id}/members",
    tag = "groups",
    params(("id" = String, Path, description = "The group.")),
    responses(
        (status = 200, description = "All of them, by name; at most 2,000.", body = [MemberView]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<GroupId>,
) -> Result<Json<Vec<MemberView>>, GroupError> {
    let members = app.store.members(caller.actor.organisation, id).await?;
    let members = members.ok_or(GroupError::NotFound)?.into_iter();
    let view = members.map(|member| MemberView {
        id: member.id.to_string(),
        name: member.name,
        email: member.email,
    });
    Ok(Json(view.collect()))
}

/// Changes who is in a group: all of it or, if one of them is not found, nothing.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}/members",
    tag = "groups",
    params(("id" = String, Path, description = "The group.")),
    request_body = MemberChanges,
    responses(
        (status = 204, description = "Changed."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`: the group, or one of the people", body = Failure),
        (status = 409, description = "`group_full`: 2,000 people are in it", body = Failure),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Named(id): Named<GroupId>,
    Body(asked): Body<MemberChanges>,
) -> Result<StatusCode, GroupError> {
    let actor = caller.actor;
    let removed = asked.remove.iter().map(|user| (user, false));
    let added = asked.add.iter().map(|user| (user, true));
    let changes = removed
        .chain(added)
        .map(|(user, joins)| member_change(&app, &actor, id, user, joins))
        .collect::<Result<Vec<_>, _>>()?;
    let changed = app.store.change_members(actor.organisation, id, &changes).await?;
    done(changed, GroupError::TooManyMembers)?;
    Ok(StatusCode::NO_CONTENT)
}

fn member_change(
    app: &App,
    actor: &Actor,
    group: GroupId,
    user: &str,
    joins: bool,
) -> Result<MemberChange, GroupError> {
    // What is no identifier names nobody.
    let user: UserId = user.parse().map_err(|_| GroupError::NotFound)?;
    let kind = if joins {
        AuditKind::GroupJoined
    } else {
        AuditKind::GroupLeft
    };
    Ok(MemberChange {
        user,
        joins,
        audit: event(app, actor, kind, group, &user.to_string()),
    })
}
