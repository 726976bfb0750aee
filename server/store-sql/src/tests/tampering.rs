//! Whoever can write to the database changes the trail: found, whatever it was.

use temoto_model::audit::{AuditKind, Checkpoint, Entry, Fault, START, Walk};
use temoto_store::{AuditRow, Audits as _, Logins as _};

use super::{NOW, World};
use crate::database::{Pool, query};

on_every_database! {
    an_untouched_trail_has_no_fault,
    every_edited_column_and_every_missing_or_moved_row_is_found,
    a_trail_that_was_written_anew_is_found_by_its_checkpoints,
    a_cut_trail_is_found_by_its_checkpoints_and_by_what_was_noted_elsewhere,
}

const SEED: [u8; 32] = [5; 32];

/// A trail of twelve entries, signed at the tenth and at the last.
async fn trail(world: &World) -> Vec<AuditRow> {
    for n in 0..8 {
        let mut event = world.event(AuditKind::LoggedIn, NOW);
        event.actor = Some(world.user.into());
        event.subject = format!("subject {n}");
        event.detail = format!("detail {n}");
        world.store.record(&event).await.unwrap();
    }
    sign(world).await;
    for kind in [AuditKind::LoggedOut, AuditKind::LoginFailed] {
        world.store.record(&world.event(kind, NOW)).await.unwrap();
    }
    sign(world).await;
    for name in ["audit_events_are_not_changed", "audit_events_are_not_removed"] {
        change(world, &drop_trigger(world, name, "audit_events")).await;
    }
    let rows = rows(world).await;
    assert_eq!(rows.len(), 12);
    rows
}

fn drop_trigger(world: &World, name: &str, table: &str) -> String {
    match &world.store.writer {
        Pool::Sqlite(_) => format!("DROP TRIGGER {name}"),
        Pool::Postgres(_) => format!("DROP TRIGGER {name} ON {table}"),
    }
}

pub(super) async fn sign(world: &World) {
    for head in world.store.unsigned_heads(NOW).await.unwrap() {
        let signature = head.sign(&SEED);
        world.store.add_checkpoint(&head, &signature).await.unwrap();
    }
}

async fn rows(world: &World) -> Vec<AuditRow> {
    let store = &world.store;
    store
        .audit_rows(world.organisation, i64::MIN, 1_000)
        .await
        .unwrap()
}

async fn change(world: &World, sql: &str) {
    let mut tx = world.store.begin().await.unwrap();
    query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn put_back(world: &World, rows: &[AuditRow]) {
    let mut tx = world.store.begin().await.unwrap();
    query("DELETE FROM audit_events").execute(&mut *tx).await.unwrap();
    for row in rows {
        query(
            "INSERT INTO audit_events (organisation_id, number, at, actor_id, kind, subject, detail, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.organisation.clone())
        .bind(row.number)
        .bind(row.at.as_millis())
        .bind(row.actor.clone())
        .bind(&row.kind)
        .bind(&row.subject)
        .bind(&row.detail)
        .bind(row.hash.clone())
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

fn entry(row: &AuditRow) -> Entry<'_> {
    Entry {
        organisation: &row.organisation,
        number: u64::try_from(row.number).unwrap_or(0),
        at: row.at,
        actor: row.actor.as_deref(),
        kind: &row.kind,
        subject: &row.subject,
        detail: &row.detail,
    }
}

pub(super) async fn faults(world: &World, noted: Option<(u64, [u8; 32])>) -> Vec<Fault> {
    let checkpoints = world.store.checkpoints(world.organisation).await.unwrap();
    let mut walk = Walk::new(&checkpoints, &SEED);
    if let Some((number, hash)) = noted {
        walk.expect(number, hash);
    }
    for row in rows(world).await {
        walk.step(&entry(&row), &row.hash);
    }
    walk.end().2
}

async fn an_untouched_trail_has_no_fault(world: World) {
    let rows = trail(&world).await;
    assert_eq!(faults(&world, None).await, []);
    let last = rows[11].hash.clone().try_into().unwrap();
    assert_eq!(faults(&world, Some((12, last))).await, []);
    // What comes after the last checkpoint is in order too.
    world
        .store
        .record(&world.event(AuditKind::LoggedIn, NOW))
        .await
        .unwrap();
    assert_eq!(faults(&world, Some((12, last))).await, []);
    assert_eq!(world.store.strays().await.unwrap(), 0);
}

async fn every_edited_column_and_every_missing_or_moved_row_is_found(mut world: World) {
    let original = trail(&world).await;
    let ours = world.organisation;
    let theirs = world.add_organisation("Second").await;
    let (blob, end) = match &world.store.writer {
        Pool::Sqlite(_) => ("x'", "'"),
        Pool::Postgres(_) => ("'\\x", "'"),
    };
    let other = format!("{blob}{}{end}", "ab".repeat(16));
    let at = format!(
        "WHERE number = 5 AND organisation_id = {blob}{}{end}",
        hex(ours.as_bytes())
    );
    let swap = |from: u32, to: u32| format!("UPDATE audit_events SET number = {to} WHERE number = {from}");
    let edits = [
        vec![format!("UPDATE audit_events SET at = at + 1 {at}")],
        vec![format!("UPDATE audit_events SET actor_id = {other} {at}")],
        vec![format!("UPDATE audit_events SET actor_id = NULL {at}")],
        vec![format!("UPDATE audit_events SET kind = 'logged_out' {at}")],
        vec![format!("UPDATE audit_events SET subject = 'x' {at}")],
        vec![format!("UPDATE audit_events SET detail = '' {at}")],
        vec![format!(
            "UPDATE audit_events SET hash = {blob}{}{end} {at}",
            "00".repeat(32)
        )],
        vec![format!("UPDATE audit_events SET hash = {blob}00{end} {at}")],
        vec![format!("UPDATE audit_events SET number = 99 {at}")],
        vec![format!("UPDATE audit_events SET number = -5 {at}")],
        vec![format!(
            "UPDATE audit_events SET number = 77, organisation_id = {blob}{}{end} {at}",
            hex(theirs.as_bytes())
        )],
        vec![format!("DELETE FROM audit_events {at}")],
        vec!["DELETE FROM audit_events WHERE number = 1".to_owned()],
        vec!["DELETE FROM audit_events WHERE number = 12".to_owned()],
        vec!["DELETE FROM audit_events WHERE number > 3".to_owned()],
        vec!["DELETE FROM audit_events".to_owned()],
        // Two entries change places.
        vec![swap(5, 100), swap(6, 5), swap(100, 6)],
    ];
    for edit in edits {
        for sql in &edit {
            change(&world, sql).await;
        }
        let found = faults(&world, None).await;
        assert!(!found.is_empty(), "{edit:?} was not found");
        put_back(&world, &original).await;
        assert_eq!(faults(&world, None).await, [], "{edit:?} was put back");
    }
    // An entry that is moved to an organisation that is none.
    match &world.store.writer {
        Pool::Sqlite(pool) => {
            let off = sqlx::query("PRAGMA foreign_keys = OFF");
            off.execute(pool).await.unwrap();
        }
        Pool::Postgres(_) => {
            let sql = "ALTER TABLE audit_events DROP CONSTRAINT audit_events_organisation_id_fkey";
            change(&world, sql).await;
        }
    }
    change(
        &world,
        &format!("UPDATE audit_events SET organisation_id = {other} {at}"),
    )
    .await;
    assert!(!faults(&world, None).await.is_empty());
    assert_eq!(world.store.strays().await.unwrap(), 1);
    world.organisation = theirs;
}

async fn a_trail_that_was_written_anew_is_found_by_its_checkpoints(world: World) {
    let mut rows = trail(&world).await;
    rows[4].detail = "something else".to_owned();
    let mut previous = START;
    for row in &mut rows {
        previous = entry(row).chain(&previous);
        row.hash = previous.to_vec();
    }
    put_back(&world, &rows).await;
    assert_eq!(
        faults(&world, None).await,
        [Fault::Rewritten(10), Fault::Rewritten(12)]
    );

    // And signed anew by somebody else's key.
    for name in [
        "audit_checkpoints_are_not_changed",
        "audit_checkpoints_are_not_removed",
    ] {
        change(&world, &drop_trigger(&world, name, "audit_checkpoints")).await;
    }
    change(&world, "DELETE FROM audit_checkpoints").await;
    let checkpoint = Checkpoint {
        organisation: world.organisation,
        number: 12,
        hash: previous,
        at: NOW,
    };
    let signature = checkpoint.sign(&[6; 32]);
    world.store.add_checkpoint(&checkpoint, &signature).await.unwrap();
    assert_eq!(faults(&world, None).await, [Fault::Unsigned(12)]);
}

async fn a_cut_trail_is_found_by_its_checkpoints_and_by_what_was_noted_elsewhere(world: World) {
    let rows = trail(&world).await;
    change(&world, "DELETE FROM audit_events WHERE number > 9").await;
    let cut = Fault::Cut {
        end: 9,
        checkpoint: 12,
    };
    assert_eq!(faults(&world, None).await, [cut]);
    for name in [
        "audit_checkpoints_are_not_changed",
        "audit_checkpoints_are_not_removed",
    ] {
        change(&world, &drop_trigger(&world, name, "audit_checkpoints")).await;
    }
    change(&world, "DELETE FROM audit_checkpoints").await;
    let noted = rows[11].hash.clone().try_into().unwrap();
    assert_eq!(faults(&world, Some((12, noted))).await, [cut]);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
