//! A window dragged over a photograph.

use anyhow::{Context, Result};

use super::material::photos;
use super::shell::{command, open_terminal};
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Holds Alt and the window, and goes about with it.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    let wallpaper = photos(&stage.desktop, &mut random, 1)?;
    let wallpaper = wallpaper
        .first()
        .context("one photograph")?
        .to_string_lossy()
        .into_owned();
    stage
        .desktop
        .run("feh", &["--no-fehbg", "--bg-fill", &wallpaper])?;
    let share = random.between(36, 52);
    let window = open_terminal(stage, &mut random, share)?;
    for _ in 0..3 {
        stage.hands.type_text(&command(&mut random))?;
        stage.hands.press(key::RETURN)?;
        stage.calm(200)?;
    }
    let size = stage.desktop.look().size;
    let part = |side: u32, percent: i32| i32::try_from(side).unwrap_or(i32::MAX) / 100 * percent;
    let (left, top) = (part(size.width, 10), part(size.height, 10));
    stage.hands.place(
        window,
        left,
        top,
        part(size.width, share).unsigned_abs(),
        part(size.height, share).unsigned_abs(),
    )?;
    stage.calm(300)?;
    let (mut x, mut y) = (
        left + part(size.width, share / 2),
        top + part(size.height, share / 2),
    );
    stage.hands.move_to(x, y)?;
    stage.hands.hold(key::ALT)?;
    stage.hands.button_down(1)?;
    // The window manager takes the first move for the beginning of a drag.
    stage.hands.move_to(x + 12, y + 12)?;
    (x, y) = (x + 12, y + 12);
    stage.calm(300)?;
    stage.snap()?;
    let (mut dx, mut dy) = (random.between(3, 14), random.between(2, 9));
    for _ in 0..(stage.steps)(60) {
        dx += random.between(-3, 3);
        dy += random.between(-2, 2);
        if (dx, dy) == (0, 0) {
            dx = 2;
        }
        // The middle of the window stays where all of it is on the screen.
        if !(part(size.width, share / 2 + 2)..part(size.width, 98 - share / 2)).contains(&(x + dx)) {
            dx = -dx;
        }
        if !(part(size.height, share / 2 + 4)..part(size.height, 96 - share / 2)).contains(&(y + dy)) {
            dy = -dy;
        }
        (x, y) = (x + dx, y + dy);
        stage.hands.move_to(x, y)?;
        stage.still()?;
        stage.snap()?;
    }
    stage.hands.button_up(1)?;
    stage.hands.release(key::ALT)
}
