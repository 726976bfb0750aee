//! Changing between three programs.

use std::time::Duration;

use anyhow::Result;

use super::pages::{open_browser, open_writer};
use super::shell::{command, open_terminal};
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Brings one after the other to the front.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    let mut windows = vec![
        open_writer(stage, &mut random)?,
        open_browser(stage, &mut random)?,
    ];
    let share = random.between(70, 88);
    windows.push(open_terminal(stage, &mut random, share)?);
    for _ in 0..4 {
        stage.hands.type_text(&command(&mut random))?;
        stage.hands.press(key::RETURN)?;
        stage.calm(200)?;
    }
    stage.snap()?;
    let mut front = 2;
    for _ in 0..(stage.steps)(24) {
        front = (front + 1 + random.below(2)) % windows.len();
        stage.hands.activate(windows[front])?;
        stage.settle(Duration::from_millis(800), Duration::from_millis(200))?;
        stage.snap()?;
    }
    Ok(())
}
