//! A real session on this machine: server, a demo operator, and a customer's computer of its own.
//!
//! With a person it prints what to open and waits; with `--headless` it plays the session itself, through real browsers and the
//! downloaded program, and writes what it measured.

mod children;
mod desktop;
mod options;
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::paths::Paths;
use crate::process::{run as spawn, succeeds};
use crate::{dist, setup, web};
use children::Children;
use desktop::Desktop;
pub use options::Options;
use server::Server;

/// Debian packages that only the demonstration and the tests in browsers need, each with what it is for.
pub const PACKAGES: &[(&str, &str)] = &[
    (
        "at-spi2-core",
        "the accessibility tree, by which the program's window is answered",
    ),
    ("chromium", "the browsers of operator and customer"),
    ("dbus", "the session bus of the customer's computer"),
    ("feh", "the wallpaper"),
    ("fonts-noto-cjk", "Japanese letters"),
    ("imagemagick", "pictures of the screen, taken by another program"),
    ("libglib2.0-bin", "settings of the desktop"),
    ("libxkbcommon-x11-0", "keyboards, for the windows of the program"),
    ("mate-backgrounds", "a photograph"),
    ("mousepad", "a text editor"),
    ("novnc", "the customer's monitor in a browser tab"),
    ("openbox", "the window manager"),
    ("pcmanfm", "the file manager"),
    ("procps", "which processes are left"),
    ("python3-pyatspi", "the accessibility tree"),
    (
        "tigervnc-standalone-server",
        "the X server of the customer's computer",
    ),
    ("websockify", "the customer's monitor in a browser tab"),
    ("x11-utils", "settings of the display"),
    ("x11-xkb-utils", "keyboard layouts"),
    ("x11-xserver-utils", "settings of the display"),
    ("xdotool", "where the windows are"),
    ("xarchiver", "unpacks the downloaded file"),
    ("xdg-user-dirs", "where downloads are"),
    ("xterm", "a terminal"),
    ("xvfb", "an X server with one mode, for tests"),
];

/// Runs the demonstration until the person has enough, or until the headless session is over.
pub fn run(paths: &Paths, options: &Options) -> Result<()> {
    setup::run_all(paths)?;
    setup::packages(paths, PACKAGES)?;
    build(paths, options.program.as_deref())?;

    let mut children = Children::new()?;
    let work = Work::new(options.data.as_deref())?;
    let server = Server::start(paths, &mut children, &work.data, options)?;
    let desktop = Desktop::start(paths, &mut children, &work.home, options, &server.url)?;
    let done = if options.headless {
        headless(paths, &work, &server, &desktop, options)
    } else {
        invite(&server, &desktop, options);
        children.wait()
    };
    children.stop();
    done
}

/// Everything that takes part: server, pages, the program as customers get it.
pub fn build(paths: &Paths, program: Option<&Path>) -> Result<()> {
    web::run(paths, crate::wasm::Profile::Release)?;
    match program {
        Some(program) => dist::hand_out(paths, program)?,
        None => dist::linux(paths)?,
    }
    spawn(&mut paths.cargo(&["build", "-p", "temoto-server", "--locked", "--quiet"]))
}

/// Folders of one run; a temporary one goes with it.
struct Work {
    folder: PathBuf,
    data: PathBuf,
    home: PathBuf,
}

impl Work {
    fn new(data: Option<&Path>) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("temoto-demo.{}", std::process::id()));
        let data = data.map_or_else(|| folder.join("data"), Path::to_owned);
        let home = folder.join("home");
        for made in [&folder, &home] {
            fs::create_dir_all(made).with_context(|| format!("cannot make {}", made.display()))?;
        }
        Ok(Self { folder, data, home })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What is left in the temporary folder is of no use to anybody.
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

fn headless(paths: &Paths, work: &Work, server: &Server, desktop: &Desktop, options: &Options) -> Result<()> {
    let json_file = options.json.clone().context("--headless needs --json FILE")?;
    let shots = json_file.with_extension("shots");
    let config = json!({
        "server": server.url,
        "browser": options.browser()?,
        "lang": options.lang,
        "email": server::EMAIL,
        "password": server.password,
        "home": work.home,
        "downloads": work.home.join("Downloads"),
        "memo": desktop.memo,
        "editor": desktop::EDITOR_TITLE,
        "display": desktop.display,
        "bus": desktop.bus,
        "shots": shots,
        "json": json_file,
    });
    let file = work.folder.join("demo.json");
    fs::write(&file, config.to_string())?;
    let script = paths.root.join("tests/browser/demo.mjs");
    let mut node = paths.command("node");
    node.arg(script).arg(&file);
    let done = spawn(&mut node);
    if let Ok(text) = fs::read_to_string(&json_file) {
        println!("{text}");
    }
    done.context("the session did not work as it must")
}

/// What to open and what to do, in the language of the demonstration.
fn invite(server: &Server, desktop: &Desktop, options: &Options) {
    let (url, email, password) = (&server.url, server::EMAIL, &server.password);
    println!();
    if options.lang == "ja" {
        println!("1. 担当者:  {url}/console を開き、");
        println!("            {email} とパスワード {password} でログインして「セッションを開始」を押します");
        match &desktop.monitor {
            Some(monitor) => {
                println!("2. お客様:  {monitor} を開きます");
                println!(
                    "            （お客様のモニターです）。開いているページに 8 桁の数字を入れて「接続」、"
                );
                println!("            次に「ダウンロード」を押し、ページの案内どおりにファイルを開きます");
            }
            None => println!(
                "2. お客様:  ディスプレイ {} で {url}/join を開き、8 桁の数字を入れ、ファイルをダウンロードして開きます",
                desktop.display
            ),
        }
        println!("\nCtrl+C ですべて止まります。");
        return;
    }
    println!("1. Operator:  open {url}/console");
    println!("              log in as {email} with {password}");
    println!("              and press Start session");
    match &desktop.monitor {
        Some(monitor) => {
            println!("2. Customer:  open {monitor}");
            println!(
                "              (the customer's monitor): type the eight digits on the page that is open there,"
            );
            println!("              press Connect, then Download, and open the file as the page shows");
        }
        None => println!(
            "2. Customer:  on display {}, open {url}/join, type the eight digits, download and open the file",
            desktop.display
        ),
    }
    println!("\nCtrl+C stops everything.");
}

/// Whether a program is there to be started.
fn is_there(paths: &Paths, program: &str) -> bool {
    succeeds(paths.command("sh").args(["-c", &format!("command -v {program}")]))
}
