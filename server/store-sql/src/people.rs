//! The people of an organisation in SQL.

use std::collections::BTreeSet;

use async_trait::async_trait;
use temoto_model::account::{Email, UserStatus};
use temoto_model::audit::AuditEvent;
use temoto_model::{OrganisationId, Role, UserId};
use temoto_store::{
    NewUser, People, PeopleOrder, PeoplePage, PeopleQuery, PersonChange, PersonChanged, PersonRow, StoreError,
};

use crate::accounts::{end_all, insert_user};
use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::{SqlStore, audit, row};

/// Addresses that are looked up with one statement.
const ASKED_AT_ONCE: usize = 500;

#[async_trait]
impl People for SqlStore {
    async fn people(
        &self,
        organisation: OrganisationId,
        asked: &PeopleQuery,
    ) -> Result<PeoplePage, StoreError> {
        // Only words of this file are put together.
        let sql = format!(
            "SELECT u.id, u.email, u.name, u.role, u.status, u.last_login_at,
                    EXISTS (SELECT 1 FROM second_factors f
                            WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor,
                    CASE WHEN u.status = 'invited' THEN
                        (SELECT m.reason FROM mails m WHERE m.user_id = u.id AND m.kind = 'invite'
                         ORDER BY m.made_at DESC LIMIT 1) END AS mail_problem,
                    COUNT(*) OVER () AS total
             FROM users u WHERE {FOUND} ORDER BY {}, u.id LIMIT $5 OFFSET $6",
            order(asked.order, asked.reversed)
        );
        let rows = query(sql)
            .bind(organisation.as_bytes().to_vec())
            .bind(pattern(&asked.search))
            .bind(asked.role.map(Role::as_str))
            .bind(asked.status.map(UserStatus::as_str))
            .bind(i64::from(asked.most))
            .bind(i64::from(asked.skip))
            .fetch_all(self.read())
            .await
            .map_err(failed)?;
        let total = match rows.first() {
            Some(row) => row::count(row, "total")?,
            // Behind the last one nothing tells how many there are.
            None if asked.skip > 0 => self.count_people(organisation, asked).await?,
            None => 0,
        };
        let people = rows.iter().map(person).collect::<Result<_, _>>()?;
        Ok(PeoplePage { people, total })
    }

    async fn taken(&self, emails: &[Email]) -> Result<Vec<bool>, StoreError> {
        let mut known = BTreeSet::new();
        for part in emails.chunks(ASKED_AT_ONCE) {
            let places: Vec<String> = (1..=part.len()).map(|n| format!("${n}")).collect();
            let sql = format!("SELECT email FROM users WHERE email IN ({})", places.join(", "));
            let asked = part
                .iter()
                .fold(query(sql), |asked, email| asked.bind(email.as_str()));
            for row in asked.fetch_all(self.read()).await.map_err(failed)? {
                known.insert(row::get::<String>(&row, "email")?);
            }
        }
        Ok(emails
            .iter()
            .map(|email| known.contains(email.as_str()))
            .collect())
    }

    async fn add_people(&self, people: &[(NewUser, AuditEvent)]) -> Result<Vec<UserId>, StoreError> {
        let mut tx = self.begin().await?;
        let mut added = Vec::with_capacity(people.len());
        for (user, event) in people {
            match insert_user(&mut tx, user, event.at).await {
                Ok(()) => {}
                Err(StoreError::EmailTaken) => continue,
                Err(error) => return Err(error),
            }
            audit::append(&mut tx, event).await?;
            added.push(user.id);
        }
        tx.commit().await.map_err(failed)?;
        Ok(added)
    }

    async fn change_person(
        &self,
        organisation: OrganisationId,
        user: UserId,
        change: PersonChange,
        event: &AuditEvent,
    ) -> Result<PersonChanged, StoreError> {
        let mut tx = self.begin().await?;
        let id = &user.as_bytes()[..];
        let found = query(
            "SELECT u.role, u.status,
                    (SELECT COUNT(*) FROM users o WHERE o.organisation_id = u.organisation_id AND o.id <> u.id
                        AND o.role = 'administrator' AND o.status = 'active') AS others
             FROM users u WHERE u.id = $1 AND u.organisation_id = $2 AND u.deleted_at IS NULL",
        )
        .bind(id)
        .bind(&organisation.as_bytes()[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(found) = found else {
            return Ok(PersonChanged::NotFound);
        };
        let role = row::name(&found, "role", Role::from_name)?;
        let status = row::name(&found, "status", UserStatus::from_name)?;
        let same = match change {
            PersonChange::Suspend => status == UserStatus::Disabled,
            PersonChange::Resume => status != UserStatus::Disabled,
            PersonChange::Role(wanted) => wanted == role,
            PersonChange::Delete => false,
        };
        if same {
            return Ok(PersonChanged::Done);
        }
        // In the same transaction: of two who take each other's rights away, one comes first.
        let steps_down = role == Role::Administrator && change != PersonChange::Resume;
        if steps_down && row::count(&found, "others")? == 0 {
            return Ok(PersonChanged::LastAdministrator);
        }
        apply(&mut tx, user, change, event).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(PersonChanged::Done)
    }
}

impl SqlStore {
    async fn count_people(
        &self,
        organisation: OrganisationId,
        asked: &PeopleQuery,
    ) -> Result<u32, StoreError> {
        let sql = format!("SELECT COUNT(*) AS total FROM users u WHERE {FOUND}");
        let row = query(sql)
            .bind(organisation.as_bytes().to_vec())
            .bind(pattern(&asked.search))
            .bind(asked.role.map(Role::as_str))
            .bind(asked.status.map(UserStatus::as_str))
            .fetch_one(self.read())
            .await
            .map_err(failed)?;
        row::count(&row, "total")
    }
}

/// Those of the organisation who fit.
const FOUND: &str = "u.organisation_id = $1 AND u.deleted_at IS NULL
    AND (LOWER(u.name) LIKE $2 ESCAPE '!' OR u.email LIKE $2 ESCAPE '!')
    AND ($3 IS NULL OR u.role = $3) AND ($4 IS NULL OR u.status = $4)";

const fn order(order: PeopleOrder, reversed: bool) -> &'static str {
    match (order, reversed) {
        (PeopleOrder::Name, false) => "u.name",
        (PeopleOrder::Name, true) => "u.name DESC",
        (PeopleOrder::Email, false) => "u.email",
        (PeopleOrder::Email, true) => "u.email DESC",
        (PeopleOrder::Role, false) => "u.role, u.name",
        (PeopleOrder::Role, true) => "u.role DESC, u.name",
        (PeopleOrder::LastLogin, false) => "COALESCE(u.last_login_at, 0) DESC",
        (PeopleOrder::LastLogin, true) => "COALESCE(u.last_login_at, 0)",
    }
}

/// A pattern for texts with this in them.
fn pattern(search: &str) -> String {
    let mut out = String::from("%");
    for c in search.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        // PostgreSQL takes no zero in a text, SQLite ends a pattern there; another control character is in no name either.
        out.push(if c == '\0' { '\u{1}' } else { c });
    }
    out.push('%');
    out
}

async fn apply(
    tx: &mut Conn,
    user: UserId,
    change: PersonChange,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let (id, at) = (&user.as_bytes()[..], event.at.as_millis());
    let sql = match change {
        PersonChange::Suspend => "UPDATE users SET status = 'disabled', changed_at = $2 WHERE id = $1",
        PersonChange::Resume => {
            "UPDATE users SET changed_at = $2,
                 status = CASE WHEN password_hash IS NULL THEN 'invited' ELSE 'active' END WHERE id = $1"
        }
        PersonChange::Role(Role::Operator) => {
            "UPDATE users SET role = 'operator', changed_at = $2 WHERE id = $1"
        }
        PersonChange::Role(Role::Administrator) => {
            "UPDATE users SET role = 'administrator', changed_at = $2 WHERE id = $1"
        }
        // The row stays for what the person did; nobody can log in with what is left of it.
        PersonChange::Delete => {
            "UPDATE users SET status = 'disabled', changed_at = $2, deleted_at = $2, password_hash = NULL,
                 email = $3, nickname = '', title = '', department = '', telephone = ''
             WHERE id = $1"
        }
    };
    let mut changed = query(sql).bind(id).bind(at);
    if change == PersonChange::Delete {
        changed = changed.bind(format!("deleted-{user}"));
    }
    changed.execute(&mut *tx).await.map_err(failed)?;
    if matches!(change, PersonChange::Suspend | PersonChange::Delete) {
        end_all(tx, user).await?;
    }
    if change == PersonChange::Delete {
        for sql in [
            "DELETE FROM second_factors WHERE user_id = $1",
            "DELETE FROM recovery_codes WHERE user_id = $1",
            "DELETE FROM email_changes WHERE user_id = $1",
            "DELETE FROM mails WHERE user_id = $1",
            "DELETE FROM group_members WHERE user_id = $1",
            "DELETE FROM user_permissions WHERE owner_id = $1",
        ] {
            query(sql).bind(id).execute(&mut *tx).await.map_err(failed)?;
        }
    }
    Ok(())
}

fn person(row: &Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: row::id(row, "id")?,
        email: row::get(row, "email")?,
        name: row::get(row, "name")?,
        role: row::name(row, "role", Role::from_name)?,
        status: row::name(row, "status", UserStatus::from_name)?,
        second_factor: row::get(row, "second_factor")?,
        last_login_at: row::maybe_time(row, "last_login_at")?,
        mail_problem: row::get(row, "mail_problem")?,
    })
}
