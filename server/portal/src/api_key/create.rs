//! `POST /keys`: makes a key, by the caller's password, and shows it this once.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use temoto_model::account::Name;
use temoto_model::api_key::{self, Scopes};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{ApiKeyId, Secret, TokenHash};
use temoto_store::NewApiKey;
use utoipa::ToSchema;

use super::ApiKeyError;
use crate::App;
use crate::account::proof;
use crate::answer::Failure;
use crate::extract::{Administrators, Body, LoggedIn};

/// What a key is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is called, 1 to 100 characters.
    #[schema(example = "会計システム", max_length = 256)]
    name: String,
    /// What it may: `history:read`, `history:write`, `sessions:end`, `users:read`, `users:write`, `groups:read`,
    /// `groups:write`, `licences:read`. At least one.
    #[schema(example = json!(["users:read", "history:read"]))]
    scopes: Vec<String>,
    /// For how many days it holds: 30, 90 or 365.
    #[schema(example = 90)]
    days: u32,
    /// The caller's password: a login alone makes no key.
    password: String,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKeyView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// The key, shown this once: `temoto_key_` and 72 hexadecimal digits.
    key: String,
    /// Not good from here on, milliseconds since 1970.
    expires_at_ms: i64,
}

/// Makes a key.
#[utoipa::path(
    post,
    path = "/api/v1/keys",
    tag = "keys",
    request_body = NewKey,
    responses(
        (status = 201, description = "Made.", body = NewKeyView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`, `wrong_password`", body = Failure),
        (status = 409, description = "`too_many_keys`: 20 hold", body = Failure),
        (status = 422, description = "`key_name_invalid`, `key_scopes_invalid`, `key_days_invalid`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: LoggedIn<Administrators>,
    headers: HeaderMap,
    Body(new): Body<NewKey>,
) -> Result<(StatusCode, Json<NewKeyView>), ApiKeyError> {
    let password = Secret::new(new.password);
    let name = Name::parse(&new.name)?;
    let scopes = Scopes::choose(new.scopes.iter().map(String::as_str)).ok_or(ApiKeyError::Scopes)?;
    let life = api_key::life(new.days).ok_or(ApiKeyError::Days)?;
    proof::again(&app, &caller.actor, &headers, password).await?;

    let (id, key) = app
        .random
        .draw(|rng| (ApiKeyId::generate(rng), api_key::generate(rng)));
    let now = app.clock.now();
    let kept = NewApiKey {
        id,
        key: TokenHash::of(key.expose()),
        organisation: caller.actor.organisation,
        maker: caller.actor.user,
        name,
        scopes,
        at: now,
        expires_at: now.plus(life),
    };
    let event = AuditEvent {
        organisation: kept.organisation,
        at: now,
        actor: Some(caller.actor.id()),
        kind: AuditKind::ApiKeyMade,
        subject: id.to_string(),
        detail: format!(
            "{}: {}, {} days",
            kept.name.as_str(),
            kept.scopes.to_text(),
            new.days
        ),
    };
    if !app.store.add_api_key(&kept, &event).await? {
        return Err(ApiKeyError::TooMany);
    }
    let view = NewKeyView {
        id: id.to_string(),
        key: key.expose().clone(),
        expires_at_ms: kept.expires_at.as_millis(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}
