//! `POST /me/profile`: name, nickname, language, theme and the other lines. What is not given stays.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use temoto_model::account::{Language, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::details::{Line, Telephone, Theme};
use temoto_store::{Profile, StoreError};
use utoipa::ToSchema;

use super::{ProfileError, ProfileView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Entering};

/// What is to be different.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileChange {
    /// Full name, as customers read it.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// What colleagues call the person; may be empty.
    #[schema(max_length = 256)]
    nickname: Option<String>,
    /// What the person is there; may be empty.
    #[schema(max_length = 256)]
    title: Option<String>,
    /// Where in the company; may be empty.
    #[schema(max_length = 256)]
    department: Option<String>,
    /// Telephone number; may be empty.
    #[schema(max_length = 128)]
    telephone: Option<String>,
    /// `ja`, `en`, or empty: the browser decides.
    language: Option<String>,
    /// `light`, `dark`, or empty: the system decides.
    theme: Option<String>,
}

/// Changes the own profile.
#[utoipa::path(
    post,
    path = "/api/v1/me/profile",
    tag = "account",
    request_body = ProfileChange,
    responses(
        (status = 200, description = "The profile as it is now.", body = ProfileView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`name_invalid`, `line_invalid`, `telephone_invalid`, `language_invalid`, `theme_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
    Body(change): Body<ProfileChange>,
) -> Result<Json<ProfileView>, ProfileError> {
    let actor = caller.actor;
    let user = app
        .store
        .user(actor.user)
        .await?
        .ok_or(StoreError::Corrupt("user"))?;
    let mut profile = Profile {
        name: user.name,
        details: user.details,
        language: user.language,
        theme: user.theme,
    };
    if let Some(name) = &change.name {
        profile.name = Name::parse(name)?.as_str().to_owned();
    }
    let details = &mut profile.details;
    for (given, kept) in [
        (&change.nickname, &mut details.nickname),
        (&change.title, &mut details.title),
        (&change.department, &mut details.department),
    ] {
        if let Some(text) = given {
            *kept = Line::parse(text)?.as_str().to_owned();
        }
    }
    if let Some(text) = &change.telephone {
        details.telephone = match text.trim() {
            "" => String::new(),
            text => Telephone::parse(text)?.as_str().to_owned(),
        };
    }
    if let Some(code) = &change.language {
        profile.language = match code.as_str() {
            "" => None,
            code => Some(Language::from_code(code).ok_or(ProfileError::Language)?),
        };
    }
    if let Some(name) = &change.theme {
        profile.theme = match name.as_str() {
            "" => None,
            name => Some(Theme::from_name(name).ok_or(ProfileError::Theme)?),
        };
    }
    let now = app.clock.now();
    let event = AuditEvent {
        organisation: actor.organisation,
        at: now,
        actor: Some(actor.id()),
        kind: AuditKind::ProfileChanged,
        subject: actor.user.to_string(),
        detail: String::new(),
    };
    app.store.set_profile(actor.user, &profile, &event).await?;
    let user = app
        .store
        .user(actor.user)
        .await?
        .ok_or(StoreError::Corrupt("user"))?;
    let waiting = app.store.email_change(actor.user, now).await?;
    Ok(Json(ProfileView::new(user, waiting)))
}
