//! `GET /keys`: the keys of the own organisation, without their secrets.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::Timestamp;
use temoto_store::ApiKeyRow;
use utoipa::ToSchema;

use super::ApiKeyError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized};

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeyView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// What it is called.
    name: String,
    /// What it may.
    #[schema(example = json!(["users:read", "history:read"]))]
    scopes: Vec<&'static str>,
    /// Name of who made it.
    maker: String,
    /// `good`, `expired`, or `stopped`: its maker is no administrator who can log in.
    #[schema(example = "good")]
    state: &'static str,
    /// When it was made, milliseconds since 1970.
    created_at_ms: i64,
    /// Not good from here on, milliseconds since 1970.
    expires_at_ms: i64,
    /// When it was used last, to the hour, milliseconds since 1970.
    last_used_at_ms: Option<i64>,
}

impl ApiKeyView {
    fn new(row: ApiKeyRow, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            scopes: row.scopes.names().collect(),
            maker: row.maker,
            state: row.times.state(row.maker_administrates, now).as_str(),
            created_at_ms: row.created_at.as_millis(),
            expires_at_ms: row.times.expires_at.as_millis(),
            last_used_at_ms: row.times.last_used_at.map(Timestamp::as_millis),
        }
    }
}

/// Lists the keys of the own organisation that were not revoked.
#[utoipa::path(
    get,
    path = "/api/v1/keys",
    tag = "keys",
    responses(
        (status = 200, description = "All of them, the newest first; expired ones for 90 days.", body = [ApiKeyView]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<Vec<ApiKeyView>>, ApiKeyError> {
    let now = app.clock.now();
    let keys = app.store.api_keys(caller.actor.organisation).await?.into_iter();
    Ok(Json(keys.map(|row| ApiKeyView::new(row, now)).collect()))
}
