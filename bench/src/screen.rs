//! The whole comparison: all scenes, all peers, in one run on one machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cpu::median;
use crate::goals::{self, Goal, Measured, Rest};
use crate::idle;
use crate::options::{self, Corpus};
use crate::own::{self, Told};
use crate::peers::{images, tigervnc, video};
use crate::record::{self, Recording};
use crate::report::{self, Report};
use crate::rfb::Coding;
use crate::scenes::Scene;
use crate::wasm::{self, Programs};

/// What was measured of one scene; what could not be is missing.
#[derive(Default)]
pub struct Row {
    /// Our codec, which compares frames by itself.
    pub own: own::Figures,
    /// Our codec, told the box around what changed, as TigerVNC is.
    pub boxed: own::Figures,
    /// Our codec, told where the window system drew.
    pub told: own::Figures,
    /// TigerVNC on the recorded frames.
    pub tight2: Option<tigervnc::Figures>,
    /// Milliseconds of its server per step, without what painting costs.
    pub tight2_ms: Option<f64>,
    /// The same at its highest level.
    pub tight9: Option<tigervnc::Figures>,
    /// The same with ZRLE.
    pub zrle: Option<tigervnc::Figures>,
    /// TigerVNC while the programs run.
    pub live: Option<tigervnc::Figures>,
    /// x264: the first picture, and a later one.
    pub x264: Option<(u64, f64)>,
    /// WebP: the first picture.
    pub webp: Option<u64>,
    /// Decoding natively and as WebAssembly.
    pub wasm: Option<wasm::Figures>,
}

impl Row {
    /// The fewest bytes per step of all lossless settings of TigerVNC.
    pub fn tiger(&self) -> Option<f64> {
        let all = [self.tight2, self.tight9, self.zrle].into_iter().flatten();
        all.map(|figures| figures.bytes_per_step()).reduce(f64::min)
    }

    fn measured(&self) -> Measured {
        Measured {
            bytes: Some(self.own.per_step(self.own.bytes.framed as f64)),
            join: Some(self.own.join.framed as f64),
            encode_ms_box: Some(self.boxed.per_step(self.boxed.encode_ms)),
            encode_ms_damage: Some(self.told.per_step(self.told.encode_ms)),
            tiger: self.tiger(),
            tight2: self.tight2.map(|figures| figures.bytes_per_step()),
            tight2_join: self.tight2.map(|figures| figures.join as f64),
            tight2_ms: self.tight2_ms,
            live: self.live.map(|figures| figures.bytes_per_step()),
            x264: self.x264.map(|(_, later)| later),
            wasm: self.wasm.map(|figures| figures.wasm_ms / figures.native_ms),
        }
    }
}

/// Runs all of it and writes the report. Fails when a pixel differs or a goal could not be computed.
pub fn run(
    mut corpus: Corpus,
    json: &Path,
    repeats: usize,
    programs: Option<Programs>,
    commit: &str,
) -> Result<()> {
    corpus.cache = options::prepare(&corpus.cache)?;
    let load_before = report::load();
    let (recordings, mut left_out) = record::all(&corpus)?;
    let mut rows = BTreeMap::new();
    for recording in &recordings {
        let row = scene(&corpus, recording, repeats, programs.as_ref(), &mut left_out)?;
        rows.insert(recording.scene, row);
    }
    eprintln!("at rest…");
    let at_rest = noted(&mut left_out, "at rest", idle::run(&corpus));
    let rest = at_rest.map_or_else(Rest::default, |figures| Rest {
        still_bytes_per_min: Some(figures.still_bytes_per_min),
        still_percent: Some(figures.still_percent),
        caret_percent: Some(figures.caret_percent),
    });
    let measured = rows.iter().map(|(scene, row)| (*scene, row.measured())).collect();
    let goals = goals::all(&measured, rest);
    let report = Report {
        corpus: &corpus,
        commit,
        repeats,
        rows: &rows,
        at_rest,
        goals: &goals,
        left_out: &left_out,
        load: [load_before, report::load()],
    };
    report.write(json)?;
    computed(&goals)
}

fn computed(goals: &[Goal]) -> Result<()> {
    let missing = goals.iter().filter(|goal| goal.value.is_none());
    let missing: Vec<&str> = missing.map(|goal| goal.key.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("could not compute {}", missing.join(", "))
}

fn scene(
    corpus: &Corpus,
    recording: &Recording,
    repeats: usize,
    programs: Option<&Programs>,
    left_out: &mut Vec<String>,
) -> Result<Row> {
    let scene = recording.scene;
    let name = scene.name();
    let updates = corpus.cache.join(format!("{name}.updates"));
    eprintln!("{name}: our codec…");
    let mut row = Row {
        own: own::run(recording, Told::Nothing, repeats, Some(&updates))?,
        boxed: own::run(recording, Told::Box, repeats, None)?,
        told: own::run(recording, Told::Damage, repeats, None)?,
        ..Row::default()
    };
    if scene == Scene::Scroll
        && let Some(programs) = programs
    {
        eprintln!("{name}: WebAssembly…");
        row.wasm = noted(left_out, "WebAssembly", wasm::run(programs, &updates, repeats));
    }
    eprintln!("{name}: TigerVNC…");
    tiger(corpus, recording, repeats, &mut row, left_out);
    if scene != Scene::Idle {
        eprintln!("{name}: x264, WebP…");
        row.x264 = noted(left_out, &format!("x264, {name}"), video::x264(recording));
        row.webp = noted(
            left_out,
            &format!("WebP, {name}"),
            images::webp(recording, &corpus.cache),
        );
    }
    Ok(row)
}

fn tiger(corpus: &Corpus, recording: &Recording, repeats: usize, row: &mut Row, left_out: &mut Vec<String>) {
    let scene = recording.scene;
    let home: PathBuf = corpus.cache.join(format!("home-peer-{}", std::process::id()));
    let replay = |coding| tigervnc::replay(recording, corpus.look(), &home, coding);
    let what = |setting: &str| format!("TigerVNC {setting}, {}", scene.name());
    let with_viewer = (0..repeats.max(1))
        .map(|_| replay(Coding::Tight(2)))
        .collect::<Result<Vec<_>>>();
    if let Some(runs) = noted(left_out, &what("Tight 2"), with_viewer) {
        row.tight2 = runs.first().copied();
        let alone = (0..repeats.max(1)).map(|_| tigervnc::alone_ms(recording, corpus.look(), &home));
        if let Some(alone) = noted(left_out, &what("alone"), alone.collect::<Result<Vec<_>>>()) {
            let steps = f64::from(row.own.steps.max(1));
            let with_viewer = median(runs.iter().map(|run| run.server_ms).collect());
            row.tight2_ms = Some((with_viewer - median(alone)).max(0.0) / steps);
        }
    }
    if scene != Scene::Idle {
        row.tight9 = noted(left_out, &what("Tight 9"), replay(Coding::Tight(9)));
        row.zrle = noted(left_out, &what("ZRLE"), replay(Coding::Zrle));
    }
    if matches!(scene, Scene::Term | Scene::Drag) {
        eprintln!("{}: TigerVNC live…", scene.name());
        row.live = noted(
            left_out,
            &what("live"),
            tigervnc::live(corpus, scene, Coding::Tight(2)),
        );
    }
    // The X server leaves little there.
    let _gone = std::fs::remove_dir_all(&home);
}

/// A peer that cannot be measured is left out with a note.
fn noted<T>(left_out: &mut Vec<String>, what: &str, result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            eprintln!("left out: {what}: {error:#}");
            left_out.push(format!("{what}: {error:#}"));
            None
        }
    }
}
