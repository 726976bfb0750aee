//! Sessions that have not ended, as their operators, colleagues and administrators list them; pausing and going on.

use temoto_model::audit::AuditEvent;
use temoto_model::session::SessionState;
use temoto_model::{SessionId, Timestamp};
use temoto_store::{LiveFilter, LiveOf, LiveRow, Paused, StoreError};

use crate::database::{Query, Row, query};
use crate::error::failed;
use crate::filter::{also, pattern};
use crate::{SqlStore, audit, leases, row};

/// Sessions that are looked at: more do not run at once in any installation that keeps its pace.
const LOOKED_AT: &str = "FROM sessions s JOIN users u ON u.id = s.operator_id
         LEFT JOIN session_details d ON d.session_id = s.id
     WHERE s.organisation_id = $1 AND s.state <> 'ended'";

/// See [`temoto_store::Sessions::live`].
pub(crate) async fn list(store: &SqlStore, filter: &LiveFilter) -> Result<(Vec<LiveRow>, u32), StoreError> {
    let mut which = LOOKED_AT.to_owned();
    let mut bound = 1;
    let user = match filter.of {
        LiveOf::Own(user) => {
            also(&mut which, &mut bound, "s.operator_id = ?");
            Some(user)
        }
        LiveOf::Groups(user) => {
            also(
                &mut which,
                &mut bound,
                "s.operator_id IN (SELECT other.user_id FROM group_members own
                     JOIN group_members other ON other.group_id = own.group_id WHERE own.user_id = ?)",
            );
            Some(user)
        }
        LiveOf::Organisation => None,
    };
    if filter.text.is_some() {
        also(
            &mut which,
            &mut bound,
            "(LOWER(u.name) LIKE ? ESCAPE '!' OR LOWER(d.customer) LIKE ? ESCAPE '!'
             OR LOWER(d.ticket) LIKE ? ESCAPE '!')",
        );
    }
    let bind = |sql: String| {
        let mut asked: Query = query(sql).bind(&filter.organisation.as_bytes()[..]);
        if let Some(user) = &user {
            asked = asked.bind(&user.as_bytes()[..]);
        }
        match &filter.text {
            Some(text) => asked.bind(pattern(text)),
            None => asked,
        }
    };
    let counted = bind(format!("SELECT COUNT(*) AS every {which}"))
        .fetch_one(store.read())
        .await
        .map_err(failed)?;
    let mut page = format!(
        "SELECT s.id, s.operator_id, s.state, s.started_at, s.joined_at, s.paused_at, u.name,
             d.customer, d.system, d.ticket {which}"
    );
    if filter.before.is_some() {
        page.push_str(&format!(
            " AND (s.started_at, s.id) < (${}, ${})",
            bound + 1,
            bound + 2
        ));
        bound += 2;
    }
    page.push_str(&format!(
        " ORDER BY s.started_at DESC, s.id DESC LIMIT ${}",
        bound + 1
    ));
    let mut asked = bind(page);
    if let Some((at, session)) = &filter.before {
        asked = asked.bind(at.as_millis()).bind(&session.as_bytes()[..]);
    }
    let rows = asked
        .bind(i64::from(filter.limit))
        .fetch_all(store.read())
        .await
        .map_err(failed)?;
    let rows = rows.iter().map(live).collect::<Result<_, _>>()?;
    Ok((rows, row::count(&counted, "every")?))
}

/// See [`temoto_store::Sessions::pause_session`].
pub(crate) async fn pause(
    store: &SqlStore,
    session: SessionId,
    at: Timestamp,
    event: &AuditEvent,
) -> Result<Paused, StoreError> {
    let mut tx = store.begin().await?;
    let found = query("SELECT state, paused_at FROM sessions WHERE id = $1")
        .bind(&session.as_bytes()[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
    let Some(found) = found else {
        return Ok(Paused::Over);
    };
    match row::name(&found, "state", SessionState::from_name)? {
        SessionState::Ended => return Ok(Paused::Over),
        SessionState::Waiting => return Ok(Paused::Waits),
        SessionState::Running => {}
    }
    if row::maybe_time(&found, "paused_at")?.is_some() {
        return Ok(Paused::Yes);
    }
    query("UPDATE sessions SET paused_at = $2, last_event_at = $2 WHERE id = $1")
        .bind(&session.as_bytes()[..])
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    leases::release(&mut tx, session).await?;
    audit::append(&mut tx, event).await?;
    tx.commit().await.map_err(failed)?;
    Ok(Paused::Yes)
}

/// See [`temoto_store::Sessions::resume_session`].
pub(crate) async fn resume(
    store: &SqlStore,
    session: SessionId,
    at: Timestamp,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let found = query("SELECT paused_at FROM sessions WHERE id = $1 AND state <> 'ended'")
        .bind(&session.as_bytes()[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
    let found = found.ok_or(StoreError::Gone)?;
    if row::maybe_time(&found, "paused_at")?.is_none() {
        return Ok(());
    }
    if !leases::resume(&mut tx, session, at).await? {
        // The place in the line stays.
        tx.commit().await.map_err(failed)?;
        return Err(StoreError::NoLease);
    }
    query("UPDATE sessions SET paused_at = NULL, last_event_at = $2 WHERE id = $1")
        .bind(&session.as_bytes()[..])
        .bind(at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    audit::append(&mut tx, event).await?;
    tx.commit().await.map_err(failed)
}

fn live(row: &Row) -> Result<LiveRow, StoreError> {
    // What nobody reported has no row of its own.
    let word = |name| row::get::<Option<String>>(row, name).map(Option::unwrap_or_default);
    Ok(LiveRow {
        session: row::id(row, "id")?,
        operator: row::id(row, "operator_id")?,
        name: row::get(row, "name")?,
        state: row::name(row, "state", SessionState::from_name)?,
        started_at: row::time(row, "started_at")?,
        joined_at: row::maybe_time(row, "joined_at")?,
        paused_at: row::maybe_time(row, "paused_at")?,
        customer: word("customer")?,
        system: word("system")?,
        ticket: word("ticket")?,
    })
}
