//! `GET` and `POST /history/policy`: how long sessions are kept.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::KEEP_DAYS;
use utoipa::ToSchema;

use super::HistoryError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// How long sessions are kept.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    /// Days after the end of a session, 1 to 36,500; nothing: for ever.
    #[schema(minimum = 1, maximum = 36500)]
    keep_days: Option<u32>,
}

/// Says how long sessions of the own organisation are kept.
#[utoipa::path(
    get,
    path = "/api/v1/history/policy",
    tag = "history",
    responses(
        (status = 200, description = "How long.", body = Retention),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<Retention>, HistoryError> {
    let keep_days = app.store.keep_days(caller.actor.organisation).await?;
    Ok(Json(Retention { keep_days }))
}

/// Decides how long sessions of the own organisation are kept. Older ones go within a minute. The trail stays.
#[utoipa::path(
    post,
    path = "/api/v1/history/policy",
    tag = "history",
    request_body = Retention,
    responses(
        (status = 204, description = "It holds from now on."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`days_invalid`", body = Failure),
    )
)]
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(retention): Body<Retention>,
) -> Result<StatusCode, HistoryError> {
    let days = retention.keep_days;
    if days.is_some_and(|days| !(1..=KEEP_DAYS).contains(&days)) {
        return Err(HistoryError::Days);
    }
    let event = AuditEvent {
        organisation: caller.actor.organisation,
        at: app.clock.now(),
        actor: Some(caller.actor.id()),
        kind: AuditKind::RetentionChanged,
        subject: String::new(),
        detail: days.map_or_else(|| "for ever".to_owned(), |days| days.to_string()),
    };
    app.store
        .set_keep_days(caller.actor.organisation, days, &event)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
