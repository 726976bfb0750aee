//! Appends to the audit trail, in the transaction of what it tells about.

use temoto_model::audit::{AuditEvent, START, chain};
use temoto_store::StoreError;

use crate::database::{Conn, query};
use crate::error::failed;
use crate::row;

/// Appends one event to the trail of its organisation.
pub(crate) async fn append(connection: &mut Conn, event: &AuditEvent) -> Result<(), StoreError> {
    let organisation = &event.organisation.as_bytes()[..];
    let last = query(
        "SELECT number, hash FROM audit_events WHERE organisation_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(organisation)
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed)?;
    let (number, previous) = match &last {
        None => (1, START),
        Some(row) => {
            let number: i64 = row::get(row, "number")?;
            let hash: &[u8] = row::get(row, "hash")?;
            let hash = hash.try_into().map_err(|_| StoreError::Corrupt("hash"))?;
            (number.saturating_add(1), hash)
        }
    };
    let place = u64::try_from(number).map_err(|_| StoreError::Corrupt("number"))?;
    let hash = chain(&previous, place, event);
    query(
        "INSERT INTO audit_events (organisation_id, number, at, actor_id, kind, subject, detail, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(organisation)
    .bind(number)
    .bind(event.at.as_millis())
    .bind(event.actor.as_ref().map(|id| &id.as_bytes()[..]))
    .bind(event.kind.as_str())
    .bind(&event.subject)
    .bind(&event.detail)
    .bind(&hash[..])
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}
