//! How many proofs were given of the codes that were typed, for the life of this page or program. It keeps numbers, no secrets.

use std::collections::VecDeque;

/// Proofs of one code. Each is one guess for whoever reads it, so it does not matter what became of them.
const PROOFS: u32 = 3;
/// Numbers that are remembered. A person has to type eight others before one is forgotten.
const NUMBERS: usize = 8;

/// Proofs by number, that is by the routing digits: the one that was typed last stands last.
#[derive(Default)]
pub struct Proofs {
    numbers: VecDeque<(String, u32)>,
}

impl Proofs {
    /// A code with this number is joined with from here on.
    pub(super) fn typed(&mut self, number: &str) {
        let known = self.numbers.iter().position(|(other, _)| other == number);
        let entry = known.and_then(|at| self.numbers.remove(at));
        self.numbers.push_back(entry.unwrap_or((number.to_owned(), 0)));
        if self.numbers.len() > NUMBERS {
            self.numbers.pop_front();
        }
    }

    /// One more is given.
    pub(super) fn given(&mut self) {
        if let Some((_, proofs)) = self.numbers.back_mut() {
            *proofs = proofs.saturating_add(1);
        }
    }

    /// Whether the number that was typed last had all of its proofs.
    pub(super) fn are_spent(&self) -> bool {
        self.numbers.back().is_some_and(|&(_, proofs)| proofs >= PROOFS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_proofs_and_seven_others_in_between_change_nothing() {
        let mut proofs = Proofs::default();
        for n in 0..3 {
            proofs.typed("4821");
            assert!(!proofs.are_spent(), "{n}");
            proofs.given();
            for other in 0..7 {
                proofs.typed(&format!("500{other}"));
                assert!(!proofs.are_spent());
            }
        }
        proofs.typed("4821");
        assert!(proofs.are_spent());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut proofs = Proofs::default();
        for n in 0..10_000 {
            proofs.typed(&format!("{n:04}"));
            proofs.given();
        }
        assert_eq!(proofs.numbers.len(), NUMBERS);
    }
}
