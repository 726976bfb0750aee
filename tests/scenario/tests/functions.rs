//! What an operator asks for during a session, and what a customer takes back: grants with patience, pause, colors.

use temoto_geometry::Rect;
use temoto_scenario::{Who, World};
use temoto_session::channel::colors::Colors;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

fn events(world: &World) -> Vec<String> {
    let lines = world.console_view().chat;
    lines.iter().map(|line| line.text.clone()).collect()
}

fn ask(world: &mut World, capability: Capability) {
    world.console(ConsoleCommand::Ask {
        capabilities: vec![capability],
    });
    world.run_for(300);
}

fn answer(world: &mut World, capability: Capability, yes: bool) {
    world.agent(Who::Program, AgentCommand::Answer { capability, yes });
    world.run_for(300);
}

#[test]
fn one_question_is_answered_and_the_other_stays_open() {
    let mut world = World::shared(1);
    let asked = [Capability::ClipboardIn, Capability::ClipboardOut];
    world.console(ConsoleCommand::Ask {
        capabilities: asked.to_vec(),
    });
    world.run_for(300);
    assert_eq!(world.agent_view(Who::Program).asked, asked);
    answer(&mut world, Capability::ClipboardIn, true);
    assert_eq!(world.agent_view(Who::Program).asked, [Capability::ClipboardOut]);
    assert_eq!(world.console_view().asked, [Capability::ClipboardOut]);
    assert!(world.console_view().granted.contains(&Capability::ClipboardIn));
    answer(&mut world, Capability::ClipboardOut, false);
    assert!(world.console_view().asked.is_empty());
    assert!(!world.console_view().granted.contains(&Capability::ClipboardOut));
}

#[test]
fn a_customer_who_said_no_is_not_asked_again_at_once_and_later_less_often() {
    let mut world = World::shared(2);
    for rest in [10_000, 60_000] {
        ask(&mut world, Capability::ClipboardOut);
        assert_eq!(world.agent_view(Who::Program).asked, [Capability::ClipboardOut]);
        answer(&mut world, Capability::ClipboardOut, false);
        assert_eq!(world.console_view().resting.len(), 1);
        ask(&mut world, Capability::ClipboardOut);
        assert_eq!(world.console_view().notice.expect("told").code, "ask_rests");
        assert!(world.agent_view(Who::Program).asked.is_empty());
        world.run_for(rest);
    }
    ask(&mut world, Capability::ClipboardOut);
    assert_eq!(world.agent_view(Who::Program).asked, [Capability::ClipboardOut]);
}

#[test]
fn a_pause_leaves_no_picture_and_a_resumed_session_is_exact_again() {
    let mut world = World::shared(3);
    assert!(world.picture_is_exact());
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(200);
    assert!(world.console_view().picture.is_none());
    assert!(!world.has_picture(), "nothing of it is in the console's memory");
    world.paint(Who::Program, Rect::new(5, 5, 60, 60), 0x0011_2233);
    world.run_for(2_000);
    assert!(!world.has_picture());
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(1_000);
    assert!(world.picture_is_exact());
}

#[test]
fn fewer_colors_come_and_go_and_outlive_a_new_start_of_the_program() {
    let mut world = World::shared(4);
    world.paint(Who::Program, Rect::new(5, 5, 60, 60), 0x0012_3456);
    world.run_for(500);
    assert!(world.picture_is_exact());
    world.console(ConsoleCommand::Colors { colors: Colors::Gray });
    world.run_for(1_000);
    assert_eq!(world.console_view().colors, Colors::Gray);
    assert!(!world.picture_is_exact());
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(200);
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(1_000);
    assert!(!world.picture_is_exact(), "still gray");
    world.console(ConsoleCommand::Colors { colors: Colors::All });
    world.run_for(1_000);
    assert!(world.picture_is_exact());
}

#[test]
fn for_a_screenshot_a_gray_picture_gets_all_its_colors_and_is_gray_again_afterwards() {
    let mut world = World::shared(6);
    world.paint(Who::Program, Rect::new(5, 5, 60, 60), 0x0012_3456);
    world.console(ConsoleCommand::Colors { colors: Colors::Gray });
    world.run_for(1_000);
    let view = world.console_view();
    assert!(!view.exact && !world.picture_is_exact());
    for _ in 0..2 {
        world.console(ConsoleCommand::Exact { on: true });
        world.run_for(1_000);
        let view = world.console_view();
        assert!(view.exact && world.picture_is_exact());
        assert_eq!(view.colors, Colors::Gray, "what the operator chose stays chosen");
        world.console(ConsoleCommand::Exact { on: false });
        world.run_for(1_000);
        assert!(!world.console_view().exact && !world.picture_is_exact());
    }
    // Whoever sees all colors anyway waits for nothing.
    world.console(ConsoleCommand::Colors { colors: Colors::All });
    world.run_for(1_000);
    assert!(world.console_view().exact);
    world.console(ConsoleCommand::Exact { on: true });
    assert!(world.console_view().exact);
}

#[test]
fn a_screen_that_never_stands_still_gets_all_its_colors_too_and_not_by_an_answer_to_an_earlier_wish() {
    let mut world = World::shared(7);
    world.console(ConsoleCommand::Colors { colors: Colors::Few });
    world.run_for(1_000);
    world.console(ConsoleCommand::Exact { on: true });
    world.console(ConsoleCommand::Exact { on: false });
    world.console(ConsoleCommand::Exact { on: true });
    let mut waited = 0u32;
    while !world.console_view().exact {
        world.paint(
            Who::Program,
            Rect::new(waited.cast_signed() % 40, 9, 50, 50),
            0x0012_3456 + waited,
        );
        world.run_for(40);
        waited += 1;
        assert!(waited < 100, "it never came");
    }
    // A picture of few colors has none but the sixteen.
    let picture = world.picture_at(Who::Console).expect("a picture");
    assert!(
        picture
            .pixels()
            .iter()
            .any(|&pixel| Colors::Few.of(pixel) != pixel)
    );
    world.console(ConsoleCommand::Exact { on: false });
    world.console(ConsoleCommand::Exact { on: true });
    world.console(ConsoleCommand::Exact { on: false });
    world.run_for(2_000);
    assert!(!world.console_view().exact, "only few are wanted");
}

#[test]
fn a_screenshot_is_told_to_both_and_only_of_what_is_seen() {
    let mut world = World::shared(5);
    world.console(ConsoleCommand::Screenshot);
    world.run_for(300);
    assert_eq!(events(&world).last().expect("a line"), "screenshot");
    let lines = world.agent_view(Who::Program).chat;
    assert_eq!(lines.last().expect("a line").text, "screenshot");
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(300);
    assert!(world.try_console(ConsoleCommand::Screenshot).is_err());
    world.run_for(300);
    assert_eq!(events(&world).last().expect("a line"), "paused");
}

#[test]
fn a_keyboard_that_gets_another_layout_is_shown_so_and_a_cut_changes_nothing() {
    let mut world = World::shared(9);
    let keyboard = |world: &World| world.console_view().program.map(|program| program.keyboard);
    assert_eq!(keyboard(&world).as_deref(), Some("jp"));
    let seen = world.relay.seen.len();
    world.with_agent(Who::Program, |agent, now| agent.layout(now, "jp".to_owned()));
    assert_eq!(world.relay.seen.len(), seen, "nothing is said of what is known");
    world.with_agent(Who::Program, |agent, now| agent.layout(now, "us".to_owned()));
    world.run_for(300);
    assert_eq!(keyboard(&world).as_deref(), Some("us"));
    world.cut();
    world.with_agent(Who::Program, |agent, now| agent.layout(now, "de".to_owned()));
    world.line_up = true;
    world.run_for(10_000);
    assert_eq!(keyboard(&world).as_deref(), Some("de"));
}
