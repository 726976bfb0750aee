//! What an operator asks for during a session, and what a customer takes back: grants with patience, pause, colors, clipboards.

use temoto_geometry::Rect;
use temoto_scenario::{Who, World};
use temoto_session::channel::colors::Colors;
use temoto_session::permission::Capability;
use temoto_session::{Agent, AgentCommand, ConsoleCommand};

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

fn granted(seed: u64, capabilities: &[Capability]) -> World {
    let mut world = World::shared(seed);
    for &capability in capabilities {
        ask(&mut world, capability);
        answer(&mut world, capability, true);
    }
    world
}

fn copies(world: &mut World, text: &str) {
    let text = text.to_owned();
    world.with_agent(Who::Program, move |agent: &mut Agent, now| {
        agent.copied(now, Some(&text));
    });
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
fn nothing_of_a_clipboard_is_carried_before_it_is_granted_or_after_it_was_withdrawn() {
    let mut world = World::shared(6);
    copies(&mut world, "secret of the customer");
    let put = || ConsoleCommand::PutClipboard { text: "x".to_owned() };
    assert!(world.try_console(put()).is_err());
    assert!(world.try_console(ConsoleCommand::FetchClipboard).is_err());
    world.run_for(500);
    assert_eq!(world.console_view().clipboard.offered_bytes, None);
    assert!(world.node(Who::Program).clipboards.is_empty() && !world.node(Who::Program).watched);
    assert!(world.node(Who::Console).clipboards.is_empty());

    let both = [Capability::ClipboardIn, Capability::ClipboardOut];
    let mut world = granted(7, &both);
    assert!(world.node(Who::Program).watched);
    for (capability, event) in both
        .into_iter()
        .zip(["clipboard_in_withdrawn", "clipboard_out_withdrawn"])
    {
        world.agent(Who::Program, AgentCommand::Withdraw { capability });
        world.run_for(300);
        assert_eq!(events(&world).last().expect("a line"), event);
    }
    assert!(!world.node(Who::Program).watched);
    copies(&mut world, "later");
    assert!(world.try_console(put()).is_err());
    world.run_for(500);
    assert_eq!(world.console_view().clipboard.offered_bytes, None);
    assert!(world.node(Who::Program).clipboards.is_empty());
}

#[test]
fn texts_go_both_ways_each_by_one_press_and_both_read_of_it() {
    let mut world = granted(8, &[Capability::ClipboardIn, Capability::ClipboardOut]);
    let long = "長い文。\n".repeat(20_000);
    world.console(ConsoleCommand::PutClipboard { text: long.clone() });
    world.run_for(5_000);
    assert!(world.node(Who::Program).clipboards == [long.clone()]);
    assert_eq!(events(&world).last().expect("a line"), "clipboard_put");

    copies(&mut world, &long);
    let bytes = u32::try_from(long.len()).expect("short enough");
    assert_eq!(world.console_view().clipboard.offered_bytes, Some(bytes));
    world.run_for(2_000);
    assert!(
        world.node(Who::Console).clipboards.is_empty(),
        "only when it is asked for"
    );
    world.console(ConsoleCommand::FetchClipboard);
    world.run_for(5_000);
    assert!(world.node(Who::Console).clipboards == [long]);
    assert_eq!(events(&world).last().expect("a line"), "clipboard_taken");
}

#[test]
fn a_pause_in_the_middle_of_a_text_forgets_it_at_both_ends() {
    let mut world = granted(9, &[Capability::ClipboardIn, Capability::ClipboardOut]);
    copies(&mut world, &"y".repeat(900_000));
    world.console(ConsoleCommand::FetchClipboard);
    world.console(ConsoleCommand::PutClipboard {
        text: "z".repeat(900_000),
    });
    world.run_for(30);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(3_000);
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(10_000);
    assert!(world.node(Who::Program).clipboards.is_empty());
    assert!(world.node(Who::Console).clipboards.is_empty());
    let view = world.console_view();
    assert_eq!(
        (view.clipboard.offered_bytes, view.clipboard.going_percent),
        (None, None)
    );
    assert!(
        view.program.expect("still there").present,
        "nobody was blamed for it"
    );
    copies(&mut world, "after the pause");
    world.console(ConsoleCommand::FetchClipboard);
    world.run_for(1_000);
    assert_eq!(world.node(Who::Console).clipboards, ["after the pause"]);
}

#[test]
fn a_text_survives_a_cut_of_the_line_once() {
    let mut world = granted(10, &[Capability::ClipboardIn]);
    let text = "w".repeat(500_000);
    world.console(ConsoleCommand::PutClipboard { text: text.clone() });
    world.run_for(20);
    world.cut();
    world.run_for(2_000);
    world.line_up = true;
    world.run_for(20_000);
    assert!(world.node(Who::Program).clipboards == [text], "exactly once");
}
