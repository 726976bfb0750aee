//! Several displays: one, another, all; switched, taken away and moved under the operator's hand.

use temoto_geometry::{Rect, Size};
use temoto_scenario::{Who, World};
use temoto_session::channel::input::Injection;
use temoto_session::{AgentCommand, ConsoleCommand};

type Display = (u32, &'static str, Rect);

const ALL: u32 = 31;
const DESK: Size = Size::new(520, 300);
const LEFT: Display = (0, "LEFT", Rect::new(0, 0, 320, 200));
/// Lower than the other, with a gap between them.
const RIGHT: Display = (4, "RIGHT", Rect::new(330, 50, 160, 240));

/// Shared, with control; the left display is the primary one.
fn two(seed: u64) -> World {
    let mut world = World::shared(seed);
    world.set_displays(Who::Program, DESK, &[LEFT, RIGHT]);
    world.paint(Who::Program, Rect::new(3, 5, 100, 60), 0x00aa_bbcc);
    world.paint(Who::Program, Rect::new(335, 60, 90, 70), 0x0012_3456);
    world.run_for(1_000);
    assert!(world.picture_is_exact());
    world.console(ConsoleCommand::Control { active: true });
    world
}

fn show(world: &mut World, id: u32) {
    world.console(ConsoleCommand::ShowDisplay { id });
}

fn size(world: &World) -> (u32, u32) {
    let picture = world.console_view().picture;
    picture.map_or((0, 0), |picture| (picture.width, picture.height))
}

fn click(world: &mut World, x: i32, y: i32) {
    for down in [true, false] {
        let look = world.console_view().picture.map(|picture| picture.look);
        world.console(ConsoleCommand::Button {
            button: 0,
            down,
            x,
            y,
            look,
        });
    }
}

/// Where on the desktop the program pressed since, in order; presses only.
fn presses(world: &World, since: usize) -> Vec<(u8, i32, i32)> {
    let (mut at, mut out) = ((0, 0, 0), Vec::new());
    for injection in &world.node(Who::Program).injected[since..] {
        match injection {
            Injection::Pointer { display, x, y } => at = (*display, *x, *y),
            Injection::Button { down: true, .. } => out.push(at),
            Injection::Button { .. }
            | Injection::Key { .. }
            | Injection::Wheel { .. }
            | Injection::Text(_) => {}
        }
    }
    out
}

fn done(world: &World) -> usize {
    world.node(Who::Program).injected.len()
}

fn events(world: &World) -> Vec<(String, Vec<String>)> {
    let lines = world.console_view().chat;
    lines
        .into_iter()
        .map(|line| (line.text, line.arguments))
        .collect()
}

#[test]
fn one_another_and_all_side_by_side_are_exact_and_clicked_where_they_are() {
    let mut world = two(1);
    let view = world.console_view();
    assert!(view.side_by_side);
    assert_eq!((view.displays[1].x, view.displays[1].y), (330, 50));
    for (id, wanted) in [
        (4, (160, 240)),
        (ALL, (490, 290)),
        (0, (320, 200)),
        (ALL, (490, 290)),
    ] {
        show(&mut world, id);
        assert_eq!(world.console_view().shown, Some(id), "chosen at once");
        assert!(world.console_view().changing);
        world.run_for(1_000);
        assert!(!world.console_view().changing);
        assert_eq!(size(&world), wanted);
        assert!(world.picture_is_exact());
        let before = done(&world);
        click(&mut world, 7, 9);
        // Beyond the picture is its edge: on the desk another display may be there.
        click(&mut world, 5_000, -3);
        world.run_for(200);
        let id = u8::try_from(id).expect("small");
        let edge = i32::try_from(wanted.0).expect("small") - 1;
        assert_eq!(presses(&world, before), [(id, 7, 9), (id, edge, 0)]);
    }
    world.paint(Who::Program, Rect::new(300, 100, 60, 60), 0x0077_0077);
    world.run_for(500);
    assert!(world.picture_is_exact());
}

#[test]
fn the_old_picture_stays_until_the_new_one_is_whole_and_takes_no_clicks() {
    let mut world = two(2);
    world.latency_ms = 100;
    let before = done(&world);
    let painted = world.node(Who::Console).painted.len();
    show(&mut world, 4);
    for _ in 0..15 {
        // The page cannot know yet: it clicks at what it sees.
        click(&mut world, 20, 20);
        world.run_for(10);
        assert_eq!(size(&world), (320, 200));
        assert_eq!(world.node(Who::Console).painted.len(), painted);
    }
    world.run_for(1_000);
    assert_eq!(size(&world), (160, 240));
    assert_eq!(presses(&world, before), []);
    let bounds = world.node(Who::Console).painted[painted].bounds();
    assert_eq!(bounds, Rect::new(0, 0, 160, 240), "in one go");
    // What was meant for the picture before, and came late from the page, is not done either.
    let look = world.console_view().picture.expect("a picture").look - 1;
    world.console(ConsoleCommand::Button {
        button: 0,
        down: true,
        x: 1,
        y: 1,
        look: Some(look),
    });
    world.run_for(300);
    assert_eq!(presses(&world, before), []);
    click(&mut world, 1, 1);
    world.run_for(300);
    assert_eq!(presses(&world, before), [(4, 1, 1)]);
}

#[test]
fn all_and_one_are_switched_without_a_picture_between_them() {
    let mut world = two(10);
    // So much on it that a picture takes its time, and is carried in more than one piece.
    let mut seed = 7u32;
    for y in (0..300).step_by(2) {
        for x in (0..520).step_by(2) {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let desktop = world.node_mut(Who::Program).desktop.as_mut();
            desktop.expect("a desktop").fill(Rect::new(x, y, 2, 2), seed >> 8);
        }
    }
    world.paint(Who::Program, Rect::new(0, 0, 520, 300), 0x0000_4000);
    world.paint(Who::Program, Rect::new(20, 20, 60, 60), 0x00cc_2222);
    world.run_for(2_000);
    (world.latency_ms, world.rate) = (60, Some(40_000));
    for (id, wanted) in [
        (ALL, (490, 290)),
        (0, (320, 200)),
        (ALL, (490, 290)),
        (4, (160, 240)),
    ] {
        let kept = world
            .picture_at(Who::Console)
            .expect("a picture")
            .pixels()
            .to_vec();
        let (painted, before) = (world.node(Who::Console).painted.len(), size(&world));
        show(&mut world, id);
        let mut waited = 0;
        while world.console_view().changing {
            // A canvas has what was painted on it last: the old one, all of it, as long as nothing is painted and it is not emptied.
            // What a page that is loaded anew would be given is that, or nothing.
            let given = world.picture_at(Who::Console);
            assert!(
                given.is_none_or(|picture| picture.pixels() == kept),
                "{id}: after {waited} ms"
            );
            assert_eq!(size(&world), before);
            assert_eq!(world.node(Who::Console).painted.len(), painted);
            assert_eq!(world.node(Who::Console).blanked, 0);
            world.run_for(1);
            waited += 1;
            assert!(waited < 20_000, "it never comes");
        }
        assert!(waited > 120, "{id}: there was something between: {waited} ms");
        // The very first of the new choice is all of it.
        assert_eq!(size(&world), wanted);
        assert!(world.picture_is_exact(), "{id}");
        let first = world.node(Who::Console).painted[painted].bounds();
        assert_eq!((first.width, first.height), wanted, "{id}: in one go");
        world.run_for(2_000);
    }
    // What is counted here is counted where there is something to count.
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(500);
    assert_eq!(world.node(Who::Console).blanked, 1);
}

#[test]
fn a_switch_in_the_middle_of_an_update_does_not_wait_for_its_end() {
    let mut world = World::shared(3);
    let (wide, high) = (1_600u32, 900u32);
    let left = (0, "LEFT", Rect::new(0, 0, wide, high));
    let right = (1, "RIGHT", Rect::new(1_600, 0, wide, high));
    world.set_displays(Who::Program, Size::new(2 * wide, high), &[left, right]);
    world.run_for(2_000);
    let mut seed = 9u32;
    // Noise costs the most: the first picture takes many updates.
    if let Some(desktop) = world.node_mut(Who::Program).desktop.as_mut() {
        for y in (0..high).step_by(4) {
            for x in (0..2 * wide).step_by(4) {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = Rect::new(x.cast_signed(), y.cast_signed(), 4, 4);
                desktop.fill(at, seed >> 8);
            }
        }
    }
    world.paint(Who::Program, Rect::new(0, 0, wide, high), 0x0000_1000);
    world.run_for(60);
    show(&mut world, 1);
    world.run_for(30);
    show(&mut world, 0);
    world.run_for(25);
    show(&mut world, 1);
    let mut rounds = 0;
    while world.console_view().changing {
        assert_eq!(size(&world), (wide, high));
        world.run_for(50);
        rounds += 1;
        assert!(rounds < 400, "the picture never comes");
    }
    world.run_for(5_000);
    assert_eq!(world.console_view().shown, Some(1));
    assert!(world.picture_is_exact());
    let program = world.console_view().program.expect("still there");
    assert!(program.present, "nobody was blamed for it");
}

#[test]
fn the_chosen_one_is_taken_away_and_the_primary_one_comes_with_a_line() {
    let mut world = two(4);
    show(&mut world, 4);
    world.run_for(1_000);
    let before = done(&world);
    world.list_displays(Who::Program, &[LEFT]);
    for _ in 0..6 {
        click(&mut world, 150, 100);
        world.run_for(15);
    }
    world.run_for(1_000);
    let view = world.console_view();
    assert_eq!(
        (view.shown, view.displays.len(), view.side_by_side),
        (Some(0), 1, false)
    );
    assert_eq!(
        view.notice.as_ref().map(|notice| notice.code),
        Some("display_gone")
    );
    let line = ("display_gone".to_owned(), vec!["RIGHT".to_owned()]);
    assert!(events(&world).contains(&line));
    assert!(world.picture_is_exact());
    let strays = presses(&world, before);
    assert!(strays.iter().all(|&(display, ..)| display == 0), "{strays:?}");
    assert!(
        strays.len() < 6,
        "what was meant for the one that is gone went nowhere"
    );
    // The same number comes back: it is not chosen for anybody.
    world.list_displays(Who::Program, &[LEFT, RIGHT]);
    world.run_for(500);
    assert_eq!(world.console_view().shown, Some(0));
    assert!(world.console_view().notice.is_some());
    show(&mut world, 4);
    world.run_for(500);
    assert!(world.console_view().notice.is_none(), "it was read");
}

#[test]
fn all_side_by_side_follow_what_happens_to_the_desk() {
    let mut world = two(5);
    show(&mut world, ALL);
    world.run_for(1_000);
    // Turned, moved to the left, a third one, and down to one.
    let steps: [(&[Display], u32, (u32, u32)); 4] = [
        (
            &[LEFT, (4, "RIGHT", Rect::new(330, 50, 190, 160))],
            ALL,
            (520, 210),
        ),
        (
            &[
                (0, "LEFT", Rect::new(200, 0, 320, 200)),
                (4, "RIGHT", Rect::new(0, 50, 160, 240)),
            ],
            ALL,
            (520, 290),
        ),
        (
            &[LEFT, RIGHT, (5, "LOW", Rect::new(0, 210, 100, 90))],
            ALL,
            (490, 300),
        ),
        (&[LEFT], 0, (320, 200)),
    ];
    for (displays, shown, wanted) in steps {
        world.list_displays(Who::Program, displays);
        world.run_for(1_000);
        assert_eq!((world.console_view().shown, size(&world)), (Some(shown), wanted));
        assert!(world.picture_is_exact());
        assert!(!world.console_view().changing);
    }
    assert!(
        !events(&world).iter().any(|(text, _)| text == "display_gone"),
        "all were shown, and all are"
    );
}

#[test]
fn a_display_that_moves_under_the_pointer_is_not_clicked_by_what_was_under_way() {
    let mut world = two(6);
    let before = done(&world);
    world.latency_ms = 200;
    click(&mut world, 10, 10);
    world.run_for(20);
    let moved = (0, "LEFT", Rect::new(100, 90, 320, 200));
    world.list_displays(Who::Program, &[moved]);
    world.run_for(150);
    assert_eq!(presses(&world, before), []);
    world.run_for(1_000);
    assert_eq!(presses(&world, before), [], "it was meant for the old place");
    click(&mut world, 10, 10);
    world.run_for(500);
    assert_eq!(presses(&world, before), [(0, 10, 10)]);
}

#[test]
fn the_choice_outlives_a_new_load_of_the_console() {
    let mut world = two(7);
    for (id, wanted) in [(4, (160, 240)), (ALL, (490, 290))] {
        show(&mut world, id);
        world.run_for(1_000);
        world.reload(Who::Console);
        world.run_for(3_000);
        assert_eq!((world.console_view().shown, size(&world)), (Some(id), wanted));
        assert!(world.picture_is_exact());
    }
}

#[test]
fn a_number_that_no_display_has_changes_nothing() {
    let mut world = two(8);
    let asked = |id| ConsoleCommand::ShowDisplay { id };
    for id in [1, 3, 5, 30, 32, 255, u32::MAX] {
        assert!(world.try_console(asked(id)).is_err(), "{id}");
    }
    // A console that asks for what it believes to be there.
    for id in [4, ALL] {
        world.list_displays(Who::Program, &[LEFT]);
        show(&mut world, id);
        assert!(world.console_view().changing);
        world.run_for(500);
        let view = world.console_view();
        assert_eq!(
            (view.shown, view.changing, view.displays.len()),
            (Some(0), false, 1)
        );
        assert!(world.picture_is_exact());
        world.list_displays(Who::Program, &[LEFT, RIGHT]);
        world.run_for(500);
    }
}

#[test]
fn glances_show_each_display_small_and_only_while_the_screen_may_be_seen() {
    let mut world = two(9);
    for display in [0, 4] {
        world.console(ConsoleCommand::Glance { display, side: 32 });
    }
    world.run_for(1_000);
    let seen = std::mem::take(&mut world.node_mut(Who::Console).thumbnails);
    let sizes: Vec<_> = seen.iter().map(|(d, p)| (*d, p.width(), p.height())).collect();
    assert_eq!(sizes, [(0, 32, 20), (4, 22, 32)]);
    assert_eq!(seen[0].1.row(1)[1], 0x00a8_b8c8);
    assert!(world.picture_is_exact(), "the picture went on");
    for (display, side) in [(1, 32), (31, 32), (0, 0), (0, 193), (200, 10)] {
        assert!(
            world
                .try_console(ConsoleCommand::Glance { display, side })
                .is_err()
        );
    }
    // One that is under way when the customer pauses, and one after it.
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.console(ConsoleCommand::Glance { display: 0, side: 32 });
    world.run_for(300);
    assert!(
        world
            .try_console(ConsoleCommand::Glance { display: 0, side: 32 })
            .is_err()
    );
    world.run_for(5_000);
    assert!(world.node(Who::Console).thumbnails.is_empty());
    let program = world.console_view().program.expect("still there");
    assert!(program.present);
}

#[test]
fn windows_are_told_in_pixels_of_the_picture_and_only_while_the_screen_may_be_seen() {
    let mut world = two(31);
    let told = |world: &World| world.node(Who::Console).windows_told.clone();
    // The second hangs out at the left, the third is on the other display.
    world.node_mut(Who::Program).windows = vec![
        Rect::new(10, 20, 100, 80),
        Rect::new(-50, 190, 200, 40),
        Rect::new(340, 60, 50, 50),
    ];
    world.console(ConsoleCommand::Windows);
    world.run_for(500);
    let left = vec![Rect::new(10, 20, 100, 80), Rect::new(0, 190, 150, 10)];
    assert_eq!(told(&world), [left]);
    show(&mut world, RIGHT.0);
    world.run_for(500);
    world.console(ConsoleCommand::Windows);
    world.run_for(500);
    assert_eq!(told(&world)[1..], [vec![Rect::new(10, 10, 50, 50)]]);
    // More than anybody could choose from.
    world.node_mut(Who::Program).windows = vec![Rect::new(340, 60, 9, 9); 500];
    world.console(ConsoleCommand::Windows);
    world.run_for(500);
    assert_eq!(told(&world)[2].len(), 64);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(500);
    assert!(world.try_console(ConsoleCommand::Windows).is_err());
    world.run_for(500);
    assert_eq!(told(&world).len(), 3);
}
