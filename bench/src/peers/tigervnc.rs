//! TigerVNC, without loss: its server gets the recorded frames, or the programs themselves.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use temoto_codec::Framebuffer;
use temoto_geometry::Region;

use crate::cpu;
use crate::desktop::{Desktop, Look};
use crate::options::Corpus;
use crate::record::{self, PlaySink, Recording};
use crate::replay::Canvas;
use crate::rfb::Coding;
use crate::scenes::Scene;
use crate::stage::StepSink;
use crate::viewer::Viewer;

/// Without a viewer a step takes this long.
const ALONE: Duration = Duration::from_millis(40);
/// A live step is over when nothing came for this long.
const LIVE_QUIET: Duration = Duration::from_millis(120);

/// What one scene took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Bytes of the first picture.
    pub join: u64,
    /// Bytes of all later steps.
    pub bytes: u64,
    /// Later steps.
    pub steps: u32,
    /// Processor milliseconds of the server during the later steps, with everything that it does.
    pub server_ms: f64,
}

impl Figures {
    /// Bytes of a later step, the mean.
    pub fn bytes_per_step(&self) -> f64 {
        self.bytes as f64 / f64::from(self.steps.max(1))
    }
}

/// Shows a recording to a server with a viewer.
pub fn replay(recording: &Recording, look: Look, home: &Path, coding: Coding) -> Result<Figures> {
    let mut reader = recording.open()?;
    let desktop = Desktop::bare(home, look)?;
    let canvas = Canvas::cover(&desktop.name)?;
    canvas.show(None, reader.frame())?;
    let viewer = Viewer::connect(desktop.rfb_port, coding)?;
    let mut figures = Figures {
        join: viewer.step(None, reader.frame())?,
        ..Figures::default()
    };
    let began = cpu::of_process_ms(desktop.server)?;
    let mut before = reader.frame().clone();
    while reader.advance()? {
        canvas.show(Some(&before), reader.frame())?;
        let step = viewer.step(Some(&before), reader.frame());
        figures.bytes += step.with_context(|| format!("step {}", figures.steps + 1))?;
        figures.steps += 1;
        before.clone_from(reader.frame());
    }
    figures.server_ms = cpu::of_process_ms(desktop.server)? - began;
    Ok(figures)
}

/// The same without a viewer: the processor time that has nothing to do with one.
pub fn alone_ms(recording: &Recording, look: Look, home: &Path) -> Result<f64> {
    let mut reader = recording.open()?;
    let desktop = Desktop::bare(home, look)?;
    let canvas = Canvas::cover(&desktop.name)?;
    canvas.show(None, reader.frame())?;
    std::thread::sleep(ALONE);
    let began = cpu::of_process_ms(desktop.server)?;
    let mut before = reader.frame().clone();
    while reader.advance()? {
        canvas.show(Some(&before), reader.frame())?;
        std::thread::sleep(ALONE);
        before.clone_from(reader.frame());
    }
    Ok(cpu::of_process_ms(desktop.server)? - began)
}

/// Plays the scene again while a viewer looks on: with what the window system tells the server.
pub fn live(corpus: &Corpus, scene: Scene, coding: Coding) -> Result<Figures> {
    let mut sink = Live {
        coding,
        port: 0,
        viewer: None,
        figures: Figures::default(),
    };
    record::play(corpus, scene, &mut sink)?;
    Ok(sink.figures)
}

struct Live {
    coding: Coding,
    port: u16,
    viewer: Option<Viewer>,
    figures: Figures,
}

impl StepSink for Live {
    fn step(&mut self, _frame: &Framebuffer, _damage: &Region, _at_ms: u32) -> Result<()> {
        match &self.viewer {
            Some(viewer) => {
                self.figures.bytes += viewer.quiet(LIVE_QUIET)?;
                self.figures.steps += 1;
            }
            None => {
                let viewer = Viewer::connect(self.port, self.coding)?;
                self.figures.join = viewer.quiet(Duration::from_secs(1))?;
                self.viewer = Some(viewer);
            }
        }
        Ok(())
    }
}

impl PlaySink for Live {
    fn display(&mut self, desktop: &Desktop) -> Result<()> {
        self.port = desktop.rfb_port;
        Ok(())
    }

    fn steps(&mut self) -> &mut dyn StepSink {
        self
    }
}
