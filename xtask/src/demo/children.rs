//! What the demonstration started, to be stopped by process id on every exit.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Who was asked politely has this long.
const POLITE: Duration = Duration::from_secs(5);

/// The person has enough, for the life of this process: a signal is nobody's own.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Signals are listened to from the first demonstration on; the test plays one in each language.
static LISTENING: OnceLock<()> = OnceLock::new();

/// Running children, oldest first; each leads a process group of its own.
pub struct Children {
    running: Vec<(String, Child)>,
}

impl Children {
    /// None yet. From now on Ctrl+C and SIGTERM end the demonstration in order.
    pub fn new() -> Result<Self> {
        if LISTENING.set(()).is_ok() {
            ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst))
                .context("cannot listen for Ctrl+C")?;
        }
        Ok(Self { running: Vec::new() })
    }

    /// Starts one more, quietly.
    pub fn start(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        self.running.push((name.to_owned(), child));
        Ok(())
    }

    /// Fails if the newest child is gone already, or the person has enough.
    pub fn newest_lives(&mut self) -> Result<()> {
        if INTERRUPTED.load(Ordering::SeqCst) {
            bail!("interrupted");
        }
        if let Some((name, child)) = self.running.last_mut()
            && let Some(status) = child.try_wait()?
        {
            bail!("{name} ended at once: {status}");
        }
        Ok(())
    }

    /// Forgets the newest child, which is gone.
    pub fn drop_newest(&mut self) {
        if let Some((_, child)) = self.running.pop() {
            stop(child);
        }
    }

    /// Waits until the person has enough, or the server is gone.
    pub fn wait(&mut self) -> Result<()> {
        while !INTERRUPTED.load(Ordering::SeqCst) {
            if let Some((name, child)) = self.running.first_mut()
                && let Some(status) = child.try_wait()?
            {
                bail!("{name} ended: {status}");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        println!("\nstopping…");
        Ok(())
    }

    /// Stops all, newest first.
    pub fn stop(&mut self) {
        while let Some((_, child)) = self.running.pop() {
            stop(child);
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop();
    }
}

fn stop(mut child: Child) {
    let group = format!("-{}", child.id());
    let kill = |signal: &str| {
        let mut kill = Command::new("kill");
        let quiet = kill
            .args([signal, "--", &group])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // A group that is gone already is what is wanted.
        let _gone = quiet.status();
    };
    kill("-TERM");
    let end = Instant::now() + POLITE;
    while Instant::now() < end {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            kill("-KILL");
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    kill("-KILL");
    let _ended = child.wait();
}
