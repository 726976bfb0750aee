//! Parts that closed transfers left, to be gone on with: this session takes them away when nobody will.
//!
//! They are remembered by where they are and not held open, and what is removed is only what still is what this session left there.

use temoto_session::channel::files::Place;

use crate::receive::tells;
use crate::{System, paths};

/// Parts that are remembered. A transfer has few open at a time, so that is many interruptions.
const MOST: usize = 256;

/// An unfinished file.
pub struct Part {
    /// Its folder.
    pub place: Place,
    /// Its name there.
    pub name: String,
    /// The name of its journal.
    pub journal: String,
    /// What the journal says.
    pub text: String,
}

/// What is left, with the transfer that left it.
pub struct Left {
    parts: Vec<(u32, Part)>,
}

impl Left {
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// A transfer is closed and leaves these. What is too much goes, the oldest first.
    pub fn add(&mut self, system: &impl System, transfer: u32, parts: Vec<Part>) {
        self.parts.extend(parts.into_iter().map(|part| (transfer, part)));
        let excess = self.parts.len().saturating_sub(MOST);
        for (_, part) in self.parts.drain(..excess) {
            remove(system, &part);
        }
    }

    /// Another transfer has it open.
    pub fn taken_up(&mut self, part: &Part) {
        self.parts
            .retain(|(_, left)| left.place != part.place || left.name != part.name);
    }

    /// Removes what this transfer left; with 0, what any of them did.
    pub fn discard(&mut self, system: &impl System, transfer: u32) {
        for (_, part) in self
            .parts
            .extract_if(.., |(of, _)| transfer == 0 || *of == transfer)
        {
            remove(system, &part);
        }
    }
}

/// Where the folder is another one by now, or the part somebody else's, nothing is touched.
fn remove(system: &impl System, part: &Part) {
    let Ok(opened) = paths::open(system, &part.place) else {
        return;
    };
    if !tells(&opened.dir, &part.journal, &part.text) {
        return;
    }
    for name in [&part.name, &part.journal] {
        // What is gone already need not be removed.
        let _gone = opened.dir.remove_file(name);
    }
}
