//! Photographs that fill the screen, one after the other.

use std::time::Duration;

use anyhow::Result;

use super::START;
use super::material::photos;
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Looks through them.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    let steps = (stage.steps)(7);
    let files = photos(&stage.desktop, &mut random, steps + 1)?;
    let mut words: Vec<String> = [
        "--fullscreen",
        "--hide-pointer",
        "--zoom",
        "fill",
        "--title",
        "photographs",
    ]
    .map(str::to_owned)
    .into();
    words.extend(files.iter().map(|file| file.to_string_lossy().into_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    stage.desktop.start("feh", &words)?;
    let window = stage.hands.window("photographs", START)?;
    stage.hands.activate(window)?;
    stage.started()?;
    stage.snap()?;
    for _ in 0..steps {
        stage.hands.press(key::RIGHT)?;
        stage.settle(Duration::from_millis(2500), Duration::from_millis(300))?;
        stage.snap()?;
    }
    Ok(())
}
