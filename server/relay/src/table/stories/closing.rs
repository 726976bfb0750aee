//! Codes that are closed: by the console, by time, and not by a word about another one.

use super::*;
use temoto_model::code::CodeState;
use temoto_wire::relay::CloseCode;

#[test]
fn a_code_ends_when_the_console_says_so_or_after_ten_minutes() {
    for (why, state) in [
        (CloseCode::Spent, CodeState::Spent),
        (CloseCode::Burnt, CodeState::Burnt),
        (CloseCode::Withdrawn, CodeState::Withdrawn),
    ] {
        let mut world = World::new();
        let (console, _) = world.console(1, Some("4821"));
        let selector = Selector::routing("4821").unwrap();
        world.verb(console, Verb::CloseCode { why, selector });
        assert!(matches!(world.kept.last(), Some(RelayChange::CloseCode { state: s, .. }) if *s == state));
        world.knock("4821", 1);
        assert_eq!(attempts_of(&world, console), 0);
        // Once is enough.
        let kept = world.kept.len();
        world.verb(console, Verb::CloseCode { why, selector });
        assert_eq!(world.kept.len(), kept);
    }
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    for _ in 0..150 {
        world.pass(4_000);
        world.verb(console, Verb::Pong);
    }
    assert!(matches!(
        world.kept.last(),
        Some(RelayChange::CloseCode {
            state: CodeState::Expired,
            ..
        })
    ));
    world.knock("4821", 1);
    assert_eq!(attempts_of(&world, console), 0);
}

#[test]
fn a_code_that_is_given_back_late_does_not_take_the_next_one_along() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    world.open_code(session(1), "7310");
    let old = Selector::routing("4821").unwrap();
    let why = CloseCode::Burnt;
    world.verb(console, Verb::CloseCode { why, selector: old });
    assert_eq!(closed_codes(&world, console), [old]);
    world.join(console, "7310", 1);
    // Neither does another session's.
    let (other, _) = world.console(2, Some("1234"));
    let foreign = Selector::routing("7310").unwrap();
    world.verb(
        other,
        Verb::CloseCode {
            why,
            selector: foreign,
        },
    );
    world.join(console, "7310", 1);
}

#[test]
fn a_console_hears_that_its_code_is_closed_when_that_is_on_the_disk_or_cannot_be() {
    for disk_full in [false, true] {
        let mut world = World::new();
        let (console, _) = world.console(1, Some("4821"));
        world.disk_full = disk_full;
        let selector = Selector::routing("4821").unwrap();
        let why = CloseCode::Burnt;
        let actions = world.table.handle(
            world.now,
            console,
            Event::Verb(Verb::CloseCode { why, selector }),
            &mut world.rng,
        );
        assert!(matches!(
            actions[..],
            [Action::Keep(Some(_), RelayChange::CloseCode { .. })]
        ));
        assert_eq!(closed_codes(&world, console), []);
        world.act(actions);
        assert_eq!(closed_codes(&world, console), [selector], "{disk_full}");
        world.knock("4821", 1);
        assert_eq!(attempts_of(&world, console), 0);
    }
}

/// The codes of which a console heard that they are closed.
fn closed_codes(world: &World, console: ConnId) -> Vec<Selector> {
    let said = world.inbox.get(&console).into_iter().flatten();
    said.filter_map(|(_, message)| match message {
        FromServer::CodeClosed { selector } => Some(*selector),
        _ => None,
    })
    .collect()
}

#[test]
fn a_code_that_admitted_somebody_stays_until_it_is_closed() {
    let mut world = World::new();
    let (console, _) = world.console(1, Some("4821"));
    world.join(console, "4821", 1);
    // The line broke before the verdict arrived: the customer's page tries again.
    world.join(console, "4821", 1);
}
