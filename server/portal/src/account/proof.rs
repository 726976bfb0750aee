//! Proves a password: at the login, and again before a change that would weaken or move an account.
//!
//! Same work for an address without account. A try is counted before its password is looked at, per address (with an
//! account or not) or, from a device that its owner used before, per device; the count delays and never locks.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use temoto_model::{Actor, Secret, UserId, password};
use temoto_store::{StoreError, User};

use super::open_login;
use crate::cookie::Cookie;
use crate::password::HashError;
use crate::{Answer, App};

/// Why a password proved nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    #[error("the password is wrong")]
    Wrong,
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&ProofError> for Answer {
    fn from(error: &ProofError) -> Self {
        match error {
            // Not 401: the login holds.
            ProofError::Wrong => Self::new(StatusCode::FORBIDDEN, "wrong_password"),
            ProofError::TryLater(after) => Self::try_later(*after),
            ProofError::Hash(error) => Self::hash(*error),
            ProofError::Store(error) => Self::store(error),
        }
    }
}

/// What a password proved: the count that a success takes back.
pub(super) type Key = [u8; 32];

/// Counts a try and compares; `Wrong` also for nobody.
pub(super) async fn password(
    app: &App,
    headers: &HeaderMap,
    email: &str,
    user: Option<&User>,
    given: Secret<String>,
) -> Result<Key, ProofError> {
    let key = failure_key(app, headers, email, user).await?;
    if let Some(wait) = app.store.count_try(key, app.clock.now()).await? {
        return Err(ProofError::TryLater(wait));
    }
    let hash = user.and_then(|user| user.password_hash.clone());
    let too_long = given.expose().len() > password::LONGEST_BYTES;
    if !too_long && app.passwords.verify(given, hash).await? {
        Ok(key)
    } else {
        Err(ProofError::Wrong)
    }
}

/// The person who is logged in, proved once more by the password.
pub(crate) async fn again(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    given: Secret<String>,
) -> Result<User, ProofError> {
    let user = app
        .store
        .user(actor.user)
        .await?
        .ok_or(StoreError::Corrupt("user"))?;
    let key = password(app, headers, &user.email, Some(&user), given).await?;
    app.store.forgive_tries(key).await?;
    Ok(user)
}

/// Under which key a wrong password counts.
async fn failure_key(
    app: &App,
    headers: &HeaderMap,
    email: &str,
    user: Option<&User>,
) -> Result<Key, StoreError> {
    let mark = Cookie::Device.read(&app.site, headers);
    let owner: Option<UserId> = match &mark {
        Some(mark) => open_login::owner(app, mark).await?,
        None => None,
    };
    let mut hash = Sha256::new();
    match (mark, owner, user) {
        (Some(mark), Some(owner), Some(user)) if owner == user.id => {
            hash.update(b"device\0");
            hash.update(mark.expose());
        }
        _ => {
            hash.update(b"address\0");
            hash.update(email.trim().to_lowercase());
        }
    }
    Ok(hash.finalize().into())
}
