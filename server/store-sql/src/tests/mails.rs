//! Mails that wait: each is sent by one, tried again when it failed, and too many to one address are not taken.

use temoto_model::account::{Email, Language};
use temoto_model::audit::AuditKind;
use temoto_model::guidance::{PER_ORGANISATION, PER_ORGANISATION_WITHIN, PER_USER, PER_USER_WITHIN};
use temoto_model::mail::{CLAIM, MailKind, PER_ADDRESS, PER_ADDRESS_WITHIN, REMEMBERED};
use temoto_model::{MailId, Timestamp, UserId};
use temoto_store::{Audits as _, Mails as _, NewMail};

use super::{NOW, World, minutes};

on_every_database! {
    a_mail_is_given_to_one_who_sends_and_to_no_other,
    a_mail_that_failed_comes_again_when_it_is_due_or_never,
    oldest_mails_go_first_and_no_more_than_asked_for,
    nobody_is_flooded,
    an_operator_and_an_organisation_send_so_many_mails_to_customers_and_each_is_in_the_trail,
}

pub(super) fn mail(world: &World, address: &str) -> NewMail {
    NewMail {
        id: MailId::from_bytes(world.fresh()),
        kind: MailKind::NewDevice,
        organisation: Some(world.organisation),
        user: Some(world.user),
        address: Email::parse(address).unwrap(),
        language: Language::Japanese,
        facts: vec![
            ("device", "火狐\u{1f}\u{1e}".to_owned()),
            ("address", String::new()),
        ],
        at: NOW,
    }
}

async fn a_mail_is_given_to_one_who_sends_and_to_no_other(world: World) {
    let new = mail(&world, "a@b.example");
    assert!(world.store.queue_mail(&new).await.unwrap());
    let (one, other) = tokio::join!(world.store.claim_mails(NOW, 9), world.store.claim_mails(NOW, 9));
    let mut both = one.unwrap();
    both.extend(other.unwrap());
    assert_eq!(both.len(), 1);
    let got = both.pop().unwrap();
    assert_eq!((got.id, got.kind, got.user), (new.id, new.kind, new.user));
    assert_eq!(
        (got.address.as_str(), got.language),
        ("a@b.example", Language::Japanese)
    );
    let facts = [("device", "火狐"), ("address", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    assert_eq!(got.facts, facts);

    // Whoever claimed it died.
    let later = NOW.plus(CLAIM);
    assert_eq!(world.store.claim_mails(later, 9).await.unwrap().len(), 1);
    world.store.mail_sent(new.id, later).await.unwrap();
    let end = later.plus(CLAIM);
    assert_eq!(world.store.claim_mails(end, 9).await.unwrap(), []);
    assert_eq!(world.store.expire_mails(end).await.unwrap(), 0);
    assert_eq!(world.store.expire_mails(later.plus(REMEMBERED)).await.unwrap(), 1);
}

async fn a_mail_that_failed_comes_again_when_it_is_due_or_never(world: World) {
    let new = mail(&world, "a@b.example");
    assert!(world.store.queue_mail(&new).await.unwrap());
    world.store.claim_mails(NOW, 9).await.unwrap();
    let next = NOW.plus(minutes(1));
    let reason = "451 later\r\n\u{1b}[31m".to_owned() + &"x".repeat(1_000);
    world
        .store
        .mail_failed(new.id, &reason, Some(next))
        .await
        .unwrap();
    assert_eq!(world.store.claim_mails(NOW, 9).await.unwrap(), []);
    let again = world.store.claim_mails(next, 9).await.unwrap();
    assert_eq!(again[0].failures, 1);
    world.store.mail_failed(new.id, "550 nobody", None).await.unwrap();
    assert_eq!(world.store.claim_mails(next.plus(CLAIM), 9).await.unwrap(), []);
}

async fn oldest_mails_go_first_and_no_more_than_asked_for(world: World) {
    for n in 0..5_u64 {
        let mut new = mail(&world, &format!("p{n}@b.example"));
        new.at = NOW.minus(minutes(n));
        assert!(world.store.queue_mail(&new).await.unwrap());
    }
    let two = world.store.claim_mails(NOW, 2).await.unwrap();
    let to: Vec<_> = two.iter().map(|mail| mail.address.as_str()).collect();
    assert_eq!(to, ["p4@b.example", "p3@b.example"]);
    assert_eq!(world.store.claim_mails(NOW, 9).await.unwrap().len(), 3);
}

async fn nobody_is_flooded(world: World) {
    for n in 0..PER_ADDRESS + 2 {
        let taken = world
            .store
            .queue_mail(&mail(&world, "a@b.example"))
            .await
            .unwrap();
        assert_eq!(taken, n < PER_ADDRESS, "{n}");
    }
    let mut other = mail(&world, "a@b.example");
    other.kind = MailKind::Reset;
    assert!(world.store.queue_mail(&other).await.unwrap());
    let mut later = mail(&world, "a@b.example");
    later.at = NOW.plus(PER_ADDRESS_WITHIN);
    assert!(world.store.queue_mail(&later).await.unwrap());
}

async fn an_operator_and_an_organisation_send_so_many_mails_to_customers_and_each_is_in_the_trail(
    world: World,
) {
    let event = world.event(AuditKind::GuidanceSent, NOW);
    let new = |n: u32, user: UserId, at: Timestamp| NewMail {
        kind: MailKind::Guidance,
        user: Some(user),
        at,
        ..mail(&world, &format!("customer{n}@b.example"))
    };
    // Other mails of this person do not count.
    assert!(
        world
            .store
            .queue_mail(&mail(&world, "a@b.example"))
            .await
            .unwrap()
    );
    let mut sent = 0;
    while sent < PER_ORGANISATION {
        let user = UserId::from_bytes(world.fresh());
        for _ in 0..PER_USER {
            let mail = new(sent, user, NOW);
            assert!(world.store.queue_guidance(&mail, &event).await.unwrap(), "{sent}");
            sent += 1;
        }
        let one_more = new(sent, user, NOW);
        assert!(
            !world.store.queue_guidance(&one_more, &event).await.unwrap(),
            "{sent}"
        );
    }
    let later = NOW.plus(PER_USER_WITHIN);
    assert!(
        !world
            .store
            .queue_guidance(&new(sent, world.user, later), &event)
            .await
            .unwrap()
    );
    let rows = world
        .store
        .audit_rows(world.organisation, 0, 2_000)
        .await
        .unwrap();
    let told = rows.iter().filter(|row| row.kind == "guidance_sent").count();
    assert_eq!(told, usize::try_from(sent).unwrap());

    let tomorrow = NOW.plus(PER_ORGANISATION_WITHIN);
    assert!(
        world
            .store
            .queue_guidance(&new(sent, world.user, tomorrow), &event)
            .await
            .unwrap()
    );
}
