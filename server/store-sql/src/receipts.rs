//! Receipts of files in SQL.

use temoto_model::SessionId;
use temoto_model::history::FILES;
use temoto_store::{FileReceipt, HistoryFilter, StoreError};

use crate::database::{Conn, Pool, Row, query};
use crate::error::failed;
use crate::filter::{PAST, bind, wanted};
use crate::row;

/// Keeps these, as far as there is room for the session.
pub(crate) async fn add(
    tx: &mut Conn,
    session: SessionId,
    receipts: &[FileReceipt],
) -> Result<(), StoreError> {
    for receipt in receipts {
        // The number is that of the row: nothing is taken out of the middle.
        query(
            "INSERT INTO session_files (session_id, number, at, to_customer, name, size, hash)
             SELECT s.id, (SELECT COUNT(*) FROM session_files f WHERE f.session_id = s.id), $2, $3, $4, $5, $6
             FROM sessions s
             WHERE s.id = $1 AND (SELECT COUNT(*) FROM session_files f WHERE f.session_id = s.id) < $7",
        )
        .bind(&session.as_bytes()[..])
        .bind(receipt.at.as_millis())
        .bind(i64::from(receipt.to_customer))
        .bind(&receipt.name)
        .bind(i64::try_from(receipt.size).unwrap_or(i64::MAX))
        .bind(&receipt.hash[..])
        .bind(i64::from(FILES))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

/// All of a session.
pub(crate) async fn all(pool: &Pool, session: SessionId) -> Result<Vec<FileReceipt>, StoreError> {
    query(
        "SELECT at, to_customer, name, size, hash FROM session_files WHERE session_id = $1
         ORDER BY number LIMIT $2",
    )
    .bind(&session.as_bytes()[..])
    .bind(i64::from(FILES))
    .fetch_all(pool)
    .await
    .map_err(failed)?
    .iter()
    .map(receipt)
    .collect()
}

/// Those of the sessions that a filter wants, each with its session.
pub(crate) async fn of_history(
    pool: &Pool,
    filter: &HistoryFilter,
    limit: u32,
) -> Result<Vec<(SessionId, FileReceipt)>, StoreError> {
    let (wanted, bound) = wanted(filter);
    let sql = format!(
        "SELECT f.session_id, f.at, f.to_customer, f.name, f.size, f.hash
         FROM (SELECT s.id, s.started_at FROM {PAST} {wanted}) p JOIN session_files f ON f.session_id = p.id
         ORDER BY p.started_at DESC, p.id DESC, f.number LIMIT ${}",
        bound + 1
    );
    bind(query(sql), filter)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| Ok((row::id(row, "session_id")?, receipt(row)?)))
        .collect()
}

fn receipt(row: &Row) -> Result<FileReceipt, StoreError> {
    let hash: &[u8] = row::get(row, "hash")?;
    Ok(FileReceipt {
        at: row::time(row, "at")?,
        to_customer: row::flag(row, "to_customer")?,
        name: row::get(row, "name")?,
        size: u64::try_from(row::get::<i64>(row, "size")?).map_err(|_| StoreError::Corrupt("size"))?,
        hash: hash.try_into().map_err(|_| StoreError::Corrupt("hash"))?,
    })
}
