//! The people of the organisation, for its administrators: list, add, invite, take in from a table, change, delete.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod import;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod resume;
pub(crate) mod role;
pub(crate) mod suspend;

use axum::http::StatusCode;
use serde::Serialize;
use temoto_model::account::{AccountError, Language};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::mail::MailKind;
use temoto_model::people::TableError;
use temoto_model::secret::generate_token;
use temoto_model::{Actor, Role, TokenHash, UserId, login};
use temoto_store::{PersonChange, PersonChanged, StoreError, TokenPurpose, User};
use utoipa::ToSchema;

use crate::answer::answers;
use crate::extract::{Administrators, Authorized};
use crate::{Answer, App, bearer, mail};

/// How operations on people fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserError {
    #[error("no such person in this organisation")]
    NotFound,
    #[error("nobody changes the own account here")]
    Own,
    #[error("no key touches an administrator")]
    Key,
    #[error("nobody would be left to administrate")]
    LastAdministrator,
    #[error("the person has a password already")]
    NotInvited,
    #[error("neither operator nor administrator")]
    Role,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&UserError> for Answer {
    fn from(error: &UserError) -> Self {
        let wrong = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match error {
            UserError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            UserError::Own => Self::new(StatusCode::CONFLICT, "own_account"),
            UserError::Key => bearer::no_key(),
            UserError::LastAdministrator => Self::new(StatusCode::CONFLICT, "last_administrator"),
            UserError::NotInvited => Self::new(StatusCode::CONFLICT, "not_invited"),
            UserError::Role => wrong("role_invalid"),
            UserError::Account(error) => Self::account(*error),
            UserError::Table(TableError::TooLarge) => wrong("table_too_large"),
            UserError::Table(TableError::Header) => wrong("table_header"),
            UserError::Table(TableError::Quote) => wrong("table_quote"),
            UserError::Store(StoreError::EmailTaken) => Self::new(StatusCode::CONFLICT, "email_taken"),
            UserError::Store(error) => Self::store(error),
        }
    }
}
answers!(UserError);

/// How somebody was invited.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// Whether a mail is on its way.
    by_mail: bool,
    /// Without mail: the link with which the person chooses a password, shown this once. It works once, for 24 hours.
    /// A key gets none; an administrator makes it.
    link: Option<String>,
}

/// Invites somebody who has no password yet: by mail, or where there is none by a link that the administrator passes on.
async fn invite(
    app: &App,
    caller: &Authorized<Administrators>,
    user: &User,
    otherwise: Language,
) -> Result<Invitation, StoreError> {
    let by = &caller.holder;
    let facts = vec![("organisation", by.organisation.clone()), ("by", by.name.clone())];
    if mail::to_user(app, MailKind::Invite, user, otherwise, facts).await? {
        return Ok(Invitation {
            by_mail: true,
            link: None,
        });
    }
    // Whoever has the link chooses the password. A program gets none: an administrator makes it on the page.
    if caller.actor.is_key() {
        return Ok(Invitation {
            by_mail: false,
            link: None,
        });
    }
    let token = app.random.draw(generate_token);
    let until = app.clock.now().plus(login::PASSWORD_LINK_LIFE);
    app.store
        .add_token(
            TokenHash::of(token.expose()),
            TokenPurpose::Password(user.id),
            until,
        )
        .await?;
    Ok(Invitation {
        by_mail: false,
        link: Some(format!("{}#{}", app.site.url("/setup"), token.expose())),
    })
}

/// Changes somebody of the own organisation who is not the caller.
async fn change(
    app: &App,
    actor: &Actor,
    user: UserId,
    change: PersonChange,
) -> Result<StatusCode, UserError> {
    if actor.is(user) {
        return Err(UserError::Own);
    }
    if actor.is_key() {
        let target = app.store.user(user).await?;
        if target
            .is_some_and(|user| user.organisation == actor.organisation && user.role == Role::Administrator)
        {
            return Err(UserError::Key);
        }
    }
    let (kind, detail) = match change {
        PersonChange::Suspend => (AuditKind::UserDisabled, ""),
        PersonChange::Resume => (AuditKind::UserEnabled, ""),
        PersonChange::Role(role) => (AuditKind::RoleChanged, role.as_str()),
        PersonChange::Delete => (AuditKind::UserDeleted, ""),
    };
    let event = event(app, actor, kind, user, detail);
    match app
        .store
        .change_person(actor.organisation, user, change, &event)
        .await?
    {
        PersonChanged::Done => {}
        PersonChanged::NotFound => return Err(UserError::NotFound),
        PersonChanged::LastAdministrator => return Err(UserError::LastAdministrator),
    }
    if matches!(change, PersonChange::Suspend | PersonChange::Delete) {
        app.attachments.detach_user(user).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn event(app: &App, actor: &Actor, kind: AuditKind, user: UserId, detail: &str) -> AuditEvent {
    AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind,
        subject: user.to_string(),
        detail: detail.to_owned(),
    }
}
