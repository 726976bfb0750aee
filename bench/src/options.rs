//! What is asked for on the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use sha2::{Digest, Sha256};
use temoto_geometry::Size;

use crate::desktop::Look;
use crate::files;
use crate::scenes::Scene;

/// Raised when a scene is played differently than before, so that older recordings are not taken for it.
const RECORDER: u32 = 4;
/// Programs whose version decides how a scene looks.
const PACKAGES: &[&str] = &[
    "chromium",
    "feh",
    "fonts-dejavu-core",
    "fonts-noto-cjk",
    "libreoffice-writer",
    "mate-backgrounds",
    "openbox",
    "tigervnc-standalone-server",
    "xterm",
];

/// Measures the screen on recorded scenes of real programs.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Plays and records the scenes that are not in the cache.
    Record(Corpus),
    /// Runs the codec alone over recorded scenes: bytes, milliseconds, exactness.
    Codec {
        /// Which scenes.
        #[command(flatten)]
        corpus: Corpus,
        /// Times are the median of so many runs.
        #[arg(long, default_value_t = 1)]
        repeats: usize,
        /// Also writes the figures there.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Writes the updates of each scene into this folder, for the decoder in WebAssembly.
        #[arg(long)]
        updates: Option<PathBuf>,
    },
    /// Everything: peers, codec, WebAssembly, goals.
    Screen {
        /// Which scenes.
        #[command(flatten)]
        corpus: Corpus,
        /// Where the figures go.
        #[arg(long)]
        json: PathBuf,
        /// Times are the median of so many runs.
        #[arg(long, default_value_t = 3)]
        repeats: usize,
        /// The decoder built for WASI, and the script that runs it.
        #[arg(long, num_args = 2, value_names = ["WASM", "SCRIPT"])]
        programs: Option<Vec<PathBuf>>,
        /// What the code is that was built.
        #[arg(long, default_value = "unknown")]
        commit: String,
    },
    /// What each part of the codec brings: the recordings again with one part after the other left out.
    Ablation {
        /// Which scenes.
        #[command(flatten)]
        corpus: Corpus,
        /// Where the tables go.
        #[arg(long)]
        markdown: PathBuf,
    },
    /// Draws the figures of a whole run, for readers.
    Plot {
        /// What `screen` wrote.
        #[arg(long)]
        json: PathBuf,
        /// The folder for the drawings (SVG).
        #[arg(long)]
        to: PathBuf,
    },
    /// Files: ours, `curl` and `scp`, on the loopback and on a slow line.
    Files(files::Options),
    /// The customer's end for it, in a process of its own.
    #[command(hide = true)]
    FilesProgram(files::program::Customer),
    /// Writes the frames of a scene as pictures (PPM), to look at.
    Look {
        /// Which scenes.
        #[command(flatten)]
        corpus: Corpus,
        /// The folder for them.
        #[arg(long)]
        to: PathBuf,
    },
}

/// Which scenes, and how they look.
#[derive(Args, Clone, Debug)]
pub struct Corpus {
    /// Decides texts, sizes, pictures and places.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Pixels of the display.
    #[arg(long, default_value = "1920x1080", value_parser = size)]
    pub size: Size,
    /// How much larger than usual programs draw.
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// Dark programs.
    #[arg(long)]
    pub dark: bool,
    /// At most 12 steps of each scene.
    #[arg(long)]
    pub quick: bool,
    /// Only these, by comma; all if left out.
    #[arg(long, value_delimiter = ',')]
    pub scenes: Vec<Scene>,
    /// Where recordings are kept.
    #[arg(long, env = "TEMOTO_BENCH_CACHE", default_value = "target/bench")]
    pub cache: PathBuf,
}

impl Corpus {
    /// The wanted scenes in their order.
    pub fn wanted(&self) -> Vec<Scene> {
        let all = Scene::ALL.into_iter();
        all.filter(|scene| self.scenes.is_empty() || self.scenes.contains(scene))
            .collect()
    }

    /// How the display looks.
    pub fn look(&self) -> Look {
        Look {
            size: self.size,
            scale: self.scale,
            dark: self.dark,
        }
    }

    /// How many steps of a scene are played.
    pub fn steps(&self) -> fn(usize) -> usize {
        if self.quick {
            |full| full.min(12)
        } else {
            |full| full
        }
    }

    /// Where the recording of a scene is, or will be.
    pub fn file(&self, scene: Scene, versions: &str) -> PathBuf {
        let key = format!(
            "{RECORDER} {} {}x{} {} {} {} {versions}",
            self.seed, self.size.width, self.size.height, self.scale, self.dark, self.quick
        );
        let key = Sha256::digest(key.as_bytes());
        let key: String = key.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        self.cache
            .join(format!("{}-seed{}-{key}.frames", scene.name(), self.seed))
    }

    /// The same options for the report.
    pub fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "seed": self.seed,
            "size": format!("{}x{}", self.size.width, self.size.height),
            "scale": self.scale,
            "dark": self.dark,
            "quick": self.quick,
            "scenes": self.wanted().iter().map(|scene| scene.name()).collect::<Vec<_>>(),
        })
    }
}

/// Names and versions of the programs that the scenes show; empty where there is no dpkg.
pub fn versions() -> String {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat", "${Package} ${Version}\n"])
        .args(PACKAGES);
    query.stderr(std::process::Stdio::null());
    query.output().map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

/// Makes the folder of the cache and gives it as an absolute path, which programs on a display need.
pub fn prepare(cache: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(cache).with_context(|| cache.display().to_string())?;
    Ok(cache.canonicalize()?)
}

fn size(text: &str) -> Result<Size, String> {
    let sides = text.split_once('x').ok_or("a size is WIDTHxHEIGHT")?;
    let side = |text: &str| text.parse::<u32>().map_err(|error| error.to_string());
    let size = Size::new(side(sides.0)?, side(sides.1)?);
    if size.width < 640 || size.height < 480 || size.width > 7680 || size.height > 4320 {
        return Err("a display has 640x480 to 7680x4320 pixels".to_owned());
    }
    Ok(size)
}
