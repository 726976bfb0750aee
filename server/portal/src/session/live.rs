//! `GET /sessions/live`: sessions that have not ended, of oneself, of one's groups or of the organisation: who, with whom,
//! since when, and who is there at this moment. Seeing a session lets nobody in.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::permission::Permission;
use temoto_model::session::SessionState;
use temoto_model::{Actor, Role, SessionId, Timestamp};
use temoto_store::{LiveFilter, LiveOf, LiveRow, Presence, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::SessionError;
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};
use crate::{App, permission};

/// Sessions of one page.
const PAGE: u32 = 50;
/// Longest text that is searched for, in bytes.
const TEXT_BYTES: usize = 200;

/// Which sessions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichLive {
    /// `own`, `groups` or `organisation`.
    scope: String,
    /// With this in customer, ticket or the operator's name.
    text: Option<String>,
    /// Older than the session with this identifier, which was opened at `before_ms`: where the last page ended.
    before: Option<String>,
    /// Goes with `before`.
    before_ms: Option<i64>,
}

/// A session that has not ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct LiveSession {
    /// Identifier, 32 hexadecimal digits.
    session: String,
    /// The operator's name.
    operator: String,
    /// Whether it is the caller's own.
    own: bool,
    /// `waiting` for a customer, `connected`, `customer_away`, `operator_away` or `paused`.
    #[schema(example = "connected")]
    state: &'static str,
    /// When it was opened, milliseconds since 1970.
    started_at_ms: i64,
    /// When a customer first joined.
    joined_at_ms: Option<i64>,
    /// When its operator paused it.
    paused_at_ms: Option<i64>,
    /// The customer's name or computer, as the operator's console says.
    customer: String,
    /// The customer's system, as the operator's console says.
    system: String,
    /// Number of a ticket elsewhere.
    ticket: String,
}

/// A page of sessions that have not ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct LiveView {
    /// At most 50, the newest first.
    sessions: Vec<LiveSession>,
    /// How many there are on all pages.
    total: u32,
    /// There are older ones: ask with `before` and `before_ms` (`started_at_ms`) of the last.
    more: bool,
    /// What time the server has, milliseconds since 1970.
    server_time_ms: i64,
}

/// Lists sessions that have not ended.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/live",
    tag = "sessions",
    params(WhichLive),
    responses(
        (status = 200, description = "A page, the newest first.", body = LiveView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`scope_denied`: of the organisation for administrators only, of groups if that is allowed", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<WhichLive>,
) -> Result<Json<LiveView>, SessionError> {
    let actor = caller.actor;
    let filter = filter(&app, &actor, &which).await?;
    let (mut rows, total) = app.store.live(&filter).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    let ids: Vec<SessionId> = rows.iter().map(|row| row.session).collect();
    let present = app.attachments.presence(&ids);
    let sessions = rows.into_iter().zip(present);
    Ok(Json(LiveView {
        sessions: sessions.map(|(row, there)| view(&actor, row, there)).collect(),
        total,
        more,
        server_time_ms: app.clock.now().as_millis(),
    }))
}

async fn filter(app: &App, actor: &Actor, which: &WhichLive) -> Result<LiveFilter, SessionError> {
    let of = match which.scope.as_str() {
        "own" => LiveOf::Own(actor.user),
        "groups" => LiveOf::Groups(actor.user),
        "organisation" => LiveOf::Organisation,
        _ => return Err(SessionError::Filter),
    };
    if !may_see(app, actor, of).await? {
        return Err(SessionError::ScopeDenied);
    }
    let text = which.text.as_deref().map(str::trim);
    let text = text.filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.len() > TEXT_BYTES || text.contains('\0')) {
        return Err(SessionError::Filter);
    }
    let before = match (which.before_ms, which.before.as_deref().map(str::parse)) {
        (None, None) => None,
        (Some(at), Some(Ok(session))) => Some((Timestamp::from_millis(at), session)),
        _ => return Err(SessionError::Filter),
    };
    Ok(LiveFilter {
        organisation: actor.organisation,
        of,
        text: text.map(str::to_owned),
        before,
        limit: PAGE + 1,
    })
}

/// Own ones always; those of groups if nobody denies it; all of them as an administrator, as in the history.
async fn may_see(app: &App, actor: &Actor, of: LiveOf) -> Result<bool, StoreError> {
    match of {
        LiveOf::Own(_) => Ok(true),
        LiveOf::Organisation => Ok(actor.role == Role::Administrator),
        LiveOf::Groups(_) => {
            let rules = permission::of_caller(app, actor).await?;
            Ok(rules.decide(Permission::GroupSessions).allowed)
        }
    }
}

fn view(actor: &Actor, row: LiveRow, there: Presence) -> LiveSession {
    let state = match (row.state, row.paused_at) {
        (SessionState::Waiting, _) => "waiting",
        (_, Some(_)) => "paused",
        (SessionState::Running | SessionState::Ended, None) => match (there.console, there.customer) {
            (_, false) => "customer_away",
            (false, true) => "operator_away",
            (true, true) => "connected",
        },
    };
    LiveSession {
        session: row.session.to_string(),
        own: row.operator == actor.user,
        operator: row.name,
        state,
        started_at_ms: row.started_at.as_millis(),
        joined_at_ms: row.joined_at.map(Timestamp::as_millis),
        paused_at_ms: row.paused_at.map(Timestamp::as_millis),
        customer: row.customer,
        system: row.system,
        ticket: row.ticket,
    }
}
