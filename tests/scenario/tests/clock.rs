//! Clocks that are wrong: a customer's computer whose date is off is helped like any other.

use temoto_scenario::{Who, World};
use temoto_session::{AgentCommand, ConsoleCommand};

const DAY_MS: i64 = 86_400_000;

fn texts(lines: &[temoto_session::channel::chat::Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_customer_whose_clock_is_a_day_off_joins_and_sees_the_confirmed_operator() {
    for ahead_ms in [DAY_MS, -DAY_MS, DAY_MS + 43_000_000, -30 * DAY_MS] {
        let mut world = World::new(1);
        world.clock_ahead_ms = ahead_ms;
        world.join_page();
        world.join_program();
        for who in [Who::Page, Who::Program] {
            let operator = world.agent_view(who).operator.expect("known");
            assert!(operator.confirmed, "{who:?}, {ahead_ms} ms ahead");
            assert_eq!(operator.name, "佐藤 花子");
        }
    }
}

#[test]
fn late_in_a_long_session_a_clock_that_is_a_day_ahead_still_sees_the_name() {
    let mut world = World::new(2);
    world.join_page();
    // The last minutes of the statement's twelve hours.
    world.clock_ahead_ms = DAY_MS + 43_000_000;
    world.join_program();
    assert!(world.agent_view(Who::Program).operator.expect("known").confirmed);
}

#[test]
fn a_statement_of_the_day_before_yesterday_confirms_nobody() {
    let mut world = World::new(3);
    // As far as the time goes, a clock two days ahead is a statement two days old.
    world.clock_ahead_ms = 2 * DAY_MS;
    world.join_page();
    let operator = world.agent_view(Who::Page).operator.expect("there is one");
    assert!(!operator.confirmed);
}

#[test]
fn lines_of_the_chat_keep_their_order_whatever_the_clocks_say() {
    let mut world = World::new(4);
    world.clock_ahead_ms = -DAY_MS;
    world.join_page();
    for (from_page, text) in [(true, "one"), (false, "two"), (true, "three"), (false, "four")] {
        let text = text.to_owned();
        if from_page {
            world.agent(Who::Page, AgentCommand::Chat { text });
        } else {
            world.console(ConsoleCommand::Chat { text });
        }
        world.run_for(200);
    }
    for lines in [world.console_view().chat, world.agent_view(Who::Page).chat] {
        assert_eq!(texts(&lines), ["customer_joined", "one", "two", "three", "four"]);
    }
}

#[test]
fn an_operator_whose_clock_is_a_day_off_gets_codes_that_live_ten_minutes() {
    for server_ahead_ms in [DAY_MS, -DAY_MS] {
        let mut world = World::new(5);
        let server_ms = world.unix_ms().saturating_add_signed(server_ahead_ms);
        world.console(ConsoleCommand::NewCode {
            routing: "5555".to_owned(),
            secret_digits: 4,
            expires_at_ms: server_ms + 600_000,
        });
        world.run_for(9 * 60_000);
        world.relay.route("5555");
        assert!(world.console_view().code.is_some(), "{server_ahead_ms}");
        assert_eq!(world.node(Who::Console).codes_wanted, 0);
        world.join_page();
    }
}
