//! temoto-server: command line, configuration, wiring, shutdown. No rules: those are in the rooms it wires.

mod accept;
mod ahead;
mod attached;
mod audit;
mod clock;
mod command;
mod config;
mod database;
mod folder;
mod init;
mod licences;
mod logging;
mod mail;
mod serve;
mod tls;
mod users;

use std::io::Write as _;
use std::process::ExitCode;

use crate::command::{Command, CommandLine};

fn main() -> ExitCode {
    let line = CommandLine::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("cannot start")),
    };
    let done = runtime.block_on(async {
        let (data, url) = (&line.data, line.database_url);
        match line.command {
            Command::Init(init) => init::run(data, url, init).await,
            Command::Serve(mut serve) => {
                serve.database_url = url;
                serve::run(data, *serve).await
            }
            Command::Audit(audit) => audit::run(data, url, audit).await,
            Command::Licence(licence) => licences::run(data, licence),
            Command::User(user) => users::run(data, url, user).await,
            Command::Mail(mail) => mail::run(data, mail).await,
        }
    });
    // What still hashes or waits on a disk is not waited for.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // Nowhere else to say it when this fails.
    let _ = writeln!(std::io::stderr(), "temoto-server: {error:#}");
    ExitCode::FAILURE
}
