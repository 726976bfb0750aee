//! Logins, known devices and wrong passwords in SQL.

use std::time::Duration;

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::login::LoginTimes;
use temoto_model::login_delay::Failures;
use temoto_model::{Actor, LoginId, Role, Timestamp, TokenHash, UserId};
use temoto_store::{Login, LoginHolder, Logins, NewLogin, StoreError};

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
            "INSERT INTO logins (id, token_hash, user_id, device, address, created_at, last_seen_at)
             SELECT $1, $2, id, $4, $5, $6, $6 FROM users WHERE id = $3 AND status = 'active'",
        )
        .bind(&id.as_bytes()[..])
        .bind(&login.token.as_bytes()[..])
        .bind(user)
        .bind(&login.device)
        .bind(&login.address)
        .bind(login.at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if added.rows_affected() == 0 {
            return Err(StoreError::Gone);
        }
        query(
            "INSERT INTO devices (token_hash, user_id, last_seen_at) VALUES ($1, $2, $3)
             ON CONFLICT (token_hash) DO UPDATE SET user_id = excluded.user_id, last_seen_at = excluded.last_seen_at",
        )
        .bind(&login.known_device.as_bytes()[..])
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
        query(
            "SELECT l.id AS login_id, l.created_at, l.last_seen_at,
                    u.id AS user_id, u.email, u.name, u.role, u.language, u.organisation_id,
                    o.name AS organisation
             FROM logins l JOIN users u ON u.id = l.user_id JOIN organisations o ON o.id = u.organisation_id
             WHERE l.token_hash = $1 AND u.status = 'active'",
        )
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

fn login(row: &Row) -> Result<Login, StoreError> {
    Ok(Login {
        actor: Actor {
            user: row::id(row, "user_id")?,
            organisation: row::id(row, "organisation_id")?,
            role: row::name(row, "role", Role::from_name)?,
            login: row::id(row, "login_id")?,
        },
        times: times(row)?,
        holder: LoginHolder {
            email: row::get(row, "email")?,
            name: row::get(row, "name")?,
            language: row::maybe_name(row, "language", Language::from_code)?,
            organisation: row::get(row, "organisation")?,
        },
    })
}
