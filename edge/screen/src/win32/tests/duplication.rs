//! Frames of the desktop duplication, and its end.

use temoto_codec::cursor::CursorShape;
use temoto_codec::{Framebuffer, Move};
use temoto_geometry::{Point, Rect, Region, Size};

use super::replay::{Replay, display, everything, ms, parts, upright};
use crate::ScreenError;
use crate::win32::rotation::Rotation;
use crate::win32::system::{Fault, Frame, Place};

const LEFT: Rect = Rect::new(-40, -10, 40, 30);
const MAIN: Rect = Rect::new(0, 0, 60, 50);

fn whole(rects: &[Rect]) -> Region {
    rects.iter().copied().collect()
}

#[test]
fn the_first_changes_are_everything_and_then_there_are_none() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    let first = replay.run(&mut machine, ms(0)).unwrap();
    assert_eq!(first.damage, whole(&[MAIN, LEFT]));
    assert!(first.geometry && first.cursor_shape && first.cursor_moved.is_some() && !first.obstacle);
    assert_eq!(machine.way(), "duplication");
    assert!(replay.run(&mut machine, ms(2_000)).unwrap().is_empty());
    assert_eq!(replay.state().opened, 1);
}

#[test]
fn dirty_and_move_rectangles_become_damage_of_the_desktop() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(0)).unwrap();
    replay.answer(
        0,
        parts(
            &[Rect::new(1, 2, 3, 4)],
            &[(Point::new(0, 0), Rect::new(10, 20, 5, 5))],
        ),
    );
    // The second output begins left of and above the first; a rectangle that reaches beyond it is cut.
    replay.answer(1, parts(&[Rect::new(0, 0, 2, 2), Rect::new(39, 29, 9, 9)], &[]));
    let changes = replay.run(&mut machine, ms(20)).unwrap();
    let expected = [
        Rect::new(1, 2, 3, 4),
        Rect::new(10, 20, 5, 5),
        Rect::new(-40, -10, 2, 2),
        Rect::new(-1, 19, 1, 1),
    ];
    assert_eq!(changes.damage, whole(&expected));
    let moved = Move {
        from: Rect::new(0, 0, 5, 5),
        to: Point::new(10, 20),
    };
    assert_eq!(changes.moves, [moved]);
    assert!(!changes.geometry && !changes.cursor_shape);
}

#[test]
fn frames_of_the_pointer_only_are_no_pictures() {
    let replay = Replay::new(&[upright(MAIN)]);
    replay.state().answers[0].clear();
    let shape = CursorShape::new(Size::new(1, 1), Point::ORIGIN, vec![255; 4]).unwrap();
    let pointer = Frame {
        picture: None,
        shape: Some(shape.clone()),
    };
    replay.answer(0, Ok(pointer));
    replay.draw(MAIN, 5);
    let mut machine = replay.machine();
    assert!(replay.run(&mut machine, ms(0)).unwrap().cursor_shape);
    assert_eq!(machine.cursor_shape().unwrap(), shape);
    // There is no picture yet, so GDI is asked, and not the surface, which is black.
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    machine.capture(MAIN, Point::ORIGIN, &mut frame).unwrap();
    assert_eq!(replay.state().grabs, 1);
    assert_eq!(frame.pixel(Point::new(59, 49)), Some(5));
    // The first picture damages all of the output, whatever it says; a pointer after it nothing.
    replay.answer(0, parts(&[Rect::new(0, 0, 1, 1)], &[]));
    assert_eq!(replay.run(&mut machine, ms(20)).unwrap().damage, whole(&[MAIN]));
    replay.answer(0, Ok(Frame::default()));
    assert!(replay.run(&mut machine, ms(20)).unwrap().is_empty());
}

#[test]
fn pixels_and_rectangles_of_displays_on_their_side_land_right() {
    for rotation in [Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
        let side = Place { rect: LEFT, rotation };
        let replay = Replay::new(&[upright(MAIN), side]);
        let mut machine = replay.machine();
        replay.run(&mut machine, ms(0)).unwrap();
        let drawn = Rect::new(-38, -7, 5, 3);
        replay.draw(drawn, 0x00ab_cdef);
        let inner = drawn.translate(40, 10);
        let dirty = rotation.surface(inner, LEFT.size()).unwrap();
        replay.answer(1, parts(&[dirty], &[]));
        assert_eq!(replay.run(&mut machine, ms(20)).unwrap().damage, whole(&[drawn]));
        let mut frame = Framebuffer::new(LEFT.size()).unwrap();
        machine.capture(LEFT, LEFT.origin(), &mut frame).unwrap();
        let mut expected = Framebuffer::new(LEFT.size()).unwrap();
        expected.fill(inner, 0x00ab_cdef);
        assert_eq!(frame, expected, "{rotation:?}");
    }
}

#[test]
fn a_capture_takes_its_part_from_each_display_and_nothing_from_between() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(0)).unwrap();
    replay.draw(MAIN, 1);
    replay.draw(LEFT, 2);
    let rect = Rect::new(-10, -5, 20, 40);
    let mut frame = Framebuffer::from_pixels(rect.size(), vec![9; 800]).unwrap();
    machine.capture(rect, rect.origin(), &mut frame).unwrap();
    let mut expected = Framebuffer::new(rect.size()).unwrap();
    expected.fill(Rect::new(10, 5, 10, 35), 1);
    expected.fill(Rect::new(0, 0, 10, 25), 2);
    assert_eq!(frame, expected);
    for (outside, origin) in [
        (Rect::new(50, 0, 11, 5), Point::new(50, 0)),
        (rect, Point::new(-9, -5)),
    ] {
        let refused = machine.capture(outside, origin, &mut frame);
        assert!(matches!(refused, Err(ScreenError::Outside)));
    }
}

#[test]
fn all_displays_come_one_after_the_other_into_one_picture_and_small_ones_from_any() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(0)).unwrap();
    replay.draw(MAIN, 1);
    replay.draw(LEFT, 2);
    // As the operator sees them side by side: around both, black where none is.
    let around = MAIN.hull(LEFT);
    let mut all = Framebuffer::new(around.size()).unwrap();
    let mut expected = all.clone();
    for (rect, color) in [(MAIN, 1), (LEFT, 2)] {
        machine.capture(rect, around.origin(), &mut all).unwrap();
        expected.fill(rect.translate(40, 10), color);
    }
    assert_eq!(all, expected);
    // A glance at one of them costs the picture of the other nothing.
    replay.draw(LEFT, 3);
    let mut other = Framebuffer::new(LEFT.size()).unwrap();
    machine.capture(LEFT, LEFT.origin(), &mut other).unwrap();
    assert!(other.pixels().iter().all(|&pixel| pixel == 3));
    assert!(
        replay.run(&mut machine, ms(20)).unwrap().is_empty(),
        "nothing was told of it"
    );
}

#[test]
fn the_display_left_of_the_main_one_is_unplugged_and_the_other_goes_on() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    {
        let mut state = replay.state();
        state.displays.truncate(1);
        state.desktop = Framebuffer::new(MAIN.size()).unwrap();
        state.duplicate = Ok(vec![upright(MAIN)]);
        state.answers[0].extend([Err(Fault::AccessLost), everything()]);
    }
    let changes = replay.run(&mut machine, ms(20)).unwrap();
    assert!(changes.geometry);
    let ids: Vec<u32> = machine.displays().iter().map(|display| display.id).collect();
    assert_eq!(ids, [1], "the one that stays keeps its name");
    replay.draw(MAIN, 4);
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    machine.capture(MAIN, MAIN.origin(), &mut frame).unwrap();
    assert!(frame.pixels().iter().all(|&pixel| pixel == 4));
    let gone = machine.capture(LEFT, LEFT.origin(), &mut Framebuffer::new(LEFT.size()).unwrap());
    assert!(matches!(gone, Err(ScreenError::Outside)));
}

#[test]
fn a_lost_duplication_is_opened_again_at_once_and_everything_is_new() {
    for fault in [Fault::AccessLost, Fault::DeviceLost, Fault::Other(-1)] {
        let replay = Replay::new(&[upright(MAIN)]);
        let mut machine = replay.machine();
        replay.run(&mut machine, ms(3_000)).unwrap();
        replay.answer(0, Err(fault));
        let changes = replay.run(&mut machine, ms(20)).unwrap();
        assert_eq!(changes.damage, whole(&[MAIN]));
        assert!(!changes.geometry && !changes.obstacle);
        assert_eq!((machine.way(), replay.state().opened), ("duplication", 2));
    }
}

#[test]
fn a_duplication_that_does_not_come_back_is_replaced_by_gdi_and_tried_again_later() {
    let replay = Replay::new(&[upright(MAIN)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    replay.state().duplicate = Err(Fault::Other(-1));
    replay.answer(0, Err(Fault::AccessLost));
    replay.run(&mut machine, ms(500)).unwrap();
    assert_eq!(machine.way(), "none");
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    let meanwhile = machine.capture(MAIN, Point::ORIGIN, &mut frame);
    assert!(matches!(meanwhile, Err(ScreenError::Hidden)));
    replay.draw(MAIN, 3);
    let changes = replay.run(&mut machine, ms(2_000)).unwrap();
    assert_eq!((machine.way(), changes.damage), ("gdi", whole(&[MAIN])));
    machine.capture(MAIN, Point::ORIGIN, &mut frame).unwrap();
    assert_eq!(frame.pixel(Point::ORIGIN), Some(3));
    let opened = replay.state().opened;
    assert!((5..=8).contains(&opened), "tried {opened} times");

    replay.run(&mut machine, ms(61_000)).unwrap();
    assert_eq!((machine.way(), replay.state().opened), ("gdi", opened + 1));
    replay.state().duplicate = Ok(vec![upright(MAIN)]);
    let changes = replay.run(&mut machine, ms(61_000)).unwrap();
    assert_eq!((machine.way(), changes.damage), ("duplication", whole(&[MAIN])));
}

#[test]
fn a_duplication_that_is_lost_again_and_again_is_given_up() {
    let replay = Replay::new(&[upright(MAIN)]);
    for _ in 0..40 {
        replay.answer(0, Err(Fault::AccessLost));
    }
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    assert_eq!(machine.way(), "gdi");
    assert!(replay.state().opened < 10);
}

#[test]
fn a_change_of_mode_is_told_with_everything_damaged() {
    let replay = Replay::new(&[upright(MAIN)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    let larger = Rect::new(0, 0, 80, 70);
    {
        let mut state = replay.state();
        state.displays = vec![display(1, larger)];
        state.desktop = Framebuffer::new(larger.size()).unwrap();
        state.duplicate = Ok(vec![upright(larger)]);
        state.answers[0].extend([Err(Fault::AccessLost), everything()]);
    }
    assert_eq!(machine.displays()[0].rect, MAIN);
    let changes = replay.run(&mut machine, ms(20)).unwrap();
    assert!(changes.geometry);
    assert_eq!(changes.damage, whole(&[larger]));
    assert_eq!(machine.displays()[0].rect, larger);
    let mut frame = Framebuffer::new(larger.size()).unwrap();
    machine.capture(larger, Point::ORIGIN, &mut frame).unwrap();
}

#[test]
fn a_display_that_no_output_shows_is_captured_by_gdi_with_all_others() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    replay.state().duplicate = Ok(vec![upright(MAIN)]);
    let mut machine = replay.machine();
    let changes = replay.run(&mut machine, ms(3_000)).unwrap();
    assert_eq!((machine.way(), changes.damage), ("gdi", whole(&[MAIN, LEFT])));
}

#[test]
fn very_many_rectangles_are_told_as_fewer_that_cover_them() {
    let replay = Replay::new(&[upright(Rect::new(0, 0, 300, 300))]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(0)).unwrap();
    let dots: Vec<Rect> = (0..1_000)
        .map(|dot| Rect::new(dot % 50 * 6, dot / 50 * 9, 1, 1))
        .collect();
    replay.answer(0, parts(&dots, &[]));
    let damage = replay.run(&mut machine, ms(0)).unwrap().damage;
    assert!(damage.rects().len() <= 256);
    assert!(dots.iter().all(|dot| damage.contains_rect(*dot)));
}

#[test]
fn waiting_is_fair_to_all_outputs_and_soon_over_for_a_waker() {
    let replay = Replay::new(&[upright(MAIN), upright(LEFT)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(200)).unwrap();
    let quiet = machine.pace();
    assert!(quiet.sleep.is_zero() && quiet.patience <= ms(16));
    // An output where something always moves does not keep the other one from being heard.
    for _ in 0..5 {
        replay.answer(0, parts(&[Rect::new(0, 0, 1, 1)], &[]));
    }
    replay.answer(1, parts(&[Rect::new(0, 0, 1, 1)], &[]));
    let changes = machine.wait(ms(1_000), |_, _| false).unwrap();
    assert!(changes.damage.contains(LEFT.origin()));
    let busy = machine.pace();
    assert!(
        busy.patience.is_zero() && busy.sleep <= ms(5),
        "a waker ends a sleep and not a blocked frame"
    );
}

#[test]
fn a_waker_ends_the_wait_with_the_newest_there_is() {
    let replay = Replay::new(&[upright(MAIN)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(200)).unwrap();
    let mut sleeps = 0;
    let changes = machine.wait(ms(600_000), |system, _| {
        sleeps += 1;
        if sleeps == 3 {
            system.answer(0, parts(&[Rect::new(4, 5, 6, 7)], &[]));
        }
        sleeps == 3
    });
    assert_eq!(changes.unwrap().damage, whole(&[Rect::new(4, 5, 6, 7)]));
    assert!(machine.wait(ms(600_000), |_, _| true).unwrap().is_empty());
}
