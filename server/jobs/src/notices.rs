//! Tells administrators by mail that a licence or the trial ends soon.

use temoto_model::Role;
use temoto_model::account::{Email, Language, UserStatus};
use temoto_model::lease;
use temoto_model::mail::MailKind;
use temoto_store::{EndingLicence, NewMail, StoreError, User};

use crate::mail::Parts;

/// Gives the notices that are due; how many licences that concerned.
pub(crate) async fn give(parts: &Parts) -> Result<usize, StoreError> {
    let now = parts.clock.now();
    let mut given = 0;
    for licence in parts.store.ending_licences(now).await? {
        let Some(days) = lease::notice(now, licence.starts_at, licence.ends_at, licence.notice) else {
            continue;
        };
        let people = parts.store.users(licence.organisation).await?;
        let letters: Vec<NewMail> = people
            .iter()
            .filter(|user| user.role == Role::Administrator && user.status == UserStatus::Active)
            .filter_map(|user| letter(parts, &licence, days, user))
            .collect();
        // Another server of the installation may have been faster.
        if parts.store.give_notice(licence.id, days, &letters).await? {
            tracing::info!(licence = %licence.id, days, mails = letters.len(), "told that a licence ends");
            given += 1;
        }
    }
    Ok(given)
}

fn letter(parts: &Parts, licence: &EndingLicence, days: u32, user: &User) -> Option<NewMail> {
    let date = licence.ends_at.to_rfc3339();
    Some(NewMail {
        id: (parts.draw_id)(),
        kind: MailKind::LicenceEnds,
        organisation: Some(licence.organisation),
        user: Some(user.id),
        address: Email::parse(&user.email).ok()?,
        language: user.language.unwrap_or(Language::Japanese),
        facts: vec![
            ("name", user.name.clone()),
            ("organisation", licence.name.clone()),
            ("sessions", licence.sessions.to_string()),
            ("date", date.split('T').next().unwrap_or_default().to_owned()),
            ("days", days.to_string()),
        ],
        at: parts.clock.now(),
    })
}
