//! A display of our own with a window manager: Xtigervnc, which is an X server and the peer at once.
//!
//! Everything started here ends with it, each by its process group.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use temoto_geometry::Size;
use x11rb::rust_connection::RustConnection;

/// A display has this long to appear.
const START: Duration = Duration::from_secs(15);
/// A program that was asked to end has this long.
const POLITE: Duration = Duration::from_secs(2);

/// How the display looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Pixels.
    pub size: Size,
    /// How much larger than usual programs draw; 1.0 is plain.
    pub scale: f64,
    /// Whether programs are to be dark.
    pub dark: bool,
}

/// A running display.
pub struct Desktop {
    /// As in `:80`.
    pub name: String,
    /// Where its RFB server listens on this machine.
    pub rfb_port: u16,
    /// The process of the X server.
    pub server: u32,
    /// Home of the programs.
    pub home: PathBuf,
    look: Look,
    children: Vec<Child>,
}

impl Desktop {
    /// Starts an X server without anything on it; `home` becomes the home of what will run.
    pub fn bare(home: &Path, look: Look) -> Result<Self> {
        fs::create_dir_all(home.join(".config"))?;
        let number = (80..200)
            .find(|number| {
                !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists()
                    && !Path::new(&format!("/tmp/.X{number}-lock")).exists()
            })
            .context("no display number is free")?;
        let name = format!(":{number}");
        let rfb_port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut desktop = Self {
            name: name.clone(),
            rfb_port,
            server: 0,
            home: home.to_owned(),
            look,
            children: Vec::new(),
        };
        let dpi = (96.0 * look.scale).round();
        // It ends with us even if we are killed, and the programs on it do with it.
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "TERM", "Xtigervnc", &name]).args([
            "-geometry",
            &format!("{}x{}", look.size.width, look.size.height),
            "-depth",
            "24",
            "-dpi",
            &dpi.to_string(),
            "-SecurityTypes",
            "None",
            "-localhost",
            "-AlwaysShared",
            "-rfbport",
            &rfb_port.to_string(),
        ]);
        desktop.server = desktop.spawn(&mut server)?;
        let end = Instant::now() + START;
        while RustConnection::connect(Some(&name)).is_err() {
            desktop.check()?;
            if Instant::now() > end {
                bail!("the display {name} does not start");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(desktop)
    }

    /// The same with a window manager, as a person has it.
    pub fn with_windows(home: &Path, look: Look) -> Result<Self> {
        let mut desktop = Self::bare(home, look)?;
        desktop.start("openbox", &[])?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(desktop)
    }

    /// How it looks.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Starts a program on it.
    pub fn start(&mut self, program: &str, args: &[&str]) -> Result<()> {
        let mut command = self.command(program);
        command.args(args);
        self.spawn(&mut command).map(|_| ())
    }

    /// Runs a program on it to its end.
    pub fn run(&self, program: &str, args: &[&str]) -> Result<()> {
        let status = self.command(program).args(args).status();
        let status = status.with_context(|| format!("cannot start {program}"))?;
        if !status.success() {
            bail!("{program} failed: {status}");
        }
        Ok(())
    }

    /// Runs a program on it to its end and gives what it says.
    pub fn output(&self, program: &str, args: &[&str]) -> Result<String> {
        let output = self.command(program).args(args).stdout(Stdio::piped()).output();
        let output = output.with_context(|| format!("cannot start {program}"))?;
        if !output.status.success() {
            bail!("{program} failed: {}", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.home);
        for foreign in [
            "DBUS_SESSION_BUS_ADDRESS",
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "XDG_CONFIG_HOME",
        ] {
            command.env_remove(foreign);
        }
        command.env("HOME", &self.home).env("DISPLAY", &self.name);
        command
            .env("LANG", "C.UTF-8")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        command.env("XDG_CACHE_HOME", self.home.join(".cache"));
        command.env("SAL_USE_VCLPLUGIN", "gen");
        command.env("SAL_FORCEDPI", format!("{}", (96.0 * self.look.scale).round()));
        command.env(
            "GTK_THEME",
            if self.look.dark { "Adwaita:dark" } else { "Adwaita" },
        );
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn spawn(&mut self, command: &mut Command) -> Result<u32> {
        let quiet = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = quiet
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        let id = child.id();
        self.children.push(child);
        Ok(id)
    }

    fn check(&mut self) -> Result<()> {
        if let Some(server) = self.children.first_mut()
            && let Some(status) = server.try_wait()?
        {
            bail!("the X server ended at once: {status}");
        }
        Ok(())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The newest first, the server last.
        while let Some(mut child) = self.children.pop() {
            let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            let Some(group) = group else { continue };
            // A group that is gone already is what is wanted.
            let _gone = kill_process_group(group, Signal::TERM);
            let end = Instant::now() + POLITE;
            while Instant::now() < end && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _gone = kill_process_group(group, Signal::KILL);
            let _ended = child.wait();
        }
    }
}
