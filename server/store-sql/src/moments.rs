//! What happened in sessions, in SQL.

use temoto_model::history::{MOMENTS, Moment};
use temoto_model::{SessionId, Timestamp};
use temoto_store::StoreError;

use crate::database::{Conn, Pool, query};
use crate::error::failed;
use crate::row;

/// Keeps these, as far as there is room for the session.
pub(crate) async fn add(
    tx: &mut Conn,
    session: SessionId,
    moments: &[(Timestamp, Moment)],
) -> Result<(), StoreError> {
    for (at, moment) in moments {
        // The number is that of the row: nothing is taken out of the middle.
        query(
            "INSERT INTO session_moments (session_id, number, at, what)
             SELECT s.id, (SELECT COUNT(*) FROM session_moments m WHERE m.session_id = s.id), $2, $3
             FROM sessions s
             WHERE s.id = $1 AND (SELECT COUNT(*) FROM session_moments m WHERE m.session_id = s.id) < $4",
        )
        .bind(&session.as_bytes()[..])
        .bind(at.as_millis())
        .bind(moment.as_str())
        .bind(i64::from(MOMENTS))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

/// All of a session.
pub(crate) async fn all(pool: &Pool, session: SessionId) -> Result<Vec<(Timestamp, Moment)>, StoreError> {
    query("SELECT at, what FROM session_moments WHERE session_id = $1 ORDER BY number LIMIT $2")
        .bind(&session.as_bytes()[..])
        .bind(i64::from(MOMENTS))
        .fetch_all(pool)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            let what: String = row::get(row, "what")?;
            let moment = Moment::from_name(&what).ok_or(StoreError::Corrupt("moment"))?;
            Ok((row::time(row, "at")?, moment))
        })
        .collect()
}
