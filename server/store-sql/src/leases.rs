//! Leases in SQL: taken, freed, and the line of those who wait; each within the change that it belongs to.
//!
//! Changes follow each other ([`crate::SqlStore::begin`]), so what is counted here is what is there when it is written:
//! the last lease is taken once, whoever else asks at the same moment.

use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::lease::{self, Allowance, Grant, TakeAt, Waiter};
use temoto_model::licence::{Function, Functions};
use temoto_model::{OrganisationId, SessionId, Timestamp, UserId};
use temoto_store::StoreError;

use crate::database::{Conn, On, query};
use crate::error::failed;
use crate::{audit, row};

/// Whether this person may open a session now; takes the lease at once if it is taken with the code.
pub(crate) async fn open(
    tx: &mut Conn,
    session: SessionId,
    organisation: OrganisationId,
    operator: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let free = free(tx, organisation, now).await?;
    let line = line(&mut *tx, organisation).await?;
    if free == Some(0) || !lease::may_start(&line, operator, free, now) {
        return Err(StoreError::NoLease);
    }
    if take_at(&mut *tx, organisation).await? == TakeAt::Code {
        take(tx, session, organisation, operator, now).await?;
        out_of_line(tx, operator).await?;
    }
    Ok(())
}

/// A new code for a session: its lease again, if leases are taken with codes and it has none.
pub(crate) async fn new_code(tx: &mut Conn, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let Some(found) = without_lease(tx, session).await? else {
        return Ok(());
    };
    let Without {
        organisation,
        operator,
        ..
    } = found;
    if found.paused {
        // A code would bring customers to a console that is not there.
        return Err(StoreError::NoLease);
    }
    if take_at(&mut *tx, organisation).await? == TakeAt::Code {
        if free(tx, organisation, now).await? == Some(0) {
            return Err(StoreError::NoLease);
        }
        take(tx, session, organisation, operator, now).await?;
    }
    Ok(())
}

/// A customer joins: takes the lease of the session. `false`: none is free; the operator is put in the line.
pub(crate) async fn join(tx: &mut Conn, session: SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let Some(found) = without_lease(tx, session).await? else {
        return Ok(true);
    };
    let Without {
        organisation,
        operator,
        ..
    } = found;
    if found.paused {
        // Only its operator goes on with it.
        return Ok(false);
    }
    let free = free(tx, organisation, now).await?;
    let line = line(&mut *tx, organisation).await?;
    // What ran before is never cut.
    if found.running || (free != Some(0) && lease::may_start(&line, operator, free, now)) {
        take(tx, session, organisation, operator, now).await?;
        out_of_line(tx, operator).await?;
        unlicensed(tx, session, None).await?;
        return Ok(true);
    }
    stand_in_line(tx, organisation, operator, now).await?;
    if unlicensed(tx, session, Some(now)).await? {
        let event = AuditEvent {
            organisation,
            at: now,
            actor: None,
            kind: AuditKind::LeaseRefused,
            subject: session.to_string(),
            detail: String::new(),
        };
        audit::append(tx, &event).await?;
    }
    Ok(false)
}

/// A session that was paused goes on: takes a lease as a new session does. `false`: none is free; the operator is put in
/// the line.
pub(crate) async fn resume(tx: &mut Conn, session: SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let Some(Without {
        organisation,
        operator,
        ..
    }) = without_lease(tx, session).await?
    else {
        return Ok(true);
    };
    let free = free(tx, organisation, now).await?;
    let line = line(&mut *tx, organisation).await?;
    if free != Some(0) && lease::may_start(&line, operator, free, now) {
        take(tx, session, organisation, operator, now).await?;
        out_of_line(tx, operator).await?;
        return Ok(true);
    }
    stand_in_line(tx, organisation, operator, now).await?;
    Ok(false)
}

/// The session ended, or is paused.
pub(crate) async fn release(tx: &mut Conn, session: SessionId) -> Result<(), StoreError> {
    query("DELETE FROM licence_leases WHERE session_id = $1")
        .bind(&session.as_bytes()[..])
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

/// A session that holds no lease.
struct Without {
    organisation: OrganisationId,
    operator: UserId,
    /// A customer has joined it.
    running: bool,
    /// Its operator paused it.
    paused: bool,
}

async fn without_lease(tx: &mut Conn, session: SessionId) -> Result<Option<Without>, StoreError> {
    let found = query(
        "SELECT organisation_id, operator_id, state, paused_at FROM sessions WHERE id = $1
         AND NOT EXISTS (SELECT 1 FROM licence_leases l WHERE l.session_id = $1)",
    )
    .bind(&session.as_bytes()[..])
    .fetch_optional(tx)
    .await
    .map_err(failed)?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(Without {
        organisation: row::id(&row, "organisation_id")?,
        operator: row::id(&row, "operator_id")?,
        running: row::get::<&str>(&row, "state")? == "running",
        paused: row::maybe_time(&row, "paused_at")?.is_some(),
    }))
}

async fn take(
    tx: &mut Conn,
    session: SessionId,
    organisation: OrganisationId,
    operator: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO licence_leases (session_id, organisation_id, operator_id, taken_at, operated_at)
         VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(&session.as_bytes()[..])
    .bind(&organisation.as_bytes()[..])
    .bind(&operator.as_bytes()[..])
    .bind(now.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Notes when a customer was turned away, or that this is over; whether that is news.
async fn unlicensed(tx: &mut Conn, session: SessionId, at: Option<Timestamp>) -> Result<bool, StoreError> {
    let noted =
        query("UPDATE sessions SET unlicensed_at = $2 WHERE id = $1 AND (unlicensed_at IS NULL) = ($3 = 1)")
            .bind(&session.as_bytes()[..])
            .bind(at.map(Timestamp::as_millis))
            .bind(i64::from(at.is_some()))
            .execute(tx)
            .await
            .map_err(failed)?;
    Ok(noted.rows_affected() != 0)
}

pub(crate) async fn stand_in_line(
    tx: &mut Conn,
    organisation: OrganisationId,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Who let the turn pass, or was away, begins at the end.
    query("DELETE FROM licence_line WHERE user_id = $1 AND (seen_at <= $2 OR turn_at <= $3)")
        .bind(&user.as_bytes()[..])
        .bind(now.minus(lease::LINE_SILENCE).as_millis())
        .bind(now.minus(lease::TURN).as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    query(
        "INSERT INTO licence_line (user_id, organisation_id, since, seen_at)
         SELECT $1, $2, $3, $3 WHERE (SELECT COUNT(*) FROM licence_line WHERE organisation_id = $2) < $4
         ON CONFLICT (user_id) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(&user.as_bytes()[..])
    .bind(&organisation.as_bytes()[..])
    .bind(now.as_millis())
    .bind(i64::try_from(lease::LINE).unwrap_or(i64::MAX))
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(crate) async fn out_of_line(tx: &mut Conn, user: UserId) -> Result<(), StoreError> {
    query("DELETE FROM licence_line WHERE user_id = $1")
        .bind(&user.as_bytes()[..])
        .execute(tx)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(crate) async fn free(
    tx: &mut Conn,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    let grants = grants(&mut *tx, organisation).await?;
    let required = required(&mut *tx).await?;
    let allowance = Allowance::of(&grants, Function::OneTime, required, now);
    Ok(allowance.free(held(tx, organisation).await?))
}

pub(crate) async fn allowance<'a>(
    first: impl Into<On<'a>>,
    second: impl Into<On<'a>>,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<Allowance, StoreError> {
    let grants = grants(first, organisation).await?;
    let required = required(second).await?;
    Ok(Allowance::of(&grants, Function::OneTime, required, now))
}

async fn grants<'a>(on: impl Into<On<'a>>, organisation: OrganisationId) -> Result<Vec<Grant>, StoreError> {
    query("SELECT sessions, functions, starts_at, ends_at, replaced_at FROM licences WHERE organisation_id = $1")
        .bind(&organisation.as_bytes()[..])
        .fetch_all(on)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            let ends = [row::maybe_time(row, "ends_at")?, row::maybe_time(row, "replaced_at")?];
            Ok(Grant {
                sessions: row::count(row, "sessions")?,
                functions: Functions::from_bits(row::count(row, "functions")?),
                starts_at: row::time(row, "starts_at")?,
                ends_at: ends.into_iter().flatten().min(),
            })
        })
        .collect()
}

async fn required<'a>(on: impl Into<On<'a>>) -> Result<bool, StoreError> {
    let found = query("SELECT required FROM licence_requirement")
        .fetch_optional(on)
        .await
        .map_err(failed)?;
    found.map_or(Ok(false), |row| Ok(row::count(&row, "required")? != 0))
}

pub(crate) async fn held<'a>(on: impl Into<On<'a>>, organisation: OrganisationId) -> Result<u32, StoreError> {
    let row = query("SELECT COUNT(*) AS held FROM licence_leases WHERE organisation_id = $1")
        .bind(&organisation.as_bytes()[..])
        .fetch_one(on)
        .await
        .map_err(failed)?;
    row::count(&row, "held")
}

pub(crate) async fn take_at<'a>(
    on: impl Into<On<'a>>,
    organisation: OrganisationId,
) -> Result<TakeAt, StoreError> {
    let found = query("SELECT take_at FROM licence_policies WHERE organisation_id = $1")
        .bind(&organisation.as_bytes()[..])
        .fetch_optional(on)
        .await
        .map_err(failed)?;
    found.map_or(Ok(TakeAt::default()), |row| {
        row::name(&row, "take_at", TakeAt::from_name)
    })
}

pub(crate) async fn line<'a>(
    on: impl Into<On<'a>>,
    organisation: OrganisationId,
) -> Result<Vec<Waiter>, StoreError> {
    query(
        "SELECT user_id, since, seen_at, turn_at FROM licence_line WHERE organisation_id = $1
         ORDER BY since, user_id",
    )
    .bind(&organisation.as_bytes()[..])
    .fetch_all(on)
    .await
    .map_err(failed)?
    .iter()
    .map(|row| {
        Ok(Waiter {
            user: row::id(row, "user_id")?,
            since: row::time(row, "since")?,
            seen_at: row::time(row, "seen_at")?,
            turn_at: row::maybe_time(row, "turn_at")?,
        })
    })
    .collect()
}
