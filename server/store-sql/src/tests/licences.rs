//! Licences and leases: taken once, held by what lives, and in turn.

use std::time::Duration;

use temoto_model::account::Name;
use temoto_model::audit::AuditKind;
use temoto_model::lease::{Allowance, GRACE, LINE_SILENCE, Standing, TURN, TakeAt};
use temoto_model::licence::{Functions, Licence, LicenceKind};
use temoto_model::session::EndReason;
use temoto_model::{LicenceId, SessionId, Timestamp, TokenHash, UserId};
use temoto_store::{
    Activation, Licences as _, Mails as _, NewTrial, RelayChange, RelayPlace, RelayStore as _, Sessions as _,
    StoreError,
};

use super::{NOW, World, minutes};
use crate::database::query;

on_every_database! {
    a_licence_is_activated_once_and_by_one_organisation,
    licences_add_up_and_a_renewal_takes_the_place_of_the_old_one,
    a_trial_is_the_first_thing_or_nothing,
    a_fresh_installation_has_no_end_of_leases,
    who_asks_for_licences_gives_none_without,
    a_lease_is_taken_when_the_customer_joins_and_freed_at_the_end,
    a_lease_is_taken_with_the_code_where_it_was_decided_so,
    a_session_that_nobody_operates_frees_its_lease_and_takes_it_again,
    of_a_thousand_that_join_at_once_one_gets_the_last_lease,
    the_line_is_served_in_turn,
    licences_of_others_are_not_seen,
    what_ends_soon_is_told_once_for_each_notice,
}

async fn what_ends_soon_is_told_once_for_each_notice(world: World) {
    let day = Duration::from_secs(86_400);
    let ends = |days: u32| Licence {
        ends_at: Some(NOW.plus(day * days)),
        ..licence(&world, 2)
    };
    let (soon, later, over) = (ends(20), ends(90), ends(1));
    for one in [&soon, &later, &over, &licence(&world, 1)] {
        assert_eq!(activate(&world, one).await, Activation::Done);
    }
    let now = NOW.plus(day * 2);
    let store = &world.store;
    let ending = store.ending_licences(now).await.unwrap();
    assert_eq!(ending.iter().map(|one| one.id).collect::<Vec<_>>(), [soon.id]);
    assert_eq!((ending[0].sessions, ending[0].notice), (2, None));
    assert_eq!(Some(ending[0].ends_at), soon.ends_at);
    let letter = super::mails::mail(&world, "admin@a.example");
    assert!(
        store
            .give_notice(soon.id, 7, std::slice::from_ref(&letter))
            .await
            .unwrap()
    );
    // The same one, and one that is farther, are not given after it.
    for days in [7, 30] {
        let again = super::mails::mail(&world, "admin@a.example");
        assert!(!store.give_notice(soon.id, days, &[again]).await.unwrap());
    }
    assert_eq!(store.ending_licences(now).await.unwrap()[0].notice, Some(7));
    let waiting = store.claim_mails(NOW.plus(day * 30), 10).await.unwrap();
    assert_eq!(
        waiting.iter().map(|mail| mail.id).collect::<Vec<_>>(),
        [letter.id]
    );
}

pub(super) fn licence(world: &World, sessions: u32) -> Licence {
    Licence {
        id: LicenceId::from_bytes(world.fresh()),
        kind: LicenceKind::OnPremises,
        sessions,
        functions: Functions::ALL,
        issued_at: NOW,
        starts_at: NOW,
        ends_at: None,
        organisation: None,
        renews: None,
        holder: Name::parse("Example").unwrap(),
    }
}

pub(super) async fn activate(world: &World, licence: &Licence) -> Activation {
    let event = world.event(AuditKind::LicenceActivated, NOW);
    let store = &world.store;
    store
        .activate_licence(world.organisation, licence, "signed", &event)
        .await
        .unwrap()
}

async fn try_open(
    world: &World,
    operator: UserId,
    routing: &str,
    at: Timestamp,
) -> Result<SessionId, StoreError> {
    let mut session = world.new_session(at);
    session.operator = operator;
    let code = world.new_code(routing, at);
    world.store.open_session(&session, &code, &[]).await?;
    Ok(session.id)
}

async fn open(world: &World, routing: &str) -> SessionId {
    try_open(world, world.user, routing, NOW).await.unwrap()
}

fn joining(session: SessionId, mark: u64, at: Timestamp) -> RelayChange {
    let place = RelayPlace {
        session,
        participant: 1,
        role: 1,
        login: None,
        resume: TokenHash::of(&mark.to_string()),
    };
    RelayChange::Place {
        place,
        ticket: None,
        at,
    }
}

/// A customer joins, as the relay keeps it.
pub(super) async fn join(world: &World, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
    let mark = u64::from_be_bytes(*world.fresh().first_chunk().unwrap());
    world.store.apply(&joining(session, mark, at)).await?;
    world.store.apply(&RelayChange::Joined { session, at }).await
}

async fn held(world: &World) -> u32 {
    world.store.usage(world.organisation, NOW).await.unwrap().held
}

async fn end(world: &World, session: SessionId) {
    let event = world.event(AuditKind::SessionEnded, NOW);
    let store = &world.store;
    store
        .end_session(session, EndReason::Console, NOW, &event)
        .await
        .unwrap();
}

async fn a_licence_is_activated_once_and_by_one_organisation(mut world: World) {
    let five = licence(&world, 5);
    assert_eq!(activate(&world, &five).await, Activation::Done);
    assert_eq!(activate(&world, &five).await, Activation::Known);
    let listed = world.store.licences(world.organisation).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].sessions), (five.id, 5));
    assert_eq!(listed[0].kind, Some(LicenceKind::OnPremises));
    world.organisation = world.add_organisation("Second").await;
    assert_eq!(activate(&world, &five).await, Activation::Taken);
    assert!(world.store.licences(world.organisation).await.unwrap().is_empty());
}

async fn licences_add_up_and_a_renewal_takes_the_place_of_the_old_one(world: World) {
    let (two, three) = (licence(&world, 2), licence(&world, 3));
    activate(&world, &two).await;
    activate(&world, &three).await;
    let allowance = async |at| world.store.usage(world.organisation, at).await.unwrap().allowance;
    assert_eq!(allowance(NOW).await, Allowance::Sessions(5));
    let mut renewal = licence(&world, 10);
    renewal.renews = Some(three.id);
    renewal.starts_at = NOW.plus(minutes(5));
    activate(&world, &renewal).await;
    assert_eq!(allowance(NOW).await, Allowance::Sessions(5));
    assert_eq!(allowance(NOW.plus(minutes(5))).await, Allowance::Sessions(12));
}

async fn a_trial_is_the_first_thing_or_nothing(world: World) {
    let trial = NewTrial {
        id: LicenceId::from_bytes(world.fresh()),
        organisation: world.organisation,
        sessions: 2,
        ends_at: NOW.plus(minutes(15)),
        at: NOW,
    };
    let event = world.event(AuditKind::LicenceActivated, NOW);
    assert!(world.store.begin_trial(&trial, &event).await.unwrap());
    let again = NewTrial {
        id: LicenceId::from_bytes(world.fresh()),
        ..trial
    };
    assert!(!world.store.begin_trial(&again, &event).await.unwrap());
    let usage = async |at| world.store.usage(world.organisation, at).await.unwrap().allowance;
    assert_eq!(usage(NOW).await, Allowance::Sessions(2));
    let session = open(&world, "0001").await;
    // It is over: what runs goes on, nothing new begins.
    let later = NOW.plus(minutes(15));
    assert_eq!(usage(later).await, Allowance::Sessions(0));
    let error = try_open(&world, world.user, "0002", later).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    assert!(
        world
            .store
            .session(session)
            .await
            .unwrap()
            .unwrap()
            .ended
            .is_none()
    );
    assert_eq!(
        world.store.licences(world.organisation).await.unwrap()[0].kind,
        None
    );
}

async fn a_fresh_installation_has_no_end_of_leases(world: World) {
    for n in 0..3 {
        let session = open(&world, &format!("000{n}")).await;
        join(&world, session, NOW).await.unwrap();
    }
    let usage = world.store.usage(world.organisation, NOW).await.unwrap();
    assert_eq!((usage.allowance, usage.held), (Allowance::Unlimited, 3));
}

async fn who_asks_for_licences_gives_none_without(world: World) {
    world.store.require_licences(true).await.unwrap();
    let error = try_open(&world, world.user, "0001", NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    world.store.require_licences(false).await.unwrap();
    open(&world, "0001").await;
}

async fn a_lease_is_taken_when_the_customer_joins_and_freed_at_the_end(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let (first, second) = (open(&world, "0001").await, open(&world, "0002").await);
    assert_eq!(held(&world).await, 0);
    join(&world, first, NOW).await.unwrap();
    // A second device of the same session needs no other lease.
    join(&world, first, NOW).await.unwrap();
    let usage = world.store.usage(world.organisation, NOW).await.unwrap();
    assert_eq!((usage.held, usage.leases[0].session), (1, first));
    assert_eq!(usage.leases[0].name, "佐藤 花子");

    let error = join(&world, second, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    let row = async || world.store.session(second).await.unwrap().unwrap();
    assert_eq!(row().await.unlicensed_at, Some(NOW));
    assert!(row().await.code.is_some(), "the code is still good");
    assert!(
        world
            .store
            .load(NOW)
            .await
            .unwrap()
            .places
            .iter()
            .all(|place| place.session == first)
    );
    // And nobody starts another one meanwhile.
    let error = try_open(&world, world.user, "0003", NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");

    end(&world, first).await;
    assert_eq!(held(&world).await, 0);
    join(&world, second, NOW).await.unwrap();
    assert_eq!((held(&world).await, row().await.unlicensed_at), (1, None));
}

async fn a_lease_is_taken_with_the_code_where_it_was_decided_so(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let event = world.event(AuditKind::LeasePolicyChanged, NOW);
    let store = &world.store;
    store
        .set_take_at(world.organisation, TakeAt::Code, &event)
        .await
        .unwrap();
    let session = open(&world, "0001").await;
    assert_eq!(held(&world).await, 1);
    let error = try_open(&world, world.user, "0002", NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    // Nobody came: with the code its lease goes, and comes back with the next one.
    let later = NOW.plus(minutes(10));
    assert_eq!(store.free_leases(later).await.unwrap(), 1);
    let taken = world.event(AuditKind::CodeTaken, later);
    store
        .add_code(session, &world.new_code("0003", later), &taken)
        .await
        .unwrap();
    assert_eq!(
        (held(&world).await, store.free_leases(later).await.unwrap()),
        (1, 0)
    );
    join(&world, session, later).await.unwrap();
    assert_eq!(held(&world).await, 1);
}

async fn a_session_that_nobody_operates_frees_its_lease_and_takes_it_again(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let session = open(&world, "0001").await;
    join(&world, session, NOW).await.unwrap();
    let store = &world.store;
    let soon = NOW.plus(Duration::from_secs(60));
    store.hold_leases(&[session], soon).await.unwrap();
    assert_eq!(store.free_leases(NOW.plus(GRACE)).await.unwrap(), 0);
    let gone = soon.plus(GRACE);
    assert_eq!(store.free_leases(gone).await.unwrap(), 1);
    let other = try_open(&world, world.user, "0002", gone).await.unwrap();
    join(&world, other, gone).await.unwrap();
    // It comes back while all are taken: what runs is never cut, and the next one waits.
    store.hold_leases(&[session, other], gone).await.unwrap();
    assert_eq!(held(&world).await, 2);
    let error = try_open(&world, world.user, "0003", gone).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    end(&world, session).await;
    end(&world, other).await;
    store.hold_leases(&[session], gone).await.unwrap();
    assert_eq!(held(&world).await, 0, "an ended session holds none");
}

async fn of_a_thousand_that_join_at_once_one_gets_the_last_lease(world: World) {
    activate(&world, &licence(&world, 3)).await;
    let mut sessions = Vec::new();
    let mut tx = world.store.begin().await.unwrap();
    for _ in 0..1_002 {
        let id = SessionId::from_bytes(world.fresh());
        query(
            "INSERT INTO sessions (id, organisation_id, operator_id, state, started_at, last_event_at)
             VALUES ($1, $2, $3, 'waiting', $4, $4)",
        )
        .bind(&id.as_bytes()[..])
        .bind(&world.organisation.as_bytes()[..])
        .bind(&world.user.as_bytes()[..])
        .bind(NOW.as_millis())
        .execute(&mut *tx)
        .await
        .unwrap();
        sessions.push(id);
    }
    tx.commit().await.unwrap();
    for session in sessions.split_off(1_000) {
        join(&world, session, NOW).await.unwrap();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (mark, session) in (1_u64 << 40..).zip(sessions) {
        let store = world.store.clone();
        tasks.spawn(async move { store.apply(&joining(session, mark, NOW)).await });
    }
    let mut taken = 0;
    for done in tasks.join_all().await {
        match done {
            Ok(()) => taken += 1,
            Err(error) => assert!(matches!(error, StoreError::NoLease), "{error}"),
        }
    }
    assert_eq!((taken, held(&world).await), (1, 3));
    assert_eq!(world.store.load(NOW).await.unwrap().places.len(), 3);
}

async fn the_line_is_served_in_turn(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let first = open(&world, "0001").await;
    join(&world, first, NOW).await.unwrap();
    let (taro, jiro) = (
        world.add_user("taro@example.com").await,
        world.add_user("jiro@example.com").await,
    );
    let store = &world.store;
    let wait = async |user, at| store.wait_in_line(world.organisation, user, at).await.unwrap();
    let second = |n| NOW.plus(Duration::from_secs(n));
    assert_eq!(wait(taro, NOW).await, Standing::Behind(0));
    assert_eq!(wait(jiro, second(1)).await, Standing::Behind(1));
    assert_eq!(wait(taro, second(2)).await, Standing::Behind(0));
    assert_eq!(
        store.usage(world.organisation, second(2)).await.unwrap().waiting,
        2
    );

    end(&world, first).await;
    assert_eq!(wait(jiro, second(3)).await, Standing::Behind(1));
    // Who stands in no line does not pass those who do.
    let error = try_open(&world, world.user, "0002", second(3)).await.unwrap_err();
    assert!(matches!(error, StoreError::NoLease), "{error}");
    assert_eq!(wait(taro, second(4)).await, Standing::Turn);
    let session = try_open(&world, taro, "0003", second(5)).await.unwrap();
    join(&world, session, second(6)).await.unwrap();
    assert_eq!(wait(jiro, second(7)).await, Standing::Behind(0));

    // Who lets the turn pass goes to the end; who is silent or leaves is forgotten.
    end(&world, session).await;
    assert_eq!(wait(jiro, second(8)).await, Standing::Turn);
    let late = second(8).plus(TURN);
    assert_eq!(wait(taro, late).await, Standing::Turn);
    assert_eq!(wait(jiro, late).await, Standing::Behind(1));
    store.leave_line(taro).await.unwrap();
    assert_eq!(wait(jiro, late).await, Standing::Turn);
    store.free_leases(late.plus(LINE_SILENCE)).await.unwrap();
    try_open(&world, world.user, "0004", late.plus(LINE_SILENCE))
        .await
        .unwrap();
}

async fn licences_of_others_are_not_seen(mut world: World) {
    activate(&world, &licence(&world, 5)).await;
    let session = open(&world, "0001").await;
    join(&world, session, NOW).await.unwrap();
    world.organisation = world.add_organisation("Second").await;
    let usage = world.store.usage(world.organisation, NOW).await.unwrap();
    assert_eq!((usage.allowance, usage.held), (Allowance::Unlimited, 0));
    assert!(usage.leases.is_empty());
}
