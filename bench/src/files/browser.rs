//! The operator's end as operators have it: a real browser with the portal's pages, driven by a script.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use temoto_geometry::Size;

use super::place::{EMAIL, PASSWORD, Place, Running};
use super::report::Outcome;
use super::{CONTENT, SENT, customer};
use crate::desktop::{Desktop, Look};

/// A browser that is to be measured.
pub struct Browser<'a> {
    /// The script that drives it.
    pub script: &'a Path,
    /// Where the server is.
    pub place: &'a Place,
    /// Where the customer's line begins.
    pub port: u16,
}

/// What the script says.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Code {
        digits: String,
    },
    Peak {
        peak: u64,
    },
    Carried {
        way: String,
        seconds: f64,
        path: PathBuf,
        counts: bool,
    },
}

impl Browser<'_> {
    /// Measures each way in these rounds; round 0 is not counted.
    pub fn measure(&self, outcome: &mut Outcome, rounds: RangeInclusive<usize>) -> Result<()> {
        eprintln!("{}, browser…", outcome.case.name);
        let folder = |name: &str| self.place.folder.join(name);
        // What the browser keeps is in memory like everything.
        fs::create_dir_all(folder("tmp"))?;
        // Something to look at that costs nothing: it never changes.
        let look = Look {
            size: Size::new(1280, 720),
            scale: 1.0,
            dark: false,
        };
        let desktop = Desktop::bare(&folder("desk"), look)?;
        let mut node = Command::new("node");
        node.arg(self.script).env("TMPDIR", folder("tmp"));
        node.args(["--server", &format!("https://{}", self.place.authority())]);
        node.args(["--email", EMAIL, "--password", PASSWORD, "--content", CONTENT]);
        node.arg("--sent").arg(folder("mine").join(SENT));
        node.arg("--arrives").arg(folder("theirs").join(SENT));
        node.args(["--first", &rounds.start().to_string()]);
        node.args(["--last", &rounds.end().to_string()]);
        let mut script = Running::start(node.stdout(Stdio::piped()))?;
        let mut joined = None;
        let mut counted = 0;
        for line in BufReader::new(script.stdout().context("what the script says")?).lines() {
            let line = line?;
            match serde_json::from_str(&line).with_context(|| line.clone())? {
                Said::Code { digits } => {
                    joined = Some(customer(self.place, self.port, &digits, Some(&desktop.name))?);
                }
                Said::Peak { peak } => outcome.browser_peak = Some(peak),
                Said::Carried {
                    way,
                    seconds,
                    path,
                    counts,
                } => {
                    outcome.check_content(&path)?;
                    if counts {
                        outcome.add(&way, seconds);
                        counted += 1;
                    }
                    // The browser keeps what it fetched for a while, and takes nothing over again that is the same file. Before the script
                    // goes on: what is sent next is this file under another name, and may not change meanwhile.
                    let other = fs::File::options()
                        .append(true)
                        .open(folder("theirs").join(CONTENT))?;
                    other.set_modified(SystemTime::now())?;
                    fs::remove_file(path)?;
                }
            }
        }
        drop(joined);
        if counted < 2 * rounds.end() {
            bail!("the browser carried over {counted} files");
        }
        Ok(())
    }
}
