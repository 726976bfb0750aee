//! Who is due when: one deadline for each thing, the earliest first. Knows no clock.

use std::collections::{BTreeMap, BTreeSet};

/// Deadlines of things named by `K`, in milliseconds of the caller's clock.
#[derive(Debug)]
pub struct Agenda<K> {
    by_time: BTreeSet<(u64, K)>,
    by_name: BTreeMap<K, u64>,
}

impl<K> Default for Agenda<K> {
    fn default() -> Self {
        Self {
            by_time: BTreeSet::new(),
            by_name: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Agenda<K> {
    /// Sets the deadline of `name`, instead of the one it had.
    pub fn set(&mut self, name: K, at: u64) {
        if let Some(old) = self.by_name.insert(name, at) {
            self.by_time.remove(&(old, name));
        }
        self.by_time.insert((at, name));
    }

    /// Sets the deadline of `name` if it has none.
    pub fn set_once(&mut self, name: K, at: u64) {
        if !self.by_name.contains_key(&name) {
            self.set(name, at);
        }
    }

    /// Forgets the deadline of `name`.
    pub fn cancel(&mut self, name: K) {
        if let Some(old) = self.by_name.remove(&name) {
            self.by_time.remove(&(old, name));
        }
    }

    /// The earliest deadline.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest thing that is due at `now`.
    pub fn pop(&mut self, now: u64) -> Option<K> {
        let &(at, name) = self.by_time.first()?;
        if at > now {
            return None;
        }
        self.cancel(name);
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_is_due_first_and_a_new_deadline_replaces_the_old() {
        let mut agenda = Agenda::default();
        agenda.set('a', 30);
        agenda.set('b', 20);
        agenda.set('a', 10);
        agenda.set_once('a', 1);
        agenda.set('c', 5);
        agenda.cancel('c');
        assert_eq!(agenda.next(), Some(10));
        assert_eq!(agenda.pop(9), None);
        assert_eq!(agenda.pop(25), Some('a'));
        assert_eq!(agenda.pop(25), Some('b'));
        assert_eq!((agenda.pop(99), agenda.next()), (None, None));
    }
}
