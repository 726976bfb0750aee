//! Sessions and codes, and how they are cleared away.

use temoto_model::SessionId;
use temoto_model::audit::AuditKind;
use temoto_model::session::{EndReason, SessionState};
use temoto_store::{Maintenance as _, Sessions as _, StoreError};

use super::{NOW, World, minutes};

on_every_database! {
    a_session_is_found_as_opened,
    routing_digits_belong_to_one_waiting_code,
    a_new_code_withdraws_the_last_one,
    a_session_that_ended_takes_no_code_and_ends_once,
    sessions_that_nobody_is_attached_to_end_after_half_an_hour,
    codes_that_are_too_old_are_cleared_away_once,
}

async fn open(world: &World, routing: &str) -> SessionId {
    let session = world.new_session(NOW);
    let events = [world.event(AuditKind::SessionStarted, NOW)];
    let code = world.new_code(routing, NOW);
    world.store.open_session(&session, &code, &events).await.unwrap();
    session.id
}

async fn a_session_is_found_as_opened(world: World) {
    let id = open(&world, "0042").await;
    let found = world.store.session(id).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.started_at, found.burnt_codes),
        (SessionState::Waiting, NOW, 0)
    );
    assert_eq!(found.ownership.operator, world.user);
    assert_eq!(found.code.unwrap().routing, "0042");
    assert_eq!(world.store.live_sessions(world.user).await.unwrap().len(), 1);
    assert_eq!(world.store.waiting_codes(world.user, NOW).await.unwrap(), (1, 1));
    let other = temoto_model::UserId::from_bytes([1; 16]);
    assert_eq!(world.store.waiting_codes(other, NOW).await.unwrap(), (1, 0));
}

async fn routing_digits_belong_to_one_waiting_code(world: World) {
    let first = open(&world, "0042").await;
    let session = world.new_session(NOW);
    let again = |at| world.new_code("0042", at);
    let error = world
        .store
        .open_session(&session, &again(NOW), &[])
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::RoutingTaken), "{error}");
    assert!(
        world.store.session(session.id).await.unwrap().is_none(),
        "nothing of it is left"
    );

    // Free as soon as the code is too old, cleared away or not; or when its session ended.
    let later = NOW.plus(minutes(10));
    world
        .store
        .open_session(&session, &again(later), &[])
        .await
        .unwrap();
    assert_eq!(world.store.session(first).await.unwrap().unwrap().code, None);
    let ended = world.event(AuditKind::SessionEnded, later);
    world
        .store
        .end_session(session.id, EndReason::Console, later, &ended)
        .await
        .unwrap();
    let third = world.new_session(later);
    world
        .store
        .open_session(&third, &again(later), &[])
        .await
        .unwrap();
}

async fn a_new_code_withdraws_the_last_one(world: World) {
    let id = open(&world, "0042").await;
    let taken = world.event(AuditKind::CodeTaken, NOW);
    world
        .store
        .add_code(id, &world.new_code("0043", NOW), &taken)
        .await
        .unwrap();
    assert_eq!(
        world
            .store
            .session(id)
            .await
            .unwrap()
            .unwrap()
            .code
            .unwrap()
            .routing,
        "0043"
    );
    // The same digits again are free now.
    world
        .store
        .add_code(id, &world.new_code("0042", NOW), &taken)
        .await
        .unwrap();
    assert_eq!(world.store.waiting_codes(world.user, NOW).await.unwrap(), (1, 1));
}

async fn a_session_that_ended_takes_no_code_and_ends_once(world: World) {
    let id = open(&world, "0042").await;
    let event = world.event(AuditKind::SessionEnded, NOW);
    let end = || world.store.end_session(id, EndReason::SignedOut, NOW, &event);
    assert!(end().await.unwrap());
    assert!(!end().await.unwrap());
    let found = world.store.session(id).await.unwrap().unwrap();
    assert_eq!(
        (found.ended, found.code),
        (Some((NOW, EndReason::SignedOut)), None)
    );
    let error = world
        .store
        .add_code(id, &world.new_code("0043", NOW), &event)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Gone), "{error}");
    assert!(world.store.live_sessions(world.user).await.unwrap().is_empty());
}

async fn sessions_that_nobody_is_attached_to_end_after_half_an_hour(world: World) {
    let (quiet, busy) = (open(&world, "0001").await, open(&world, "0002").await);
    world
        .store
        .touch_sessions(&[busy], NOW.plus(minutes(20)))
        .await
        .unwrap();
    assert!(
        world
            .store
            .expire_sessions(NOW.plus(minutes(29)))
            .await
            .unwrap()
            .is_empty()
    );
    let ended = world.store.expire_sessions(NOW.plus(minutes(30))).await.unwrap();
    assert_eq!(
        ended.iter().map(|session| session.id).collect::<Vec<_>>(),
        [quiet]
    );
    let found = world.store.session(quiet).await.unwrap().unwrap();
    assert_eq!(found.ended, Some((NOW.plus(minutes(30)), EndReason::Expired)));
    assert_eq!(
        world
            .store
            .expire_sessions(NOW.plus(minutes(50)))
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn codes_that_are_too_old_are_cleared_away_once(world: World) {
    let id = open(&world, "0042").await;
    assert_eq!(world.store.expire_codes(NOW.plus(minutes(9))).await.unwrap(), 0);
    assert_eq!(world.store.expire_codes(NOW.plus(minutes(10))).await.unwrap(), 1);
    assert_eq!(world.store.expire_codes(NOW.plus(minutes(11))).await.unwrap(), 0);
    assert_eq!(world.store.session(id).await.unwrap().unwrap().code, None);
}
