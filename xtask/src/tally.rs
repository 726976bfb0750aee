//! Counting tests: what the various runners print or write is added up to one line.

use std::fmt;
use std::ops::AddAssign;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// How many tests passed and failed, and what the failed ones said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    /// Name and first words of each failed test that its runner names; shown again at the end, where they are looked for.
    pub failures: Vec<String>,
}

impl Tally {
    /// One that passed.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// One that failed, and why.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.failed += 1;
        self.failures.push(why.into());
    }

    /// Adds a line of a Rust test program, if it is one that sums up or names a failed test.
    pub fn count_libtest(&mut self, line: &str) {
        if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.failures.push(name.to_owned());
        }
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in rest.split([';', '.']) {
            match part.split_whitespace().collect::<Vec<_>>()[..] {
                [number, "passed"] => self.passed += number.parse().unwrap_or(0),
                [number, "failed"] => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// Reads the JSON report of vitest.
    pub fn read_vitest(file: &Path) -> Result<Self> {
        Self::of_vitest(&read(file)?)
    }

    /// Tests that were left out, because something they need is not there, count as failed: here everything has to be there.
    fn of_vitest(report: &Value) -> Result<Self> {
        let passed = number(report, "numPassedTests")?;
        let total = number(report, "numTotalTests")?;
        Ok(Self {
            passed,
            failed: total.saturating_sub(passed),
            failures: failures_of_vitest(report),
        })
    }

    /// A run that broke off counts as a failure even where no test says so.
    pub fn or_failed(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn read(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("no report {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}

/// Each test that did not pass, with the first lines of what it said.
fn failures_of_vitest(report: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for file in report["testResults"].as_array().into_iter().flatten() {
        for test in file["assertionResults"].as_array().into_iter().flatten() {
            if test["status"] == "passed" {
                continue;
            }
            let name = test["fullName"]
                .as_str()
                .unwrap_or("a test without a name")
                .trim();
            let said = test["failureMessages"][0].as_str().unwrap_or("left out");
            let said: Vec<_> = said.lines().take(FAILURE_LINES).collect();
            found.push(format!("{name}: {}", said.join("\n  ")));
        }
    }
    found
}

/// As many lines of a failed test are shown again; the whole of it stands where it ran.
const FAILURE_LINES: usize = 6;

fn number(report: &Value, name: &str) -> Result<u64> {
    report[name]
        .as_u64()
        .with_context(|| format!("the report has no number {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summing_line_of_a_test_program_is_counted() {
        let mut tally = Tally::default();
        tally.count_libtest("running 12 tests");
        tally.count_libtest(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.31s",
        );
        tally.count_libtest("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        assert_eq!((tally.passed, tally.failed), (15, 2),);
    }

    #[test]
    fn a_failed_test_is_named_again_with_what_it_said() {
        let mut tally = Tally::default();
        tally.count_libtest("---- tests::adds stdout ----");
        assert_eq!(tally.failures, ["tests::adds"]);

        let report = serde_json::json!({
            "numPassedTests": 1, "numTotalTests": 2,
            "testResults": [{ "assertionResults": [
                { "fullName": " works ", "status": "passed", "failureMessages": [] },
                { "fullName": " fails ", "status": "failed", "failureMessages": ["Error: no\n  at a"] },
            ] }],
        });
        assert_eq!(
            Tally::of_vitest(&report).expect("a report").failures,
            ["fails: Error: no\n    at a"]
        );
    }

    #[test]
    fn tests_of_pages_that_were_left_out_are_failures() {
        let report = |passed, pending| {
            serde_json::json!({
                "numPassedTests": passed, "numFailedTests": 0, "numPendingTests": pending, "numTotalTests": passed + pending,
            })
        };
        let tally = |passed, pending| {
            let tally = Tally::of_vitest(&report(passed, pending)).expect("a report");
            (tally.passed, tally.failed)
        };
        assert_eq!(tally(7, 0), (7, 0));
        assert_eq!(tally(0, 15), (0, 15));
    }

    #[test]
    fn a_run_that_broke_off_is_a_failure_and_a_counted_failure_is_not_counted_twice() {
        let tally = |passed, failed| Tally {
            passed,
            failed,
            failures: Vec::new(),
        };
        assert_eq!(tally(4, 0).or_failed(false).failed, 1);
        assert_eq!(tally(4, 2).or_failed(false).failed, 2);
        assert_eq!(tally(4, 0).or_failed(true).failed, 0);
    }

    #[test]
    fn the_last_line_has_the_form_that_other_programs_read() {
        let tally = Tally {
            passed: 7,
            ..Tally::default()
        };
        assert_eq!(tally.to_string(), "7 passed, 0 failed");
    }
}
