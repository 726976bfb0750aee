//! How long consoles take, so that a number nobody waits at takes as long.
//!
//! Two things could give a live number away: how long a console takes, and that one console is always about as far
//! away as before. So a dead number borrows, for ten minutes, the habits of one console seen lately, and every
//! answer, real or not, leaves on a grid.

use std::collections::VecDeque;

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use temoto_wire::relay::Selector;

/// Answers and verdicts leave at multiples of this after the question.
pub const GRID_MS: u64 = 50;
/// A dead number keeps its habits so long: as long as a code.
const HABIT_MS: u64 = 600_000;
/// Consoles that are remembered.
const CONSOLES: usize = 64;
/// Delays of each that are remembered.
const SAMPLES: usize = 8;
/// Answer and verdict of plausible consoles before any was seen: near, far, busy.
const SEEDS: [(u64, u64); 8] = [
    (22, 26),
    (31, 38),
    (38, 42),
    (47, 55),
    (66, 71),
    (93, 104),
    (141, 152),
    (236, 247),
];

/// Whose delay it is: a number that is the same for one console as long as it lives.
pub type ConsoleTag = [u8; 16];

/// Which of the two questions of an attempt was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Question {
    /// The knock.
    Knock,
    /// The proof.
    Proof,
}

#[derive(Debug)]
struct Habits {
    tag: Option<ConsoleTag>,
    number: u64,
    knock: VecDeque<u64>,
    proof: VecDeque<u64>,
}

impl Habits {
    const fn samples(&self, question: Question) -> &VecDeque<u64> {
        match question {
            Question::Knock => &self.knock,
            Question::Proof => &self.proof,
        }
    }
}

/// Delays of the consoles seen last.
pub struct Delays {
    secret: [u8; 32],
    consoles: VecDeque<Habits>,
    seen: u64,
}

impl Delays {
    /// With plausible consoles and a secret that decides whose habits a dead number borrows.
    #[must_use]
    pub fn new(rng: &mut dyn CryptoRngCore) -> Self {
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        let mut delays = Self {
            secret,
            consoles: VecDeque::new(),
            seen: 0,
        };
        for (knock, proof) in SEEDS {
            let habits = Habits {
                tag: None,
                number: delays.next_number(),
                knock: VecDeque::from([knock, knock + knock / 8, knock + 3]),
                proof: VecDeque::from([proof, proof + proof / 8, proof + 3]),
            };
            delays.consoles.push_back(habits);
        }
        delays
    }

    const fn next_number(&mut self) -> u64 {
        self.seen += 1;
        self.seen
    }

    /// A live console took `ms` for an answer.
    pub fn measured(&mut self, console: ConsoleTag, question: Question, ms: u64) {
        let known = self.consoles.iter().position(|h| h.tag == Some(console));
        let mut habits = match known.and_then(|index| self.consoles.remove(index)) {
            Some(habits) => habits,
            None => Habits {
                tag: Some(console),
                number: self.next_number(),
                knock: VecDeque::new(),
                proof: VecDeque::new(),
            },
        };
        let samples = match question {
            Question::Knock => &mut habits.knock,
            Question::Proof => &mut habits.proof,
        };
        if samples.len() >= SAMPLES {
            samples.pop_front();
        }
        samples.push_back(ms);
        if self.consoles.len() >= CONSOLES {
            self.consoles.pop_front();
        }
        self.consoles.push_back(habits);
    }

    /// How long a console at this number would take.
    pub fn draw(&self, selector: Selector, question: Question, now: u64, rng: &mut dyn CryptoRngCore) -> u64 {
        let (kind, id) = match selector {
            Selector::Routing(id) => (1, id),
            Selector::Token(id) => (2, id),
        };
        let hash = Sha256::new()
            .chain_update(self.secret)
            .chain_update([kind])
            .chain_update(id)
            .chain_update((now / HABIT_MS).to_be_bytes())
            .finalize();
        let seed = hash
            .first_chunk()
            .map_or(0, |bytes: &[u8; 8]| u64::from_be_bytes(*bytes));
        // Of all consoles the one that this number likes best: another one only when that one is forgotten.
        let able = self.consoles.iter().filter(|h| !h.samples(question).is_empty());
        let liked = able.max_by_key(|habits| mix(seed ^ mix(habits.number)));
        let Some(samples) = liked.map(|habits| habits.samples(question)) else {
            return GRID_MS;
        };
        let which = usize::try_from(rng.next_u32()).unwrap_or(0) % samples.len().max(1);
        samples.get(which).copied().unwrap_or(GRID_MS)
    }
}

/// Spreads a number over all numbers.
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

/// The moment at which something that was ready `delay` after `asked` leaves.
#[must_use]
pub const fn on_grid(asked: u64, delay: u64) -> u64 {
    let steps = delay.div_ceil(GRID_MS);
    asked.saturating_add(if steps == 0 {
        GRID_MS
    } else {
        steps.saturating_mul(GRID_MS)
    })
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    fn number(n: u32) -> Selector {
        Selector::routing(&format!("{n:04}")).unwrap()
    }

    #[test]
    fn everything_leaves_on_the_grid_and_never_at_once() {
        let leaves = [0, 1, 50, 51, 100].map(|delay| on_grid(1_000, delay) - 1_000);
        assert_eq!(leaves, [50, 50, 50, 100, 100]);
    }

    #[test]
    fn a_dead_number_keeps_the_habits_of_one_console_for_ten_minutes() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
        let mut delays = Delays::new(&mut rng);
        for tag in 0..u8::try_from(CONSOLES).unwrap() {
            for jitter in 0..8 {
                delays.measured([tag; 16], Question::Knock, u64::from(tag) * 1_000 + jitter);
            }
        }
        let mut habits = std::collections::BTreeSet::new();
        for n in 0..200 {
            let mine: std::collections::BTreeSet<u64> = (0..20)
                .map(|_| delays.draw(number(n), Question::Knock, 5, &mut rng) / 1_000)
                .collect();
            assert_eq!(mine.len(), 1);
            habits.extend(mine);
        }
        assert!(habits.len() > 40, "numbers differ from each other");
        let moved = (0..100)
            .filter(|n| {
                let at = |now| {
                    delays.draw(
                        number(*n),
                        Question::Knock,
                        now,
                        &mut rand_chacha::ChaCha20Rng::from_seed([2; 32]),
                    )
                };
                at(0) / 1_000 != at(HABIT_MS) / 1_000
            })
            .count();
        assert!(moved > 80, "{moved}");
    }

    #[test]
    fn any_number_of_consoles_and_delays_takes_bounded_room() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
        let mut delays = Delays::new(&mut rng);
        for n in 0..1_000_u64 {
            let mut tag = [0; 16];
            tag[..8].copy_from_slice(&n.to_be_bytes());
            for ms in 0..20 {
                delays.measured(tag, Question::Proof, ms);
            }
        }
        assert_eq!(delays.consoles.len(), CONSOLES);
        assert!(delays.consoles.iter().all(|h| h.proof.len() <= SAMPLES));
    }
}
