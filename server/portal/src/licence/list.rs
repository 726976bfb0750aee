//! `GET /licences`: what the own organisation activated.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LicenceError, LicenceView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized};

/// The licences of the organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicencesView {
    /// The organisation's identifier: who issues a licence can bind it to this.
    organisation: String,
    /// Active, future and past ones, the newest first.
    licences: Vec<LicenceView>,
}

/// Lists licences.
#[utoipa::path(
    get,
    path = "/api/v1/licences",
    tag = "licences",
    responses(
        (status = 200, description = "All that were activated.", body = LicencesView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<LicencesView>, LicenceError> {
    let now = app.clock.now();
    let organisation = caller.actor.organisation;
    let rows = app.store.licences(organisation).await?;
    Ok(Json(LicencesView {
        organisation: organisation.to_string(),
        licences: rows.into_iter().map(|row| LicenceView::new(row, now)).collect(),
    }))
}
