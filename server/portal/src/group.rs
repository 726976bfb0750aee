//! Groups of people of the organisation, for its administrators: list, make, rename, delete, who is in them.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod rename;

use axum::http::StatusCode;
use temoto_model::account::AccountError;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{Actor, GroupId};
use temoto_store::{GroupChanged, StoreError};

use crate::{Answer, App};

/// How operations on groups fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GroupError {
    #[error("no such group, or no such person, in this organisation")]
    NotFound,
    #[error("another group has this name")]
    NameTaken,
    #[error("there are as many groups as there may be")]
    TooManyGroups,
    #[error("as many people are in the group as there may be")]
    TooManyMembers,
    #[error("the name is not taken")]
    Name,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for GroupError {
    fn from(_: AccountError) -> Self {
        Self::Name
    }
}

impl From<&GroupError> for Answer {
    fn from(error: &GroupError) -> Self {
        let conflict = |code| Self::new(StatusCode::CONFLICT, code);
        match error {
            GroupError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            GroupError::NameTaken => conflict("group_name_taken"),
            GroupError::TooManyGroups => conflict("too_many_groups"),
            GroupError::TooManyMembers => conflict("group_full"),
            GroupError::Name => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "group_name_invalid"),
            GroupError::Store(error) => Self::store(error),
        }
    }
}
crate::answer::answers!(GroupError);

/// What came of a change of a group.
fn done(changed: GroupChanged, too_many: GroupError) -> Result<(), GroupError> {
    match changed {
        GroupChanged::Done => Ok(()),
        GroupChanged::NotFound => Err(GroupError::NotFound),
        GroupChanged::NameTaken => Err(GroupError::NameTaken),
        GroupChanged::TooMany => Err(too_many),
    }
}

fn event(app: &App, actor: &Actor, kind: AuditKind, group: GroupId, detail: &str) -> AuditEvent {
    AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind,
        subject: group.to_string(),
        detail: detail.to_owned(),
    }
}
