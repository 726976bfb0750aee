//! The relay's memory, in particular what must not be there a second time.

use temoto_model::audit::AuditKind;
use temoto_model::budget::Figures;
use temoto_model::code::CodeState;
use temoto_model::session::{EndReason, SessionState};
use temoto_model::{CodeId, LoginId, SessionId, TicketId, Timestamp, TokenHash};
use temoto_store::{RelayChange, RelayPlace, RelayStore as _, RelayToken, Sessions as _, StoreError};

use crate::database::query;
use crate::tests::{NOW, World, minutes, on_every_database};
use crate::{SqlStore, row};

on_every_database! {
    what_was_kept_is_there_for_the_next_server,
    a_ticket_is_used_once_and_leaves_nothing_when_it_was,
    what_is_too_old_is_forgotten_at_the_start,
    a_token_that_is_armed_anew_is_kept_longer_but_never_changes_its_session,
    a_session_that_ended_takes_no_place_and_no_token,
    the_trail_tells_each_event_once,
    the_budget_only_grows_within_an_hour_and_ends_with_the_day,
}

async fn open(world: &World, routing: &str) -> (SessionId, CodeId) {
    let session = world.new_session(NOW);
    let code = world.new_code(routing, NOW);
    world.store.open_session(&session, &code, &[]).await.unwrap();
    (session.id, code.id)
}

fn place(session: SessionId, participant: u8, mark: u8) -> RelayPlace {
    RelayPlace {
        session,
        participant,
        role: u8::from(participant != 0),
        login: (participant == 0).then_some(LoginId::from_bytes([8; 16])),
        resume: TokenHash::from_bytes([mark; 32]),
    }
}

fn take(place: &RelayPlace, ticket: Option<u8>) -> RelayChange {
    RelayChange::Place {
        place: place.clone(),
        ticket: ticket.map(|n| (TicketId::from_bytes([n; 16]), NOW.plus(minutes(1)))),
        at: NOW,
    }
}

fn token(session: SessionId, n: u8) -> RelayToken {
    RelayToken {
        token: [n; 16],
        session,
        expires_at: NOW.plus(minutes(15)),
    }
}

async fn trail(store: &SqlStore) -> Vec<(String, String)> {
    let rows = query("SELECT kind, detail FROM audit_events ORDER BY number")
        .fetch_all(store.read())
        .await
        .unwrap();
    rows.iter()
        .map(|r| (row::get(r, "kind").unwrap(), row::get(r, "detail").unwrap()))
        .collect()
}

async fn what_was_kept_is_there_for_the_next_server(world: World) {
    let store = &world.store;
    let (session, code) = open(&world, "4821").await;
    let (console, agent) = (place(session, 0, 1), place(session, 1, 2));
    let evaluated = RelayChange::Evaluated { code, evaluated: 2 };
    let changes = [
        take(&console, Some(1)),
        take(&agent, None),
        evaluated,
        RelayChange::Arm(token(session, 5)),
    ];
    for change in &changes {
        store.apply(change).await.unwrap();
    }
    let memory = store.load(NOW).await.unwrap();
    assert_eq!(memory.sessions.len(), 1);
    assert_eq!(memory.places, [console, agent.clone()]);
    assert_eq!(memory.tokens, [token(session, 5)]);
    assert_eq!(
        memory.tickets,
        [(TicketId::from_bytes([1; 16]), NOW.plus(minutes(1)))]
    );
    let (waiting, found) = store.waiting(session, NOW).await.unwrap().unwrap();
    assert_eq!((waiting.session, waiting.operator), (session, world.user));
    assert_eq!(found.as_ref(), memory.codes.first());
    assert_eq!(
        (memory.codes[0].routing.as_str(), memory.codes[0].evaluated),
        ("4821", 2)
    );

    // A place taken anew replaces the old one.
    let again = place(session, 0, 3);
    store.apply(&take(&again, Some(2))).await.unwrap();
    let drop = RelayChange::DropPlace {
        session,
        participant: 1,
    };
    store.apply(&drop).await.unwrap();
    store
        .apply(&RelayChange::Disarm { token: [5; 16] })
        .await
        .unwrap();
    let memory = store.load(NOW).await.unwrap();
    assert_eq!(memory.places, [again]);
    assert!(memory.tokens.is_empty());
}

async fn a_ticket_is_used_once_and_leaves_nothing_when_it_was(world: World) {
    let (session, _) = open(&world, "4821").await;
    let first = place(session, 0, 1);
    world.store.apply(&take(&first, Some(1))).await.unwrap();
    let error = world
        .store
        .apply(&take(&place(session, 0, 2), Some(1)))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Gone), "{error}");
    assert_eq!(world.store.load(NOW).await.unwrap().places, [first]);
}

async fn what_is_too_old_is_forgotten_at_the_start(world: World) {
    let store = &world.store;
    let (session, _) = open(&world, "4821").await;
    store.apply(&take(&place(session, 0, 1), Some(1))).await.unwrap();
    store.apply(&RelayChange::Arm(token(session, 5))).await.unwrap();
    let memory = store.load(NOW.plus(minutes(14))).await.unwrap();
    assert_eq!((memory.places.len(), memory.tokens.len()), (1, 1));
    assert!(memory.codes.is_empty() && memory.tickets.is_empty());
    assert!(store.load(NOW.plus(minutes(15))).await.unwrap().tokens.is_empty());
}

async fn a_token_that_is_armed_anew_is_kept_longer_but_never_changes_its_session(world: World) {
    let store = &world.store;
    let (session, _) = open(&world, "4821").await;
    let (other, _) = open(&world, "4822").await;
    let kept = |session| RelayToken {
        expires_at: Timestamp::from_millis(i64::MAX),
        ..token(session, 5)
    };
    store.apply(&RelayChange::Arm(token(session, 5))).await.unwrap();
    let error = store.apply(&RelayChange::Arm(kept(other))).await.unwrap_err();
    assert!(matches!(error, StoreError::Gone), "{error}");
    store.apply(&RelayChange::Arm(kept(session))).await.unwrap();
    let memory = store.load(NOW.plus(minutes(16))).await.unwrap();
    assert_eq!(memory.tokens, [kept(session)]);
}

async fn a_session_that_ended_takes_no_place_and_no_token(world: World) {
    let store = &world.store;
    let (session, code) = open(&world, "4821").await;
    store.apply(&take(&place(session, 0, 1), Some(1))).await.unwrap();
    store.apply(&RelayChange::Arm(token(session, 5))).await.unwrap();
    let end = |reason| RelayChange::End {
        session,
        reason,
        at: NOW,
    };
    store.apply(&end(EndReason::Console)).await.unwrap();
    for change in [
        take(&place(session, 1, 2), None),
        RelayChange::Arm(token(session, 6)),
    ] {
        let error = store.apply(&change).await.unwrap_err();
        assert!(matches!(error, StoreError::Gone), "{error}");
    }
    // What comes late does no harm.
    let late = RelayChange::Evaluated { code, evaluated: 1 };
    store.apply(&late).await.unwrap();
    store.apply(&end(EndReason::Expired)).await.unwrap();
    let memory = store.load(NOW).await.unwrap();
    assert!(memory.sessions.is_empty() && memory.places.is_empty());
    assert!(memory.tokens.is_empty() && memory.codes.is_empty());
    assert!(store.waiting(session, NOW).await.unwrap().is_none());
    let row = store.session(session).await.unwrap().unwrap();
    assert_eq!(row.ended, Some((NOW, EndReason::Console)));
}

async fn the_trail_tells_each_event_once(world: World) {
    let store = &world.store;
    let (session, code) = open(&world, "4821").await;
    let before = trail(store).await.len();
    let joined = RelayChange::Joined { session, at: NOW };
    let state = CodeState::Burnt;
    let burnt = RelayChange::CloseCode { code, state, at: NOW };
    let end = RelayChange::End {
        session,
        reason: EndReason::Console,
        at: NOW,
    };
    for change in [&joined, &joined, &burnt, &burnt, &end, &end] {
        store.apply(change).await.unwrap();
    }
    let told = trail(store).await.split_off(before);
    let expected = [
        (AuditKind::CustomerJoined, ""),
        (AuditKind::CodeClosed, "burnt"),
        (AuditKind::SessionEnded, "console"),
    ];
    let expected = expected.map(|(kind, detail)| (kind.as_str().to_owned(), detail.to_owned()));
    assert_eq!(told, expected);
    let row = store.session(session).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.joined_at, row.burnt_codes),
        (SessionState::Ended, Some(NOW), 1)
    );
}

async fn the_budget_only_grows_within_an_hour_and_ends_with_the_day(world: World) {
    let store = &world.store;
    let hour = NOW.as_millis() / 3_600_000;
    let keep = |failures, spent_at: Option<Timestamp>| RelayChange::Budget {
        hours: vec![(
            hour,
            Figures {
                failures,
                forgiven: 1,
                successes: 2,
            },
        )],
        spent_at,
    };
    store.apply(&keep(7, Some(NOW))).await.unwrap();
    // A change that was overtaken.
    store.apply(&keep(6, None)).await.unwrap();
    let memory = store.load(NOW).await.unwrap();
    assert_eq!(memory.budget.len(), 1);
    assert_eq!((memory.budget[0].0, memory.budget[0].1.failures), (hour, 7));
    assert_eq!(memory.budget_spent_at, Some(NOW));
    let next_day = store.load(NOW.plus(minutes(24 * 60))).await.unwrap();
    assert!(next_day.budget.is_empty());
}
