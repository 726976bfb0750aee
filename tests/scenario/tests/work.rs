//! The failure budget of the server is spent: whoever joins works for it, and notices nothing.

use temoto_scenario::{DIGITS_OF_TESTS, HOST, Who, World};
use temoto_wire::relay::{FromServer, Role};

/// What a server asks for first.
const FIRST_BITS: u8 = 18;

#[test]
fn page_and_program_join_although_the_budget_is_spent() {
    let mut world = World::new(1);
    world.relay.work_bits = FIRST_BITS;
    world.join_page();
    assert_eq!(world.relay.worked, 1);
    world.relay.work_bits = FIRST_BITS + 1;
    world.join_program();
    assert_eq!(world.relay.worked, 2);
    assert!(world.console_view().code.is_none(), "the code is spent as ever");
}

#[test]
fn the_work_is_done_in_steps_between_which_everything_else_goes_on() {
    let mut world = World::new(2);
    world.relay.work_bits = FIRST_BITS;
    let digits = world.digits();
    world.start_page(Who::Page, HOST, digits);
    // Until the question is there nothing is due but the ends of waiting.
    let mut steps = 0;
    while world.relay.worked == 0 {
        assert_eq!(world.agent_view(Who::Page).phase, "connecting");
        world.run_for(1);
        steps += 1;
        assert!(steps < 1_000, "it is solved at once in virtual time");
    }
    world.run_for(1_000);
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
}

#[test]
fn a_cut_while_working_begins_again_and_costs_no_try() {
    let mut world = World::new(3);
    world.relay.work_bits = FIRST_BITS;
    let digits = world.digits();
    world.start_page(Who::Page, HOST, digits);
    for _ in 0..5 {
        // The question has just arrived; the answer does not.
        world.run_for(65);
        world.cut();
        world.run_for(500);
        world.line_up = true;
        world.run_for(30);
    }
    world.run_for(30_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.new_code_needed), ("paired", false));
}

#[test]
fn a_wrong_code_is_told_after_the_work_as_ever() {
    let mut world = World::new(4);
    world.relay.work_bits = FIRST_BITS;
    let secret = if world.digits().ends_with('0') {
        "0001"
    } else {
        "0000"
    };
    world.start_page(Who::Page, HOST, format!("{DIGITS_OF_TESTS}{secret}"));
    world.run_for(2_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.reason), ("refused", Some("wrong")));
    assert_eq!(world.console_view().code.expect("it waits").failures, 1);
}

#[test]
fn a_relay_that_asks_for_too_much_is_given_up() {
    let mut world = World::new(5);
    world.relay.work_bits = temoto_wire::limits::WORK_BITS + 1;
    let digits = world.digits();
    world.start_page(Who::Page, HOST, digits.clone());
    world.run_for(1_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.reason), ("refused", Some("forbidden")));
    // And nothing goes on by itself.
    let sent = world.relay.seen.len();
    world.run_for(300_000);
    assert!(world.node(Who::Page).next_timeout().is_none());
    // The console still pings; of the page there is nothing.
    assert!(world.relay.seen[sent..].iter().all(|bytes| bytes.len() == 9));
    // Another server, another try.
    world.relay.work_bits = 0;
    world.press_connect(&digits);
    world.run_for(1_000);
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
}

#[test]
fn work_is_done_once_for_a_connection_and_for_nothing_but_a_knock() {
    let mut world = World::new(6);
    let work = |n| FromServer::Work {
        challenge: [n; 16],
        bits: 12,
    };
    // Nobody who has a place works, nor does a console.
    world.join_page();
    for who in [Who::Page, Who::Console] {
        world.invent(who, work(1));
    }
    world.run_for(5_000);
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
    // A relay that asks again and again gets one solution.
    world.relay.work_bits = 12;
    world.add_agent(Who::Program, Role::Program);
    let token = world.token();
    world.start_program(Who::Program, token);
    world.run_for(50);
    for n in 0..20 {
        world.invent(Who::Program, work(n));
    }
    world.run_for(2_000);
    assert_eq!(world.agent_view(Who::Program).phase, "paired");
    let solutions = world
        .relay
        .seen
        .iter()
        .filter(|bytes| bytes.first() == Some(&0x0F));
    assert_eq!(solutions.count(), 1);
}
