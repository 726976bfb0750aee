//! `GET /licences/usage`: how many sessions run at once, who runs them and since when, how many people wait.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::lease::Allowance;
use utoipa::ToSchema;

use super::LicenceError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Operators};

/// What is in use.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageView {
    /// Sessions that may run at once; nothing: as many as one likes.
    allowed: Option<u32>,
    /// Sessions that hold a lease. More than allowed when one came back while all were taken.
    held: u32,
    /// Who holds them, the oldest first; at most 200.
    leases: Vec<LeaseView>,
    /// People who wait in line.
    waiting: u32,
    /// `join` or `code`: when leases are taken.
    take_at: &'static str,
    /// What time the server has, milliseconds since 1970.
    server_time_ms: i64,
}

/// A lease that is held.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaseView {
    /// The session, 32 hexadecimal digits.
    session: String,
    /// The operator's name.
    operator: String,
    /// Whether it is the caller's own.
    own: bool,
    /// Since when, milliseconds since 1970.
    taken_at_ms: i64,
}

/// Says what is in use in the own organisation.
#[utoipa::path(
    get,
    path = "/api/v1/licences/usage",
    tag = "licences",
    responses(
        (status = 200, description = "Who runs sessions now.", body = UsageView),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
) -> Result<Json<UsageView>, LicenceError> {
    let now = app.clock.now();
    let usage = app.store.usage(caller.actor.organisation, now).await?;
    let leases = usage.leases.into_iter().map(|lease| LeaseView {
        session: lease.session.to_string(),
        operator: lease.name,
        own: caller.actor.is(lease.operator),
        taken_at_ms: lease.taken_at.as_millis(),
    });
    Ok(Json(UsageView {
        allowed: match usage.allowance {
            Allowance::Unlimited => None,
            Allowance::Sessions(sessions) => Some(sessions),
        },
        held: usage.held,
        leases: leases.collect(),
        waiting: usage.waiting,
        take_at: usage.take_at.as_str(),
        server_time_ms: now.as_millis(),
    }))
}
