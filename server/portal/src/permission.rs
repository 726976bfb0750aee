//! Who may use which function, and who decided it: of the own organisation, of its groups, of its people.

pub(crate) mod group;
pub(crate) mod organisation;
pub(crate) mod own;
pub(crate) mod user;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::Actor;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::permission::{Decider, Permission, Rules, Setting, Whose};
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::{Answer, App};

/// How operations on permissions fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PermissionError {
    #[error("no such group or person in this organisation")]
    NotFound,
    #[error("no such function")]
    Function,
    #[error("neither allow nor deny")]
    Setting,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&PermissionError> for Answer {
    fn from(error: &PermissionError) -> Self {
        match error {
            PermissionError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            PermissionError::Function => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "function_unknown"),
            PermissionError::Setting => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "setting_invalid"),
            PermissionError::Store(error) => Self::store(error),
        }
    }
}
crate::answer::answers!(PermissionError);

/// A group that somebody is in.
#[derive(Serialize, ToSchema)]
pub(crate) struct InGroup {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// What it is called.
    name: String,
}

/// A function, what was said about it here, and the answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct FunctionView {
    /// `one_time`, `control`, `chat`, `files`, `clipboard_in`, `clipboard_out`, `screenshot`, `show_screen` or
    /// `group_sessions`.
    #[schema(example = "screenshot")]
    function: &'static str,
    /// What this organisation, group or person says: `allow`, `deny` or nothing.
    setting: Option<&'static str>,
    /// The answer: whether it may be used.
    allowed: bool,
    /// Who decided it: `user`, `group`, `organisation`, or `default` where nobody said anything.
    #[schema(example = "group")]
    decided_by: &'static str,
    /// The name of the group that decided it.
    group: Option<String>,
}

/// Who may use what, and who decided it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionsView {
    /// The groups of the person.
    groups: Vec<InGroup>,
    /// All functions.
    functions: Vec<FunctionView>,
}

/// What is said about a function from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSetting {
    /// Which function.
    #[schema(example = "screenshot")]
    function: String,
    /// `allow`, `deny`, or nothing: then the next level decides.
    #[schema(example = "deny")]
    setting: Option<String>,
}

async fn read(app: &App, whose: Whose) -> Result<PermissionsView, PermissionError> {
    let rules = app.store.rules(whose).await?.ok_or(PermissionError::NotFound)?;
    let functions = Permission::ALL.map(|permission| function(&rules, whose, permission));
    let groups = match whose {
        Whose::User(..) => rules.groups,
        Whose::Group(..) | Whose::Organisation(_) => Vec::new(),
    };
    let groups = groups.into_iter().map(|group| InGroup {
        id: group.id.to_string(),
        name: group.name,
    });
    Ok(PermissionsView {
        groups: groups.collect(),
        functions: functions.into(),
    })
}

fn function(rules: &Rules, whose: Whose, permission: Permission) -> FunctionView {
    let here = match whose {
        Whose::User(..) => Some(&rules.own),
        Whose::Group(_, id) => {
            let group = rules.groups.iter().find(|group| group.id == id);
            group.map(|group| &group.settings)
        }
        Whose::Organisation(_) => Some(&rules.organisation),
    };
    let setting = here.and_then(|settings| settings.get(&permission));
    let decision = rules.decide(permission);
    let (decided_by, group) = match decision.by {
        Decider::User => ("user", None),
        Decider::Group(id) => {
            let group = rules.groups.iter().find(|group| group.id == id);
            ("group", group.map(|group| group.name.clone()))
        }
        Decider::Organisation => ("organisation", None),
        Decider::Default => ("default", None),
    };
    FunctionView {
        function: permission.as_str(),
        setting: setting.map(|setting| setting.as_str()),
        allowed: decision.allowed,
        decided_by,
        group,
    }
}

async fn change(
    app: &App,
    actor: &Actor,
    whose: Whose,
    new: &NewSetting,
) -> Result<StatusCode, PermissionError> {
    let permission = Permission::from_name(&new.function).ok_or(PermissionError::Function)?;
    let setting = new
        .setting
        .as_deref()
        .map(|name| Setting::from_name(name).ok_or(PermissionError::Setting))
        .transpose()?;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::PermissionSet,
        subject: match whose {
            Whose::Organisation(id) => id.to_string(),
            Whose::Group(_, id) => id.to_string(),
            Whose::User(_, id) => id.to_string(),
        },
        detail: format!(
            "{} {}",
            permission.as_str(),
            setting.map_or("unset", Setting::as_str)
        ),
    };
    if app
        .store
        .set_permission(whose, permission, setting, &event)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(PermissionError::NotFound)
    }
}

/// What was said about somebody who is logged in.
pub(crate) async fn of_caller(app: &App, actor: &Actor) -> Result<Rules, StoreError> {
    let whose = Whose::User(actor.organisation, actor.user);
    Ok(app.store.rules(whose).await?.unwrap_or_default())
}
