//! What everybody has: `curl` from an HTTPS server, and `scp`. Dialing is not counted: our session is there already, too.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::place::{Place, run};

/// Seconds of `curl` for this file of the folder `served`, from the request to the last byte on the disk.
pub fn curl(place: &Place, port: u16, name: &str, into: &Path) -> Result<f64> {
    let mut curl = place.curl();
    curl.args([
        "--fail",
        "--write-out",
        "%{time_pretransfer} %{time_total}",
        "--output",
    ]);
    curl.arg(into).arg(format!("https://localhost:{port}/{name}"));
    let said = run(&mut curl, "")?;
    let times: Vec<f64> = said.split_whitespace().flat_map(str::parse).collect();
    let &[before, total] = times.as_slice() else {
        bail!("curl said {said:?}");
    };
    Ok(total - before)
}

/// Seconds of `scp` from start to end, dialing and all; `jump`: by way of another SSH server at that port, which cannot look in.
pub fn scp_whole(place: &Place, port: u16, jump: Option<u16>, from: &Path, into: &Path) -> Result<f64> {
    let user = run(&mut Command::new("whoami"), "").context("who this is")?;
    let mut scp = Command::new("scp");
    scp.arg("-q").arg("-F").arg(place.folder.join("sshd/client.conf"));
    scp.args(["-P", &port.to_string()]);
    if let Some(jump) = jump {
        // Under another name: a jump over the place itself is taken for a loop.
        scp.arg("-J").arg(format!("{}@localhost:{jump}", user.trim()));
    }
    scp.arg(format!("{}@127.0.0.1:{}", user.trim(), from.display()))
        .arg(into);
    let began = Instant::now();
    run(&mut scp, "")?;
    Ok(began.elapsed().as_secs_f64())
}
