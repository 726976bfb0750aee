//! The customer's computer: an X server with a window manager, a terminal, a text editor, a file manager, a page and a photograph.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::children::Children;
use super::{Options, is_there};
use crate::paths::Paths;
use crate::process::{capture, succeeds};

/// How the editor's window is called.
pub const EDITOR_TITLE: &str = "memo.txt";
/// Resolution of the customer's monitor.
const GEOMETRY: &str = "1280x800";
/// An X server that takes no connection after this does not work.
const WITHIN: Duration = Duration::from_secs(20);

/// A running customer's computer.
pub struct Desktop {
    /// The X display.
    pub display: String,
    /// The session bus.
    pub bus: String,
    /// The file that the text editor has open.
    pub memo: PathBuf,
    /// Where a person sees it; none for a display that was there before.
    pub monitor: Option<String>,
}

impl Desktop {
    /// Starts everything. With `options.display` only the bus and the editor are ours.
    pub fn start(
        paths: &Paths,
        children: &mut Children,
        home: &Path,
        options: &Options,
        server: &str,
    ) -> Result<Self> {
        let memo = home.join(EDITOR_TITLE);
        furnish(home)?;
        fs::write(&memo, "")?;
        let rfb = free_port()?;
        let display = match &options.display {
            Some(display) => display.clone(),
            None => x_server(paths, children, GEOMETRY, rfb)?,
        };
        let bus = session_bus(paths, children, home)?;
        let mut here = Here {
            paths,
            display: &display,
            bus: &bus,
            home,
            lang: &options.lang,
        };
        if options.display.is_none() {
            here.window_manager(children)?;
        }
        here.programs(children, &memo, options, server)?;
        let monitor = match options.display {
            None if !options.headless => Some(monitor(paths, children, rfb)?),
            _ => None,
        };
        Ok(Self {
            display,
            bus,
            memo,
            monitor,
        })
    }
}

/// Files and settings of a customer.
pub fn furnish(home: &Path) -> Result<()> {
    for folder in [".config/gtk-3.0", "Downloads", "Pictures"] {
        fs::create_dir_all(home.join(folder))?;
    }
    // A caret that blinks would never let the screen be still.
    fs::write(
        home.join(".config/gtk-3.0/settings.ini"),
        "[Settings]\ngtk-cursor-blink = false\n",
    )?;
    fs::write(
        home.join("printer.html"),
        "<!doctype html><meta charset=utf-8><title>Printers</title><h1>プリンターとスキャナー</h1><p>営業部 複合機 3F: オフライン</p>",
    )?;
    Ok(())
}

/// Starts an X server on a display that is free.
pub fn x_server(paths: &Paths, children: &mut Children, geometry: &str, rfb: u16) -> Result<String> {
    for number in 90..120 {
        if Path::new(&format!("/tmp/.X11-unix/X{number}")).exists()
            || Path::new(&format!("/tmp/.X{number}-lock")).exists()
        {
            continue;
        }
        let display = format!(":{number}");
        let mut server = paths.command("Xtigervnc");
        server
            .arg(&display)
            .args(["-geometry", geometry, "-depth", "24", "-SecurityTypes", "None"]);
        server.args([
            "-localhost",
            "-rfbport",
            &rfb.to_string(),
            "-AlwaysShared",
            "-nolisten",
            "tcp",
        ]);
        children.start("the X server", server.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let end = Instant::now() + WITHIN;
        while Instant::now() < end {
            if children.newest_lives().is_err() {
                break;
            }
            if succeeds(paths.command("xdpyinfo").args(["-display", &display])) {
                return Ok(display);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        children.drop_newest();
    }
    bail!("no X server could be started for the customer's computer")
}

/// A session bus of its own, with the accessibility tree switched on.
pub fn session_bus(paths: &Paths, children: &mut Children, home: &Path) -> Result<String> {
    let socket = home.join(".bus");
    let address = format!("unix:path={}", socket.display());
    let mut bus = paths.command("dbus-daemon");
    bus.args(["--session", "--nofork", "--nopidfile", "--address", &address])
        .env("HOME", home);
    children.start("the session bus", bus.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let end = Instant::now() + WITHIN;
    while !socket.exists() {
        children.newest_lives()?;
        if Instant::now() > end {
            bail!("the session bus does not start");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(address)
}

/// The customer's display, bus and home, for starting programs there.
pub struct Here<'a> {
    pub paths: &'a Paths,
    pub display: &'a str,
    pub bus: &'a str,
    pub home: &'a Path,
    pub lang: &'a str,
}

impl Here<'_> {
    /// A program of the customer's, quiet.
    pub fn command(&self, program: &str) -> Command {
        let mut command = self.paths.command(program);
        command
            .current_dir(self.home)
            .env("DISPLAY", self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus)
            .env("HOME", self.home)
            .env("GSETTINGS_BACKEND", "memory")
            .env(
                "LANG",
                if self.lang == "ja" {
                    "ja_JP.UTF-8"
                } else {
                    "C.UTF-8"
                },
            )
            .env("LC_ALL", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_RUNTIME_DIR")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The window manager, and a photograph behind everything.
    pub fn window_manager(&mut self, children: &mut Children) -> Result<()> {
        children.start("the window manager", &mut self.command("openbox"))?;
        let photo = first_photo();
        let copy = self.home.join("Pictures/photo.jpg");
        if let Some(photo) = photo
            && fs::copy(&photo, &copy).is_ok()
        {
            // Draws once and ends.
            let _drawn = self
                .command("feh")
                .arg("--bg-fill")
                .arg("--no-fehbg")
                .arg(&copy)
                .status();
        }
        Ok(())
    }

    fn programs(
        &mut self,
        children: &mut Children,
        memo: &Path,
        options: &Options,
        server: &str,
    ) -> Result<()> {
        let status = [
            "--session",
            "--print-reply",
            "--dest=org.a11y.Bus",
            "/org/a11y/bus",
            "org.freedesktop.DBus.Properties.Set",
            "string:org.a11y.Status",
            "string:IsEnabled",
            "variant:boolean:true",
        ];
        // The bus has its socket a moment before it listens there.
        let end = Instant::now() + WITHIN;
        while let Err(error) = capture(self.command("dbus-send").args(status)) {
            if Instant::now() > end {
                return Err(error.context("the accessibility tree cannot be switched on"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut editor = self.command("mousepad");
        editor.arg("--disable-server").arg(memo);
        children.start("the text editor", &mut editor)?;
        let mut terminal = self.command("xterm");
        terminal.args(["-geometry", "80x16+600+440", "-e", "sh", "-c", "ls -l; exec sh"]);
        children.start("the terminal", &mut terminal)?;
        if options.headless {
            return Ok(());
        }
        if is_there(self.paths, "pcmanfm") {
            children.start(
                "the file manager",
                self.command("pcmanfm").arg("--no-desktop").arg(self.home),
            )?;
        }
        self.browser(children, options, server, &[])
    }
}

/// The customer's monitor as a page.
pub fn monitor(paths: &Paths, children: &mut Children, rfb: u16) -> Result<String> {
    let port = free_port()?;
    let mut websockify = paths.command("websockify");
    websockify.args([
        "--web",
        "/usr/share/novnc",
        &format!("127.0.0.1:{port}"),
        &format!("127.0.0.1:{rfb}"),
    ]);
    children.start(
        "the customer's monitor",
        websockify.stdout(Stdio::null()).stderr(Stdio::null()),
    )?;
    Ok(format!(
        "http://localhost:{port}/vnc.html?autoconnect=true&resize=scale"
    ))
}

fn first_photo() -> Option<PathBuf> {
    let folder = Path::new("/usr/share/backgrounds/mate/nature");
    let mut photos: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "jpg"))
        .collect();
    photos.sort();
    photos.into_iter().next()
}

pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
