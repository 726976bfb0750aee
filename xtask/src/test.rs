//! Every test there is, each kind with its own runner, added up to one last line.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::{each_line, run as spawn};
use crate::report::Report;
use crate::tally::Tally;
use crate::{demo, setup, wasm};

/// Runs all steps, or one; the last line says how many tests passed and failed.
pub fn run(paths: &Paths, only: Option<&str>) -> Result<()> {
    setup::run_all(paths)?;
    setup::packages(paths, demo::PACKAGES)?;
    setup::packages(paths, demo::WINDOWS_PACKAGES)?;
    fs::create_dir_all(paths.reports())?;
    let mut report = Report::new(only);
    let mut total = Tally::default();
    let mut step = |name, work: &dyn Fn() -> Result<Tally>| {
        let mut tally = Tally::default();
        let done = report.step(name, || {
            tally = work()?;
            if tally.failed > 0 {
                bail!("{tally}")
            } else {
                Ok(())
            }
        });
        // A step that was left out adds nothing; one that broke off adds a failure.
        let left_out = only.is_some_and(|only| only != name);
        total += tally.or_failed(left_out || done.is_some());
    };

    step("rust", &|| rust(paths));
    step("wasm", &|| in_webassembly(paths));
    step("windows", &|| windows(paths));
    step("web", &|| {
        // The core's views are held to the types of the pages: without the core those tests are left out, and count as failed.
        wasm::run(paths, wasm::Profile::Release)?;
        vitest(paths, "test")
    });
    step("gallery", &|| vitest(paths, "gallery"));
    step("api", &|| api(paths));
    step("stories", &|| {
        demo::build(paths, false, None)?;
        vitest(paths, "stories")
    });
    step("program", &|| {
        demo::build(paths, false, None)?;
        vitest(paths, "program")
    });
    step("session", &|| session(paths));

    report.summary()?;
    for failure in &total.failures {
        println!("\nfailed: {failure}");
    }
    println!("\n{total}");
    // The line above is the last: an error printed after it would be read as the result.
    std::process::exit(i32::from(total.failed > 0));
}

fn rust(paths: &Paths) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut cargo = paths.cargo(&["test", "--workspace", "--locked", "--quiet", "--no-fail-fast"]);
    let status = each_line(&mut cargo, |line| tally.count_libtest(line))?;
    Ok(tally.or_failed(status.success()))
}

/// The tests of what runs in browsers, compiled to WebAssembly: the vectors have to hold there as well.
fn in_webassembly(paths: &Paths) -> Result<Tally> {
    let mut tally = Tally::default();
    let target = [
        "test",
        "--target",
        "wasm32-wasip1",
        "--locked",
        "--quiet",
        "--no-fail-fast",
    ];
    let mut cargo = paths.cargo(&target);
    cargo.args(["-p", "temoto-crypto", "-p", "temoto-codec", "--lib", "--tests"]);
    // V8 11 may forget the bytecode of a function that waits for WebAssembly while its memory grows, and crash.
    let runner = format!(
        "node --no-warnings --no-flush-bytecode {}",
        paths.root.join("xtask/wasi.mjs").display()
    );
    let status = each_line(cargo.env("CARGO_TARGET_WASM32_WASIP1_RUNNER", runner), |line| {
        tally.count_libtest(line);
    })?;
    Ok(tally.or_failed(status.success()))
}

/// The borders' own tests on Windows: each program of tests runs on a computer of its own, which Wine plays.
fn borders(paths: &Paths) -> Result<Tally> {
    let (mut tally, mut ran) = (Tally::default(), 0);
    let packages = crate::windows::borders(paths)?;
    let mut cargo = paths.cargo(&["test", "--target", crate::windows::TARGET, "--lib"]);
    cargo.args(["--locked", "--quiet", "--no-fail-fast"]);
    cargo.args(packages.iter().flat_map(|package| ["-p", package]));
    let runner = format!("node {}", paths.root.join("tests/windows/inside.mjs").display());
    cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", runner);
    let status = each_line(&mut cargo, |line| {
        let before = tally.passed + tally.failed;
        tally.count_libtest(line);
        ran += usize::from(tally.passed + tally.failed > before);
    })?;
    if ran != packages.len() {
        tally.fail(format!(
            "{ran} of {} borders ran tests on Windows",
            packages.len()
        ));
    }
    Ok(tally.or_failed(status.success()))
}

/// What is handed out to customers with Windows: its borders, the file, and a program that Wine runs.
fn windows(paths: &Paths) -> Result<Tally> {
    let mut tally = borders(paths)?;
    // Whatever the file lacks fails here and in the sessions; the stories are played all the same.
    match demo::build(paths, true, None) {
        Ok(()) => tally.pass(),
        Err(error) => {
            println!("{error:#}");
            tally.fail(format!("{error:#}"));
        }
    }
    tally += vitest(paths, "windows")?;
    // One of the two uses every function that Wine can show: clipboard, files, keys, what is shown and the rest of the tour.
    tally += session_in(paths, "ja", &["--windows", "--tour"])?;
    tally += session_in(paths, "en", &["--windows"])?;
    Ok(tally)
}

/// The pages: `test` looks at parts, `gallery` at every screen, `stories` plays them against the real server.
fn vitest(paths: &Paths, script: &str) -> Result<Tally> {
    vitest_with(paths, script, &[])
}

/// The same with more words in the environment.
fn vitest_with(paths: &Paths, script: &str, environment: &[(&str, &Path)]) -> Result<Tally> {
    let file = paths.reports().join(format!("{script}.json"));
    let _older = fs::remove_file(&file);
    let words = ["run", script, "--", "--reporter=default", "--reporter=json"];
    let mut npm = paths.npm(&paths.web(), &words);
    npm.arg(format!("--outputFile.json={}", file.display()));
    // A server that is named has to be there; without one the stories would be left out.
    npm.env("TEMOTO_SERVER_PROGRAM", paths.target.join("debug/temoto-server"));
    npm.envs(environment.iter().copied());
    let done = spawn(&mut npm);
    Ok(Tally::read_vitest(&file)?.or_failed(done.is_ok()))
}

/// The server's REST interface, called with everything that its description allows.
fn api(paths: &Paths) -> Result<Tally> {
    let program = setup::schemathesis(paths)?;
    spawn(&mut paths.cargo(&["build", "--locked", "--package", "temoto-server"]))?;
    vitest_with(paths, "api", &[("TEMOTO_SCHEMATHESIS", &program)])
}

/// One real session in each language.
fn session(paths: &Paths) -> Result<Tally> {
    let mut tally = session_in(paths, "ja", &[])?;
    tally += session_in(paths, "en", &[])?;
    Ok(tally)
}

/// One with the program and a customer's computer of its own; `more` are words of the demonstration.
fn session_in(paths: &Paths, lang: &str, more: &[&str]) -> Result<Tally> {
    let mut tally = Tally::default();
    let file = paths
        .reports()
        .join(format!("session{}-{lang}.json", more.concat()));
    let file = file.display().to_string();
    let words = [&["--headless", "--lang", lang, "--json", &file], more].concat();
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    match demo::run(paths, &demo::Options::parse(&words)?) {
        Ok(()) => tally.pass(),
        Err(error) => {
            println!("{error:#}");
            tally.fail(format!("session{} {lang}: {error:#}", more.concat()));
        }
    }
    Ok(tally)
}
