//! Licences of organisations in SQL, and what is in use; how leases are taken is in [`crate::leases`].

use std::time::Duration;

use async_trait::async_trait;
use temoto_model::audit::AuditEvent;
use temoto_model::lease::{self, GRACE, Standing, TakeAt};
use temoto_model::licence::{Functions, Licence, LicenceKind};
use temoto_model::{LicenceId, OrganisationId, SessionId, Timestamp, UserId};
use temoto_store::{
    Activation, EndingLicence, Lease, LicenceRow, Licences, NewMail, NewTrial, StoreError, Usage,
};

use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::leases::{allowance, free, held, line, out_of_line, stand_in_line, take_at};
use crate::{SqlStore, audit, mails, row};

/// Leases that are shown one by one.
const SHOWN: i64 = 200;
/// Licences of one look at what ends soon.
const ENDING: i64 = 1_000;

#[async_trait]
impl Licences for SqlStore {
    async fn require_licences(&self, required: bool) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO licence_requirement (one, required) VALUES (1, $1)
             ON CONFLICT (one) DO UPDATE SET required = excluded.required",
        )
        .bind(i64::from(required))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn activate_licence(
        &self,
        organisation: OrganisationId,
        licence: &Licence,
        signed: &str,
        event: &AuditEvent,
    ) -> Result<Activation, StoreError> {
        let mut tx = self.begin().await?;
        let known = query("SELECT organisation_id FROM licences WHERE id = $1")
            .bind(&licence.id.as_bytes()[..])
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        if let Some(row) = known {
            let same = row::id::<OrganisationId>(&row, "organisation_id")? == organisation;
            return Ok(if same {
                Activation::Known
            } else {
                Activation::Taken
            });
        }
        query(
            "INSERT INTO licences
                 (id, organisation_id, kind, sessions, functions, starts_at, ends_at, holder, signed, activated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&licence.id.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .bind(licence.kind.as_str())
        .bind(i64::from(licence.sessions))
        .bind(i64::from(licence.functions.bits()))
        .bind(licence.starts_at.as_millis())
        .bind(licence.ends_at.map(Timestamp::as_millis))
        .bind(licence.holder.as_str())
        .bind(signed)
        .bind(event.at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        end_trial(&mut tx, organisation, licence.starts_at.max(event.at)).await?;
        if let Some(renewed) = licence.renews {
            query(
                "UPDATE licences SET replaced_at = $3
                 WHERE id = $1 AND organisation_id = $2 AND replaced_at IS NULL",
            )
            .bind(&renewed.as_bytes()[..])
            .bind(&organisation.as_bytes()[..])
            // Until the new one begins, the old one counts.
            .bind(licence.starts_at.max(event.at).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(Activation::Done)
    }

    async fn begin_trial(&self, trial: &NewTrial, event: &AuditEvent) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let had = query("SELECT id FROM licences WHERE organisation_id = $1 LIMIT 1")
            .bind(&trial.organisation.as_bytes()[..])
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        if had.is_some() {
            return Ok(false);
        }
        insert_trial(&mut tx, trial).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn licences(&self, organisation: OrganisationId) -> Result<Vec<LicenceRow>, StoreError> {
        query("SELECT * FROM licences WHERE organisation_id = $1 ORDER BY activated_at DESC, id LIMIT 500")
            .bind(&organisation.as_bytes()[..])
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(licence)
            .collect()
    }

    async fn ending_licences(&self, now: Timestamp) -> Result<Vec<EndingLicence>, StoreError> {
        let [far, ..] = lease::NOTICES;
        let until = now.plus(Duration::from_secs(24 * 60 * 60) * far);
        query(
            "SELECT l.id, l.organisation_id, o.name, l.sessions, l.starts_at, l.ends_at, l.notice_days
             FROM licences l JOIN organisations o ON o.id = l.organisation_id
             WHERE l.replaced_at IS NULL AND l.ends_at > $1 AND l.ends_at <= $2
             ORDER BY l.ends_at, l.id LIMIT $3",
        )
        .bind(now.as_millis())
        .bind(until.as_millis())
        .bind(ENDING)
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(EndingLicence {
                id: row::id(row, "id")?,
                organisation: row::id(row, "organisation_id")?,
                name: row::get(row, "name")?,
                sessions: row::count(row, "sessions")?,
                starts_at: row::time(row, "starts_at")?,
                ends_at: row::time(row, "ends_at")?,
                notice: row::get::<Option<i64>>(row, "notice_days")?
                    .map(|days| u32::try_from(days).map_err(|_| StoreError::Corrupt("notice_days")))
                    .transpose()?,
            })
        })
        .collect()
    }

    async fn give_notice(
        &self,
        licence: LicenceId,
        days: u32,
        letters: &[NewMail],
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let noted = query(
            "UPDATE licences SET notice_days = $2
             WHERE id = $1 AND (notice_days IS NULL OR notice_days > $2)",
        )
        .bind(&licence.as_bytes()[..])
        .bind(i64::from(days))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if noted.rows_affected() == 0 {
            return Ok(false);
        }
        for letter in letters {
            mails::insert(&mut tx, letter).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn usage(&self, organisation: OrganisationId, now: Timestamp) -> Result<Usage, StoreError> {
        let leases = query(
            "SELECT l.session_id, l.operator_id, l.taken_at, u.name
             FROM licence_leases l JOIN users u ON u.id = l.operator_id
             WHERE l.organisation_id = $1 ORDER BY l.taken_at, l.session_id LIMIT $2",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(SHOWN)
        .fetch_all(self.read())
        .await
        .map_err(failed)?;
        let people = line(self.read(), organisation).await?;
        let waiting = people.iter().filter(|waiter| waiter.waits(now)).count();
        Ok(Usage {
            allowance: allowance(self.read(), self.read(), organisation, now).await?,
            held: held(self.read(), organisation).await?,
            leases: leases.iter().map(lease_row).collect::<Result<_, _>>()?,
            take_at: take_at(self.read(), organisation).await?,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        })
    }

    async fn set_take_at(
        &self,
        organisation: OrganisationId,
        take_at: TakeAt,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO licence_policies (organisation_id, take_at) VALUES ($1, $2)
             ON CONFLICT (organisation_id) DO UPDATE SET take_at = excluded.take_at",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(take_at.as_str())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn wait_in_line(
        &self,
        organisation: OrganisationId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let mut tx = self.begin().await?;
        stand_in_line(&mut tx, organisation, user, now).await?;
        let people = line(&mut *tx, organisation).await?;
        let free = free(&mut tx, organisation, now).await?;
        let standing = lease::standing(&people, user, free.unwrap_or(u32::MAX), now);
        if standing == Standing::Turn {
            query("UPDATE licence_line SET turn_at = $2 WHERE user_id = $1 AND turn_at IS NULL")
                .bind(&user.as_bytes()[..])
                .bind(now.as_millis())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(standing)
    }

    async fn leave_line(&self, user: UserId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        out_of_line(&mut tx, user).await?;
        tx.commit().await.map_err(failed)
    }

    async fn hold_leases(&self, sessions: &[SessionId], now: Timestamp) -> Result<(), StoreError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for session in sessions {
            // One that waits for its customer takes none by this, but keeps what it has.
            query(
                "INSERT INTO licence_leases (session_id, organisation_id, operator_id, taken_at, operated_at)
                 SELECT id, organisation_id, operator_id, $2, $2 FROM sessions
                 WHERE id = $1 AND state = 'running' AND paused_at IS NULL
                 ON CONFLICT (session_id) DO UPDATE SET operated_at = excluded.operated_at",
            )
            .bind(&session.as_bytes()[..])
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn free_leases(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let freed = query(
            "DELETE FROM licence_leases WHERE session_id IN (
                 SELECT l.session_id FROM licence_leases l JOIN sessions s ON s.id = l.session_id
                 WHERE s.state = 'ended' OR (s.state = 'running' AND l.operated_at <= $1)
                     OR (s.state = 'waiting' AND NOT EXISTS (
                         SELECT 1 FROM codes c
                         WHERE c.session_id = s.id AND c.state = 'waiting' AND c.expires_at > $2)))",
        )
        .bind(now.minus(GRACE).as_millis())
        .bind(now.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        query("DELETE FROM licence_line WHERE seen_at <= $1 OR turn_at <= $2")
            .bind(now.minus(lease::LINE_SILENCE).as_millis())
            .bind(now.minus(lease::TURN).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(freed.rows_affected())
    }
}

/// What a trial gives, as a licence that nobody signed.
pub(crate) async fn insert_trial(tx: &mut Conn, trial: &NewTrial) -> Result<(), StoreError> {
    query(
        "INSERT INTO licences
             (id, organisation_id, kind, sessions, functions, starts_at, ends_at, holder, activated_at)
         SELECT $1, id, 'trial', $3, $4, $5, $6, name, $5 FROM organisations WHERE id = $2",
    )
    .bind(&trial.id.as_bytes()[..])
    .bind(&trial.organisation.as_bytes()[..])
    .bind(i64::from(trial.sessions))
    .bind(i64::from(Functions::ALL.bits()))
    .bind(trial.at.as_millis())
    .bind(trial.ends_at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

/// A licence takes the place of the trial: what the trial gave counts until the licence begins.
async fn end_trial(tx: &mut Conn, organisation: OrganisationId, at: Timestamp) -> Result<(), StoreError> {
    query("UPDATE organisations SET trial_started_at = NULL, trial_ends_at = NULL WHERE id = $1")
        .bind(&organisation.as_bytes()[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    query(
        "UPDATE licences SET replaced_at = $2
         WHERE organisation_id = $1 AND kind = 'trial' AND replaced_at IS NULL",
    )
    .bind(&organisation.as_bytes()[..])
    .bind(at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

fn lease_row(row: &Row) -> Result<Lease, StoreError> {
    Ok(Lease {
        session: row::id(row, "session_id")?,
        operator: row::id(row, "operator_id")?,
        name: row::get(row, "name")?,
        taken_at: row::time(row, "taken_at")?,
    })
}

fn licence(row: &Row) -> Result<LicenceRow, StoreError> {
    let kind: &str = row::get(row, "kind")?;
    Ok(LicenceRow {
        id: row::id(row, "id")?,
        kind: match kind {
            "trial" => None,
            name => Some(LicenceKind::from_name(name).ok_or(StoreError::Corrupt("kind"))?),
        },
        sessions: row::count(row, "sessions")?,
        functions: Functions::from_bits(row::count(row, "functions")?),
        starts_at: row::time(row, "starts_at")?,
        ends_at: row::maybe_time(row, "ends_at")?,
        holder: row::get(row, "holder")?,
        activated_at: row::time(row, "activated_at")?,
        replaced_at: row::maybe_time(row, "replaced_at")?,
    })
}
