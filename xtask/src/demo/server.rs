//! The demonstration's server: a data folder, an organisation, an operator.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Options;
use super::children::Children;
use crate::paths::Paths;
use crate::{dist, web};

/// The demo operator.
pub const EMAIL: &str = "operator@example.jp";
/// A server that does not listen after this does not work.
const WITHIN: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    /// Its address.
    pub url: String,
    /// The demo operator's password; made anew for each data folder.
    pub password: String,
}

impl Server {
    /// Makes the data folder if it is new, and serves it.
    pub fn start(paths: &Paths, children: &mut Children, data: &Path, options: &Options) -> Result<Self> {
        let binary = paths.target.join("debug/temoto-server");
        let secret = data.join("demo-password");
        if !data.join("temoto.db").exists() {
            let organisation = if options.lang == "ja" {
                "サンプル株式会社"
            } else {
                "Example Corp."
            };
            quiet(paths.command(&binary).arg("--data").arg(data).args([
                "init",
                "--organisation",
                organisation,
            ]))?;
            let password = random_word()?;
            let name = if options.lang == "ja" {
                "佐藤 花子"
            } else {
                "Hanako Sato"
            };
            add_operator(paths.command(&binary), data, name, &password)?;
            fs::write(&secret, &password).context("cannot write the demo operator's password")?;
        }
        let password = fs::read_to_string(&secret)
            .with_context(|| format!("{} was not made by the demonstration", data.display()))?;

        let port_file = data.join("port");
        let _older = fs::remove_file(&port_file);
        let mut serve = paths.command(&binary);
        serve.arg("--data").arg(data).arg("serve");
        serve.args([
            "--listen",
            &format!("127.0.0.1:{}", options.port),
            "--log",
            "warn",
        ]);
        serve.arg("--port-file").arg(&port_file);
        serve.arg("--web").arg(web::folder(paths));
        serve.arg("--programs").arg(dist::folder(paths));
        children.start("the server", &mut serve)?;
        let end = Instant::now() + WITHIN;
        loop {
            children.newest_lives()?;
            if let Ok(port) = fs::read_to_string(&port_file)
                && let Ok(port) = port.trim().parse::<u16>()
            {
                return Ok(Self {
                    url: format!("http://localhost:{port}"),
                    password,
                });
            }
            if Instant::now() > end {
                bail!("the server does not listen");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn add_operator(mut command: Command, data: &Path, name: &str, password: &str) -> Result<()> {
    command.arg("--data").arg(data).args([
        "user",
        "add",
        "--email",
        EMAIL,
        "--name",
        name,
        "--password-stdin",
    ]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("cannot start temoto-server user add")?;
    child
        .stdin
        .take()
        .context("standard input is piped")?
        .write_all(format!("{password}\n").as_bytes())?;
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        bail!("the demo operator could not be added: {status}")
    }
}

fn quiet(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("cannot start temoto-server")?;
    if output.status.success() {
        return Ok(());
    }
    bail!(
        "temoto-server init: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    )
}

/// Twelve letters that nobody can guess.
fn random_word() -> Result<String> {
    use std::io::Read as _;
    let mut bytes = [0u8; 12];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect())
}
