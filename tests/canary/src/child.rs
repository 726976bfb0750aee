//! The test's hold on one end: starts its process, gives orders, waits for what it reports. Killed when dropped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use serde_json::{Value, json};

use crate::end::orders::Setup;
use crate::server::PATIENCE;

#[derive(Default)]
struct Heard {
    /// The newest view; each replaces the last.
    view: Value,
    /// All other reports, in order.
    reports: Vec<Value>,
    gone: bool,
}

type Ear = Arc<(Mutex<Heard>, Condvar)>;

/// A running end.
pub struct End {
    name: &'static str,
    child: Child,
    stdin: ChildStdin,
    ear: Ear,
}

impl End {
    /// Starts an end.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn start(name: &'static str, program: &Path, setup: &Setup) -> Self {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the end starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = child.stdout.take().expect("a pipe");
        let ear = Ear::default();
        let heard = Arc::clone(&ear);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let report: Value = serde_json::from_str(&line).expect("an end speaks JSON");
                let mut now = heard.0.lock().expect("no panic");
                if report["report"] == "view" {
                    now.view = report["view"].clone();
                } else {
                    now.reports.push(report);
                }
                heard.1.notify_all();
            }
            heard.0.lock().expect("no panic").gone = true;
            heard.1.notify_all();
        });
        let mut end = Self {
            name,
            child,
            stdin,
            ear,
        };
        end.write(&serde_json::to_value(setup).expect("plain data"));
        end
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Gives an order without more to say.
    pub fn order(&mut self, order: &str) {
        self.write(&json!({ "order": order }));
    }

    /// What the operator does.
    pub fn operator(&mut self, command: &Value) {
        self.write(&json!({ "order": "console", "command": command }));
    }

    /// What the customer does.
    pub fn customer(&mut self, command: &Value) {
        self.write(&json!({ "order": "agent", "command": command }));
    }

    fn write(&mut self, order: &Value) {
        writeln!(self.stdin, "{order}").unwrap_or_else(|error| panic!("the {} is gone: {error}", self.name));
    }

    /// Waits until a view is as it should be.
    ///
    /// # Panics
    /// It never is.
    pub fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait(what, |heard| Some(heard.view.clone()).filter(|view| fits(view)))
    }

    /// Waits for a report of this kind and takes it.
    ///
    /// # Panics
    /// It never comes.
    pub fn report(&self, kind: &str) -> Value {
        self.wait(kind, |heard| {
            let place = heard.reports.iter().position(|report| report["report"] == kind)?;
            Some(heard.reports.remove(place))
        })
    }

    /// All reports of this kind that came so far.
    ///
    /// # Panics
    /// The thread that listens panicked.
    #[must_use]
    pub fn reports(&self, kind: &str) -> Vec<Value> {
        let heard = self.ear.0.lock().expect("no panic");
        let reports = heard.reports.iter();
        reports
            .filter(|report| report["report"] == kind)
            .cloned()
            .collect()
    }

    fn wait<T>(&self, what: &str, mut look: impl FnMut(&mut Heard) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let mut heard = self.ear.0.lock().expect("no panic");
        loop {
            if let Some(found) = look(&mut heard) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !heard.gone && !left.is_zero(),
                "the {} did not come to this: {what}; gone: {}; it shows {}",
                self.name,
                heard.gone,
                heard.view
            );
            heard = self.ear.1.wait_timeout(heard, left).expect("no panic").0;
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}
