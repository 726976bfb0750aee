//! Names of one transfer that a system could take for the same one, told apart by a number.
//!
//! The other end chooses the names, tens of thousands of them: whatever they are, each costs a few hashes and not one for each that
//! came before it.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{around, folded, numbered};

type Hash = [u8; 32];

/// What was named so far.
#[derive(Debug, Default)]
pub struct Apart {
    /// Hashes of the paths, folded, so that two never become one.
    taken: BTreeSet<Hash>,
    /// By what stands around a number, and its digits: all numbers below this one are taken. At most about one for each name.
    next: BTreeMap<Hash, u32>,
    #[cfg(test)]
    tries: u64,
}

impl Apart {
    /// A folder of this path: those that are called the same come together.
    pub fn folder(&mut self, path: Vec<String>) -> Vec<String> {
        self.taken.insert(hash(&folded(&path), "", 0));
        path
    }

    /// The path of a file, with the first number that is free if another one of this transfer could be taken for the same.
    pub fn file(&mut self, mut path: Vec<String>) -> Vec<String> {
        let Some(last) = path.pop() else { return path };
        let folders = folded(&path);
        let name = self.free(&folders, last);
        path.push(name);
        path
    }

    fn free(&mut self, folders: &str, last: String) -> String {
        if self.takes(folders, &last) {
            return last;
        }
        let (mut digits, mut number) = (1, 2);
        loop {
            // Where a name is cut depends on how long its number is.
            let (stem, extension) = around(&last, digits);
            let key = hash(folders, &folded(&[stem, extension.to_owned()]), digits);
            let longer = 10u32.saturating_pow(digits);
            number = self.next.get(&key).map_or(number, |&next| number.max(next));
            while number < longer {
                let name = numbered(&last, number);
                number += 1;
                if self.takes(folders, &name) {
                    self.next.insert(key, number);
                    return name;
                }
            }
            self.next.insert(key, longer);
            digits += 1;
        }
    }

    /// Takes the name, if it is free.
    fn takes(&mut self, folders: &str, name: &str) -> bool {
        #[cfg(test)]
        {
            self.tries += 1;
        }
        let path = hash(folders, &folded(&[name.to_owned()]), 0);
        self.taken.insert(path)
    }
}

fn hash(folders: &str, name: &str, digits: u32) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(folders.as_bytes());
    hasher.update(name.as_bytes());
    hasher.update(&digits.to_be_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spelling of a name with this number: every one folds to the same.
    fn spelled(name: &str, number: u32) -> String {
        let upper = |(at, c): (usize, char)| {
            let wide = at < 32 && number & 1 << at != 0;
            if wide { c.to_ascii_uppercase() } else { c }
        };
        name.chars().enumerate().map(upper).collect()
    }

    #[test]
    fn a_flood_of_names_that_are_all_the_same_costs_a_few_tries_each() {
        // Also such ones as are cut, each at another place as its number grows.
        let names = [
            ("abcdefghijklmnopqrst.txt".to_owned(), 20_000),
            ("z".repeat(255), 2_000),
            ("が".repeat(85), 2_000),
        ];
        for (name, count) in names {
            let mut apart = Apart::default();
            let mut seen = BTreeSet::new();
            for number in 0..count {
                let path = apart.file(vec!["folder".to_owned(), spelled(&name, number)]);
                assert!(seen.insert(folded(&path)), "{path:?}");
            }
            let most = u64::from(2 * count + 10);
            assert!(apart.tries <= most, "{} tries", apart.tries);
            assert!(apart.next.len() <= 10, "{} are remembered", apart.next.len());
        }
    }

    #[test]
    fn a_flood_of_names_with_all_the_numbers_costs_no_more() {
        let mut apart = Apart::default();
        for number in 0..3_000 {
            apart.file(vec![numbered("a.txt", number)]);
        }
        for number in 0..3_000 {
            apart.file(vec![spelled("a.txt", number)]);
        }
        assert!(apart.tries <= 4 * 3_000, "{} tries", apart.tries);
        assert!(apart.next.len() <= 10);
    }

    /// The plain way: the first number from 2 on.
    fn plainly(taken: &mut BTreeSet<String>, last: &str) -> String {
        let mut name = last.to_owned();
        let mut number = 2;
        while !taken.insert(folded(&[name.clone()])) {
            name = numbered(last, number);
            number += 1;
        }
        name
    }

    #[test]
    fn each_gets_the_first_number_that_is_free() {
        let long = "x".repeat(251);
        let wide = "ａ".repeat(83);
        let bases = [
            "a.txt",
            "a",
            "a (2).txt",
            "A (3).TXT",
            "ａ．txt",
            &long,
            &wide,
            "a (12)",
        ];
        let (mut apart, mut taken) = (Apart::default(), BTreeSet::new());
        let mut step = 7u32;
        for _ in 0..1_500 {
            step = step.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let name = spelled(bases[(step >> 24) as usize % bases.len()], step >> 8);
            assert_eq!(
                apart.file(vec![name.clone()]),
                [plainly(&mut taken, &name)],
                "{name}"
            );
        }
    }
}
