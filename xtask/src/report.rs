//! Steps that are timed and told about at the end, so that one failure does not hide the next.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// A command made of named steps, all of which run even when one fails.
pub struct Report<'a> {
    only: Option<&'a str>,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    took: Duration,
    error: Option<String>,
}

impl<'a> Report<'a> {
    /// With `only`, every other step is left out.
    pub fn new(only: Option<&'a str>) -> Self {
        Self {
            only,
            rows: Vec::new(),
        }
    }

    /// Runs one step and keeps its result; `None` when the step was left out or failed.
    pub fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        if self.only.is_some_and(|only| only != name) {
            return None;
        }
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        let error = result.as_ref().err().map(|error| format!("{error:#}"));
        if let Some(error) = &error {
            println!("{name}: {error}");
        }
        self.rows.push(Row {
            name,
            took: start.elapsed(),
            error,
        });
        result.ok()
    }

    /// How many steps failed.
    pub fn failed(&self) -> usize {
        self.rows.iter().filter(|row| row.error.is_some()).count()
    }

    /// Prints one line for each step. Fails if no step had the name that was asked for.
    pub fn summary(&self) -> Result<()> {
        println!();
        for Row { name, took, error } in &self.rows {
            let word = if error.is_some() { "FAILED" } else { "ok" };
            println!("{name:<12} {word:<6} {:>7.1} s", took.as_secs_f64());
        }
        match self.only {
            Some(only) if self.rows.is_empty() => bail!("no step is called {only:?}"),
            _ => Ok(()),
        }
    }
}
