//! Registrations and changes of address in SQL.

use async_trait::async_trait;
use temoto_model::account::{Email, Language};
use temoto_model::audit::AuditEvent;
use temoto_model::login::VERIFY_LINK_LIFE;
use temoto_model::{Secret, Timestamp, TokenHash, UserId, trial};
use temoto_store::{
    EmailAgreement, EmailChange, NewRegistration, NewTenant, NewTrial, Registration, Side, StoreError,
    Verifications,
};

use crate::accounts::insert_user;
use crate::database::{Conn, Row, query};
use crate::error::{Unique, failed, failed_unique};
use crate::licences::insert_trial;
use crate::{SqlStore, audit, row};

#[async_trait]
impl Verifications for SqlStore {
    async fn register(&self, registration: &NewRegistration) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query(
            "INSERT INTO registrations (email, password_hash, language, browser_hash, expires_at)
             SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = $1)
             ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash,
                 language = excluded.language, browser_hash = excluded.browser_hash, token_hash = NULL,
                 expires_at = excluded.expires_at",
        )
        .bind(registration.email.as_str())
        .bind(registration.password_hash.expose())
        .bind(registration.language.as_str())
        .bind(&registration.browser.as_bytes()[..])
        .bind(registration.at.plus(VERIFY_LINK_LIFE).as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn arm_registration(
        &self,
        email: &str,
        token: TokenHash,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("UPDATE registrations SET token_hash = $2, expires_at = $3 WHERE email = $1")
            .bind(email)
            .bind(&token.as_bytes()[..])
            .bind(expires_at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn registration(
        &self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Registration>, StoreError> {
        query(
            "SELECT email, password_hash, language, browser_hash FROM registrations
             WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(&token.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_optional(self.read())
        .await
        .map_err(failed)?
        .as_ref()
        .map(registration)
        .transpose()
    }

    async fn complete_registration(
        &self,
        token: TokenHash,
        tenant: &NewTenant,
        events: &[AuditEvent],
    ) -> Result<bool, StoreError> {
        let at = tenant.trial.started_at;
        let mut tx = self.begin().await?;
        let used =
            query("DELETE FROM registrations WHERE token_hash = $1 AND expires_at > $2 AND email = $3")
                .bind(&token.as_bytes()[..])
                .bind(at.as_millis())
                .bind(tenant.administrator.email.as_str())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        if used.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "INSERT INTO organisations (id, name, created_at, trial_started_at, trial_ends_at)
             VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(&tenant.organisation.as_bytes()[..])
        .bind(tenant.name.as_str())
        .bind(at.as_millis())
        .bind(tenant.trial.ends_at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        let trial = NewTrial {
            id: tenant.licence,
            organisation: tenant.organisation,
            sessions: trial::SESSIONS,
            ends_at: tenant.trial.ends_at,
            at,
        };
        insert_trial(&mut tx, &trial).await?;
        insert_user(&mut tx, &tenant.administrator, at).await?;
        describe(&mut tx, tenant).await?;
        for event in events {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn begin_email_change(
        &self,
        user: UserId,
        email: &Email,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM email_changes WHERE user_id = $1")
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        query("INSERT INTO email_changes (user_id, email, expires_at) VALUES ($1, $2, $3)")
            .bind(&user.as_bytes()[..])
            .bind(email.as_str())
            .bind(now.plus(VERIFY_LINK_LIFE).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn email_change(&self, user: UserId, now: Timestamp) -> Result<Option<EmailChange>, StoreError> {
        query("SELECT * FROM email_changes WHERE user_id = $1 AND expires_at > $2")
            .bind(&user.as_bytes()[..])
            .bind(now.as_millis())
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(change)
            .transpose()
    }

    async fn arm_email_change(&self, user: UserId, side: Side, token: TokenHash) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let sql = match side {
            Side::Old => "UPDATE email_changes SET old_token_hash = $2 WHERE user_id = $1 AND old_agreed = 0",
            Side::New => "UPDATE email_changes SET new_token_hash = $2 WHERE user_id = $1 AND new_agreed = 0",
        };
        let done = query(sql)
            .bind(&user.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn email_link(
        &self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<(UserId, Side, EmailChange)>, StoreError> {
        let found = query(
            "SELECT *, old_token_hash = $1 AS is_old FROM email_changes
             WHERE (old_token_hash = $1 OR new_token_hash = $1) AND expires_at > $2",
        )
        .bind(&token.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_optional(self.read())
        .await
        .map_err(failed)?;
        found
            .as_ref()
            .map(|row| Ok((row::id(row, "user_id")?, side(row)?, change(row)?)))
            .transpose()
    }

    async fn agree_email_change(
        &self,
        token: TokenHash,
        event: &AuditEvent,
    ) -> Result<Option<EmailAgreement>, StoreError> {
        let mut tx = self.begin().await?;
        let agreed = query(
            "UPDATE email_changes SET
                 old_agreed = CASE WHEN old_token_hash = $1 THEN 1 ELSE old_agreed END,
                 new_agreed = CASE WHEN new_token_hash = $1 THEN 1 ELSE new_agreed END,
                 old_token_hash = CASE WHEN old_token_hash = $1 THEN NULL ELSE old_token_hash END,
                 new_token_hash = CASE WHEN new_token_hash = $1 THEN NULL ELSE new_token_hash END
             WHERE (old_token_hash = $1 OR new_token_hash = $1) AND expires_at > $2
             RETURNING user_id, email, old_agreed, new_agreed",
        )
        .bind(&token.as_bytes()[..])
        .bind(event.at.as_millis())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(row) = agreed else { return Ok(None) };
        let user: UserId = row::id(&row, "user_id")?;
        let waiting = change(&row)?;
        let mut done = EmailAgreement::Waiting;
        if waiting.old_agreed && waiting.new_agreed {
            let old = change_address(&mut tx, user, &waiting.email, event.at).await?;
            let Some(old) = old else { return Ok(None) };
            audit::append(&mut tx, event).await?;
            done = EmailAgreement::Changed {
                user,
                old,
                new: waiting.email,
            };
        }
        tx.commit().await.map_err(failed)?;
        Ok(Some(done))
    }

    async fn cancel_email_change(&self, user: UserId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM email_changes WHERE user_id = $1")
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn expire_verifications(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let mut gone = 0;
        for sql in [
            "DELETE FROM registrations WHERE expires_at <= $1",
            "DELETE FROM email_changes WHERE expires_at <= $1",
        ] {
            let done = query(sql)
                .bind(now.as_millis())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
            gone += done.rows_affected();
        }
        tx.commit().await.map_err(failed)?;
        Ok(gone)
    }
}

async fn describe(tx: &mut Conn, tenant: &NewTenant) -> Result<(), StoreError> {
    query(
        "UPDATE users SET nickname = $2, title = $3, department = $4, telephone = $5, language = $6 WHERE id = $1",
    )
    .bind(&tenant.administrator.id.as_bytes()[..])
    .bind(&tenant.details.nickname)
    .bind(&tenant.details.title)
    .bind(&tenant.details.department)
    .bind(&tenant.details.telephone)
    .bind(tenant.language.as_str())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The address that the account had; nothing if it may not log in any more.
async fn change_address(
    tx: &mut Conn,
    user: UserId,
    email: &str,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let id = &user.as_bytes()[..];
    let found = query("SELECT email FROM users WHERE id = $1 AND status = 'active'")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
    let Some(row) = found else { return Ok(None) };
    let old = row::get(&row, "email")?;
    query("UPDATE users SET email = $2, changed_at = $3 WHERE id = $1")
        .bind(id)
        .bind(email)
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(|error| failed_unique(error, Unique::EMAIL, StoreError::EmailTaken))?;
    for sql in [
        "DELETE FROM email_changes WHERE user_id = $1",
        // Links that went to the old address.
        "DELETE FROM one_time_tokens WHERE user_id = $1",
    ] {
        query(sql).bind(id).execute(&mut *tx).await.map_err(failed)?;
    }
    Ok(Some(old))
}

fn registration(row: &Row) -> Result<Registration, StoreError> {
    let browser: &[u8] = row::get(row, "browser_hash")?;
    let browser = browser
        .try_into()
        .map_err(|_| StoreError::Corrupt("browser_hash"))?;
    Ok(Registration {
        email: row::get(row, "email")?,
        password_hash: Secret::new(row::get(row, "password_hash")?),
        language: row::name(row, "language", Language::from_code)?,
        browser: TokenHash::from_bytes(browser),
    })
}

fn change(row: &Row) -> Result<EmailChange, StoreError> {
    Ok(EmailChange {
        email: row::get(row, "email")?,
        old_agreed: row::flag(row, "old_agreed")?,
        new_agreed: row::flag(row, "new_agreed")?,
    })
}

fn side(row: &Row) -> Result<Side, StoreError> {
    let is_old: Option<bool> = row::get(row, "is_old")?;
    Ok(if is_old == Some(true) {
        Side::Old
    } else {
        Side::New
    })
}
