//! What hides the desktop, and how it goes on afterwards.

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region};

use super::replay::{Replay, everything, ms, upright};
use crate::win32::machine::Machine;
use crate::win32::system::Fault;
use crate::{Obstacle, ScreenError};

const MAIN: Rect = Rect::new(0, 0, 60, 50);

fn capture(machine: &mut Machine<Replay>) -> Result<Framebuffer, ScreenError> {
    let mut frame = Framebuffer::new(MAIN.size()).unwrap();
    machine.capture(MAIN, Point::ORIGIN, &mut frame).map(|()| frame)
}

#[test]
fn access_lost_and_denied_is_an_obstacle_and_afterwards_everything_is_new() {
    let replay = Replay::new(&[upright(MAIN)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    // A consent prompt: the duplication ends, and a new one is denied.
    replay.state().obstacle = Some(Obstacle::SecureDesktop);
    replay.state().duplicate = Err(Fault::AccessDenied);
    replay.answer(0, Err(Fault::AccessLost));
    let changes = replay.run(&mut machine, ms(20)).unwrap();
    assert!(changes.obstacle);
    assert_eq!(machine.obstacle(), Some(Obstacle::SecureDesktop));
    assert!(
        changes.damage.is_empty(),
        "what cannot be captured is not damaged"
    );
    assert!(matches!(capture(&mut machine), Err(ScreenError::Hidden)));
    assert!(machine.cursor_shape().unwrap().size().is_empty());
    // However long it stays, nothing is tried and nobody gives up.
    assert!(replay.run(&mut machine, ms(600_000)).unwrap().is_empty());
    assert_eq!(replay.state().opened, 1);

    replay.state().obstacle = None;
    replay.state().duplicate = Ok(vec![upright(MAIN)]);
    replay.answer(0, everything());
    let changes = replay.run(&mut machine, ms(260)).unwrap();
    assert!(changes.obstacle);
    assert_eq!((machine.obstacle(), changes.damage), (None, Region::from(MAIN)));
    assert_eq!(machine.way(), "duplication");
    assert!(capture(&mut machine).is_ok());
}

#[test]
fn an_obstacle_without_an_end_of_the_duplication_is_noticed_soon() {
    let replay = Replay::new(&[upright(MAIN)]);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    replay.state().obstacle = Some(Obstacle::Locked);
    assert!(replay.run(&mut machine, ms(270)).unwrap().obstacle);
    replay.state().obstacle = Some(Obstacle::Away);
    assert!(replay.run(&mut machine, ms(270)).unwrap().obstacle);
    assert_eq!(machine.obstacle(), Some(Obstacle::Away));
}

#[test]
fn access_denied_without_an_obstacle_ends_in_gdi() {
    let replay = Replay::new(&[upright(MAIN)]);
    replay.state().duplicate = Err(Fault::AccessDenied);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(3_000)).unwrap();
    assert_eq!(machine.way(), "gdi");
    assert!(capture(&mut machine).is_ok());
}

#[test]
fn gdi_shows_nothing_of_what_is_painted_while_something_is_in_the_way() {
    let replay = Replay::new(&[upright(MAIN)]);
    replay.state().duplicate = Err(Fault::Unsupported);
    replay.draw(MAIN, 5);
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(1_000)).unwrap();
    // The system paints black; the next look must not take it for the desktop.
    replay.draw(MAIN, 0);
    replay.state().obstacle = Some(Obstacle::SecureDesktop);
    let changes = replay.run(&mut machine, ms(300)).unwrap();
    assert!(changes.obstacle && changes.damage.is_empty());
    assert!(matches!(capture(&mut machine), Err(ScreenError::Hidden)));
    replay.draw(MAIN, 5);
    replay.state().obstacle = None;
    let changes = replay.run(&mut machine, ms(300)).unwrap();
    assert_eq!(changes.damage, Region::from(MAIN));
    assert_eq!(capture(&mut machine).unwrap().pixel(Point::ORIGIN), Some(5));
}

#[test]
fn an_obstacle_from_the_start_is_told_and_waited_out() {
    let replay = Replay::new(&[upright(MAIN)]);
    replay.state().obstacle = Some(Obstacle::Locked);
    let mut machine = replay.machine();
    assert_eq!(machine.obstacle(), Some(Obstacle::Locked));
    assert!(replay.run(&mut machine, ms(0)).unwrap().obstacle);
    assert!(matches!(capture(&mut machine), Err(ScreenError::Hidden)));
    replay.state().obstacle = None;
    assert_eq!(
        replay.run(&mut machine, ms(260)).unwrap().damage,
        Region::from(MAIN)
    );
}

#[test]
fn an_output_without_a_picture_shows_nothing_of_what_is_painted_meanwhile() {
    let replay = Replay::new(&[upright(MAIN)]);
    replay.state().answers[0].clear();
    let mut machine = replay.machine();
    replay.run(&mut machine, ms(0)).unwrap();
    assert!(capture(&mut machine).is_ok());
    replay.state().obstacle = Some(Obstacle::Locked);
    assert!(matches!(capture(&mut machine), Err(ScreenError::Hidden)));
    assert!(replay.run(&mut machine, ms(0)).unwrap().obstacle);
}
