//! Where there is no duplication.

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region, Size};

use super::replay::{Replay, display, ms, upright};
use crate::ScreenError;
use crate::win32::machine::Machine;
use crate::win32::system::{Fault, Pointer};

const MAIN: Rect = Rect::new(0, 0, 200, 100);
const UPPER: Rect = Rect::new(20, -80, 100, 80);

fn without_duplication() -> (Replay, Machine<Replay>) {
    let replay = Replay::new(&[upright(MAIN), upright(UPPER)]);
    replay.state().duplicate = Err(Fault::Unsupported);
    let mut machine = replay.machine();
    let first = replay.run(&mut machine, ms(0)).unwrap();
    assert_eq!(first.damage, [MAIN, UPPER].into_iter().collect());
    assert!(first.geometry && first.cursor_shape);
    assert_eq!((machine.way(), replay.state().opened), ("gdi", 1));
    (replay, machine)
}

#[test]
fn only_tiles_that_changed_are_told_and_captured_as_told() {
    let (replay, mut machine) = without_duplication();
    assert!(replay.run(&mut machine, ms(1_000)).unwrap().is_empty());
    let drawn = Rect::new(30, -70, 10, 10);
    replay.draw(drawn, 7);
    let changes = replay.run(&mut machine, ms(300)).unwrap();
    assert_eq!(changes.damage, Region::from(Rect::new(20, -70, 64, 10)));
    let mut frame = Framebuffer::new(UPPER.size()).unwrap();
    machine.capture(UPPER, UPPER.origin(), &mut frame).unwrap();
    let mut expected = Framebuffer::new(UPPER.size()).unwrap();
    expected.fill(Rect::new(10, 10, 10, 10), 7);
    assert_eq!(frame, expected);
    assert!(replay.run(&mut machine, ms(1_000)).unwrap().is_empty());
}

#[test]
fn what_is_captured_is_never_newer_than_what_was_told() {
    // Else a change that is undone before the next look would stay on the viewer's screen for good.
    let (replay, mut machine) = without_duplication();
    replay.draw(MAIN, 7);
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    machine.capture(MAIN, Point::ORIGIN, &mut frame).unwrap();
    assert_eq!(frame.pixel(Point::ORIGIN), Some(0));
    replay.draw(MAIN, 0);
    assert!(replay.run(&mut machine, ms(1_000)).unwrap().is_empty());
}

#[test]
fn a_quiet_desktop_is_looked_at_rarely_and_one_in_use_often() {
    let (replay, mut machine) = without_duplication();
    replay.run(&mut machine, ms(10_000)).unwrap();
    let looks = |replay: &Replay| replay.state().grabs / 2;
    let before = looks(&replay);
    replay.run(&mut machine, ms(2_000)).unwrap();
    let quiet = looks(&replay) - before;
    assert!((9..=11).contains(&quiet), "{quiet} looks in two seconds");
    for step in 0..20 {
        replay.state().last_input = step + 1;
        replay.run(&mut machine, ms(100)).unwrap();
    }
    let used = looks(&replay) - before - quiet;
    assert!((50..=80).contains(&used), "{used} looks in two seconds");
}

#[test]
fn the_pointer_is_followed_between_looks() {
    let (replay, mut machine) = without_duplication();
    replay.run(&mut machine, ms(10_000)).unwrap();
    let grabs = replay.state().grabs;
    let to = Pointer {
        at: Point::new(5, -6),
        showing: true,
        shape: 1,
    };
    replay.state().pointer = Some(to);
    let moved = replay.run(&mut machine, ms(34)).unwrap();
    assert_eq!((moved.cursor_moved, moved.cursor_shape), (Some(to.at), false));
    replay.state().pointer = Some(Pointer { shape: 2, ..to });
    assert!(replay.run(&mut machine, ms(34)).unwrap().cursor_shape);
    assert_eq!(machine.cursor_shape().unwrap().size(), Size::new(1, 1));
    replay.state().pointer = Some(Pointer {
        shape: 2,
        showing: false,
        ..to
    });
    assert!(replay.run(&mut machine, ms(34)).unwrap().cursor_shape);
    assert!(machine.cursor_shape().unwrap().size().is_empty());
    // Nobody says where it is on another desktop: it stays where it was.
    replay.state().pointer = None;
    assert_eq!(machine.cursor_position(), to.at);
    assert!(replay.state().grabs <= grabs + 4);
}

#[test]
fn a_change_of_mode_makes_captures_fail_until_it_was_waited_for() {
    let (replay, mut machine) = without_duplication();
    let smaller = Rect::new(0, 0, 150, 90);
    {
        let mut state = replay.state();
        state.displays = vec![display(1, smaller)];
        state.desktop = Framebuffer::new(smaller.size()).unwrap();
    }
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    let stale = machine.capture(MAIN, Point::ORIGIN, &mut frame);
    assert!(matches!(stale, Err(ScreenError::Outside)), "{stale:?}");
    let changes = replay.run(&mut machine, ms(1)).unwrap();
    assert!(changes.geometry);
    assert_eq!(changes.damage, Region::from(smaller));
    machine.capture(smaller, Point::ORIGIN, &mut frame).unwrap();
    // A driver that changed may duplicate now.
    assert_eq!(replay.state().opened, 2);
}

#[test]
fn one_failed_picture_is_no_loss_but_ten_seconds_of_them_are() {
    let (replay, mut machine) = without_duplication();
    replay.state().grab = Err(Fault::Other(-1));
    assert!(replay.run(&mut machine, ms(5_000)).unwrap().is_empty());
    replay.state().grab = Ok(());
    replay.draw(MAIN, 1);
    assert!(
        replay
            .run(&mut machine, ms(1_100))
            .unwrap()
            .damage
            .contains(Point::ORIGIN)
    );
    replay.state().grab = Err(Fault::Other(-1));
    let lost = replay.run(&mut machine, ms(12_000));
    assert!(matches!(lost, Err(ScreenError::Lost(_))), "{lost:?}");
}

#[test]
fn displays_that_are_gone_for_a_moment_are_waited_for_and_none_from_the_start_is_an_error() {
    let (replay, mut machine) = without_duplication();
    let displays = std::mem::take(&mut replay.state().displays);
    let gone = replay.run(&mut machine, ms(1)).unwrap();
    assert!(!gone.geometry);
    assert_eq!(machine.displays().len(), 2);
    assert!(matches!(
        Machine::new(replay.clone()),
        Err(ScreenError::Missing(_))
    ));
    let huge = Rect::new(0, 0, 1 << 20, 1 << 20);
    replay.state().displays = vec![display(1, huge)];
    assert!(matches!(
        Machine::new(replay.clone()),
        Err(ScreenError::TooLarge(_))
    ));
    replay.state().displays = displays;
    replay.draw(MAIN, 3);
    assert!(
        replay
            .run(&mut machine, ms(500))
            .unwrap()
            .damage
            .contains(Point::ORIGIN)
    );
}

#[test]
fn a_shape_that_cannot_be_read_is_the_last_one_and_at_first_an_arrow() {
    let (replay, mut machine) = without_duplication();
    let shape = replay.state().shape.take();
    assert_eq!(machine.cursor_shape().unwrap().size(), Size::new(2, 2));
    replay.state().shape = shape;
    assert_eq!(machine.cursor_shape().unwrap().size(), Size::new(1, 1));
    replay.state().shape = None;
    assert_eq!(machine.cursor_shape().unwrap().size(), Size::new(1, 1));
}
