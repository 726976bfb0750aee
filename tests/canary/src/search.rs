//! Dumps and what was found in them, secrets apart from what the server is told.

use crate::dump::Dump;
use crate::scan::{Find, Needle, Scanner};

/// One dump, searched.
#[derive(Debug)]
pub struct Search {
    /// Of what, and when.
    pub name: &'static str,
    /// How much was searched.
    pub bytes: usize,
    /// And could not be read.
    pub unreadable: usize,
    /// For how many byte strings.
    pub forms: usize,
    /// What the ends alone may know.
    pub secrets: Vec<Find>,
    /// What the server is told.
    pub told: Vec<Find>,
}

impl Search {
    /// Looks for both kinds of needles.
    #[must_use]
    pub fn of(name: &'static str, dump: &Dump, secrets: Vec<Needle>, told: Vec<Needle>) -> Self {
        let open: Vec<String> = told.iter().map(|needle| needle.name.clone()).collect();
        let scanner = Scanner::new([secrets, told].concat());
        let finds = dump
            .pieces
            .iter()
            .flat_map(|piece| scanner.scan(&piece.place, &piece.bytes));
        let (told, secrets) = finds.partition(|find| open.contains(&find.needle));
        Self {
            name,
            bytes: dump.length(),
            unreadable: dump.unreadable,
            forms: scanner.forms(),
            secrets,
            told,
        }
    }

    /// Whether this was found, in a form whose name begins so, in a place whose name ends so.
    #[must_use]
    pub fn has(&self, needle: &str, form: &str, place: &str) -> bool {
        let mut finds = self.secrets.iter().chain(&self.told);
        finds.any(|find| find.needle == needle && find.form.starts_with(form) && find.place.ends_with(place))
    }
}

/// What came of the story.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Everything of the server and of what passed it: no secret may be there.
    pub servers: Vec<Search>,
    /// Everything of the ends.
    pub ends: Vec<Search>,
}

impl Outcome {
    /// The search of this name.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn search(&self, name: &str) -> &Search {
        let mut all = self.servers.iter().chain(&self.ends);
        all.find(|search| search.name == name).expect("it was searched")
    }
}
