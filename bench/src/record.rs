//! The corpus: scenes that are not recorded yet are played, and all frames kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use temoto_codec::Framebuffer;
use temoto_geometry::Region;

use crate::desktop::Desktop;
use crate::options::{Corpus, versions};
use crate::scenes::Scene;
use crate::stage::{Stage, StepSink};
use crate::store::{Reader, Writer};

/// A scene that can be read.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What it shows.
    pub scene: Scene,
    /// Where it is.
    pub file: PathBuf,
}

impl Recording {
    /// Reads it from the beginning; the first frame is there already.
    pub fn open(&self) -> Result<Reader> {
        let mut reader = Reader::open(&self.file)?;
        anyhow::ensure!(reader.advance()?, "{} is empty", self.file.display());
        Ok(reader)
    }
}

/// Records what is missing and gives all that was asked for, with a sentence for each scene that could not be played.
pub fn all(corpus: &Corpus) -> Result<(Vec<Recording>, Vec<String>)> {
    let versions = versions();
    let (mut recordings, mut faults) = (Vec::new(), Vec::new());
    for scene in corpus.wanted() {
        let file = corpus.file(scene, &versions);
        if !file.exists() {
            let began = Instant::now();
            eprint!("recording {}… ", scene.name());
            if let Err(error) = one(corpus, scene, &file) {
                eprintln!("{error:#}");
                faults.push(format!("{}: {error:#}", scene.name()));
                continue;
            }
            eprintln!("{} s", began.elapsed().as_secs());
        }
        recordings.push(Recording { scene, file });
    }
    Ok((recordings, faults))
}

fn one(corpus: &Corpus, scene: Scene, file: &Path) -> Result<()> {
    let mut sink = Keeper(Writer::create(file, corpus.size)?);
    play(corpus, scene, &mut sink)?;
    sink.0.finish()
}

/// Plays a scene on a new display with a new home.
pub fn play(corpus: &Corpus, scene: Scene, sink: &mut dyn PlaySink) -> Result<()> {
    let home = corpus
        .cache
        .join(format!("home-{}-{}", scene.name(), std::process::id()));
    let desktop = Desktop::with_windows(&home, corpus.look())?;
    sink.display(&desktop)?;
    let played = Stage::new(desktop, corpus.steps(), sink.steps())
        .and_then(|mut stage| scene.play(&mut stage, corpus.seed));
    // What programs keep for themselves is of no use any more; some still write while they end.
    for _ in 0..5 {
        if std::fs::remove_dir_all(&home).is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    played.with_context(|| format!("playing {}", scene.name()))
}

/// Takes the steps of a scene that is played for it.
pub trait PlaySink {
    /// The display is there, and nothing on it yet.
    fn display(&mut self, desktop: &Desktop) -> Result<()>;
    /// Where the steps go.
    fn steps(&mut self) -> &mut dyn StepSink;
}

struct Keeper(Writer);

impl StepSink for Keeper {
    fn step(&mut self, frame: &Framebuffer, damage: &Region, at_ms: u32) -> Result<()> {
        self.0.push(frame, damage, at_ms)
    }
}

impl PlaySink for Keeper {
    fn display(&mut self, _desktop: &Desktop) -> Result<()> {
        Ok(())
    }

    fn steps(&mut self) -> &mut dyn StepSink {
        self
    }
}
