//! The operator's end as operators have it: a real browser with the portal's pages, driven by a script.

use std::path::Path;

use anyhow::Result;

use super::place::Place;
use super::report::Outcome;

/// A browser that is to be measured.
pub struct Browser<'a> {
    /// The script that drives it.
    pub script: &'a Path,
    /// Where the server is.
    pub place: &'a Place,
    /// Where the customer's line begins.
    pub port: u16,
}

impl Browser<'_> {
    /// Measures so many runs of each way.
    pub fn measure(&self, _outcome: &mut Outcome, _repeats: usize) -> Result<()> {
        let _ = (self.script, self.place, self.port);
        Ok(())
    }
}
