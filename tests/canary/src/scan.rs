//! The scanner: looks for many byte strings at once, in one pass. It does not know where the bytes are from.

use std::collections::BTreeMap;

/// Shortest byte string that is looked for; shorter ones are found by accident.
pub const SHORTEST: usize = 8;
/// Numbers of [`pair`].
const PAIRS: usize = 1 << 20;
/// A form is reported so often in one place at most.
const MOST: usize = 100;
/// Memory is mostly zeros, in pages of this size.
const PAGE: usize = 4096;
const ZEROS: [u8; PAGE] = [0; PAGE];

/// One way to write something.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Form {
    /// How it is written.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Something that must not be found, in all its forms.
#[derive(Clone, Debug)]
pub struct Needle {
    /// What it is.
    pub name: String,
    /// How it may be written.
    pub forms: Vec<Form>,
}

/// Something that was found.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Find {
    /// Which needle.
    pub needle: String,
    /// Written how.
    pub form: String,
    /// Where: the name of the place.
    pub place: String,
    /// And the byte within it.
    pub at: usize,
}

impl std::fmt::Display for Find {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            needle,
            form,
            place,
            at,
        } = self;
        write!(f, "{needle} ({form}) in {place} at {at:#x}")
    }
}

struct Pattern {
    needle: usize,
    form: usize,
}

/// Looks for all forms of all needles (Wu and Manber, with blocks of two bytes).
pub struct Scanner {
    needles: Vec<Needle>,
    patterns: Vec<Pattern>,
    shifts: Vec<usize>,
    /// By [`pair`]: whether a pattern may have these blocks first and last in its window.
    pairs: Vec<bool>,
    /// By the last block of the window: which patterns may stand here.
    candidates: BTreeMap<usize, Vec<usize>>,
    longest: usize,
}

impl Scanner {
    /// A scanner for these.
    ///
    /// # Panics
    /// A form is shorter than [`SHORTEST`].
    #[must_use]
    pub fn new(needles: Vec<Needle>) -> Self {
        let mut scanner = Self {
            needles,
            patterns: Vec::new(),
            shifts: vec![SHORTEST - 1; 1 << 16],
            pairs: vec![false; PAIRS],
            candidates: BTreeMap::new(),
            longest: SHORTEST,
        };
        for (n, needle) in scanner.needles.iter().enumerate() {
            for (f, form) in needle.forms.iter().enumerate() {
                let bytes = &form.bytes;
                assert!(
                    bytes.len() >= SHORTEST,
                    "{} ({}) is found by accident",
                    needle.name,
                    form.name
                );
                for at in 0..SHORTEST - 1 {
                    let block = block(bytes, at);
                    scanner.shifts[block] = scanner.shifts[block].min(SHORTEST - 2 - at);
                }
                let last = block(bytes, SHORTEST - 2);
                scanner.pairs[pair(block(bytes, 0), last)] = true;
                scanner
                    .candidates
                    .entry(last)
                    .or_default()
                    .push(scanner.patterns.len());
                scanner.patterns.push(Pattern { needle: n, form: f });
                scanner.longest = scanner.longest.max(bytes.len());
            }
        }
        scanner
    }

    /// How many byte strings are looked for.
    #[must_use]
    pub const fn forms(&self) -> usize {
        self.patterns.len()
    }

    /// Everything that stands in `bytes`, which are at `place`.
    #[must_use]
    pub fn scan(&self, place: &str, bytes: &[u8]) -> Vec<Find> {
        let mut finds = Vec::new();
        let mut counts = vec![0; self.patterns.len()];
        let mut start = 0;
        while start + SHORTEST <= bytes.len() {
            if start.is_multiple_of(PAGE) && bytes[start..].starts_with(&ZEROS) {
                // A form may begin with the last zeros of a page of zeros, but with no earlier ones.
                start += (PAGE - self.longest.min(PAGE - 1)).max(1);
                continue;
            }
            let last = block(bytes, start + SHORTEST - 2);
            let shift = self.shifts[last];
            if shift > 0 {
                start = next(start, shift);
                continue;
            }
            if !self.pairs[pair(block(bytes, start), last)] {
                start += 1;
                continue;
            }
            for &candidate in self.candidates.get(&last).into_iter().flatten() {
                let Pattern { needle, form } = self.patterns[candidate];
                let needle = &self.needles[needle];
                let form = &needle.forms[form];
                if counts[candidate] < MOST && bytes[start..].starts_with(&form.bytes) {
                    counts[candidate] += 1;
                    finds.push(Find {
                        needle: needle.name.clone(),
                        form: form.name.clone(),
                        place: place.to_owned(),
                        at: start,
                    });
                }
            }
            start += 1;
        }
        finds
    }
}

/// Further by `shift`, but not past the beginning of a page, where zeros are looked for.
const fn next(start: usize, shift: usize) -> usize {
    let page = (start / PAGE + 1) * PAGE;
    if start + shift > page { page } else { start + shift }
}

/// Two blocks as one number; the larger the table, the fewer windows are looked at in vain.
const fn pair(first: usize, last: usize) -> usize {
    (first * 65_599 + last) % PAIRS
}

fn block(bytes: &[u8], at: usize) -> usize {
    usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore as _, SeedableRng as _};

    use super::*;

    fn needle(name: &str, bytes: &[u8]) -> Needle {
        Needle {
            name: name.to_owned(),
            forms: vec![Form {
                name: "raw".to_owned(),
                bytes: bytes.to_vec(),
            }],
        }
    }

    #[test]
    fn a_needle_is_found_at_every_place_of_a_page_and_over_its_border() {
        let scanner = Scanner::new(vec![
            needle("short", b"48219037"),
            needle("ends in zeros", b"\x34\x00\x38\x00\x32\x00\x31\x00"),
            needle("begins with zeros", b"\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07"),
        ]);
        for needle in &scanner.needles {
            let bytes = &needle.forms[0].bytes;
            for at in (0..40).chain(4_060..4_140).chain([12_288 - bytes.len()]) {
                let mut hay = vec![0; 12_288];
                hay[at..at + bytes.len()].copy_from_slice(bytes);
                let finds = scanner.scan("hay", &hay);
                assert_eq!(finds.len(), 1, "{} at {at}", needle.name);
                assert_eq!(
                    (finds[0].needle.as_str(), finds[0].at),
                    (needle.name.as_str(), at)
                );
            }
        }
    }

    #[test]
    fn what_is_there_is_found_and_what_is_not_is_not() {
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let mut hay = vec![0; 200_000];
        rng.fill_bytes(&mut hay);
        let (mut there, mut absent) = (Vec::new(), Vec::new());
        for n in 0..200 {
            let at = rng.next_u32() as usize % 190_000;
            let length = 8 + n % 60;
            there.push(needle(&format!("{n}"), &hay[at..at + length]));
            let mut other = hay[at..at + length].to_vec();
            other[length - 1] ^= 1;
            absent.push(needle(&format!("{n}"), &other));
        }
        let mut found: Vec<_> = Scanner::new(there)
            .scan("hay", &hay)
            .into_iter()
            .map(|find| find.needle)
            .collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 200);
        assert_eq!(Scanner::new(absent).scan("hay", &hay), []);
    }

    #[test]
    #[should_panic(expected = "found by accident")]
    fn a_needle_that_is_found_by_accident_is_refused() {
        let _scanner = Scanner::new(vec![needle("routing digits", b"4821")]);
    }
}
