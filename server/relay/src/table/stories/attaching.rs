//! Coming, going and coming back.

use super::*;
use crate::table::{FIRST_MESSAGE_MS, PLACE_MS, SILENCE_MS};
use temoto_wire::relay::{Ended, Gone, Peer};

#[test]
fn a_ticket_takes_the_place_and_is_good_once_even_for_another_server() {
    let mut world = World::new();
    world.open_session(session(1));
    let ticket = world.ticket(session(1));
    let attach = |world: &mut World| {
        let conn = world.connect(Origin::Allowed, 1);
        world.event(conn, Event::Attach(Claim::Ticket(ticket)));
        conn
    };
    let first = attach(&mut world);
    assert!(matches!(
        world.last(first),
        FromServer::Attached { participant: 0, resume: Some(_), ref peers, .. } if peers.is_empty()
    ));
    let again = attach(&mut world);
    assert_eq!(world.detached(again), Some(Detached::Credential));
    assert!(!world.closed.contains(&first));
    let mut world = world.restart();
    let again = attach(&mut world);
    assert_eq!(world.detached(again), Some(Detached::Credential));
}

#[test]
fn a_bad_ticket_a_foreign_one_and_one_for_no_session_are_refused() {
    let mut world = World::new();
    world.open_session(session(1));
    let good = world.ticket(session(1));
    let cases = [
        (Claim::Bad, Detached::Credential),
        (
            Claim::Ticket(Ticket {
                participant: 1,
                ..good
            }),
            Detached::Credential,
        ),
        (
            Claim::Ticket(Ticket {
                session: session(9),
                ..good
            }),
            Detached::Over,
        ),
        (
            Claim::Ticket(Ticket {
                user: UserId::from_bytes([9; 16]),
                ..good
            }),
            Detached::Forbidden,
        ),
        (Claim::Resume(resume_hash(&[9; 32])), Detached::Credential),
    ];
    for (claim, why) in cases {
        let conn = world.connect(Origin::Allowed, 1);
        world.event(conn, Event::Attach(claim));
        assert_eq!(world.detached(conn), Some(why));
    }
    // A console without an origin is no page, and there is no other console yet.
    let conn = world.connect(Origin::None, 1);
    world.event(conn, Event::Attach(Claim::Ticket(good)));
    assert_eq!(world.detached(conn), Some(Detached::Forbidden));
}

#[test]
fn the_newest_attachment_wins_and_the_old_one_is_told() {
    let mut world = World::new();
    let (old, token) = world.console(1, Some("4821"));
    let (agent, number, _) = world.join(old, "4821", 5);
    world.forget();
    let new = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(old), Some(Detached::Replaced));
    let peers = vec![Peer {
        participant: number,
        role: Role::Page,
        present: true,
    }];
    assert_eq!(
        world.messages(new),
        [FromServer::Attached {
            participant: 0,
            session: [1; 16],
            resume: None,
            peers
        }]
    );
    // The agent hears that the console came (a new run), not that it was away.
    let role = Role::Console;
    assert_eq!(
        world.messages(agent),
        [FromServer::Joined { participant: 0, role }]
    );
    world.data(agent, 0, b"x");
    assert_eq!(
        world.last(new),
        FromServer::Data {
            from: number,
            bytes: b"x".to_vec()
        }
    );
    // The old one's death is not the new one's.
    world.cut(old);
    assert_eq!(world.messages(agent).len(), 1);
}

#[test]
fn everybody_comes_back_to_a_server_that_was_killed() {
    let mut world = World::new();
    let (console, console_token) = world.console(1, Some("4821"));
    let (_, number, agent_token) = world.join(console, "4821", 5);
    let mut world = world.restart();
    let agent = world.resume(Origin::Allowed, &agent_token);
    let console = world.resume(Origin::Allowed, &console_token);
    assert_eq!(
        world.messages(agent),
        [
            FromServer::Attached {
                participant: number,
                session: [1; 16],
                resume: None,
                peers: vec![Peer {
                    participant: 0,
                    role: Role::Console,
                    present: false
                }]
            },
            FromServer::Joined {
                participant: 0,
                role: Role::Console
            },
        ]
    );
    world.data(console, number, b"again");
    assert!(matches!(world.last(agent), FromServer::Data { from: 0, .. }));
    // The code still waits, and joining goes on: the number is a fresh one.
    let (_, second, _) = world.join(console, "4821", 6);
    assert_ne!(second, number);
}

#[test]
fn a_place_is_kept_for_fifteen_minutes_and_the_session_as_long_as_a_place() {
    let mut world = World::new();
    let (console, console_token) = world.console(1, Some("4821"));
    let (agent, number, agent_token) = world.join(console, "4821", 5);
    world.cut(agent);
    let participant = number;
    let gone = |why| FromServer::Gone { participant, why };
    assert_eq!(world.last(console), gone(Gone::Detached));
    alive(&mut world, console, PLACE_MS - 1);
    let agent = world.resume(Origin::Allowed, &agent_token);
    assert!(matches!(world.last(agent), FromServer::Attached { .. }));
    world.cut(agent);
    alive(&mut world, console, PLACE_MS);
    assert_eq!(world.last(console), gone(Gone::Expired));
    let late = world.resume(Origin::Allowed, &agent_token);
    assert_eq!(world.detached(late), Some(Detached::Over));
    world.cut(console);
    world.pass(PLACE_MS - 1);
    assert!(world.table.session_state(session(1)).is_some());
    world.pass(1);
    assert!(world.table.session_state(session(1)).is_none());
    assert!(matches!(world.kept.last(), Some(RelayChange::End { .. })));
    let late = world.resume(Origin::Allowed, &console_token);
    assert_eq!(world.detached(late), Some(Detached::Over));
    assert!(world.table.is_empty());
}

/// Lets time pass for somebody who answers pings.
fn alive(world: &mut World, conn: ConnId, ms: u64) {
    let until = world.now + ms;
    while world.now < until {
        world.pass(4_000.min(until - world.now));
        world.verb(conn, Verb::Pong);
    }
}

#[test]
fn a_session_that_no_console_ever_came_to_is_over_after_fifteen_minutes() {
    let mut world = World::new();
    world.open_session(session(1));
    world.open_code(session(1), "4821");
    world.pass(PLACE_MS);
    assert!(world.table.is_empty());
}

#[test]
fn who_leaves_has_no_way_back() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (agent, participant, token) = world.join(console, "4821", 5);
    world.verb(agent, Verb::Leave);
    assert!(world.closed.contains(&agent));
    let why = Gone::Left;
    assert_eq!(world.last(console), FromServer::Gone { participant, why });
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), Some(Detached::Over));
}

#[test]
fn the_end_is_for_all_and_what_was_sent_before_it_arrives_before_it() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (agent, number, _) = world.join(console, "4821", 5);
    world.frozen.insert(agent);
    world.data(console, number, b"sealed goodbye");
    world.verb(console, Verb::End);
    assert_eq!(world.last(console), FromServer::Ended(Ended::Console));
    world.frozen.clear();
    let actions = world.write(agent);
    world.act(actions);
    let messages = world.messages(agent);
    let (last, before) = messages.split_last().unwrap();
    assert_eq!(*last, FromServer::Ended(Ended::Console));
    assert!(matches!(before.last(), Some(FromServer::Data { .. })));
    assert!(world.table.is_empty());
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), Some(Detached::Over));
    let mut world = world.restart();
    assert!(world.table.session_state(session(1)).is_none());
    let late = world.knock("4821", 3);
    world.pass(1_000);
    assert!(
        matches!(world.last(late), FromServer::Answer { .. }),
        "a dead number answers too"
    );
}

#[test]
fn the_portal_ends_a_session_too() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (agent, ..) = world.join(console, "4821", 5);
    let actions = world
        .table
        .end_session(world.now, session(1), Ended::Administrator);
    world.act(actions);
    for conn in [console, agent] {
        assert_eq!(world.last(conn), FromServer::Ended(Ended::Administrator));
    }
}

#[test]
fn a_login_that_ended_detaches_its_consoles_and_lets_none_back() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (agent, ..) = world.join(console, "4821", 5);
    let (other, _) = world.console(2, None);
    world.invalid_logins.insert(LOGIN);
    let nobody = world.table.detach_login(world.now, LoginId::from_bytes([9; 16]));
    world.act(nobody);
    assert!(!world.closed.contains(&console));
    let actions = world.table.detach_login(world.now, LOGIN);
    world.act(actions);
    for conn in [console, other] {
        assert_eq!(world.detached(conn), Some(Detached::SignedOut));
    }
    assert!(matches!(
        world.last(agent),
        FromServer::Gone { participant: 0, .. }
    ));
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), Some(Detached::SignedOut));
    world.invalid_logins.clear();
    let back = world.resume(Origin::Allowed, &token);
    let actions = world.table.detach_user(world.now, OPERATOR);
    world.act(actions);
    assert_eq!(world.detached(back), Some(Detached::SignedOut));
}

#[test]
fn a_login_that_ends_while_it_is_checked_lets_nobody_in() {
    let mut world = World::new();
    world.open_session(session(1));
    let ticket = world.ticket(session(1));
    let conn = world.connect(Origin::Allowed, 1);
    let claim = Event::Attach(Claim::Ticket(ticket));
    let asked = world.table.handle(world.now, conn, claim, &mut world.rng);
    assert_eq!(asked, [Action::CheckLogin(conn, LOGIN)]);
    let actions = world.table.detach_login(world.now, LOGIN);
    world.act(actions);
    let valid = Some(true);
    world.event(conn, Event::LoginChecked { login: LOGIN, valid });
    assert_eq!(world.detached(conn), Some(Detached::SignedOut));
}

#[test]
fn a_login_that_cannot_be_checked_is_asked_to_come_back_and_not_signed_out() {
    let mut world = World::new();
    let (_, token) = world.console(1, None);
    world.disk_broken = true;
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), Some(Detached::Busy));
    world.disk_broken = false;
    let back = world.resume(Origin::Allowed, &token);
    assert!(matches!(world.last(back), FromServer::Attached { .. }));
}

#[test]
fn a_full_disk_gives_nobody_a_place_that_would_be_forgotten() {
    let mut world = World::new();
    world.open_session(session(1));
    world.disk_full = true;
    let ticket = world.ticket(session(1));
    let conn = world.connect(Origin::Allowed, 1);
    world.event(conn, Event::Attach(Claim::Ticket(ticket)));
    assert_eq!(world.detached(conn), Some(Detached::Busy));
    world.disk_full = false;
    let ticket = world.ticket(session(1));
    let conn = world.connect(Origin::Allowed, 1);
    world.event(conn, Event::Attach(Claim::Ticket(ticket)));
    assert!(matches!(world.last(conn), FromServer::Attached { .. }));
}

#[test]
fn pages_come_back_from_an_origin_and_programs_from_none() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (_, _, page) = world.join(console, "4821", 5);
    for token in [token, page] {
        let conn = world.resume(Origin::None, &token);
        assert_eq!(world.detached(conn), Some(Detached::Forbidden));
    }
    let program = world.knock_at(Selector::routing("4821").unwrap(), Role::Program, 6);
    assert!(matches!(
        world.last(console),
        FromServer::Attempt {
            role: Role::Program,
            ..
        }
    ));
    world.cut(program);
    for (role, origin) in [
        (Role::Program, Origin::Allowed),
        (Role::Page, Origin::None),
        (Role::Console, Origin::Allowed),
    ] {
        let conn = world.connect(origin, 7);
        let spare = Spare {
            answer: letter(0),
            refusal: letter(0),
        };
        let selector = Selector::routing("4821").unwrap();
        let knock = letter(1);
        world.event(
            conn,
            Event::Knock {
                role,
                selector,
                knock,
                spare,
                digest: DIGEST,
            },
        );
        assert_eq!(
            world.detached(conn),
            Some(Detached::Forbidden),
            "{role:?} {origin:?}"
        );
    }
}

#[test]
fn the_first_message_must_come_and_must_be_one() {
    let mut world = World::new();
    let silent = world.connect(Origin::Allowed, 1);
    world.pass(FIRST_MESSAGE_MS - 1);
    assert!(!world.closed.contains(&silent));
    world.pass(1);
    assert_eq!(world.detached(silent), Some(Detached::Protocol));
    let events = [
        (Event::Malformed, Detached::Protocol),
        (Event::OtherVersion, Detached::Version),
        (Event::Verb(Verb::Leave), Detached::Protocol),
        (Event::Verb(Verb::End), Detached::Protocol),
        (Event::Verb(Verb::Proof(letter(1))), Detached::Protocol),
    ];
    for (event, why) in events {
        let conn = world.connect(Origin::Allowed, 1);
        world.event(conn, event);
        assert_eq!(world.detached(conn), Some(why));
    }
    assert!(world.table.is_empty());
}

#[test]
fn the_silent_are_asked_every_five_seconds_and_dropped_after_fifteen() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    world.forget();
    let pings = |world: &World| {
        let messages = world.inbox.get(&console).cloned().unwrap_or_default();
        messages
            .iter()
            .filter(|(_, m)| matches!(m, FromServer::Ping(_)))
            .map(|(at, _)| at - START)
            .collect::<Vec<_>>()
    };
    world.pass(SILENCE_MS - 1);
    assert_eq!(pings(&world), [5_000, 10_000]);
    // Bytes of a message that is not whole yet are a sign of life.
    world.event(console, Event::Pulse { read: 1, wrote: 0 });
    world.pass(SILENCE_MS - 1);
    assert!(!world.closed.contains(&console));
    // Bytes that the network took from us are none.
    world.event(console, Event::Pulse { read: 0, wrote: 99 });
    world.pass(1);
    assert!(world.closed.contains(&console));
    assert_eq!(world.detached(console), None);
    assert!(
        world
            .table
            .session_state(session(1))
            .is_some_and(|s| !s.participants[0].present)
    );
    let back = world.resume(Origin::Allowed, &token);
    assert!(matches!(world.last(back), FromServer::Attached { .. }));
}

#[test]
fn a_server_that_drains_tells_everybody_and_lets_nobody_in() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    let (agent, ..) = world.join(console, "4821", 5);
    let stranger = world.connect(Origin::Allowed, 9);
    let knocking = world.knock("1111", 10);
    world.forget();
    let actions = world.table.drain(world.now, 1_500);
    world.act(actions);
    for conn in [console, agent, stranger, knocking] {
        assert_eq!(world.messages(conn), [FromServer::Drain { after_ms: 1_500 }]);
        assert!(world.closed.contains(&conn));
    }
    let caller = Caller {
        address: address(1),
        origin: Origin::Allowed,
    };
    assert_eq!(world.table.open(world.now, caller), None);
}

#[test]
fn a_paused_session_has_no_console_until_it_goes_on_and_its_customer_stays() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    let (agent, number, _) = world.join(console, "4821", 5);
    world.forget();
    let actions = world.table.pause_session(world.now, session(1));
    world.act(actions);
    assert_eq!(world.detached(console), Some(Detached::NoLicence));
    let gone = FromServer::Gone {
        participant: 0,
        why: Gone::Detached,
    };
    assert_eq!(world.last(agent), gone);
    assert_eq!(world.table.presence(session(1)), (false, true));

    // Neither by what it keeps nor by a fresh ticket, now or in an hour.
    let tries = |world: &mut World| {
        let back = world.resume(Origin::Allowed, &token);
        assert_eq!(world.detached(back), Some(Detached::NoLicence));
        let ticket = world.ticket(session(1));
        let fresh = world.connect(Origin::Allowed, 1);
        world.event(fresh, Event::Attach(Claim::Ticket(ticket)));
        assert_eq!(world.detached(fresh), Some(Detached::NoLicence));
    };
    tries(&mut world);
    for _ in 0..360 {
        world.pass(10_000);
        world.verb(agent, Verb::Pong);
    }
    tries(&mut world);

    world.table.resume_session(world.now, session(1));
    let back = world.resume(Origin::Allowed, &token);
    let FromServer::Attached {
        participant: 0,
        peers,
        ..
    } = world.last(back)
    else {
        panic!("{:?}", world.last(back));
    };
    assert_eq!((peers.len(), peers[0].participant), (1, number));
    assert!(world.table.presence(session(1)).0);
}

#[test]
fn a_pause_survives_a_restart() {
    let mut world = World::new();
    let (console, token) = world.console(1, Some("4821"));
    world.join(console, "4821", 5);
    let actions = world.table.pause_session(world.now, session(1));
    world.act(actions);
    // As the store keeps it.
    world.opened[0].paused = true;
    let mut world = world.restart();
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), Some(Detached::NoLicence));
    world.table.resume_session(world.now, session(1));
    let back = world.resume(Origin::Allowed, &token);
    assert_eq!(world.detached(back), None);
}
