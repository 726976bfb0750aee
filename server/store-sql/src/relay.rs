//! The relay's memory in SQL. Each change is one transaction, on the disk when it returns.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::budget::Figures;
use temoto_model::code::CodeState;
use temoto_model::session::EndReason;
use temoto_model::{CodeId, SessionId, TicketId, Timestamp, TokenHash, UserId};
use temoto_store::{
    RelayChange, RelayCode, RelayMemory, RelayPlace, RelaySession, RelayStore, RelayToken, StoreError,
};

use crate::database::{Conn, Row, query};
use crate::error::{Unique, failed, failed_unique};
use crate::{SqlStore, audit, leases, row, sessions};

/// Hours of the failure budget that still count.
const BUDGET_HOURS: i64 = 24;
const HOUR_MS: i64 = 3_600_000;

const CODES: &str =
    "SELECT c.id, c.session_id, c.routing, c.expires_at, COALESCE(e.evaluated, 0) AS evaluated
    FROM codes c JOIN sessions s ON s.id = c.session_id LEFT JOIN relay_evaluations e ON e.code_id = c.id
    WHERE c.state = 'waiting' AND s.state <> 'ended' AND c.expires_at > $1";

#[async_trait]
impl RelayStore for SqlStore {
    async fn load(&self, now: Timestamp) -> Result<RelayMemory, StoreError> {
        let mut tx = self.begin().await?;
        clear(&mut tx, now).await?;
        let memory = RelayMemory {
            sessions: all(
                &mut tx,
                "SELECT id, operator_id, started_at, paused_at FROM sessions WHERE state <> 'ended'",
                session,
            )
            .await?,
            codes: codes(&mut tx, now, None).await?,
            places: all(
                &mut tx,
                "SELECT session_id, participant, role, login_id, resume_hash FROM relay_places",
                place,
            )
            .await?,
            tokens: all(
                &mut tx,
                "SELECT id, session_id, expires_at FROM relay_tokens",
                token,
            )
            .await?,
            tickets: all(&mut tx, "SELECT id, expires_at FROM relay_tickets", ticket).await?,
            budget: all(
                &mut tx,
                "SELECT hour, failures, forgiven, successes FROM relay_budget",
                hour,
            )
            .await?,
            budget_spent_at: all(&mut tx, "SELECT at FROM relay_budget_spent", |row| {
                row::time(row, "at")
            })
            .await?
            .pop(),
        };
        tx.commit().await.map_err(failed)?;
        Ok(memory)
    }

    async fn waiting(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<(RelaySession, Option<RelayCode>)>, StoreError> {
        let mut tx = self.begin().await?;
        let found = query(
            "SELECT id, operator_id, started_at, paused_at FROM sessions WHERE id = $1 AND state <> 'ended'",
        )
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(found) = found else { return Ok(None) };
        let code = codes(&mut tx, now, Some(id)).await?.pop();
        Ok(Some((session(&found)?, code)))
    }

    async fn apply(&self, change: &RelayChange) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        match change {
            RelayChange::Place { place, ticket, at } => {
                if place.participant != 0 && !leases::join(&mut tx, place.session, *at).await? {
                    // What was noted about it stays.
                    tx.commit().await.map_err(failed)?;
                    return Err(StoreError::NoLease);
                }
                take_place(&mut tx, place, *ticket, *at).await?;
            }
            RelayChange::DropPlace { session, participant } => {
                drop_place(&mut tx, *session, *participant).await?;
            }
            RelayChange::Evaluated { code, evaluated } => evaluated_is(&mut tx, *code, *evaluated).await?,
            RelayChange::ProofRefused { session, at } => {
                note(&mut tx, *session, AuditKind::ProofRefused, "", false, *at).await?;
            }
            RelayChange::CloseCode { code, state, at } => close_code(&mut tx, *code, *state, *at).await?,
            RelayChange::Joined { session, at } => joined(&mut tx, *session, *at).await?,
            RelayChange::Arm(token) => arm(&mut tx, token).await?,
            RelayChange::Disarm { token } => {
                run(&mut tx, "DELETE FROM relay_tokens WHERE id = $1", token).await?;
            }
            RelayChange::End { session, reason, at } => end(&mut tx, *session, *reason, *at).await?,
            RelayChange::Budget { hours, spent_at } => budget(&mut tx, hours, *spent_at).await?,
        }
        tx.commit().await.map_err(failed)
    }
}

/// Throws away what does not hold any more.
async fn clear(tx: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    const OVER: &str = "session_id IN (SELECT id FROM sessions WHERE state = 'ended')";
    let statements = [
        (
            format!("DELETE FROM relay_places WHERE {OVER} AND $1 > 0"),
            now.as_millis(),
        ),
        (
            format!("DELETE FROM relay_tokens WHERE expires_at <= $1 OR {OVER}"),
            now.as_millis(),
        ),
        (
            "DELETE FROM relay_tickets WHERE expires_at <= $1".to_owned(),
            now.as_millis(),
        ),
        (
            "DELETE FROM relay_evaluations WHERE $1 > 0
             AND code_id NOT IN (SELECT id FROM codes WHERE state = 'waiting')"
                .to_owned(),
            now.as_millis(),
        ),
        (
            "DELETE FROM relay_budget WHERE hour <= $1".to_owned(),
            now.as_millis().div_euclid(HOUR_MS) - BUDGET_HOURS,
        ),
    ];
    for (sql, value) in statements {
        query(sql).bind(value).execute(&mut *tx).await.map_err(failed)?;
    }
    Ok(())
}

async fn all<T>(
    tx: &mut Conn,
    sql: &'static str,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = query(sql).fetch_all(tx).await.map_err(failed)?;
    rows.iter().map(read).collect()
}

async fn codes(tx: &mut Conn, now: Timestamp, of: Option<SessionId>) -> Result<Vec<RelayCode>, StoreError> {
    let rows = match of {
        None => query(CODES).bind(now.as_millis()).fetch_all(tx).await,
        Some(session) => {
            query(format!("{CODES} AND s.id = $2"))
                .bind(now.as_millis())
                .bind(&session.as_bytes()[..])
                .fetch_all(tx)
                .await
        }
    };
    rows.map_err(failed)?.iter().map(code).collect()
}

async fn take_place(
    tx: &mut Conn,
    place: &RelayPlace,
    ticket: Option<(TicketId, Timestamp)>,
    at: Timestamp,
) -> Result<(), StoreError> {
    if !touch(tx, place.session, at).await? {
        return Err(StoreError::Gone);
    }
    if let Some((ticket, expires_at)) = ticket {
        query("INSERT INTO relay_tickets (id, expires_at) VALUES ($1, $2)")
            .bind(&ticket.as_bytes()[..])
            .bind(expires_at.as_millis())
            .execute(&mut *tx)
            .await
            // Used before: as good as over.
            .map_err(|error| failed_unique(error, Unique::TICKET, StoreError::Gone))?;
    }
    query(
        "INSERT INTO relay_places (session_id, participant, role, login_id, resume_hash, taken_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id, participant) DO UPDATE SET role = excluded.role, login_id = excluded.login_id,
             resume_hash = excluded.resume_hash, taken_at = excluded.taken_at",
    )
    .bind(&place.session.as_bytes()[..])
    .bind(i64::from(place.participant))
    .bind(i64::from(place.role))
    .bind(place.login.as_ref().map(|id| &id.as_bytes()[..]))
    .bind(&place.resume.as_bytes()[..])
    .bind(at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn drop_place(tx: &mut Conn, session: SessionId, participant: u8) -> Result<(), StoreError> {
    query("DELETE FROM relay_places WHERE session_id = $1 AND participant = $2")
        .bind(&session.as_bytes()[..])
        .bind(i64::from(participant))
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn evaluated_is(tx: &mut Conn, code: CodeId, evaluated: u8) -> Result<(), StoreError> {
    query(
        "INSERT INTO relay_evaluations (code_id, evaluated) SELECT id, $2 FROM codes WHERE id = $1
         ON CONFLICT (code_id) DO UPDATE SET evaluated = excluded.evaluated",
    )
    .bind(&code.as_bytes()[..])
    .bind(i64::from(evaluated))
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn close_code(tx: &mut Conn, code: CodeId, state: CodeState, at: Timestamp) -> Result<(), StoreError> {
    let closed = query(
        "UPDATE codes SET state = $2, closed_at = $3 WHERE id = $1 AND state = 'waiting' RETURNING session_id",
    )
    .bind(&code.as_bytes()[..])
    .bind(state.as_str())
    .bind(at.as_millis())
    .fetch_optional(&mut *tx)
    .await
    .map_err(failed)?;
    let Some(closed) = closed else { return Ok(()) };
    run(
        tx,
        "DELETE FROM relay_evaluations WHERE code_id = $1",
        code.as_bytes(),
    )
    .await?;
    note(
        tx,
        row::id(&closed, "session_id")?,
        AuditKind::CodeClosed,
        state.as_str(),
        false,
        at,
    )
    .await
}

async fn joined(tx: &mut Conn, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
    let first = query(
        "UPDATE sessions SET state = 'running', joined_at = $2, last_event_at = $2
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(&session.as_bytes()[..])
    .bind(at.as_millis())
    .execute(&mut *tx)
    .await
    .map_err(failed)?;
    if first.rows_affected() == 0 {
        return Ok(());
    }
    note(tx, session, AuditKind::CustomerJoined, "", false, at).await
}

async fn arm(tx: &mut Conn, token: &RelayToken) -> Result<(), StoreError> {
    let armed = query(
        "INSERT INTO relay_tokens AS t (id, session_id, expires_at)
         SELECT $1, id, $3 FROM sessions WHERE id = $2 AND state <> 'ended'
         ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
         WHERE t.session_id = excluded.session_id",
    )
    .bind(&token.token[..])
    .bind(&token.session.as_bytes()[..])
    .bind(token.expires_at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    if armed.rows_affected() == 0 {
        Err(StoreError::Gone)
    } else {
        Ok(())
    }
}

async fn end(tx: &mut Conn, session: SessionId, reason: EndReason, at: Timestamp) -> Result<(), StoreError> {
    run(
        tx,
        "DELETE FROM relay_places WHERE session_id = $1",
        session.as_bytes(),
    )
    .await?;
    run(
        tx,
        "DELETE FROM relay_tokens WHERE session_id = $1",
        session.as_bytes(),
    )
    .await?;
    if sessions::end(tx, session, reason, at).await? {
        let by_operator = reason == EndReason::Console;
        note(
            tx,
            session,
            AuditKind::SessionEnded,
            reason.as_str(),
            by_operator,
            at,
        )
        .await?;
    }
    Ok(())
}

async fn budget(
    tx: &mut Conn,
    hours: &[(i64, Figures)],
    spent_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    for (hour, figures) in hours {
        // Figures of an hour only grow: two changes that overtake each other do no harm.
        query(
            "INSERT INTO relay_budget AS b (hour, failures, forgiven, successes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (hour) DO UPDATE SET
                 failures = CASE WHEN excluded.failures > b.failures THEN excluded.failures ELSE b.failures END,
                 forgiven = CASE WHEN excluded.forgiven > b.forgiven THEN excluded.forgiven ELSE b.forgiven END,
                 successes = CASE WHEN excluded.successes > b.successes THEN excluded.successes ELSE b.successes END",
        )
        .bind(hour)
        .bind(i64::from(figures.failures))
        .bind(i64::from(figures.forgiven))
        .bind(i64::from(figures.successes))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    }
    let Some(at) = spent_at else { return Ok(()) };
    query(
        "INSERT INTO relay_budget_spent AS s (one, at) VALUES (1, $1)
         ON CONFLICT (one) DO UPDATE SET at = CASE WHEN excluded.at > s.at THEN excluded.at ELSE s.at END",
    )
    .bind(at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Notes that a session lives; `false` if it does not.
async fn touch(tx: &mut Conn, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
    let alive = query("UPDATE sessions SET last_event_at = $2 WHERE id = $1 AND state <> 'ended'")
        .bind(&session.as_bytes()[..])
        .bind(at.as_millis())
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(alive.rows_affected() != 0)
}

/// An entry in the trail of the session's organisation.
async fn note(
    tx: &mut Conn,
    session: SessionId,
    kind: AuditKind,
    detail: &str,
    by_operator: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    let found = query("SELECT organisation_id, operator_id FROM sessions WHERE id = $1")
        .bind(&session.as_bytes()[..])
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    let operator: UserId = row::id(&found, "operator_id")?;
    let event = AuditEvent {
        organisation: row::id(&found, "organisation_id")?,
        at,
        actor: by_operator.then(|| operator.into()),
        kind,
        subject: session.to_string(),
        detail: detail.to_owned(),
    };
    audit::append(tx, &event).await
}

/// A statement about one identifier.
async fn run(tx: &mut Conn, sql: &'static str, id: &[u8; 16]) -> Result<(), StoreError> {
    query(sql).bind(&id[..]).execute(tx).await.map_err(failed)?;
    Ok(())
}

fn session(row: &Row) -> Result<RelaySession, StoreError> {
    Ok(RelaySession {
        session: row::id(row, "id")?,
        operator: row::id(row, "operator_id")?,
        opened_at: row::time(row, "started_at")?,
        paused: row::maybe_time(row, "paused_at")?.is_some(),
    })
}

fn code(row: &Row) -> Result<RelayCode, StoreError> {
    Ok(RelayCode {
        code: row::id(row, "id")?,
        session: row::id(row, "session_id")?,
        routing: row::get(row, "routing")?,
        expires_at: row::time(row, "expires_at")?,
        evaluated: small(row, "evaluated")?,
    })
}

fn place(row: &Row) -> Result<RelayPlace, StoreError> {
    let login: Option<&[u8]> = row::get(row, "login_id")?;
    let login = login.map(|bytes| bytes.try_into().map_err(|_| StoreError::Corrupt("login_id")));
    let resume: &[u8] = row::get(row, "resume_hash")?;
    let resume: [u8; 32] = resume
        .try_into()
        .map_err(|_| StoreError::Corrupt("resume_hash"))?;
    Ok(RelayPlace {
        session: row::id(row, "session_id")?,
        participant: small(row, "participant")?,
        role: small(row, "role")?,
        login: login.transpose()?,
        resume: TokenHash::from_bytes(resume),
    })
}

fn token(row: &Row) -> Result<RelayToken, StoreError> {
    let id: &[u8] = row::get(row, "id")?;
    Ok(RelayToken {
        token: id.try_into().map_err(|_| StoreError::Corrupt("id"))?,
        session: row::id(row, "session_id")?,
        expires_at: row::time(row, "expires_at")?,
    })
}

fn ticket(row: &Row) -> Result<(TicketId, Timestamp), StoreError> {
    Ok((row::id(row, "id")?, row::time(row, "expires_at")?))
}

fn hour(row: &Row) -> Result<(i64, Figures), StoreError> {
    let figures = Figures {
        failures: row::count(row, "failures")?,
        forgiven: row::count(row, "forgiven")?,
        successes: row::count(row, "successes")?,
    };
    Ok((row::get(row, "hour")?, figures))
}

fn small(row: &Row, column: &'static str) -> Result<u8, StoreError> {
    u8::try_from(row::get::<i64>(row, column)?).map_err(|_| StoreError::Corrupt(column))
}
