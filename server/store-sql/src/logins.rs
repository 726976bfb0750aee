//! Logins, known devices and wrong passwords in SQL.

use std::time::Duration;

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::details::Theme;
use temoto_model::login::LoginTimes;
use temoto_model::login_delay::Failures;
use temoto_model::{Actor, By, LoginId, Role, Timestamp, TokenHash, UserId};
use temoto_store::{Login, LoginHolder, LoginRow, Logins, NewLogin, StoreError};

use crate::accounts::contract;
use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::{SqlStore, audit, row};

#[async_trait]
impl Logins for SqlStore {
    async fn add_login(&self, login: &NewLogin, event: &AuditEvent) -> Result<LoginId, StoreError> {
        let mut tx = self.begin().await?;
        let user = &login.user.as_bytes()[..];
        let id = match login.replaces {
            Some(old) => go_on(&mut tx, old, login).await?.unwrap_or(login.id),
            None => login.id,
        };
        // One row either way: a login that goes on has a new secret and begins anew.
        let added = query(
            "INSERT INTO logins (id, token_hash, user_id, device, address, created_at, last_seen_at, device_hash)
             SELECT $1, $2, id, $4, $5, $6, $6, $7 FROM users WHERE id = $3 AND status = 'active'",
        )
        .bind(&id.as_bytes()[..])
        .bind(&login.token.as_bytes()[..])
        .bind(user)
        .bind(&login.device)
        .bind(&login.address)
        .bind(login.at.as_millis())
        .bind(&login.known_device.as_bytes()[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if added.rows_affected() == 0 {
            return Err(StoreError::Gone);
        }
        query(
            "INSERT INTO devices (token_hash, user_id, last_seen_at, trusted_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (token_hash) DO UPDATE SET user_id = excluded.user_id, last_seen_at = excluded.last_seen_at,
                 trusted_until = CASE WHEN excluded.trusted_until IS NULL AND devices.user_id = excluded.user_id
                     THEN devices.trusted_until ELSE excluded.trusted_until END",
        )
        .bind(&login.known_device.as_bytes()[..])
        .bind(user)
        .bind(login.at.as_millis())
        .bind(login.trusted_until.map(Timestamp::as_millis))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        query("UPDATE users SET last_login_at = $2 WHERE id = $1")
            .bind(user)
            .bind(login.at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        for key in &login.forgives {
            query("DELETE FROM login_failures WHERE key = $1")
                .bind(&key[..])
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(id)
    }

    async fn login(&self, token: TokenHash) -> Result<Option<Login>, StoreError> {
        query(format!(
            "SELECT l.id AS login_id, l.created_at, l.last_seen_at, {HOLDER}
             FROM logins l JOIN users u ON u.id = l.user_id JOIN organisations o ON o.id = u.organisation_id
             WHERE l.token_hash = $1 AND u.status = 'active'",
        ))
        .bind(&token.as_bytes()[..])
        .fetch_optional(self.read())
        .await
        .map_err(failed)?
        .as_ref()
        .map(login)
        .transpose()
    }

    async fn login_holds(&self, login: LoginId, now: Timestamp) -> Result<bool, StoreError> {
        let found = query(
            "SELECT l.created_at, l.last_seen_at FROM logins l JOIN users u ON u.id = l.user_id
             WHERE l.id = $1 AND u.status = 'active'",
        )
        .bind(&login.as_bytes()[..])
        .fetch_optional(self.read())
        .await
        .map_err(failed)?;
        match &found {
            None => Ok(false),
            Some(row) => Ok(times(row)?.is_valid(now)),
        }
    }

    async fn touch_logins(&self, logins: &[LoginId], at: Timestamp) -> Result<(), StoreError> {
        if logins.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for login in logins {
            query("UPDATE logins SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2")
                .bind(&login.as_bytes()[..])
                .bind(at.as_millis())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn end_login(&self, login: LoginId, event: &AuditEvent) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM logins WHERE id = $1")
            .bind(&login.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn device_owner(&self, device: TokenHash, since: Timestamp) -> Result<Option<UserId>, StoreError> {
        query("SELECT user_id FROM devices WHERE token_hash = $1 AND last_seen_at > $2")
            .bind(&device.as_bytes()[..])
            .bind(since.as_millis())
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(|row| row::id(row, "user_id"))
            .transpose()
    }

    async fn is_trusted(&self, device: TokenHash, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let found = query(
            "SELECT 1 AS trusted FROM devices WHERE token_hash = $1 AND user_id = $2 AND trusted_until > $3",
        )
        .bind(&device.as_bytes()[..])
        .bind(&user.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_optional(self.read())
        .await
        .map_err(failed)?;
        Ok(found.is_some())
    }

    async fn known_devices(&self, user: UserId) -> Result<u32, StoreError> {
        let row = query("SELECT COUNT(*) AS known FROM devices WHERE user_id = $1")
            .bind(&user.as_bytes()[..])
            .fetch_one(self.read())
            .await
            .map_err(failed)?;
        row::count(&row, "known")
    }

    async fn logins_of(&self, user: UserId, now: Timestamp) -> Result<Vec<LoginRow>, StoreError> {
        let rows = query(
            "SELECT l.id, l.device, l.address, l.created_at, l.last_seen_at,
                    CASE WHEN d.trusted_until > $2 THEN d.trusted_until END AS trusted_until
             FROM logins l LEFT JOIN devices d ON d.token_hash = l.device_hash AND d.user_id = l.user_id
             WHERE l.user_id = $1 ORDER BY l.last_seen_at DESC, l.id",
        )
        .bind(&user.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_all(self.read())
        .await
        .map_err(failed)?;
        let all: Vec<LoginRow> = rows.iter().map(login_row).collect::<Result<_, _>>()?;
        Ok(all
            .into_iter()
            .filter(|login| login.times.is_valid(now))
            .collect())
    }

    async fn end_login_of(
        &self,
        user: UserId,
        login: LoginId,
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM logins WHERE id = $1 AND user_id = $2 RETURNING device_hash")
            .bind(&login.as_bytes()[..])
            .bind(&user.as_bytes()[..])
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        let Some(row) = done else { return Ok(false) };
        forget_device(&mut tx, user, &row).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn end_other_logins(
        &self,
        user: UserId,
        keep: LoginId,
        event: &AuditEvent,
    ) -> Result<Vec<LoginId>, StoreError> {
        let mut tx = self.begin().await?;
        let gone = end_others(&mut tx, user, keep).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(gone)
    }

    async fn count_try(&self, key: [u8; 32], at: Timestamp) -> Result<Option<Duration>, StoreError> {
        let mut tx = self.begin().await?;
        let found = query("SELECT count, last_at FROM login_failures WHERE key = $1")
            .bind(&key[..])
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        let before = found.as_ref().map_or(Ok(Failures::default()), failures)?;
        let wait = before.wait(at);
        if !wait.is_zero() {
            return Ok(Some(wait));
        }
        let after = before.after_failure(at);
        query(
            "INSERT INTO login_failures (key, count, last_at) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET count = excluded.count, last_at = excluded.last_at",
        )
        .bind(&key[..])
        .bind(i64::from(after.count))
        .bind(after.last_at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(None)
    }

    async fn forgive_tries(&self, key: [u8; 32]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM login_failures WHERE key = $1")
            .bind(&key[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn record(&self, event: &AuditEvent) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }
}

/// Removes the login with this cookie; its identifier if it was of the same person.
async fn go_on(tx: &mut Conn, old: TokenHash, login: &NewLogin) -> Result<Option<LoginId>, StoreError> {
    let removed = query("DELETE FROM logins WHERE token_hash = $1 RETURNING id, user_id")
        .bind(&old.as_bytes()[..])
        .fetch_optional(tx)
        .await
        .map_err(failed)?;
    let Some(row) = removed else { return Ok(None) };
    let same = row::id::<UserId>(&row, "user_id")? == login.user;
    same.then(|| row::id(&row, "id")).transpose()
}

/// Ends every login of a person but one; which ones those were.
pub(crate) async fn end_others(
    tx: &mut Conn,
    user: UserId,
    keep: LoginId,
) -> Result<Vec<LoginId>, StoreError> {
    let gone = query("DELETE FROM logins WHERE user_id = $1 AND id <> $2 RETURNING id")
        .bind(&user.as_bytes()[..])
        .bind(&keep.as_bytes()[..])
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
    // Also devices without a login that holds: they could be trusted.
    query(
        "DELETE FROM devices WHERE user_id = $1
         AND token_hash NOT IN (SELECT device_hash FROM logins WHERE id = $2 AND device_hash IS NOT NULL)",
    )
    .bind(&user.as_bytes()[..])
    .bind(&keep.as_bytes()[..])
    .execute(&mut *tx)
    .await
    .map_err(failed)?;
    gone.iter().map(|row| row::id(row, "id")).collect()
}

/// A device that was signed out is a stranger's from now on.
async fn forget_device(tx: &mut Conn, user: UserId, login: &Row) -> Result<(), StoreError> {
    let device: Option<&[u8]> = row::get(login, "device_hash")?;
    query("DELETE FROM devices WHERE token_hash = $1 AND user_id = $2")
        .bind(device)
        .bind(&user.as_bytes()[..])
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

fn login_row(row: &Row) -> Result<LoginRow, StoreError> {
    Ok(LoginRow {
        id: row::id(row, "id")?,
        device: row::get(row, "device")?,
        address: row::get(row, "address")?,
        times: times(row)?,
        trusted_until: row::maybe_time(row, "trusted_until")?,
    })
}

fn failures(row: &Row) -> Result<Failures, StoreError> {
    Ok(Failures {
        count: row::count(row, "count")?,
        last_at: row::time(row, "last_at")?,
    })
}

fn times(row: &Row) -> Result<LoginTimes, StoreError> {
    Ok(LoginTimes {
        created_at: row::time(row, "created_at")?,
        last_seen_at: row::time(row, "last_seen_at")?,
    })
}

/// What [`holder`] reads, of the person `u` and the organisation `o`.
pub(crate) const HOLDER: &str =
    "u.id AS user_id, u.email, u.name, u.role, u.language, u.theme, u.organisation_id,
    o.name AS organisation, o.trial_started_at, o.trial_ends_at, o.second_factor_required,
    EXISTS (SELECT 1 FROM second_factors f
            WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor";

fn login(row: &Row) -> Result<Login, StoreError> {
    let id = row::id(row, "login_id")?;
    Ok(Login {
        id,
        actor: Actor {
            user: row::id(row, "user_id")?,
            organisation: row::id(row, "organisation_id")?,
            role: row::name(row, "role", Role::from_name)?,
            by: By::Login(id),
        },
        times: times(row)?,
        holder: holder(row)?,
    })
}

/// The person of a row with [`HOLDER`].
pub(crate) fn holder(row: &Row) -> Result<LoginHolder, StoreError> {
    Ok(LoginHolder {
        email: row::get(row, "email")?,
        name: row::get(row, "name")?,
        language: row::maybe_name(row, "language", Language::from_code)?,
        theme: row::maybe_name(row, "theme", Theme::from_name)?,
        organisation: row::get(row, "organisation")?,
        contract: contract(row)?,
        second_factor: row::get(row, "second_factor")?,
        second_factor_required: row::flag(row, "second_factor_required")?,
    })
}
