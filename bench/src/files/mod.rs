//! Files: ours through a real `temoto-server` with TLS, beside `curl` over TLS and `scp`, on the same machine in the same run.

mod browser;
mod console;
mod line;
mod peers;
mod place;
pub mod program;
mod report;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use temoto_session::ConsoleCommand;
use temoto_session::channel::files::{DiskWork, Item};
use temoto_session::permission::Capability;

use browser::Browser;
use console::{Operator, Report, Target};
use line::Shape;
use place::{Place, Running};
use report::{Case, Outcome};

/// Name of the content on every disk.
const CONTENT: &str = "content.bin";
/// Name of a file without content: what `scp` needs for it is dialing.
const EMPTY: &str = "empty.bin";
/// Name of what the operator sends.
const SENT: &str = "sent.bin";

/// What is measured.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Where the figures go.
    #[arg(long)]
    pub json: PathBuf,
    /// Small files and one run of each.
    #[arg(long)]
    pub quick: bool,
    /// Figures are the median of so many runs.
    #[arg(long, default_value_t = 5)]
    pub repeats: usize,
    /// Only these, by comma: `loopback`, `slow`, `large` (5 GiB, never without being named).
    #[arg(long, value_delimiter = ',')]
    pub lines: Vec<String>,
    /// `temoto-server`, built as it is handed out.
    #[arg(long)]
    pub server: PathBuf,
    /// The built pages, and the script that drives a browser; without them there is no browser.
    #[arg(long, num_args = 2, value_names = ["PAGES", "SCRIPT"])]
    pub browser: Option<Vec<PathBuf>>,
    /// What the code is that was built.
    #[arg(long, default_value = "unknown")]
    pub commit: String,
}

/// Runs all of it and writes the report. Fails when a file is not what was sent, or a goal could not be computed.
pub fn run(options: &Options) -> Result<()> {
    let load = crate::report::load();
    let pages = options.browser.as_ref().and_then(|files| files.first());
    let large = |case: &Case| case.is_large() && case.is_meant(&options.lines);
    let on_disk = Case::all(options.quick).iter().any(large);
    let mut place = Place::make(&options.server, pages.map(PathBuf::as_path), on_disk)?;
    let mut left_out = Vec::new();
    let mut peer = |name: &str, port: Result<u16>| {
        port.inspect_err(|error| left_out.push(format!("{name}: {error:#}")))
            .ok()
    };
    let (nginx, sshd) = (place.nginx(), place.sshd());
    let [nginx, sshd] = [peer("curl", nginx), peer("scp", sshd)];
    let relay = nginx.and_then(|port| peer(report::RELAYED[0], place.nginx_before(port)));
    let ports = Ports { nginx, relay, sshd };
    let mut outcomes = Vec::new();
    for case in Case::all(options.quick) {
        if case.is_meant(&options.lines) {
            outcomes.push(measure(options, &place, case, ports, &mut left_out)?);
        }
    }
    let load = [load, crate::report::load()];
    report::write(options, &outcomes, &left_out, load)
}

fn measure(
    options: &Options,
    place: &Place,
    case: Case,
    ports: Ports,
    left_out: &mut Vec<String>,
) -> Result<Outcome> {
    let through = |port: u16| {
        case.shape
            .map_or(Ok(port), |shape: Shape| line::open(port, shape))
    };
    let folder = |name: &str| place.folder.join(name);
    let random = fs::File::open("/dev/urandom")?.take(case.bytes);
    let hash = report::hash_of(random, fs::File::create(folder("served").join(CONTENT))?)?;
    fs::write(folder("served").join(EMPTY), [])?;
    for path in [folder("theirs").join(CONTENT), folder("mine").join(SENT)] {
        // One copy is enough, and memory is short.
        let _earlier = fs::remove_file(&path);
        fs::hard_link(folder("served").join(CONTENT), path)?;
    }
    let nginx = ports.nginx.map(through).transpose()?;
    let relay = ports.relay.map(through).transpose()?;
    let sshd = ports.sshd.map(through).transpose()?;
    let customers = through(place.port)?;
    let mut pair = Some(Pair::join(place, customers)?);
    let mut outcome = Outcome::new(case, hash);
    let repeats = if options.quick || case.is_large() {
        1
    } else {
        options.repeats
    };
    let first = usize::from(case.is_large());
    // Taken in turn, so that a busy moment of the machine meets everybody. The first round is not counted.
    for round in first..=repeats {
        eprintln!("{}, round {round} of {repeats}…", case.name);
        let mut took: Vec<(&str, Result<f64>)> = Vec::new();
        if let Some(pair) = &mut pair {
            took.push(("fetch", pair.fetch(place, &outcome)));
            took.push(("send", pair.send(place, &outcome)));
        }
        let came = folder("came");
        if let Some(port) = nginx {
            took.push(("curl", peers::curl(place, port, CONTENT, &came)));
        }
        if let Some(port) = relay {
            took.push((report::RELAYED[0], peers::curl(place, port, CONTENT, &came)));
        }
        // The line is between the one that asks and the first that it asks.
        if let (Some(port), Some(own)) = (sshd, ports.sshd) {
            for (who, port, jump) in [("scp", port, None), (report::RELAYED[1], own, Some(port))] {
                let whole =
                    |name: &str| peers::scp_whole(place, port, jump, &folder("served").join(name), &came);
                took.push((who, whole(EMPTY).and_then(|dial| Ok(whole(CONTENT)? - dial))));
            }
        }
        // Gone already if nobody brought it.
        let _gone = fs::remove_file(&came);
        for (who, seconds) in took {
            let seconds = seconds.with_context(|| format!("{who}, {}", case.name))?;
            if round > 0 {
                outcome.add(who, seconds);
            }
        }
    }
    pair = None;
    drop(pair);
    match &options.browser {
        Some(files) => match files.as_slice() {
            [_, script] => {
                let browser = Browser {
                    script,
                    place,
                    port: customers,
                };
                // Its goals are missing then, and the run fails after everything else is written.
                if let Err(error) = browser.measure(&mut outcome, first..=repeats) {
                    left_out.push(format!("browser, {}: {error:#}", case.name));
                }
            }
            _ => bail!("--browser takes two"),
        },
        None => left_out.push(format!("browser, {}", case.name)),
    }
    Ok(outcome)
}

/// Where what is compared with waits.
#[derive(Clone, Copy)]
struct Ports {
    nginx: Option<u16>,
    /// One before it.
    relay: Option<u16>,
    sshd: Option<u16>,
}

/// A session with the customer's program at one end and the console at the other.
struct Pair {
    operator: Operator,
    // Ends after the console has said goodbye.
    _customer: Running,
    transfers: u32,
}

impl Pair {
    fn join(place: &Place, customers: u16) -> Result<Self> {
        let certificate = fs::read(place.folder.join("cert.pem"))?;
        let target = Target::new(place.port, place.authority(), &certificate)?;
        let operator = Operator::start(target, &place.folder.join("mine"))?;
        let key = operator.wait("key", |report| match report {
            Report::Key(key) => Some(key),
            Report::View(_) | Report::Done(_) | Report::Refused(_) => None,
        })?;
        let session = place.open_session(&key)?;
        operator.command(opening(&session)?)?;
        let digits = operator.view("code", |view| {
            let code = view.code.as_ref().filter(|_| view.link.up)?;
            Some(code.digits.clone())
        })?;
        let customer = customer(place, customers, &digits, None)?;
        operator.view("grant", |view| {
            let granted = view.granted.contains(&Capability::FilesOut);
            (granted && view.files.roots.iter().any(|root| root.id == "home")).then_some(())
        })?;
        Ok(Self {
            operator,
            _customer: customer,
            transfers: 0,
        })
    }

    /// Seconds from the operator's press to a file that is whole.
    fn fetch(&mut self, place: &Place, outcome: &Outcome) -> Result<f64> {
        self.transfers += 1;
        let transfer = self.transfers;
        self.operator
            .disk(transfer, DiskWork::Target(console::folder()))?;
        let began = Instant::now();
        self.operator.command(ConsoleCommand::FetchFiles {
            transfer,
            root: "home".to_owned(),
            path: Vec::new(),
            names: vec![CONTENT.to_owned()],
        })?;
        self.arrived(began, &place.folder.join("mine").join(CONTENT), outcome)
    }

    /// The same the other way.
    fn send(&mut self, place: &Place, outcome: &Outcome) -> Result<f64> {
        self.transfers += 1;
        let transfer = self.transfers;
        let metadata = fs::metadata(place.folder.join("mine").join(SENT))?;
        let modified = metadata.modified()?.duration_since(std::time::UNIX_EPOCH)?;
        let gather = DiskWork::Gather {
            place: console::folder(),
            names: vec![SENT.to_owned()],
        };
        self.operator.disk(transfer, gather)?;
        let began = Instant::now();
        self.operator.command(ConsoleCommand::SendFiles {
            transfer,
            root: "home".to_owned(),
            path: Vec::new(),
            items: vec![Item {
                path: vec![SENT.to_owned()],
                folder: false,
                size: metadata.len(),
                modified_ms: u64::try_from(modified.as_millis())?,
                fault: None,
            }],
        })?;
        self.arrived(began, &place.folder.join("theirs").join(SENT), outcome)
    }

    fn arrived(&self, began: Instant, path: &Path, outcome: &Outcome) -> Result<f64> {
        let told = self.operator.wait("whole file", |report| match report {
            Report::Done(done) => Some(Ok(done.hash)),
            Report::View(view) => {
                let last = view.files.transfers.last()?;
                let failed = last.state == "failed" || last.problem_count > 0;
                failed.then(|| Err(format!("{last:?}")))
            }
            Report::Key(_) | Report::Refused(_) => None,
        })?;
        let seconds = began.elapsed().as_secs_f64();
        let told = match told {
            Ok(told) => told,
            Err(why) => bail!("not carried over: {why}"),
        };
        outcome.check(path, &told)?;
        fs::remove_file(path)?;
        Ok(seconds)
    }
}

/// The customer's end in a process of its own, whose person has the folder `theirs`.
fn customer(place: &Place, port: u16, digits: &str, display: Option<&str>) -> Result<Running> {
    let mut customer = Command::new(std::env::current_exe()?);
    customer.arg("files-program").args(["--port", &port.to_string()]);
    customer.args(["--authority", &place.authority(), "--digits", digits]);
    customer.args(["--pin", &hex::encode(place.pin)]);
    if let Some(display) = display {
        customer.args(["--display", display]);
    }
    customer.env_clear().env("HOME", place.folder.join("theirs"));
    customer.stderr(Stdio::null());
    Running::start(&mut customer)
}

/// What the server said of a session, for the console.
fn opening(session: &Value) -> Result<ConsoleCommand> {
    let command = json!({
        "type": "open",
        "session": session["session"],
        "ticket": session["ticket"],
        "routing": session["routing"],
        "secretDigits": session["secret_digits"],
        "expiresAtMs": session["expires_at_ms"],
        "statement": session["statement"],
        "hosts": session["hosts"],
        "operator": "Operator",
        "organisation": "Bench",
    });
    serde_json::from_value(command).with_context(|| format!("{session} opens nothing"))
}
