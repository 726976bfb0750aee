//! The wheel on a long page.

use anyhow::Result;

use super::pages::open_browser;
use crate::random::Random;
use crate::stage::Stage;

/// The button of the mouse that the wheel is when it turns towards the person.
const WHEEL_DOWN: u8 = 5;

/// Scrolls through it.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    open_browser(stage, &mut random)?;
    let size = stage.desktop.look().size;
    let side = |side: u32, percent: i32| i32::try_from(side).unwrap_or(i32::MAX) / 100 * percent;
    // At the edge of the text, where nothing lights up under the pointer.
    stage.hands.move_to(side(size.width, 3), side(size.height, 60))?;
    stage.calm(400)?;
    stage.snap()?;
    for _ in 0..(stage.steps)(60) {
        stage.hands.button_down(WHEEL_DOWN)?;
        stage.hands.button_up(WHEEL_DOWN)?;
        stage.still()?;
        stage.snap()?;
    }
    Ok(())
}
