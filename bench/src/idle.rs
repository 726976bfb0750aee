//! What a shared screen costs while nobody does anything: the product's own capture and the codec, in one loop.
//!
//! Not the whole agent: its session and socket sleep at such times. The loop is the driver's: wait for damage, copy what
//! it covers, encode with it as a hint.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use temoto_codec::{Encoder, Framebuffer, Hints};
use temoto_geometry::{Point, Region};
use temoto_screen::{NativeScreen, ScreenSource as _};

use crate::cpu::process_ms;
use crate::desktop::Desktop;
use crate::options::Corpus;
use crate::own::Bytes;
use crate::record::{self, PlaySink};
use crate::scenes::Scene;
use crate::stage::StepSink;

/// Frames are taken at most this often, as by the session.
const FRAME_EVERY: Duration = Duration::from_millis(16);
/// How long is looked on.
const SPAN: Duration = Duration::from_secs(10);

/// Figures of a display at rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// With a caret that blinks: percent of a core.
    pub caret_percent: f64,
    /// With a caret that blinks: bytes per minute, as framed.
    pub caret_bytes_per_min: f64,
    /// With nothing at all: percent of a core.
    pub still_percent: f64,
    /// With nothing at all: bytes per minute, as framed.
    pub still_bytes_per_min: f64,
}

/// Looks on at a caret, and at a display on which there is nothing.
pub fn run(corpus: &Corpus) -> Result<Figures> {
    let mut watch = Watch {
        display: String::new(),
        seen: None,
    };
    // One step is enough: the display is then as the scene leaves it, and stays so while it is looked at.
    let corpus = Corpus {
        quick: true,
        ..corpus.clone()
    };
    record::play(&corpus, Scene::Idle, &mut watch)?;
    let (caret_percent, caret_bytes_per_min) = watch.seen.context("nothing was looked at")?;
    let home = corpus.cache.join(format!("home-still-{}", std::process::id()));
    let desktop = Desktop::bare(&home, corpus.look())?;
    let (still_percent, still_bytes_per_min) = look_on(&desktop.name)?;
    drop(desktop);
    // Nothing was put there that anybody needs.
    let _gone = std::fs::remove_dir_all(&home);
    Ok(Figures {
        caret_percent,
        caret_bytes_per_min,
        still_percent,
        still_bytes_per_min,
    })
}

struct Watch {
    display: String,
    seen: Option<(f64, f64)>,
}

impl StepSink for Watch {
    fn step(&mut self, _frame: &Framebuffer, _damage: &Region, _at_ms: u32) -> Result<()> {
        if self.seen.is_none() {
            self.seen = Some(look_on(&self.display)?);
        }
        Ok(())
    }
}

impl PlaySink for Watch {
    fn display(&mut self, desktop: &Desktop) -> Result<()> {
        self.display.clone_from(&desktop.name);
        Ok(())
    }

    fn steps(&mut self) -> &mut dyn StepSink {
        self
    }
}

/// Percent of a core, and bytes per minute.
fn look_on(display: &str) -> Result<(f64, f64)> {
    let mut eyes = temoto_screen::open(Some(display))?;
    let size = eyes
        .displays()
        .first()
        .context("a screen has a display")?
        .rect
        .size();
    let mut frame = Framebuffer::new(size)?;
    let mut encoder = Encoder::new();
    // The first picture, and what comes late of it.
    turn(&mut eyes, &mut frame, &mut encoder, Duration::from_secs(1))?;
    let (began, before) = (Instant::now(), process_ms());
    let mut bytes = 0;
    while let Some(left) = SPAN.checked_sub(began.elapsed()) {
        bytes += turn(&mut eyes, &mut frame, &mut encoder, left)?;
        std::thread::sleep(FRAME_EVERY.min(left));
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok((
        (process_ms() - before) / (seconds * 10.0),
        bytes as f64 * 60.0 / seconds,
    ))
}

fn turn(
    eyes: &mut NativeScreen,
    frame: &mut Framebuffer,
    encoder: &mut Encoder,
    timeout: Duration,
) -> Result<u64> {
    let damage = eyes.wait(timeout)?.damage.clip(frame.bounds());
    if damage.is_empty() {
        return Ok(0);
    }
    for rect in damage.iter() {
        eyes.capture(rect, Point::ORIGIN, frame)?;
    }
    let hints = Hints {
        damage: Some(damage),
        ..Hints::default()
    };
    let update = encoder.encode(frame.view()?, &hints);
    Ok(update.map_or(0, |update| Bytes::of_update(update.bytes.len()).framed))
}
