//! A PostgreSQL that is thrown away: made in a folder of its own when the first test asks, reached by a socket only,
//! and gone with the process that runs the tests, however that ends. Where it cannot be made the tests fail and say
//! what is missing. The tests of the server program include this file too.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a cluster may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    /// Ends, and with it the cluster, when our end of its standard input goes.
    _keeper: Child,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The address of a fresh, empty database.
pub fn database() -> String {
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::SeqCst));
    run(&mut cluster.client("createdb", &["--template=template0", &name]));
    format!(
        "postgresql:///{name}?host={}&user=temoto",
        cluster.folder.display()
    )
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        // Sockets have short names: not below a target folder.
        let folder = tempfile::Builder::new()
            .prefix("temoto-pg-")
            .tempdir()
            .unwrap()
            .keep();
        let mut words = Vec::new();
        if is_root() {
            // PostgreSQL refuses to run as root: it gets the user that its package made.
            run(Command::new("chown").arg("postgres").arg(&folder));
            words.extend(
                [
                    "setpriv",
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                ]
                .map(str::to_owned),
            );
        }
        let data = folder.join("data");
        let say = |path: &Path| path.display().to_string();
        let mut make = words.clone();
        make.push(say(&programs.join("initdb")));
        make.extend(
            [
                "--auth=trust",
                "--username=temoto",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ]
            .map(str::to_owned),
        );
        make.extend(["-D".to_owned(), say(&data)]);
        run(Command::new(&make[0]).args(&make[1..]).current_dir("/"));

        let mut serve = words;
        serve.push(say(&programs.join("postgres")));
        serve.extend(["-D".to_owned(), say(&data), "-k".to_owned(), say(&folder)]);
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=300",
        ] {
            serve.extend(["-c".to_owned(), setting.to_owned()]);
        }
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let script = "folder=$1; shift; \"$@\" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; \
                      rm -rf \"$folder\"";
        let keeper = Command::new("sh")
            .args(["-c", script, "keeper", &say(&folder)])
            .args(&serve)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let cluster = Self {
            programs,
            folder,
            _keeper: keeper,
        };
        cluster.wait();
        cluster
    }

    fn wait(&self) {
        let began = Instant::now();
        while !self
            .client("pg_isready", &["--quiet"])
            .status()
            .unwrap()
            .success()
        {
            if began.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the PostgreSQL of the tests does not answer: {log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn client(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("--username=temoto").arg("--host").arg(&self.folder);
        command.args(words).current_dir("/");
        command
    }
}

/// Where the newest PostgreSQL of this machine has its programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.sort();
    found
        .pop()
        .or_else(|| std::env::split_paths(&path).find(|bin| bin.join("initdb").is_file()))
        .unwrap_or_else(|| {
            panic!(
                "PostgreSQL is not installed, and these tests need it: run `cargo xtask setup`, or install the \
                 package postgresql"
            )
        })
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn run(command: &mut Command) {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?} failed: {said}");
}
