//! The second factor of the own account: set up, confirm, new recovery codes, remove. Each change wants the password
//! again: an open browser alone must not weaken the account.

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod read;
pub(crate) mod recovery;
pub(crate) mod remove;

use axum::http::StatusCode;
use serde::Serialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::second_factor::{
    Answer as Given, draw_recovery_codes, matching_step, read_answer, show_recovery_code,
};
use temoto_model::{Secret, UserId};
use temoto_store::{SecondFactor, StoreError, User};
use utoipa::ToSchema;

use super::proof::ProofError;
use crate::answer::answers;
use crate::extract::Authorized;
use crate::extract::Requirement;
use crate::{Answer, App};

/// How changes of the second factor fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FactorError {
    #[error("there is a second factor already")]
    Exists,
    #[error("there is no second factor")]
    Missing,
    #[error("the organisation wants a second factor")]
    Required,
    #[error("the code is wrong")]
    Wrong,
    #[error("the code is too large to be drawn")]
    Drawing,
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&FactorError> for Answer {
    fn from(error: &FactorError) -> Self {
        match error {
            FactorError::Exists => Self::new(StatusCode::CONFLICT, "second_factor_exists"),
            FactorError::Missing => Self::new(StatusCode::CONFLICT, "second_factor_none"),
            FactorError::Required => Self::new(StatusCode::CONFLICT, "second_factor_kept"),
            FactorError::Wrong => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "code_wrong"),
            FactorError::Drawing => Self::internal(error),
            FactorError::Proof(error) => error.into(),
            FactorError::Store(error) => Self::store(error),
        }
    }
}
answers!(FactorError);

/// Recovery codes, which are shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each is good once, in place of a code of the app.
    #[schema(example = json!(["ABCD-EFGH-2345"]))]
    codes: Vec<String>,
}

/// Checks a code of the app or a recovery code of this person, and uses it up.
pub(super) async fn check(
    app: &App,
    user: &User,
    factor: &SecondFactor,
    code: &str,
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let event = |kind| AuditEvent {
        organisation: user.organisation,
        at: now,
        actor: Some(user.id.into()),
        kind,
        subject: user.id.to_string(),
        detail: String::new(),
    };
    let good = match read_answer(code) {
        None => false,
        Some(Given::App(code)) => {
            let secret = app.factors.app_secret(user.id, &factor.seed);
            match matching_step(&secret, code, factor.last_step, now) {
                // Two at once with the same code: the store lets one of them through.
                Some(step) => app.store.use_step(user.id, step).await?,
                None => false,
            }
        }
        Some(Given::Recovery(code)) => {
            let hash = app.factors.recovery_hash(user.id, &code);
            let event = event(AuditKind::RecoveryCodeUsed);
            app.store.use_recovery_code(user.id, &hash, &event).await?
        }
    };
    if !good {
        app.store.record(&event(AuditKind::SecondFactorFailed)).await?;
    }
    Ok(good)
}

/// Fresh recovery codes: as they are shown, and what is kept of them.
fn fresh_codes(app: &App, user: UserId) -> (RecoveryCodes, Vec<[u8; 32]>) {
    let codes: Vec<Secret<String>> = app.random.draw(draw_recovery_codes);
    let hashes = codes
        .iter()
        .map(|code| app.factors.recovery_hash(user, code.expose()))
        .collect();
    let shown = codes
        .iter()
        .map(|code| show_recovery_code(code.expose()))
        .collect();
    (RecoveryCodes { codes: shown }, hashes)
}

fn event<R: Requirement>(app: &App, caller: &Authorized<R>, kind: AuditKind) -> AuditEvent {
    AuditEvent {
        organisation: caller.actor.organisation,
        at: app.clock.now(),
        actor: Some(caller.actor.id()),
        kind,
        subject: caller.actor.user.to_string(),
        detail: String::new(),
    }
}
