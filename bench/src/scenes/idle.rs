//! Nobody does anything, and a caret blinks.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::pages::open_writer;
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Looks on for ten seconds (less when fewer steps are wanted).
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    open_writer(stage, &mut random)?;
    stage.hands.press_with_control(key::DOWN)?;
    stage.hands.type_text("x")?;
    stage.calm(400)?;
    // The status line and the like come to rest.
    std::thread::sleep(Duration::from_secs(2));
    stage.look(Duration::ZERO)?;
    stage.snap()?;
    let tenths = u64::try_from((stage.steps)(100))?;
    let end = Instant::now() + Duration::from_millis(tenths * 100);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        if stage.look(left)? {
            stage.snap()?;
        }
    }
    Ok(())
}
