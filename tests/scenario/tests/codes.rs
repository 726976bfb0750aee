//! Codes: guessed at, burnt, grown old, replaced by hand, and kept over a reload.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::play::new_code;
use temoto_scenario::{HOST, Who, World};
use temoto_wire::relay::FromServer;

fn wrong(digits: &str) -> String {
    let secret: u32 = digits[4..].parse().expect("digits");
    format!("{}{:04}", &digits[..4], (secret + 1) % 10_000)
}

fn guess(world: &mut World, who: Who) {
    let digits = wrong(&world.digits());
    world.start_page(who, HOST, digits);
    world.run_for(1_000);
}

#[test]
fn after_two_burnt_codes_it_goes_on_only_by_a_click() {
    let mut world = World::new(17);
    for (round, wanted) in [(1, 1), (2, 1), (3, 1)] {
        for _ in 0..3 {
            guess(&mut world, Who::Other);
        }
        assert!(world.console_view().code.is_none(), "round {round}");
        assert_eq!(world.console_view().notice.expect("told").code, "code_burnt");
        assert_eq!(world.node(Who::Console).codes_wanted, wanted, "round {round}");
        let routing = format!("731{round}");
        new_code(&mut world, &routing, 6);
    }
    assert_eq!(world.digits().len(), 10);
    world.join_page();
}

#[test]
fn another_code_is_asked_for_when_the_relay_has_closed_the_burnt_one() {
    let mut world = World::new(17);
    world.relay.forger = Some(Box::new(|who, message| {
        let closed = matches!(message, FromServer::CodeClosed { .. });
        (!closed).then_some((who, message)).into_iter().collect()
    }));
    for _ in 0..3 {
        guess(&mut world, Who::Other);
    }
    assert_eq!(world.console_view().notice.expect("told").code, "code_burnt");
    assert_eq!(world.node(Who::Console).codes_wanted, 0);
    // What was said on a line that broke may not have been heard: it is said again.
    world.relay.forger = None;
    for _ in 0..2 {
        world.cut();
        world.line_up = true;
        world.run_for(10_000);
        assert_eq!(world.node(Who::Console).codes_wanted, 1);
    }
}

#[test]
fn a_code_by_hand_is_good_and_nothing_takes_it_back() {
    let mut world = World::new(17);
    for routing in ["7310", "7311"] {
        new_code(&mut world, routing, 4);
    }
    assert_eq!(&world.digits()[..4], "7311");
    assert_eq!(world.node(Who::Console).codes_wanted, 0);
    world.join_page();
}

#[test]
fn a_code_that_grew_old_is_withdrawn_and_another_one_wanted() {
    let mut world = World::new(18);
    world.run_for(601_000);
    let view = world.console_view();
    assert!(view.code.is_none());
    assert_eq!(view.notice.expect("told").code, "code_expired");
    assert_eq!(world.node(Who::Console).codes_wanted, 1);
}

#[test]
fn a_reloaded_console_keeps_the_digits_and_the_failures_of_a_waiting_code() {
    let mut world = World::new(19);
    let digits = world.digits();
    guess(&mut world, Who::Other);
    world.reload(Who::Console);
    world.run_for(1_000);
    let code = world.console_view().code.expect("it waits");
    assert_eq!((code.digits, code.failures), (digits, 1));
    guess(&mut world, Who::Other);
    guess(&mut world, Who::Other);
    assert!(world.console_view().code.is_none(), "three in all burn it");
}

#[test]
fn both_are_told_when_somebody_else_guessed() {
    let mut world = World::new(20);
    guess(&mut world, Who::Other);
    world.join_page();
    world.run_for(500);
    assert!(world.agent_view(Who::Page).failures_differ);
    assert_eq!(world.console_view().notice.expect("told").code, "failures_differ");

    let mut world = World::new(21);
    let digits = world.digits();
    guess(&mut world, Who::Page);
    // The same page tries again and knows of its own failure.
    world.press_connect(&digits);
    world.run_for(1_500);
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
    assert!(!world.agent_view(Who::Page).failures_differ);
    assert!(world.console_view().notice.is_none());
}
