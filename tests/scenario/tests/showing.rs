//! Screens out of a browser: what the customer shares from the join page, and what the operator shows to the customer.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_codec::Framebuffer;
use temoto_geometry::{Rect, Region, Size};
use temoto_scenario::play::{goes_on, operator_writes};
use temoto_scenario::{Who, World};
use temoto_session::permission::Capability;
use temoto_session::view::PictureView;
use temoto_session::{AgentCommand, Console, ConsoleCommand, Surface};

fn events(world: &World) -> Vec<String> {
    let lines = world.console_view().chat;
    lines.iter().map(|line| line.text.clone()).collect()
}

fn pattern(width: u32, height: u32, color: u32) -> Framebuffer {
    let mut picture = Framebuffer::new(Size::new(width, height)).expect("small");
    picture.fill(Rect::new(3, 5, width / 2, height / 3), color);
    picture
}

/// The customer picks a window of an odd size.
fn shares(world: &mut World) {
    world.node_mut(Who::Page).desktop = Some(pattern(333, 201, 0x0012_5634));
    world.agent(
        Who::Page,
        AgentCommand::Share {
            surface: Surface::Window,
        },
    );
    world.run_for(1_000);
}

/// The operator picks a tab.
fn shows(world: &mut World) {
    world.node_mut(Who::Console).desktop = Some(pattern(301, 199, 0x0065_4321));
    let surface = Surface::Tab;
    world.console(ConsoleCommand::Show { surface });
    world.run_for(1_000);
}

/// The customer answers in the program.
fn allows(world: &mut World) {
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(1_000);
}

fn exact(world: &World, from: Who, to: Who) -> bool {
    world.picture_at(to) == world.node(from).desktop.as_ref()
}

fn paint_page(world: &mut World, rect: Rect, color: u32) {
    world.paint(Who::Page, rect, color);
    world.run_for(500);
}

fn paint_operator(world: &mut World, rect: Rect, color: u32) {
    let desktop = world.node_mut(Who::Console).desktop.as_mut();
    desktop.expect("something is shown").fill(rect, color);
    world.with_console(Console::show_changed);
    world.run_for(500);
}

#[test]
fn what_a_customer_shares_from_the_browser_is_exact_and_can_only_be_looked_at() {
    let mut world = World::new(21);
    world.join_page();
    shares(&mut world);
    assert!(exact(&world, Who::Page, Who::Console));
    let view = world.console_view();
    assert_eq!(view.sharing, Some(Surface::Window));
    let size = PictureView {
        width: 333,
        height: 201,
        look: 1,
    };
    assert_eq!(view.picture, Some(size));
    assert!(view.granted.is_empty() && view.displays.is_empty() && view.program.is_none());
    assert_eq!(world.agent_view(Who::Page).granted, [Capability::View]);
    paint_page(&mut world, Rect::new(300, 190, 33, 11), 0x00ff_eedd);
    assert!(exact(&world, Who::Page, Who::Console));
    // Nothing can be operated, and nothing asked for.
    assert!(
        world
            .try_console(ConsoleCommand::Control { active: true })
            .is_err()
    );
    let capabilities = vec![Capability::Control];
    assert!(world.try_console(ConsoleCommand::Ask { capabilities }).is_err());
    world.console(ConsoleCommand::Key {
        code: "KeyA".to_owned(),
        down: true,
    });
    world.run_for(500);
    assert!(world.node(Who::Page).injected.is_empty());
    assert_eq!(events(&world).last().expect("a line"), "browser_shared");
}

#[test]
fn the_customer_stops_and_nothing_of_the_picture_stays() {
    let mut world = World::new(22);
    world.join_page();
    for _ in 0..3 {
        shares(&mut world);
        assert!(exact(&world, Who::Page, Who::Console));
        world.agent(Who::Page, AgentCommand::EndShare);
        world.run_for(300);
        assert!(!world.has_picture());
        let view = world.console_view();
        assert_eq!((view.sharing, view.picture), (None, None));
        assert_eq!(events(&world).last().expect("a line"), "browser_unshared");
        let captures = world.node(Who::Page).captures;
        paint_page(&mut world, Rect::new(0, 0, 9, 9), 0x0001_0203);
        assert_eq!(
            world.node(Who::Page).captures,
            captures,
            "nothing is taken any more"
        );
    }
    assert!(
        world.console_view().page.expect("still there").present,
        "nobody was blamed"
    );
}

#[test]
fn the_operator_ends_what_a_customer_shares_and_both_read_it() {
    let mut world = World::new(27);
    world.join_page();
    assert!(world.try_console(ConsoleCommand::Unshare).is_err(), "nothing yet");
    for _ in 0..2 {
        shares(&mut world);
        assert!(exact(&world, Who::Page, Who::Console));
        world.console(ConsoleCommand::Unshare);
        world.run_for(300);
        assert!(!world.has_picture());
        assert_eq!(world.console_view().sharing, None);
        let page = world.agent_view(Who::Page);
        assert!(page.granted.is_empty(), "the page lets go of the screen");
        assert_eq!(page.chat.last().expect("a line").text, "browser_ended");
        assert_eq!(events(&world).last().expect("a line"), "browser_ended");
        let captures = world.node(Who::Page).captures;
        paint_page(&mut world, Rect::new(0, 0, 9, 9), 0x0001_0203);
        assert_eq!(world.node(Who::Page).captures, captures);
    }
    // Whoever stops afterwards is told as the one who stopped.
    shares(&mut world);
    world.agent(Who::Page, AgentCommand::EndShare);
    world.run_for(300);
    assert_eq!(events(&world).last().expect("a line"), "browser_unshared");
    assert!(world.console_view().page.expect("still there").present);
}

#[test]
fn what_was_picked_while_the_operator_ended_another_thing_stays() {
    let mut world = World::new(28);
    world.join_page();
    shares(&mut world);
    world.console(ConsoleCommand::Unshare);
    // On its way there, the customer chooses again.
    shares(&mut world);
    assert!(exact(&world, Who::Page, Who::Console));
    assert_eq!(world.console_view().sharing, Some(Surface::Window));
    assert_eq!(events(&world).last().expect("a line"), "browser_shared");
    world.console(ConsoleCommand::Unshare);
    world.run_for(300);
    assert_eq!(events(&world).last().expect("a line"), "browser_ended");
}

#[test]
fn another_size_of_a_shared_window_is_exact_again() {
    let mut world = World::new(23);
    world.join_page();
    shares(&mut world);
    world.node_mut(Who::Page).desktop = Some(pattern(64, 411, 0x00aa_00aa));
    world.with_agent(Who::Page, |agent, now| agent.resized(now, 64, 411));
    world.run_for(500);
    assert!(exact(&world, Who::Page, Who::Console));
    let picture = world.console_view().picture.expect("a picture");
    assert_eq!((picture.width, picture.height), (64, 411));
}

#[test]
fn a_share_outlives_a_cut_and_a_console_that_was_reloaded_but_not_the_page_it_was_picked_on() {
    let mut world = World::new(24);
    world.join_page();
    shares(&mut world);
    world.cut();
    world.run_for(2_000);
    world.line_up = true;
    world.run_for(10_000);
    paint_page(&mut world, Rect::new(7, 7, 70, 70), 0x0000_ff77);
    assert!(exact(&world, Who::Page, Who::Console));

    world.reload(Who::Console);
    world.run_for(5_000);
    assert!(
        exact(&world, Who::Page, Who::Console),
        "a late viewer gets all of it"
    );
    assert_eq!(world.console_view().sharing, Some(Surface::Window));

    world.reload(Who::Page);
    world.run_for(5_000);
    assert!(!world.has_picture());
    assert_eq!(world.console_view().sharing, None);
    assert_eq!(events(&world).last().expect("a line"), "browser_unshared");
    shares(&mut world);
    assert!(exact(&world, Who::Page, Who::Console));
}

#[test]
fn the_program_takes_over_from_the_browser() {
    let mut world = World::new(25);
    world.join_page();
    shares(&mut world);
    world.join_program();
    world.run_for(500);
    assert!(world.agent_view(Who::Page).granted.is_empty(), "the page stopped");
    assert_eq!(world.console_view().sharing, None);
    assert!(!world.has_picture());
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(1_000);
    assert!(world.picture_is_exact());
    let command = AgentCommand::Share {
        surface: Surface::Monitor,
    };
    world.with_agent(Who::Page, |agent, now| {
        assert!(agent.command(now, command).is_err());
    });
    goes_on(&mut world);
}

#[test]
fn what_the_operator_shows_is_exact_at_the_page_and_stops_from_both_sides() {
    let mut world = World::new(26);
    let surface = Surface::Tab;
    assert!(
        world.try_console(ConsoleCommand::Show { surface }).is_err(),
        "to nobody"
    );
    world.join_page();
    shows(&mut world);
    assert!(exact(&world, Who::Console, Who::Page));
    let seen = world.agent_view(Who::Page).showing.expect("told");
    assert_eq!(seen.surface, Surface::Tab);
    assert_eq!(seen.picture.map(|p| (p.width, p.height)), Some((301, 199)));
    assert_eq!(world.console_view().showing.expect("told").surface, Surface::Tab);
    paint_operator(&mut world, Rect::new(290, 190, 11, 9), 0x00fe_dcba);
    assert!(exact(&world, Who::Console, Who::Page));

    world.console(ConsoleCommand::EndShow);
    world.run_for(300);
    assert_eq!(world.picture_at(Who::Page), None);
    assert_eq!(world.agent_view(Who::Page).showing, None);
    assert_eq!(events(&world).last().expect("a line"), "show_stopped");

    shows(&mut world);
    assert!(exact(&world, Who::Console, Who::Page));
    // Something is under way when the customer closes it.
    let whole = Rect::new(0, 0, 301, 199);
    world
        .node_mut(Who::Console)
        .desktop
        .as_mut()
        .expect("shown")
        .fill(whole, 0x0077_7777);
    world.with_console(Console::show_changed);
    world.run_for(20);
    world.agent(Who::Page, AgentCommand::CloseShown);
    world.run_for(3_000);
    assert_eq!(world.picture_at(Who::Page), None);
    assert_eq!(world.console_view().showing, None);
    assert_eq!(events(&world).last().expect("a line"), "show_closed");
    assert_eq!(world.console_view().notice.expect("told").code, "show_closed");
    let captures = world.node(Who::Console).captures;
    world.with_console(Console::show_changed);
    world.run_for(1_000);
    assert_eq!(world.node(Who::Console).captures, captures);

    shows(&mut world);
    assert!(exact(&world, Who::Console, Who::Page), "and can be shown again");
    assert!(
        world.console_view().page.expect("still there").present,
        "nobody was blamed"
    );
}

#[test]
fn a_show_outlives_a_cut_and_a_page_that_was_reloaded_but_not_the_console_it_was_picked_on() {
    let mut world = World::new(27);
    world.join_page();
    shows(&mut world);
    world.cut();
    world.run_for(2_000);
    world.line_up = true;
    world.run_for(10_000);
    paint_operator(&mut world, Rect::new(1, 2, 30, 40), 0x0011_9911);
    assert!(exact(&world, Who::Console, Who::Page));
    world.reload(Who::Page);
    world.run_for(5_000);
    assert!(
        exact(&world, Who::Console, Who::Page),
        "a late viewer gets all of it"
    );
    world.reload(Who::Console);
    world.run_for(5_000);
    assert_eq!(world.agent_view(Who::Page).showing, None);
    assert_eq!(world.picture_at(Who::Page), None);
}

#[test]
fn what_is_shown_moves_to_the_program_once_its_question_is_answered_and_back_when_it_goes() {
    let mut world = World::new(28);
    world.join_page();
    shows(&mut world);
    shares(&mut world);
    assert!(exact(&world, Who::Console, Who::Page) && exact(&world, Who::Page, Who::Console));
    world.join_program();
    paint_operator(&mut world, Rect::new(3, 3, 20, 20), 0x0000_aaff);
    let to = |world: &World| world.console_view().showing.map(|showing| showing.to);
    assert!(exact(&world, Who::Console, Who::Page) && world.picture_at(Who::Program).is_none());
    assert_eq!(to(&world), Some("page"));

    allows(&mut world);
    assert!(exact(&world, Who::Console, Who::Program) && world.picture_is_exact());
    assert_eq!(to(&world), Some("program"));
    assert!(world.agent_view(Who::Page).showing.is_none() && world.picture_at(Who::Page).is_none());
    goes_on(&mut world);
    // What is withdrawn or paused is the customer's screen, not the operator's.
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    paint_operator(&mut world, Rect::new(9, 9, 90, 90), 0x0000_00ff);
    assert!(!world.has_picture() && exact(&world, Who::Console, Who::Program));
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    let capability = Capability::View;
    world.agent(Who::Program, AgentCommand::Withdraw { capability });
    paint_operator(&mut world, Rect::new(9, 9, 90, 90), 0x0000_ff00);
    assert!(!world.has_picture() && exact(&world, Who::Console, Who::Program));

    world.agent(Who::Program, AgentCommand::Leave);
    world.run_for(1_000);
    assert!(exact(&world, Who::Console, Who::Page));
    assert_eq!(to(&world), Some("page"));
    world.agent(Who::Page, AgentCommand::Leave);
    world.run_for(1_000);
    assert!(world.console_view().showing.is_none(), "nobody looks");
    assert_eq!(world.console_view().notice.expect("told").code, "show_alone");
}

#[test]
fn both_screens_of_a_program_run_at_once_and_count_their_own_bytes_only() {
    let mut world = World::shared(31);
    // The program's screen is that of its computer, and files travel beside it.
    world.node_mut(Who::Program).disk.folders = vec!["desktop".to_owned()];
    let file: Vec<u8> = (0..400_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    world.node_mut(Who::Program).disk.put("desktop/大.bin", &file);
    let capability = Capability::FilesOut;
    let capabilities = vec![capability];
    world.console(ConsoleCommand::Ask { capabilities });
    world.run_for(300);
    let yes = true;
    world.agent(Who::Program, AgentCommand::Answer { capability, yes });
    world.run_for(300);
    world.rate = Some(200_000);
    shows(&mut world);
    world.node_mut(Who::Console).disk.target(1, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer: 1,
        root: "desktop".to_owned(),
        path: Vec::new(),
        names: vec!["大.bin".to_owned()],
    });
    for n in 0..60_u32 {
        let rect = Rect::new((n % 30).cast_signed(), (n % 20).cast_signed(), 200, 150);
        world.paint(Who::Program, rect, n * 0x0001_0307);
        paint_operator(&mut world, rect, n * 0x0007_0301);
    }
    world.run_for(10_000);
    assert!(exact(&world, Who::Console, Who::Program) && world.picture_is_exact());
    let files = &world.node(Who::Console).disk.files;
    assert_eq!(
        files.get("downloads/大.bin").map(|(bytes, _)| bytes == &file),
        Some(true)
    );
    goes_on(&mut world);
    let program = world.console_view().program.expect("still there");
    assert!(program.present, "nobody was blamed");
}

#[test]
fn what_a_program_is_shown_is_closed_there_and_outlives_a_cut_but_not_its_console() {
    let mut world = World::shared(32);
    shows(&mut world);
    let seen = world.agent_view(Who::Program).showing.expect("told");
    assert_eq!(seen.picture.map(|p| (p.width, p.height)), Some((301, 199)));
    world.cut();
    world.run_for(2_000);
    world.line_up = true;
    world.run_for(10_000);
    paint_operator(&mut world, Rect::new(1, 2, 30, 40), 0x0011_9911);
    assert!(exact(&world, Who::Console, Who::Program));

    world.agent(Who::Program, AgentCommand::CloseShown);
    world.run_for(1_000);
    assert_eq!(world.picture_at(Who::Program), None);
    let view = world.console_view();
    assert_eq!(
        (view.showing, events(&world).pop()),
        (None, Some("show_closed".to_owned()))
    );
    assert_eq!(view.notice.expect("told").code, "show_closed");
    assert_eq!(
        world.agent_view(Who::Page).showing,
        None,
        "it does not go elsewhere"
    );

    shows(&mut world);
    assert!(
        exact(&world, Who::Console, Who::Program),
        "and can be shown again"
    );
    world.reload(Who::Console);
    world.run_for(5_000);
    assert_eq!(world.agent_view(Who::Program).showing, None);
    assert_eq!(world.picture_at(Who::Program), None);
    shows(&mut world);
    assert!(exact(&world, Who::Console, Who::Program));
    assert_eq!(world.agent_view(Who::Page).showing, None);
}

#[test]
fn a_customer_who_declined_is_shown_it_in_the_program_all_the_same() {
    let mut world = World::new(33);
    world.join_page();
    world.join_program();
    world.agent(Who::Program, AgentCommand::Decline);
    world.run_for(500);
    shows(&mut world);
    assert!(exact(&world, Who::Console, Who::Program) && !world.has_picture());
    world.console(ConsoleCommand::EndShow);
    world.run_for(300);
    assert_eq!(world.picture_at(Who::Program), None);
    assert_eq!(events(&world).pop(), Some("show_stopped".to_owned()));
}

#[test]
fn a_slow_line_shows_the_newest_and_lets_words_through() {
    let mut world = World::new(29);
    world.join_page();
    shows(&mut world);
    for n in 0..200_u32 {
        let rect = Rect::new((n % 30).cast_signed(), (n % 20).cast_signed(), 200, 150);
        let desktop = world.node_mut(Who::Console).desktop.as_mut().expect("shown");
        desktop.fill(rect, n * 0x0001_0307);
        world.with_console(Console::show_changed);
        if n == 100 {
            operator_writes(&mut world, "見えますか");
        }
        world.run_for(5);
    }
    let captures = world.node(Who::Console).captures;
    assert!(captures < 100, "one frame in 16 ms at most: {captures}");
    world.run_for(1_000);
    assert!(exact(&world, Who::Console, Who::Page));
    let said = world.agent_view(Who::Page).chat;
    assert!(said.iter().any(|line| line.text == "見えますか"));
}

#[test]
fn a_picture_of_an_impossible_size_is_refused_where_it_is_taken() {
    use temoto_codec::FrameView;
    assert!(FrameView::new(Size::new(16_385, 1), 16_385, &[0; 16_385]).is_err());
    let mut world = World::new(30);
    world.join_page();
    world.agent(
        Who::Page,
        AgentCommand::Share {
            surface: Surface::Monitor,
        },
    );
    world.with_agent(Who::Page, |agent, now| {
        agent.resized(now, u32::MAX, u32::MAX);
        agent.damaged(now, &Region::default(), []);
    });
    world.run_for(500);
    assert!(world.console_view().picture.is_none());
    assert!(world.console_view().page.expect("still there").present);
}
