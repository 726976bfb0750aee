//! The history of sessions in SQL.

use async_trait::async_trait;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::Moment;
use temoto_model::session::EndReason;
use temoto_model::{OrganisationId, SessionId, Timestamp, UserId};
use temoto_store::{
    ErasableOperator, Erasure, FileReceipt, Histories, HistoryFilter, HistoryRow, Interval, Report,
    SessionDetails, StoreError, TimelineRow,
};

use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::filter::{PAST, bind, wanted};
use crate::{SqlStore, audit, moments, receipts, row};

/// Most sessions of one chart.
const CHARTED: i64 = 20_000;
/// Most sessions that one round removes: the next ones go in the next round.
const REMOVED: i64 = 500;
/// Most operators that are listed.
const OPERATORS: i64 = 2_000;
const DAY_MS: i64 = 86_400_000;
/// Most entries of the trail about one session.
const TOLD: i64 = 500;
/// What is told of a session. Receipts are numbered from 0, and none goes alone: the last number counts them.
const TOLD_OF: &str = "s.id, s.operator_id, s.started_at, s.joined_at, s.ended_at, s.end_reason, u.name,
     d.customer, d.system, d.functions, d.note, d.ticket,
     (SELECT COALESCE(MAX(f.number) + 1, 0) FROM session_files f WHERE f.session_id = s.id) AS files";
/// The tables that keep something of a session beside its details.
const KEPT_OF: [&str; 2] = ["session_files", "session_moments"];

#[async_trait]
impl Histories for SqlStore {
    async fn history(&self, filter: &HistoryFilter) -> Result<Vec<HistoryRow>, StoreError> {
        let (wanted, _) = wanted(filter);
        bind(query(format!("SELECT {TOLD_OF} FROM {PAST} {wanted}")), filter)
            .fetch_all(self.read())
            .await
            .map_err(failed)?
            .iter()
            .map(history)
            .collect()
    }

    async fn past_session(&self, session: SessionId) -> Result<Option<HistoryRow>, StoreError> {
        query(format!("SELECT {TOLD_OF} FROM {PAST} WHERE s.id = $1"))
            .bind(&session.as_bytes()[..])
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .map(|row| history(&row))
            .transpose()
    }

    async fn timeline(
        &self,
        organisation: OrganisationId,
        session: SessionId,
    ) -> Result<Vec<TimelineRow>, StoreError> {
        query(
            "SELECT at, kind, detail FROM audit_events
             WHERE organisation_id = $1 AND subject = $2 ORDER BY number LIMIT $3",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(session.to_string())
        .bind(TOLD)
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(TimelineRow {
                at: row::time(row, "at")?,
                kind: row::get(row, "kind")?,
                detail: row::get(row, "detail")?,
            })
        })
        .collect()
    }

    async fn files_of_session(&self, session: SessionId) -> Result<Vec<FileReceipt>, StoreError> {
        receipts::all(self.read(), session).await
    }

    async fn moments_of_session(&self, session: SessionId) -> Result<Vec<(Timestamp, Moment)>, StoreError> {
        moments::all(self.read(), session).await
    }

    async fn files_of_history(
        &self,
        filter: &HistoryFilter,
        limit: u32,
    ) -> Result<Vec<(SessionId, FileReceipt)>, StoreError> {
        receipts::of_history(self.read(), filter, limit).await
    }

    async fn intervals(
        &self,
        organisation: OrganisationId,
        operator: Option<UserId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Interval>, StoreError> {
        query(
            "SELECT joined_at, ended_at FROM sessions
             WHERE organisation_id = $1 AND joined_at < $3 AND (ended_at IS NULL OR ended_at >= $2)
                 AND ($4 = 0 OR operator_id = $5)
             ORDER BY started_at DESC LIMIT $6",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(from.as_millis())
        .bind(to.as_millis())
        .bind(i64::from(operator.is_some()))
        .bind(operator.as_ref().map(|id| &id.as_bytes()[..]))
        .bind(CHARTED)
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(Interval {
                from: row::time(row, "joined_at")?,
                to: row::maybe_time(row, "ended_at")?,
            })
        })
        .collect()
    }

    async fn report(
        &self,
        session: SessionId,
        report: &Report,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let before = details(&mut tx, session).await?;
        let pick = |new: &String, old: &String| if new.is_empty() { old } else { new }.clone();
        let after = SessionDetails {
            customer: pick(&report.customer, &before.customer),
            system: pick(&report.system, &before.system),
            functions: before.functions | report.functions,
            ..before.clone()
        };
        if after != before {
            write(&mut tx, session, &after).await?;
        }
        receipts::add(&mut tx, session, &report.files).await?;
        moments::add(&mut tx, session, &report.moments).await?;
        for event in events {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn set_note(
        &self,
        session: SessionId,
        note: &str,
        ticket: &str,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let after = SessionDetails {
            note: note.to_owned(),
            ticket: ticket.to_owned(),
            ..details(&mut tx, session).await?
        };
        write(&mut tx, session, &after).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn keep_days(&self, organisation: OrganisationId) -> Result<Option<u32>, StoreError> {
        query("SELECT keep_days FROM history_policies WHERE organisation_id = $1")
            .bind(&organisation.as_bytes()[..])
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .map(|row| row::count(&row, "keep_days"))
            .transpose()
    }

    async fn set_keep_days(
        &self,
        organisation: OrganisationId,
        days: Option<u32>,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        match days {
            None => query("DELETE FROM history_policies WHERE organisation_id = $1")
                .bind(&organisation.as_bytes()[..]),
            Some(days) => query(
                "INSERT INTO history_policies (organisation_id, keep_days) VALUES ($1, $2)
                 ON CONFLICT (organisation_id) DO UPDATE SET keep_days = excluded.keep_days",
            )
            .bind(&organisation.as_bytes()[..])
            .bind(i64::from(days)),
        }
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn operators_of_history(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ErasableOperator>, StoreError> {
        query(
            "SELECT u.id, u.name, COUNT(*) AS sessions FROM sessions s JOIN users u ON u.id = s.operator_id
             WHERE s.organisation_id = $1 AND s.state = 'ended'
             GROUP BY u.id, u.name ORDER BY u.name, u.id LIMIT $2",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(OPERATORS)
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(ErasableOperator {
                id: row::id(row, "id")?,
                name: row::get(row, "name")?,
                sessions: row::count(row, "sessions")?,
            })
        })
        .collect()
    }

    async fn erase(
        &self,
        organisation: OrganisationId,
        who: &Erasure,
        event: &AuditEvent,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let erased = match who {
            Erasure::Customer(name) => {
                for table in KEPT_OF {
                    erase_of_customer(&mut tx, table, organisation, name).await?;
                }
                query(
                    "DELETE FROM session_details WHERE customer = $2
                 AND session_id IN (SELECT id FROM sessions WHERE organisation_id = $1)",
                )
                .bind(&organisation.as_bytes()[..])
                .bind(name)
                .execute(&mut *tx)
                .await
                .map_err(failed)?
                .rows_affected()
            }
            Erasure::Operator(user) => {
                const WHICH: &str = "organisation_id = $1 AND operator_id = $2 AND state = 'ended'";
                let mut removed = 0;
                for sql in [
                    format!("DELETE FROM codes WHERE session_id IN (SELECT id FROM sessions WHERE {WHICH})"),
                    format!("DELETE FROM sessions WHERE {WHICH}"),
                ] {
                    let done = query(sql)
                        .bind(&organisation.as_bytes()[..])
                        .bind(&user.as_bytes()[..])
                        .execute(&mut *tx)
                        .await
                        .map_err(failed)?;
                    // The last of them says how many sessions.
                    removed = done.rows_affected();
                }
                removed
            }
        };
        let mut event = event.clone();
        event.detail = erased.to_string();
        audit::append(&mut tx, &event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(erased)
    }

    async fn expire_history(&self, now: Timestamp) -> Result<u64, StoreError> {
        let policies = query("SELECT organisation_id, keep_days FROM history_policies")
            .fetch_all(self.read())
            .await
            .map_err(failed)?;
        let mut expired = 0;
        for policy in &policies {
            let organisation: OrganisationId = row::id(policy, "organisation_id")?;
            let days = i64::from(row::count(policy, "keep_days")?);
            let until = now.as_millis().saturating_sub(days.saturating_mul(DAY_MS));
            expired += self.expire_before(organisation, until, now).await?;
        }
        Ok(expired)
    }
}

impl SqlStore {
    async fn expire_before(
        &self,
        organisation: OrganisationId,
        until: i64,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let due = query(
            "SELECT id FROM sessions WHERE organisation_id = $1 AND state = 'ended' AND ended_at <= $2
             ORDER BY started_at LIMIT $3",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(until)
        .bind(REMOVED)
        .fetch_all(self.read())
        .await
        .map_err(failed)?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        for row in &due {
            let id: SessionId = row::id(row, "id")?;
            for sql in [
                "DELETE FROM codes WHERE session_id = $1",
                "DELETE FROM sessions WHERE id = $1",
            ] {
                query(sql)
                    .bind(&id.as_bytes()[..])
                    .execute(&mut *tx)
                    .await
                    .map_err(failed)?;
            }
        }
        let event = AuditEvent {
            organisation,
            at: now,
            actor: None,
            kind: AuditKind::HistoryExpired,
            subject: String::new(),
            detail: due.len().to_string(),
        };
        audit::append(&mut tx, &event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
    }
}

/// Takes those rows out of a table of [`KEPT_OF`] whose sessions were with a customer of exactly this name.
async fn erase_of_customer(
    tx: &mut Conn,
    table: &'static str,
    organisation: OrganisationId,
    customer: &str,
) -> Result<(), StoreError> {
    query(format!(
        "DELETE FROM {table} WHERE session_id IN
             (SELECT s.id FROM sessions s JOIN session_details d ON d.session_id = s.id
              WHERE s.organisation_id = $1 AND d.customer = $2)"
    ))
    .bind(&organisation.as_bytes()[..])
    .bind(customer)
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn details(tx: &mut Conn, session: SessionId) -> Result<SessionDetails, StoreError> {
    let found =
        query("SELECT customer, system, functions, note, ticket FROM session_details WHERE session_id = $1")
            .bind(&session.as_bytes()[..])
            .fetch_optional(tx)
            .await
            .map_err(failed)?;
    found.map_or_else(|| Ok(SessionDetails::default()), |row| read_details(&row))
}

async fn write(tx: &mut Conn, session: SessionId, details: &SessionDetails) -> Result<(), StoreError> {
    query(
        "INSERT INTO session_details (session_id, customer, system, functions, note, ticket)
         SELECT id, $2, $3, $4, $5, $6 FROM sessions WHERE id = $1
         ON CONFLICT (session_id) DO UPDATE SET customer = excluded.customer, system = excluded.system,
             functions = excluded.functions, note = excluded.note, ticket = excluded.ticket",
    )
    .bind(&session.as_bytes()[..])
    .bind(&details.customer)
    .bind(&details.system)
    .bind(i64::from(details.functions))
    .bind(&details.note)
    .bind(&details.ticket)
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

fn read_details(row: &Row) -> Result<SessionDetails, StoreError> {
    Ok(SessionDetails {
        customer: row::get(row, "customer")?,
        system: row::get(row, "system")?,
        functions: row::count(row, "functions")?,
        note: row::get(row, "note")?,
        ticket: row::get(row, "ticket")?,
    })
}

fn history(row: &Row) -> Result<HistoryRow, StoreError> {
    let ended = match (
        row::maybe_time(row, "ended_at")?,
        row::maybe_name(row, "end_reason", EndReason::from_name)?,
    ) {
        (Some(at), Some(reason)) => Some((at, reason)),
        _ => None,
    };
    let details = match row::get::<Option<&str>>(row, "customer")? {
        None => SessionDetails::default(),
        Some(_) => read_details(row)?,
    };
    Ok(HistoryRow {
        session: row::id(row, "id")?,
        operator: row::id(row, "operator_id")?,
        name: row::get(row, "name")?,
        started_at: row::time(row, "started_at")?,
        joined_at: row::maybe_time(row, "joined_at")?,
        ended,
        details,
        files: row::count(row, "files")?,
    })
}
