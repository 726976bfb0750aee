//! Keys in a word processor.

use anyhow::Result;

use super::material::sentence;
use super::pages::open_writer;
use crate::hands::key;
use crate::random::Random;
use crate::stage::Stage;

/// Goes to the end of some paragraph and writes there.
pub fn play(stage: &mut Stage<'_>, mut random: Random) -> Result<()> {
    open_writer(stage, &mut random)?;
    for _ in 0..random.between(2, 5) {
        stage.hands.press_with_control(key::DOWN)?;
    }
    // To the beginning of the next paragraph and back: the end of this one.
    stage.hands.press(key::LEFT)?;
    let mut text = String::from(" ");
    while text.len() < 60 {
        text = text + &sentence(&mut random) + " ";
    }
    // The first key turns off what the program shows until something is written.
    stage.hands.type_text(" x")?;
    stage.calm(400)?;
    stage.snap()?;
    for letter in text.chars().take((stage.steps)(60)) {
        stage.hands.press(u32::from(letter))?;
        stage.still()?;
        stage.snap()?;
    }
    Ok(())
}
