//! Second factors and recovery codes.

use async_trait::async_trait;
use temoto_model::audit::AuditEvent;
use temoto_model::second_factor::Seed;
use temoto_model::{OrganisationId, UserId};

use crate::StoreError;

/// The second factor of a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SecondFactor {
    /// What the app's secret is made of.
    pub seed: Seed,
    /// Whether a code of the app was given: until then it is not asked for.
    pub confirmed: bool,
    /// The step of the last code that was used.
    pub last_step: i64,
    /// Recovery codes that are left.
    pub recovery_codes: u32,
}

/// Keeps second factors. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait SecondFactors: Send + Sync + 'static {
    /// The second factor of this person, confirmed or not.
    async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError>;

    /// Keeps a seed that is to be confirmed, in place of an older one. `false`: the person has a second factor.
    async fn begin_second_factor(&self, user: UserId, seed: &Seed) -> Result<bool, StoreError>;

    /// The person gave a code of this step: the factor is asked for from now on, and these are the recovery codes.
    /// `false`: it is confirmed already, or was begun anew with another seed.
    async fn confirm_second_factor(
        &self,
        user: UserId,
        seed: &Seed,
        step: i64,
        recovery: &[[u8; 32]],
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// Uses the code of a step up. `false`: it, or a later one, was used already.
    async fn use_step(&self, user: UserId, step: i64) -> Result<bool, StoreError>;

    /// Uses a recovery code up. `false`: there is none like it (any more).
    async fn use_recovery_code(
        &self,
        user: UserId,
        hash: &[u8; 32],
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// New recovery codes in place of what is left of the old. `false`: the person has no second factor.
    async fn replace_recovery_codes(
        &self,
        user: UserId,
        recovery: &[[u8; 32]],
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;

    /// Removes a second factor with its recovery codes and trusted devices. `false`: there was none.
    async fn remove_second_factor(&self, user: UserId, audit: &AuditEvent) -> Result<bool, StoreError>;

    /// Whether everybody of an organisation must have one.
    async fn require_second_factor(
        &self,
        organisation: OrganisationId,
        required: bool,
        audit: &AuditEvent,
    ) -> Result<(), StoreError>;
}
