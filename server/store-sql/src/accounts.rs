//! Organisations, people and one-time links in SQL.

use async_trait::async_trait;
use temoto_model::account::{Email, Language, Name, UserStatus};
use temoto_model::audit::AuditEvent;
use temoto_model::details::Theme;
use temoto_model::trial::{Contract, Trial};
use temoto_model::{LoginId, OrganisationId, Role, Secret, Timestamp, TokenHash, UserId};
use temoto_store::{
    Accounts, Details, NewUser, Organisation, PasswordChoice, Profile, StoreError, TokenPurpose, User,
};

use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::logins::end_others;
use crate::{SqlStore, audit, row};

#[async_trait]
impl Accounts for SqlStore {
    async fn add_organisation(
        &self,
        id: OrganisationId,
        name: &Name,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("INSERT INTO organisations (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(&id.as_bytes()[..])
            .bind(name.as_str())
            .bind(event.at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
        query("SELECT * FROM organisations ORDER BY created_at, id")
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(organisation)
            .collect()
    }

    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        query("SELECT * FROM organisations WHERE id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(organisation)
            .transpose()
    }

    async fn add_user(&self, user: &NewUser, event: &AuditEvent) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        insert_user(&mut tx, user, event.at).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        query("SELECT * FROM users WHERE email = $1")
            .bind(email.as_str())
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(user)
            .transpose()
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        query("SELECT * FROM users WHERE id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(user)
            .transpose()
    }

    async fn users(&self, organisation: OrganisationId) -> Result<Vec<User>, StoreError> {
        query("SELECT * FROM users WHERE organisation_id = $1 AND deleted_at IS NULL ORDER BY email")
            .bind(&organisation.as_bytes()[..])
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(user)
            .collect()
    }

    async fn set_password(
        &self,
        user: UserId,
        password_hash: &Secret<String>,
        keep: LoginId,
        event: &AuditEvent,
    ) -> Result<Vec<LoginId>, StoreError> {
        let mut tx = self.begin().await?;
        set_password(&mut tx, user, password_hash, None, event.at).await?;
        let gone = end_others(&mut tx, user, keep).await?;
        query("DELETE FROM one_time_tokens WHERE user_id = $1")
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(gone)
    }

    async fn set_profile(
        &self,
        user: UserId,
        profile: &Profile,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "UPDATE users SET name = $2, nickname = $3, title = $4, department = $5, telephone = $6,
                 language = $7, theme = $8 WHERE id = $1",
        )
        .bind(&user.as_bytes()[..])
        .bind(&profile.name)
        .bind(&profile.details.nickname)
        .bind(&profile.details.title)
        .bind(&profile.details.department)
        .bind(&profile.details.telephone)
        .bind(profile.language.map(Language::as_str))
        .bind(profile.theme.map(Theme::as_str))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn set_disabled(
        &self,
        user: UserId,
        disabled: bool,
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let id = &user.as_bytes()[..];
        // Who never chose a password is invited again when enabled.
        let change = if disabled {
            "UPDATE users SET status = 'disabled', changed_at = $2 WHERE id = $1 AND status <> 'disabled'"
        } else {
            "UPDATE users SET changed_at = $2,
                 status = CASE WHEN password_hash IS NULL THEN 'invited' ELSE 'active' END
             WHERE id = $1 AND status = 'disabled' AND deleted_at IS NULL"
        };
        let done = query(change)
            .bind(id)
            .bind(event.at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if disabled {
            end_all(&mut tx, user).await?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn disabled_since(&self, since: Timestamp) -> Result<Vec<UserId>, StoreError> {
        query("SELECT id FROM users WHERE changed_at >= $1 AND status = 'disabled'")
            .bind(since.as_millis())
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(|row| row::id(row, "id"))
            .collect()
    }

    async fn add_token(
        &self,
        token: TokenHash,
        purpose: TokenPurpose,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let (kind, organisation, user) = match purpose {
            TokenPurpose::Setup(organisation) => {
                query("DELETE FROM one_time_tokens WHERE purpose = 'setup' AND organisation_id = $1")
                    .bind(&organisation.as_bytes()[..])
                    .execute(&mut *tx)
                    .await
                    .map_err(failed)?;
                ("setup", organisation, None)
            }
            TokenPurpose::Password(user) => {
                query("DELETE FROM one_time_tokens WHERE user_id = $1")
                    .bind(&user.as_bytes()[..])
                    .execute(&mut *tx)
                    .await
                    .map_err(failed)?;
                let row = query("SELECT organisation_id FROM users WHERE id = $1")
                    .bind(&user.as_bytes()[..])
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(failed)?
                    .ok_or(StoreError::Gone)?;
                ("password", row::id(&row, "organisation_id")?, Some(user))
            }
        };
        query(
            "INSERT INTO one_time_tokens (token_hash, purpose, organisation_id, user_id, expires_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&token.as_bytes()[..])
        .bind(kind)
        .bind(&organisation.as_bytes()[..])
        .bind(user.as_ref().map(|id| &id.as_bytes()[..]))
        .bind(expires_at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn token(&self, token: TokenHash, now: Timestamp) -> Result<Option<TokenPurpose>, StoreError> {
        let found = query(
            "SELECT purpose, organisation_id, user_id FROM one_time_tokens
             WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(&token.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_optional(self.read())
        .await
        .map_err(failed)?;
        found.as_ref().map(purpose).transpose()
    }

    async fn use_token(
        &self,
        token: TokenHash,
        choice: &PasswordChoice,
        event: &AuditEvent,
    ) -> Result<Option<UserId>, StoreError> {
        let mut tx = self.begin().await?;
        let used = query(
            "DELETE FROM one_time_tokens WHERE token_hash = $1 AND expires_at > $2
             RETURNING purpose, organisation_id, user_id",
        )
        .bind(&token.as_bytes()[..])
        .bind(event.at.as_millis())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(used) = used else { return Ok(None) };
        let user = match (purpose(&used)?, choice) {
            (
                TokenPurpose::Setup(organisation),
                PasswordChoice::Setup {
                    administrator,
                    organisation: name,
                },
            ) if administrator.organisation == organisation => {
                insert_user(&mut tx, administrator, event.at).await?;
                if let Some(name) = name {
                    query("UPDATE organisations SET name = $2 WHERE id = $1")
                        .bind(&organisation.as_bytes()[..])
                        .bind(name.as_str())
                        .execute(&mut *tx)
                        .await
                        .map_err(failed)?;
                }
                administrator.id
            }
            (
                TokenPurpose::Password(user),
                PasswordChoice::Password {
                    password_hash,
                    name,
                    known_device,
                },
            ) => {
                if !set_password(&mut tx, user, password_hash, name.as_ref(), event.at).await? {
                    return Ok(None);
                }
                end_all(&mut tx, user).await?;
                if let Some(device) = known_device {
                    query("INSERT INTO devices (token_hash, user_id, last_seen_at) VALUES ($1, $2, $3)")
                        .bind(&device.as_bytes()[..])
                        .bind(&user.as_bytes()[..])
                        .bind(event.at.as_millis())
                        .execute(&mut *tx)
                        .await
                        .map_err(failed)?;
                }
                user
            }
            // A link for something else than what was chosen: it stays good.
            (TokenPurpose::Setup(_), _) | (TokenPurpose::Password(_), _) => return Ok(None),
        };
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(Some(user))
    }
}

pub(crate) async fn insert_user(tx: &mut Conn, user: &NewUser, at: Timestamp) -> Result<(), StoreError> {
    let status = match user.password_hash {
        Some(_) => UserStatus::Active,
        None => UserStatus::Invited,
    };
    // No error in the database: on PostgreSQL one would end the whole change, and an import goes on with the next.
    let added = query(
        "INSERT INTO users (id, organisation_id, email, name, role, status, password_hash, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (email) DO NOTHING",
    )
    .bind(&user.id.as_bytes()[..])
    .bind(&user.organisation.as_bytes()[..])
    .bind(user.email.as_str())
    .bind(user.name.as_str())
    .bind(user.role.as_str())
    .bind(status.as_str())
    .bind(user.password_hash.as_ref().map(Secret::expose))
    .bind(at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    if added.rows_affected() == 0 {
        return Err(StoreError::EmailTaken);
    }
    Ok(())
}

/// `false`: the person was disabled.
async fn set_password(
    tx: &mut Conn,
    user: UserId,
    password_hash: &Secret<String>,
    name: Option<&Name>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = query(
        "UPDATE users SET password_hash = $2, name = COALESCE($3, name), status = 'active', changed_at = $4
         WHERE id = $1 AND status <> 'disabled'",
    )
    .bind(&user.as_bytes()[..])
    .bind(password_hash.expose())
    .bind(name.map(Name::as_str))
    .bind(at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// Ends what a person holds: logins, known devices, links.
pub(crate) async fn end_all(tx: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM logins WHERE user_id = $1",
        "DELETE FROM devices WHERE user_id = $1",
        "DELETE FROM one_time_tokens WHERE user_id = $1",
    ] {
        query(sql)
            .bind(&user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

fn organisation(row: &Row) -> Result<Organisation, StoreError> {
    Ok(Organisation {
        id: row::id(row, "id")?,
        name: row::get(row, "name")?,
        contract: contract(row)?,
        second_factor_required: row::flag(row, "second_factor_required")?,
    })
}

/// On what terms an organisation works, of its columns.
pub(crate) fn contract(row: &Row) -> Result<Contract, StoreError> {
    let started_at = row::maybe_time(row, "trial_started_at")?;
    let ends_at = row::maybe_time(row, "trial_ends_at")?;
    Ok(match (started_at, ends_at) {
        (Some(started_at), Some(ends_at)) => Contract::Trial(Trial { started_at, ends_at }),
        (None, _) | (_, None) => Contract::Own,
    })
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row::id(row, "id")?,
        organisation: row::id(row, "organisation_id")?,
        email: row::get(row, "email")?,
        name: row::get(row, "name")?,
        role: row::name(row, "role", Role::from_name)?,
        status: row::name(row, "status", UserStatus::from_name)?,
        language: row::maybe_name(row, "language", Language::from_code)?,
        theme: row::maybe_name(row, "theme", Theme::from_name)?,
        details: Details {
            nickname: row::get(row, "nickname")?,
            title: row::get(row, "title")?,
            department: row::get(row, "department")?,
            telephone: row::get(row, "telephone")?,
        },
        password_hash: row::get::<Option<String>>(row, "password_hash")?.map(Secret::new),
    })
}

fn purpose(row: &Row) -> Result<TokenPurpose, StoreError> {
    match row::get::<&str>(row, "purpose")? {
        "setup" => Ok(TokenPurpose::Setup(row::id(row, "organisation_id")?)),
        "password" => Ok(TokenPurpose::Password(row::id(row, "user_id")?)),
        _ => Err(StoreError::Corrupt("purpose")),
    }
}
