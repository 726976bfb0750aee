//! Support sessions and codes in SQL.

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::role::Ownership;
use temoto_model::session::{EndReason, SessionState};
use temoto_model::{SessionId, Timestamp, UserId};
use temoto_store::{
    LiveFilter, LiveRow, NewCode, NewSession, Paused, SessionCode, SessionRow, Sessions, StoreError,
};

use crate::database::{Conn, Row, query};
use crate::error::{Unique, failed, failed_unique};
use crate::{SqlStore, audit, leases, live, row};

const SELECT: &str = "SELECT s.*,
        (SELECT COUNT(*) FROM codes b WHERE b.session_id = s.id AND b.state = 'burnt') AS burnt,
        c.routing, c.secret_digits, c.expires_at
     FROM sessions s LEFT JOIN codes c ON c.session_id = s.id AND c.state = 'waiting'";

#[async_trait]
impl Sessions for SqlStore {
    async fn open_session(
        &self,
        session: &NewSession,
        code: &NewCode,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO sessions (id, organisation_id, operator_id, language, state, started_at, last_event_at)
             VALUES ($1, $2, $3, $4, 'waiting', $5, $5)",
        )
        .bind(&session.id.as_bytes()[..])
        .bind(&session.organisation.as_bytes()[..])
        .bind(&session.operator.as_bytes()[..])
        .bind(session.language.map(Language::as_str))
        .bind(session.at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        leases::open(
            &mut tx,
            session.id,
            session.organisation,
            session.operator,
            session.at,
        )
        .await?;
        insert_code(&mut tx, session.id, code).await?;
        for event in events {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn add_code(
        &self,
        session: SessionId,
        code: &NewCode,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let alive = query("UPDATE sessions SET last_event_at = $2 WHERE id = $1 AND state <> 'ended'")
            .bind(&session.as_bytes()[..])
            .bind(code.at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if alive.rows_affected() == 0 {
            return Err(StoreError::Gone);
        }
        leases::new_code(&mut tx, session, code.at).await?;
        withdraw_code(&mut tx, session, code.at).await?;
        insert_code(&mut tx, session, code).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)
    }

    async fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        query(format!("{SELECT} WHERE s.id = $1"))
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.read())
            .await
            .map_err(failed)?
            .as_ref()
            .map(session)
            .transpose()
    }

    async fn live_sessions(&self, operator: UserId) -> Result<Vec<SessionRow>, StoreError> {
        // An operator opens sessions by hand; the bound is for a broken client.
        query(format!(
            "{SELECT} WHERE s.operator_id = $1 AND s.state <> 'ended' ORDER BY s.started_at DESC, s.id LIMIT 200"
        ))
        .bind(&operator.as_bytes()[..])
        .fetch_all(self.read())
        .await
        .map_err(failed)?
        .iter()
        .map(session)
        .collect()
    }

    async fn live(&self, filter: &LiveFilter) -> Result<(Vec<LiveRow>, u32), StoreError> {
        live::list(self, filter).await
    }

    async fn pause_session(
        &self,
        session: SessionId,
        at: Timestamp,
        event: &AuditEvent,
    ) -> Result<Paused, StoreError> {
        live::pause(self, session, at, event).await
    }

    async fn resume_session(
        &self,
        session: SessionId,
        at: Timestamp,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        live::resume(self, session, at, event).await
    }

    async fn waiting_codes(&self, operator: UserId, now: Timestamp) -> Result<(u32, u32), StoreError> {
        let row = query(
            "SELECT COUNT(*) AS every, COALESCE(SUM(CASE WHEN s.operator_id = $1 THEN 1 ELSE 0 END), 0) AS own
             FROM codes c JOIN sessions s ON s.id = c.session_id
             WHERE c.state = 'waiting' AND c.expires_at > $2",
        )
        .bind(&operator.as_bytes()[..])
        .bind(now.as_millis())
        .fetch_one(self.read())
        .await
        .map_err(failed)?;
        Ok((row::count(&row, "every")?, row::count(&row, "own")?))
    }

    async fn end_session(
        &self,
        session: SessionId,
        reason: EndReason,
        at: Timestamp,
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        if !end(&mut tx, session, reason, at).await? {
            return Ok(false);
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn touch_sessions(&self, sessions: &[SessionId], at: Timestamp) -> Result<(), StoreError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for session in sessions {
            query("UPDATE sessions SET last_event_at = $2 WHERE id = $1 AND state <> 'ended' AND last_event_at < $2")
                .bind(&session.as_bytes()[..])
                .bind(at.as_millis())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }
}

/// Ends a session and withdraws its code; `false` if it was over.
pub(crate) async fn end(
    tx: &mut Conn,
    session: SessionId,
    reason: EndReason,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = query(
        "UPDATE sessions SET state = 'ended', ended_at = $2, end_reason = $3, last_event_at = $2
         WHERE id = $1 AND state <> 'ended'",
    )
    .bind(&session.as_bytes()[..])
    .bind(at.as_millis())
    .bind(reason.as_str())
    .execute(&mut *tx)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    withdraw_code(tx, session, at).await?;
    leases::release(tx, session).await?;
    Ok(true)
}

async fn withdraw_code(tx: &mut Conn, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
    query("UPDATE codes SET state = 'withdrawn', closed_at = $2 WHERE session_id = $1 AND state = 'waiting'")
        .bind(&session.as_bytes()[..])
        .bind(at.as_millis())
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn insert_code(tx: &mut Conn, session: SessionId, code: &NewCode) -> Result<(), StoreError> {
    // A code that is too old but was not cleared away yet does not hold its digits.
    query(
        "UPDATE codes SET state = 'expired', closed_at = expires_at
         WHERE routing = $1 AND state = 'waiting' AND expires_at <= $2",
    )
    .bind(&code.routing)
    .bind(code.at.as_millis())
    .execute(&mut *tx)
    .await
    .map_err(failed)?;
    query(
        "INSERT INTO codes (id, session_id, routing, secret_digits, state, created_at, expires_at)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $6)",
    )
    .bind(&code.id.as_bytes()[..])
    .bind(&session.as_bytes()[..])
    .bind(&code.routing)
    .bind(i64::from(code.secret_digits))
    .bind(code.at.as_millis())
    .bind(code.expires_at.as_millis())
    .execute(tx)
    .await
    .map_err(|error| failed_unique(error, Unique::ROUTING, StoreError::RoutingTaken))?;
    Ok(())
}

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    let ended = match (
        row::maybe_time(row, "ended_at")?,
        row::maybe_name(row, "end_reason", EndReason::from_name)?,
    ) {
        (Some(at), Some(reason)) => Some((at, reason)),
        _ => None,
    };
    let code = match row::get::<Option<String>>(row, "routing")? {
        None => None,
        Some(routing) => Some(SessionCode {
            routing,
            secret_digits: u8::try_from(row::count(row, "secret_digits")?)
                .map_err(|_| StoreError::Corrupt("secret_digits"))?,
            expires_at: row::time(row, "expires_at")?,
        }),
    };
    Ok(SessionRow {
        id: row::id(row, "id")?,
        ownership: Ownership {
            organisation: row::id(row, "organisation_id")?,
            operator: row::id(row, "operator_id")?,
        },
        state: row::name(row, "state", SessionState::from_name)?,
        started_at: row::time(row, "started_at")?,
        joined_at: row::maybe_time(row, "joined_at")?,
        last_event_at: row::time(row, "last_event_at")?,
        ended,
        burnt_codes: row::count(row, "burnt")?,
        unlicensed_at: row::maybe_time(row, "unlicensed_at")?,
        paused_at: row::maybe_time(row, "paused_at")?,
        code,
    })
}
