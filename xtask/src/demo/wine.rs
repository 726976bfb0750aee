//! The customer's computer with Windows, for a person: a Wine desktop on the monitor, and the customer's browser beside it.
//!
//! No browser for Windows runs in Wine, so the page is open in one outside of the Wine desktop, which says that it is on Windows. What it
//! downloads lies in the Downloads folder of Windows, and opening it there or in the browser starts it on the Wine desktop. Everything
//! inside of Wine is `tests/windows/desktop.mjs`, as in the tests.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::children::Children;
use super::desktop::{Here, free_port, monitor, session_bus, x_server};
use super::{Options, desktop};
use crate::paths::Paths;

/// Room for the Wine desktop and a browser.
const GEOMETRY: &str = "1680x960";
/// Where the browser stands, under the Wine desktop.
const BROWSER: [&str; 2] = ["--window-position=0,0", "--window-size=760,930"];
/// A Wine that has no desktop after this does not work. The very first one takes longest.
const WITHIN: Duration = Duration::from_secs(180);
/// As which the browser comes: the join page offers the program of the system that it sees.
const USER_AGENT: &str = "--user-agent=Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// A running customer's computer with Windows.
pub struct Wine {
    /// Where a person sees it.
    pub monitor: String,
}

impl Wine {
    /// Starts everything.
    pub fn start(
        paths: &Paths,
        children: &mut Children,
        home: &Path,
        options: &Options,
        server: &str,
    ) -> Result<Self> {
        desktop::furnish(home)?;
        let rfb = free_port()?;
        let display = x_server(paths, children, GEOMETRY, rfb)?;
        let bus = session_bus(paths, children, home)?;
        let mut here = Here {
            paths,
            display: &display,
            bus: &bus,
            home,
            lang: &options.lang,
        };
        here.window_manager(children)?;
        wine(&here, children)?;
        here.browser(children, options, server, &[&BROWSER[..], &[USER_AGENT]].concat())?;
        Ok(Self {
            monitor: monitor(paths, children, rfb)?,
        })
    }
}

/// Starts the Wine desktop and waits until it is there.
fn wine(here: &Here<'_>, children: &mut Children) -> Result<()> {
    let ready = here.home.join(".wine-ready");
    let config = json!({ "display": here.display, "lang": here.lang, "home": here.home, "ready": ready });
    let mut node = here.paths.command("node");
    node.arg(here.paths.root.join("tests/windows/desktop.mjs"))
        .arg(config.to_string());
    children.start("the Wine desktop", &mut node)?;
    let end = Instant::now() + WITHIN;
    while fs::metadata(&ready).is_err() {
        children.newest_lives()?;
        if Instant::now() > end {
            bail!("the Wine desktop does not start");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
