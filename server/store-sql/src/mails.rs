//! Mails that wait, in SQL.

use async_trait::async_trait;
use temoto_model::account::Language;
use temoto_model::audit::AuditEvent;
use temoto_model::guidance::{PER_ORGANISATION, PER_ORGANISATION_WITHIN, PER_USER, PER_USER_WITHIN};
use temoto_model::mail::{
    ANSWER_CHARS, CLAIM, MailKind, PER_ADDRESS, PER_ADDRESS_WITHIN, REMEMBERED, WAITING,
};
use temoto_model::{MailId, Timestamp};
use temoto_store::{Mail, Mails, NewMail, StoreError};

use crate::database::{Conn, Row, query};
use crate::error::failed;
use crate::{SqlStore, audit, row};

/// Between the parts of the facts, in which they do not occur.
const UNIT: char = '\u{1f}';
const RECORD: char = '\u{1e}';

#[async_trait]
impl Mails for SqlStore {
    async fn queue_mail(&self, mail: &NewMail) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        if !has_room(&mut tx, mail).await? {
            return Ok(false);
        }
        insert(&mut tx, mail).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn queue_guidance(&self, mail: &NewMail, event: &AuditEvent) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let counted = query(
            "SELECT (SELECT COUNT(*) FROM mails WHERE user_id = $1 AND kind = $2 AND made_at > $3) AS own,
                    (SELECT COUNT(*) FROM mails WHERE organisation_id = $4 AND kind = $2 AND made_at > $5) AS every",
        )
        .bind(mail.user.as_ref().map(|id| &id.as_bytes()[..]))
        .bind(mail.kind.as_str())
        .bind(mail.at.minus(PER_USER_WITHIN).as_millis())
        .bind(mail.organisation.as_ref().map(|id| &id.as_bytes()[..]))
        .bind(mail.at.minus(PER_ORGANISATION_WITHIN).as_millis())
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
        let full =
            row::count(&counted, "own")? >= PER_USER || row::count(&counted, "every")? >= PER_ORGANISATION;
        if full || !has_room(&mut tx, mail).await? {
            return Ok(false);
        }
        insert(&mut tx, mail).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn claim_mails(&self, now: Timestamp, most: u32) -> Result<Vec<Mail>, StoreError> {
        // Looked at first without a lock: most of the time nothing is due.
        let due = query("SELECT 1 AS due FROM mails WHERE next_at <= $1 LIMIT 1")
            .bind(now.as_millis())
            .fetch_optional(self.read())
            .await
            .map_err(failed)?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let mut mails = query(
            "UPDATE mails SET next_at = $2 WHERE id IN
                 (SELECT id FROM mails WHERE next_at <= $1 ORDER BY next_at, made_at LIMIT $3)
             RETURNING id, kind, user_id, address, language, facts, made_at, failures",
        )
        .bind(now.as_millis())
        .bind(now.plus(CLAIM).as_millis())
        .bind(i64::from(most))
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?
        .iter()
        .map(mail)
        .collect::<Result<Vec<_>, _>>()?;
        tx.commit().await.map_err(failed)?;
        mails.sort_by_key(|mail| mail.made_at);
        Ok(mails)
    }

    async fn mail_sent(&self, mail: MailId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("UPDATE mails SET sent_at = $2, next_at = NULL, facts = '', reason = NULL WHERE id = $1")
            .bind(&mail.as_bytes()[..])
            .bind(at.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn mail_failed(
        &self,
        mail: MailId,
        reason: &str,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let reason: String = reason
            .chars()
            .filter(|c| !c.is_control())
            .take(ANSWER_CHARS)
            .collect();
        let mut tx = self.begin().await?;
        query("UPDATE mails SET failures = failures + 1, reason = $2, next_at = $3 WHERE id = $1")
            .bind(&mail.as_bytes()[..])
            .bind(reason)
            .bind(next.map(Timestamp::as_millis))
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn expire_mails(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let done = query("DELETE FROM mails WHERE next_at IS NULL AND COALESCE(sent_at, made_at) <= $1")
            .bind(now.minus(REMEMBERED).as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(done.rows_affected())
    }
}

/// Whether one more of this kind may go to this address, and one more may wait.
async fn has_room(tx: &mut Conn, mail: &NewMail) -> Result<bool, StoreError> {
    let counted = query(
        "SELECT (SELECT COUNT(*) FROM mails WHERE address = $1 AND kind = $2 AND made_at > $3) AS lately,
                (SELECT COUNT(*) FROM mails WHERE next_at IS NOT NULL) AS waiting",
    )
    .bind(mail.address.as_str())
    .bind(mail.kind.as_str())
    .bind(mail.at.minus(PER_ADDRESS_WITHIN).as_millis())
    .fetch_one(tx)
    .await
    .map_err(failed)?;
    Ok(row::count(&counted, "lately")? < PER_ADDRESS && row::count(&counted, "waiting")? < WAITING)
}

/// Lets a mail wait.
pub(crate) async fn insert(tx: &mut Conn, mail: &NewMail) -> Result<(), StoreError> {
    query(
        "INSERT INTO mails (id, kind, organisation_id, user_id, address, language, facts, made_at, next_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(&mail.id.as_bytes()[..])
    .bind(mail.kind.as_str())
    .bind(mail.organisation.as_ref().map(|id| &id.as_bytes()[..]))
    .bind(mail.user.as_ref().map(|id| &id.as_bytes()[..]))
    .bind(mail.address.as_str())
    .bind(mail.language.as_str())
    .bind(write_facts(&mail.facts))
    .bind(mail.at.as_millis())
    .execute(tx)
    .await
    .map_err(failed)?;
    Ok(())
}

fn write_facts(facts: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in facts {
        if !text.is_empty() {
            text.push(RECORD);
        }
        text.push_str(name);
        text.push(UNIT);
        text.extend(value.chars().filter(|c| ![UNIT, RECORD].contains(c)));
    }
    text
}

fn read_facts(text: &str) -> Vec<(String, String)> {
    text.split(RECORD)
        .filter_map(|record| record.split_once(UNIT))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn mail(row: &Row) -> Result<Mail, StoreError> {
    let user: Option<&[u8]> = row::get(row, "user_id")?;
    let user = user.map(|bytes| bytes.try_into().map_err(|_| StoreError::Corrupt("user_id")));
    Ok(Mail {
        id: row::id(row, "id")?,
        kind: row::name(row, "kind", MailKind::from_name)?,
        user: user.transpose()?,
        address: row::get(row, "address")?,
        language: row::name(row, "language", Language::from_code)?,
        facts: read_facts(row::get(row, "facts")?),
        made_at: row::time(row, "made_at")?,
        failures: row::count(row, "failures")?,
    })
}
