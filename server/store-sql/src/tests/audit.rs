//! The trail cannot be changed unseen.

use temoto_model::audit::{AuditEvent, AuditKind, START, chain};
use temoto_model::{OrganisationId, Timestamp};
use temoto_store::Logins as _;

use crate::database::query;

use super::{NOW, World};

on_every_database! {
    every_entry_holds_the_hash_of_the_one_before,
    entries_are_neither_changed_nor_removed,
    many_writers_at_once_leave_one_unbroken_chain,
}

/// Every event of an organisation with its hash, as they stand in the database.
async fn trail(world: &World, organisation: OrganisationId) -> Vec<(AuditEvent, [u8; 32])> {
    let rows = query(
        "SELECT at, kind, subject, detail, hash FROM audit_events WHERE organisation_id = $1 ORDER BY number",
    )
    .bind(&organisation.as_bytes()[..])
    .fetch_all(world.store.read())
    .await
    .unwrap();
    let kinds = [
        AuditKind::Installed,
        AuditKind::UserAdded,
        AuditKind::LoggedIn,
        AuditKind::LoggedOut,
    ];
    rows.iter()
        .map(|row| {
            let name: String = row.get("kind").unwrap();
            let event = AuditEvent {
                organisation,
                at: Timestamp::from_millis(row.get("at").unwrap()),
                actor: None,
                kind: *kinds.iter().find(|kind| kind.as_str() == name).unwrap(),
                subject: row.get("subject").unwrap(),
                detail: row.get("detail").unwrap(),
            };
            (event, row.get::<Vec<u8>>("hash").unwrap().try_into().unwrap())
        })
        .collect()
}

async fn every_entry_holds_the_hash_of_the_one_before(mut world: World) {
    let first = world.organisation;
    for kind in [AuditKind::LoggedIn, AuditKind::LoggedOut] {
        world.store.record(&world.event(kind, NOW)).await.unwrap();
    }
    // Another organisation has a chain of its own.
    world.organisation = world.add_organisation("Second").await;
    world
        .store
        .record(&world.event(AuditKind::LoggedIn, NOW))
        .await
        .unwrap();

    for (organisation, length) in [(first, 4), (world.organisation, 2)] {
        let trail = trail(&world, organisation).await;
        assert_eq!(trail.len(), length);
        let mut previous = START;
        for (number, (event, hash)) in (1_u64..).zip(&trail) {
            assert_eq!(*hash, chain(&previous, number, event), "entry {number}");
            previous = *hash;
        }
    }
}

async fn entries_are_neither_changed_nor_removed(world: World) {
    for change in ["UPDATE audit_events SET detail = 'x'", "DELETE FROM audit_events"] {
        let mut tx = world.store.begin().await.unwrap();
        let error = query(change).execute(&mut *tx).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

async fn many_writers_at_once_leave_one_unbroken_chain(world: World) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (store, event) = (world.store.clone(), world.event(AuditKind::LoggedIn, NOW));
        tasks.spawn(async move { store.record(&event).await });
    }
    for done in tasks.join_all().await {
        done.unwrap();
    }
    let trail = trail(&world, world.organisation).await;
    assert_eq!(trail.len(), 22);
    let last = trail
        .iter()
        .zip(1_u64..)
        .fold(START, |previous, ((event, _), number)| {
            chain(&previous, number, event)
        });
    assert_eq!(trail.last().unwrap().1, last);
}
