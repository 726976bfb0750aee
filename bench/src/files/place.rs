//! Where files are carried: a folder in memory, a certificate, and the servers on this machine that have both. All of it goes when dropped.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The operator's login.
pub const EMAIL: &str = "operator@example.com";
/// The operator's password.
pub const PASSWORD: &str = "tulip-orbit-94";
/// Nothing takes longer to start.
const WITHIN: Duration = Duration::from_secs(30);

/// A running process that goes with its owner.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self(child.with_context(|| name.display().to_string())?))
    }

    /// What it says, if that was piped; once.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.0.stdout.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// The folder with everything.
pub struct Place {
    pub folder: PathBuf,
    /// Where `temoto-server` listens.
    pub port: u16,
    /// The first 80 bits of the hash of the certificate's key.
    pub pin: [u8; 10],
    /// `temoto-server` and the peers' servers.
    running: Vec<Running>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.running.clear();
        // What is in memory is needed by nobody any more.
        let _stays = fs::remove_dir_all(&self.folder);
    }
}

impl Place {
    /// Makes the folder and starts `temoto-server` as it is deployed: with TLS, on the loopback.
    pub fn make(program: &Path, web: Option<&Path>, on_disk: bool) -> Result<Self> {
        // In memory, where there is one: the disk is the same for everybody and is not what is compared.
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() && !on_disk {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let folder = above.join(format!("temoto-bench-files-{}", std::process::id()));
        for name in ["served", "mine", "theirs", "data", "nginx", "sshd"] {
            fs::create_dir_all(folder.join(name))?;
        }
        certificate(&folder)?;
        let pin = pin(&folder)?;
        let data = folder.join("data");
        let port = free_port()?;
        run(
            temoto(program, &data).args(["init", "--organisation", "Bench"]),
            "",
        )?;
        let add = [
            "user",
            "add",
            "--email",
            EMAIL,
            "--name",
            "Operator",
            "--password-stdin",
        ];
        run(temoto(program, &data).args(add), &format!("{PASSWORD}\n"))?;
        let mut serve = temoto(program, &data);
        serve.args(["serve", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")]);
        serve.arg("--tls-cert").arg(folder.join("cert.pem"));
        serve.arg("--tls-key").arg(folder.join("key.pem"));
        serve.args(["--public-url", &format!("https://localhost:{port}")]);
        if let Some(web) = web {
            serve.arg("--web").arg(web);
        }
        let server = Running::start(&mut serve)?;
        await_port(port)?;
        Ok(Self {
            folder,
            port,
            pin,
            running: vec![server],
        })
    }

    /// `host:port` of `temoto-server`.
    pub fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// An HTTPS server with the folder `served`, as Debian has it. Returns its port.
    pub fn nginx(&mut self) -> Result<u16> {
        let (folder, at) = (self.folder.display(), self.folder.join("nginx"));
        self.nginx_that(&format!("sendfile on; tcp_nopush on; root {folder}/served;"), &at)
    }

    /// Another one, that asks the one at `port` and passes on what it says: TLS on both ways, as with a relay.
    pub fn nginx_before(&mut self, port: u16) -> Result<u16> {
        let at = self.folder.join("nginx-before");
        fs::create_dir_all(&at)?;
        let passes = format!(
            "location / {{ proxy_pass https://127.0.0.1:{port}; proxy_ssl_verify off; proxy_http_version 1.1;\n\
             proxy_buffers 16 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0; }}"
        );
        self.nginx_that(&passes, &at)
    }

    /// `does`: its settings; `at`: its folder.
    fn nginx_that(&mut self, does: &str, at: &Path) -> Result<u16> {
        let port = free_port()?;
        let folder = self.folder.display();
        let at_ = at.display();
        let config = format!(
            "daemon off; master_process off; pid {at_}/pid; error_log {at_}/log;\nevents {{}}\nhttp {{\n\
             access_log off; client_body_temp_path {at_}/a; proxy_temp_path {at_}/b;\n\
             fastcgi_temp_path {at_}/c; uwsgi_temp_path {at_}/d; scgi_temp_path {at_}/e;\n\
             server {{ listen 127.0.0.1:{port} ssl; {does}\n\
             ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; }}\n}}\n"
        );
        let file = at.join("nginx.conf");
        fs::write(&file, config)?;
        // One process, which goes when it is told; and whatever its user is, it can read.
        open_to_all(&self.folder)?;
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).arg("-e").arg(at.join("log"));
        nginx.stderr(Stdio::null());
        self.running.push(Running::start(&mut nginx)?);
        await_port(port)?;
        Ok(port)
    }

    /// An SSH server of its own with a key of its own. Returns its port; `scp` takes `client.conf`.
    pub fn sshd(&mut self) -> Result<u16> {
        let port = free_port()?;
        let at = self.folder.join("sshd");
        for key in ["host", "user"] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(at.join(key));
            run(&mut make, "")?;
        }
        fs::copy(at.join("user.pub"), at.join("authorized"))?;
        let at_ = at.display();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {at_}/host\nAuthorizedKeysFile {at_}/authorized\n\
             PidFile {at_}/pid\nStrictModes no\nPermitRootLogin prohibit-password\nUsePAM no\n\
             PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
        );
        fs::write(at.join("config"), config)?;
        let client = format!(
            "IdentityFile {at_}/user\nIdentitiesOnly yes\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n\
             LogLevel ERROR\nCompression no\n"
        );
        fs::write(at.join("client.conf"), client)?;
        // It wants this folder, which Debian's own service would make.
        if Path::new("/run").is_dir() {
            let _there = fs::create_dir("/run/sshd");
        }
        let sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let mut sshd = Command::new(sshd.context("there is no sshd")?);
        sshd.arg("-D").arg("-e").arg("-f").arg(at.join("config"));
        sshd.stderr(Stdio::null());
        self.running.push(Running::start(&mut sshd)?);
        await_port(port)?;
        Ok(port)
    }

    /// Logs the operator in and opens a session for a console with this key (base64).
    pub fn open_session(&self, key: &str) -> Result<Value> {
        let login = json!({ "email": EMAIL, "password": PASSWORD });
        if !self.folder.join("cookies").exists() {
            self.post("login", &login)?;
        }
        self.post("sessions", &json!({ "console_key": key }))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let at = format!("https://{}", self.authority());
        let cookies = self.folder.join("cookies");
        let mut curl = self.curl();
        curl.args(["--fail-with-body", "--header", "content-type: application/json"]);
        curl.args(["--header", &format!("origin: {at}"), "--data", &body.to_string()]);
        curl.arg("--cookie")
            .arg(&cookies)
            .arg("--cookie-jar")
            .arg(&cookies);
        curl.arg(format!("{at}/api/v1/{path}"));
        let answer = run(&mut curl, "")?;
        if answer.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer).with_context(|| answer.clone())
    }

    /// `curl` that trusts the certificate.
    pub fn curl(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--noproxy", "*", "--cacert"]);
        curl.arg(self.folder.join("cert.pem"));
        curl
    }
}

fn temoto(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().arg("--data").arg(data);
    command
}

/// A certificate of its own, of a key that every server here takes.
fn certificate(folder: &Path) -> Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]);
    openssl.args([
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.arg("-keyout").arg(folder.join("key.pem"));
    openssl.arg("-out").arg(folder.join("cert.pem"));
    run(openssl.stderr(Stdio::null()), "").map(drop)
}

fn pin(folder: &Path) -> Result<[u8; 10]> {
    let mut openssl = Command::new("openssl");
    openssl.args(["pkey", "-pubout", "-outform", "DER", "-in"]);
    let output = openssl.arg(folder.join("key.pem")).output()?;
    let hash = Sha256::digest(&output.stdout);
    hash.first_chunk::<10>().copied().context("a hash has 32 bytes")
}

fn open_to_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for path in [folder.to_owned(), folder.join("served")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// A port that nobody has right now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn await_port(port: u16) -> Result<()> {
    let end = Instant::now() + WITHIN;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > end {
            bail!("nothing listens at {port}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Runs it to its end with this on its standard input; gives what it said.
pub fn run(command: &mut Command, input: &str) -> Result<String> {
    let name = command.get_program().to_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| name.display().to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{}: {} {said}", name.display(), output.status);
    }
    Ok(said)
}
