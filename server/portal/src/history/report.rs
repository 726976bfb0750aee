//! `POST /sessions/{id}/report`: what the operator's console saw in a running session. The server cannot look in, so
//! these are the console's words: for the history, and for the trail what the customer allowed and withdrew.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::{Moment, Used, file_name, word};
use temoto_model::{SessionId, Timestamp};
use temoto_store::{FileReceipt, Report};
use utoipa::ToSchema;

use super::HistoryError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Named, Operators};

/// Most events of one report.
const EVENTS: usize = 20;
/// Most files of one report.
const FILES: usize = 50;
/// The kind of those that go into the history only.
const HAPPENED: &str = "happened";
/// Longest name of something that is allowed, in bytes.
const WHAT_BYTES: usize = 32;

/// What was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportRequest {
    /// The customer's name or computer.
    #[serde(default)]
    customer: String,
    /// The customer's system.
    #[serde(default)]
    system: String,
    /// What was used: `screen`, `control`, `chat`, `files`, `call`, `recording`, `print`, `clipboard`,
    /// `screenshot`, `show`.
    #[serde(default)]
    functions: Vec<String>,
    /// What happened since the last report, at most 20.
    #[serde(default)]
    events: Vec<ReportedEvent>,
    /// Files that arrived since the last report, at most 50. A session keeps the first 1,000.
    #[serde(default)]
    files: Vec<ReportedFile>,
}

/// A file that arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportedFile {
    /// `send` to the customer, or `fetch` from there.
    way: String,
    /// Its name, without the folders above it, at most 255 bytes.
    name: String,
    /// Bytes.
    size: u64,
    /// BLAKE3 of its content, 64 hexadecimal digits.
    hash: String,
}

/// Something that happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportedEvent {
    /// `granted`, `withdrawn`, `proofs_differ` or `happened`.
    kind: String,
    /// What was allowed or withdrawn: small letters and `_`. What happened: `screenshot`, `clipboard_put`,
    /// `clipboard_put_image`, `clipboard_taken`, `clipboard_taken_image`, `show_started`, `show_stopped`, `show_closed`,
    /// `browser_shared`, `browser_unshared`, `browser_ended`, `declined`, `paused` or `resumed`, of which a session keeps
    /// the first 500.
    #[serde(default)]
    what: String,
}

/// Takes in what the console of an own session saw.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/report",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    request_body = ReportRequest,
    responses(
        (status = 204, description = "It is kept."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 422, description = "`words_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
    Body(request): Body<ReportRequest>,
) -> Result<StatusCode, HistoryError> {
    let actor = caller.actor;
    app.store
        .session(id)
        .await?
        .filter(|session| actor.may_run(&session.ownership))
        .ok_or(HistoryError::NotFound)?;
    let too_many = request.events.len() > EVENTS || request.files.len() > FILES;
    if too_many || request.functions.len() > Used::ALL.len() {
        return Err(HistoryError::Words);
    }
    let at = app.clock.now();
    let files: Option<Vec<FileReceipt>> = request.files.iter().map(|file| receipt(file, at)).collect();
    let used = |bits: u32, name: &String| Used::from_name(name).map(|used| bits | used.bit());
    let (happened, events): (Vec<_>, Vec<_>) = request
        .events
        .into_iter()
        .partition(|event| event.kind == HAPPENED);
    let moments: Option<Vec<(Timestamp, Moment)>> = happened
        .iter()
        .map(|event| Some((at, Moment::from_name(&event.what)?)))
        .collect();
    let report = Report {
        customer: word(&request.customer).ok_or(HistoryError::Words)?,
        system: word(&request.system).ok_or(HistoryError::Words)?,
        functions: request
            .functions
            .iter()
            .try_fold(0, used)
            .ok_or(HistoryError::Words)?,
        files: files.ok_or(HistoryError::Words)?,
        moments: moments.ok_or(HistoryError::Words)?,
    };
    let event = |reported: ReportedEvent| {
        let kind = kind(&reported)?;
        Some(AuditEvent {
            organisation: actor.organisation,
            at,
            actor: Some(actor.id()),
            kind,
            subject: id.to_string(),
            detail: reported.what,
        })
    };
    let events: Option<Vec<AuditEvent>> = events.into_iter().map(event).collect();
    app.store
        .report(id, &report, &events.ok_or(HistoryError::Words)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn receipt(file: &ReportedFile, at: Timestamp) -> Option<FileReceipt> {
    let to_customer = match file.way.as_str() {
        "send" => true,
        "fetch" => false,
        _ => return None,
    };
    let mut hash = [0; 32];
    hex::decode_to_slice(&file.hash, &mut hash).ok()?;
    // No disk has more, and no database counts further.
    i64::try_from(file.size).ok()?;
    Some(FileReceipt {
        at,
        to_customer,
        name: file_name(&file.name)?,
        size: file.size,
        hash,
    })
}

fn kind(reported: &ReportedEvent) -> Option<AuditKind> {
    let what = &reported.what;
    let plain = what.len() <= WHAT_BYTES && what.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match reported.kind.as_str() {
        "granted" if plain && !what.is_empty() => Some(AuditKind::GrantGiven),
        "withdrawn" if plain && !what.is_empty() => Some(AuditKind::GrantWithdrawn),
        "proofs_differ" if what.is_empty() => Some(AuditKind::ProofsDiffer),
        _ => None,
    }
}
