//! `POST /licences/line`: joins the line for a free licence, or says that one still waits. Who says nothing for 30
//! seconds has left; whose turn it is has a minute to start a session.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::lease::Standing;
use utoipa::ToSchema;

use super::LicenceError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Operators};

/// Where one stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineView {
    /// A licence is free for the caller: start now.
    turn: bool,
    /// So many are before; nothing: the line is full.
    before: Option<u32>,
}

/// Waits in line.
#[utoipa::path(
    post,
    path = "/api/v1/licences/line",
    tag = "licences",
    responses(
        (status = 200, description = "Where the caller stands.", body = LineView),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
) -> Result<Json<LineView>, LicenceError> {
    let actor = caller.actor;
    let standing = app
        .store
        .wait_in_line(actor.organisation, actor.user, app.clock.now())
        .await?;
    let (turn, before) = match standing {
        Standing::Turn => (true, Some(0)),
        Standing::Behind(before) => (false, Some(before)),
        Standing::Outside => (false, None),
    };
    Ok(Json(LineView { turn, before }))
}
