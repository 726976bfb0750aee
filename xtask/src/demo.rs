//! A real session on this machine: server, a demo operator, and a customer's computer of its own.
//!
//! With a person it prints what to open and waits; with `--headless` it plays the session itself, through real browsers and the
//! downloaded program, and writes what it measured.

mod browser;
mod children;
mod desktop;
mod options;
mod packages;
mod portal;
mod server;
mod wine;

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
pub use packages::{PACKAGES, WINDOWS_PACKAGES};
use server::Server;
use wine::Wine;

/// Runs the demonstration until the person has enough, or until the headless session is over.
pub fn run(paths: &Paths, options: &Options) -> Result<()> {
    if options.portal {
        return portal::run(paths, options);
    }
    setup::run_all(paths)?;
    setup::packages(paths, PACKAGES)?;
    if options.windows {
        setup::packages(paths, WINDOWS_PACKAGES)?;
    }
    build(paths, options.windows, options.program.as_deref())?;

    let mut children = Children::new()?;
    let work = Work::new(options.data.as_deref())?;
    let server = Server::start(paths, &mut children, &work.data, options)?;
    let done = match (options.windows, options.headless) {
        (true, true) => headless(paths, &work, &server, None, options),
        (true, false) => {
            let wine = Wine::start(paths, &mut children, &work.home, options, &server.url)?;
            invite(&server, Some(&wine.monitor), "", options);
            children.wait()
        }
        (false, headless_run) => {
            let desktop = Desktop::start(paths, &mut children, &work.home, options, &server.url)?;
            if headless_run {
                headless(paths, &work, &server, Some(&desktop), options)
            } else {
                invite(&server, desktop.monitor.as_deref(), &desktop.display, options);
                children.wait()
            }
        }
    };
    children.stop();
    done
}

/// Everything that takes part: server, pages, the program as customers get it.
pub fn build(paths: &Paths, for_windows: bool, program: Option<&Path>) -> Result<()> {
    web::run(paths, crate::wasm::Profile::Release)?;
    spawn(&mut paths.cargo(&["build", "-p", "temoto-server", "--locked", "--quiet"]))?;
    // Last: what is wrong with the program keeps nobody from playing with it.
    match program {
        Some(program) => dist::hand_out(paths, program),
        None if for_windows => dist::windows(paths),
        None => dist::linux(paths),
    }
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

/// Without a desktop the script makes one, which has Windows.
fn headless(
    paths: &Paths,
    work: &Work,
    server: &Server,
    desktop: Option<&Desktop>,
    options: &Options,
) -> Result<()> {
    let json_file = options.json.clone().context("--headless needs --json FILE")?;
    let shots = json_file.with_extension("shots");
    let mut config = json!({
        "server": server.url,
        "browser": options.browser()?,
        "lang": options.lang,
        "email": server::EMAIL,
        "password": server.password,
        "windows": options.windows,
        "tour": options.tour,
        "shots": shots,
        "json": json_file,
    });
    if let Some(desktop) = desktop {
        config["home"] = json!(work.home);
        config["downloads"] = json!(work.home.join("Downloads"));
        config["memo"] = json!(desktop.memo);
        config["editor"] = json!(desktop::EDITOR_TITLE);
        config["display"] = json!(desktop.display);
        config["bus"] = json!(desktop.bus);
    }
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
fn invite(server: &Server, monitor: Option<&str>, display: &str, options: &Options) {
    let (url, email, password) = (&server.url, server::EMAIL, &server.password);
    println!();
    if options.lang == "ja" {
        println!("1. 担当者:  {url}/console を開き、");
        println!("            {email} とパスワード {password} でログインして「セッションを開始」を押します");
        match monitor {
            Some(monitor) => {
                println!("2. お客様:  {monitor} を開きます");
                println!(
                    "            （お客様のモニターです）。開いているページに 8 桁の数字を入れて「接続」、"
                );
                println!("            次に「ダウンロード」を押し、ページの案内どおりにファイルを開きます");
            }
            None => println!(
                "2. お客様:  ディスプレイ {} で {url}/join を開き、8 桁の数字を入れ、ファイルをダウンロードして開きます",
                display
            ),
        }
        println!("\nCtrl+C ですべて止まります。");
        return;
    }
    println!("1. Operator:  open {url}/console");
    println!("              log in as {email} with {password}");
    println!("              and press Start session");
    match monitor {
        Some(monitor) => {
            println!("2. Customer:  open {monitor}");
            println!(
                "              (the customer's monitor): type the eight digits on the page that is open there,"
            );
            println!("              press Connect, then Download, and open the file as the page shows");
        }
        None => println!(
            "2. Customer:  on display {}, open {url}/join, type the eight digits, download and open the file",
            display
        ),
    }
    println!("\nCtrl+C stops everything.");
}

/// Whether a program is there to be started.
fn is_there(paths: &Paths, program: &str) -> bool {
    succeeds(paths.command("sh").args(["-c", &format!("command -v {program}")]))
}
