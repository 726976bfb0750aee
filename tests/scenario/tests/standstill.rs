//! A picture that stands still for a reason: a pause, the customer's own hand, a desktop that the system hides.

use temoto_geometry::{Rect, Region};
use temoto_scenario::play::{goes_on, holding, nothing_is_pressed, press};
use temoto_scenario::{Machine, Who, World};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand, Obstacle};

#[test]
fn pause_blanks_and_resume_is_exact_again() {
    let mut world = World::shared(12);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(500);
    assert!(world.console_view().paused && world.console_view().picture.is_none());
    let captures = world.node(Who::Program).captures;
    world.paint(Who::Program, Rect::new(0, 0, 100, 100), 0x00AA_BBCC);
    world.run_for(4_000);
    assert_eq!(
        world.node(Who::Program).captures,
        captures,
        "nothing is taken in a pause"
    );
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(1_000);
    assert!(!world.console_view().paused);
    goes_on(&mut world);
}

#[test]
fn another_mode_of_the_display_is_followed_even_in_a_pause() {
    let mut world = World::shared(13);
    world.resize(Who::Program, 200, 300);
    world.run_for(1_000);
    let size = |w: &World| w.console_view().displays.first().map(|d| (d.width, d.height));
    assert_eq!(size(&world), Some((200, 300)));
    goes_on(&mut world);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(500);
    world.resize(Who::Program, 400, 240);
    world.run_for(500);
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(1_000);
    assert_eq!(size(&world), Some((400, 240)));
    goes_on(&mut world);
}

#[test]
fn control_yields_to_the_customer_s_hand_and_comes_back_after_three_seconds() {
    let mut world = World::shared(14);
    world.console(ConsoleCommand::Control { active: true });
    world.with_agent(Who::Program, temoto_session::Agent::local_activity);
    world.run_for(2_000);
    assert!(world.console_view().yielded && world.agent_view(Who::Program).yielded);
    world.with_agent(Who::Program, temoto_session::Agent::local_activity);
    world.run_for(2_900);
    assert!(world.console_view().yielded, "the rest counts from the last move");
    world.run_for(300);
    assert!(!world.console_view().yielded && world.console_view().controlling);
    goes_on(&mut world);
}

#[test]
fn a_yield_that_ends_while_the_line_is_cut_is_not_shown_for_ever() {
    let mut world = World::shared(15);
    world.with_agent(Who::Program, temoto_session::Agent::local_activity);
    world.run_for(200);
    assert!(world.console_view().yielded);
    world.cut();
    world.run_for(8_000);
    world.line_up = true;
    world.run_for(8_000);
    assert!(!world.console_view().yielded);
}

fn hide(world: &mut World, obstacle: Option<Obstacle>) {
    world.with_agent(Who::Program, |agent, now| {
        agent.set_obstacle(now, obstacle);
        if obstacle.is_none() {
            // As the edge does: whatever happened meanwhile counts as changed.
            agent.damaged(now, &Region::default(), []);
        }
    });
    world.run_for(300);
}

#[test]
fn a_hidden_desktop_is_told_in_a_word_and_takes_nothing_and_then_goes_on_by_itself() {
    let mut world = holding(30);
    hide(&mut world, Some(Obstacle::SecureDesktop));
    let view = world.console_view();
    assert_eq!(view.obstacle, Some("secure_desktop"));
    assert!(view.picture.is_some(), "the last picture stays, dimmed");
    nothing_is_pressed(&world);
    let (captures, injected) = {
        let node = world.node(Who::Program);
        (node.captures, node.injected.len())
    };
    world.paint(Who::Program, Rect::new(0, 0, 100, 100), 0x00AA_BBCC);
    press(&mut world, "KeyA", true);
    press(&mut world, "KeyA", false);
    world.run_for(5_000);
    assert_eq!(world.node(Who::Program).captures, captures, "nothing is taken");
    assert_eq!(
        world.node(Who::Program).injected.len(),
        injected,
        "nothing is pressed"
    );
    hide(&mut world, Some(Obstacle::Locked));
    assert_eq!(world.console_view().obstacle, Some("locked"));
    hide(&mut world, None);
    assert_eq!(world.console_view().obstacle, None);
    goes_on(&mut world);
}

#[test]
fn who_comes_while_the_desktop_is_hidden_reads_so() {
    let mut world = World::shared(31);
    hide(&mut world, Some(Obstacle::Away));
    world.reload(Who::Console);
    world.run_for(8_000);
    assert_eq!(world.console_view().obstacle, Some("away"));
    world.cut();
    hide(&mut world, None);
    world.run_for(8_000);
    world.line_up = true;
    world.run_for(8_000);
    assert_eq!(world.console_view().obstacle, None, "it went away during a cut");
    goes_on(&mut world);
}

#[test]
fn an_obstacle_that_went_away_unseen_is_not_shown_for_ever() {
    let mut world = World::shared(33);
    hide(&mut world, Some(Obstacle::Locked));
    assert_eq!(world.console_view().obstacle, Some("locked"));
    world.agent(
        Who::Program,
        AgentCommand::Withdraw {
            capability: Capability::View,
        },
    );
    world.run_for(300);
    assert_eq!(world.console_view().obstacle, None);
    hide(&mut world, None);
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(300);
    assert_eq!(world.console_view().obstacle, None);
    goes_on(&mut world);
}

#[test]
fn who_may_not_see_the_screen_does_not_learn_what_hides_it() {
    let mut world = World::shared(32);
    world.agent(
        Who::Program,
        AgentCommand::Withdraw {
            capability: Capability::View,
        },
    );
    world.run_for(300);
    hide(&mut world, Some(Obstacle::Locked));
    assert_eq!(world.console_view().obstacle, None);
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(300);
    assert_eq!(world.console_view().obstacle, Some("locked"));
    hide(&mut world, None);
    goes_on(&mut world);
}

#[test]
fn a_console_with_less_memory_says_so_and_sees_the_same() {
    let mut world = World::shared(21);
    assert!(world.picture_is_exact());
    let Machine::Console(console) = &mut world.node_mut(Who::Console).machine else {
        panic!("the console is a console");
    };
    // As if the browser had told only now how little there is: the stream that runs asks for more.
    console.remember_at_most(4);
    world.paint(Who::Program, Rect::new(5, 5, 60, 40), 0x0012_3456);
    world.run_for(2_000);
    assert!(world.picture_is_exact());
    goes_on(&mut world);
}
