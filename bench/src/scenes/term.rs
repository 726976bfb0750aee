//! Commands in a terminal that stands over a document.

use std::time::Duration;

use anyhow::Result;

use super::pages::open_writer;
use super::shell::{command, open_terminal};
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Types a command and reads what it says.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    open_writer(stage, &mut random)?;
    let share = random.between(48, 66);
    open_terminal(stage, &mut random, share)?;
    stage.snap()?;
    for _ in 0..(stage.steps)(40) {
        stage.hands.type_text(&command(&mut random))?;
        stage.hands.press(key::RETURN)?;
        stage.settle(Duration::from_millis(600), Duration::from_millis(120))?;
        stage.snap()?;
    }
    Ok(())
}
