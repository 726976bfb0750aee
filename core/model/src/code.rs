//! Session codes. The server knows the routing digits only; the secret digits never leave the console, the
//! server just says how many there should be.
//!
//! A code is `waiting` until it is used, guessed at too often, too old or taken back; it never waits again.

use std::time::Duration;

use rand_core::CryptoRngCore;

/// How long a code waits.
pub const LIFE: Duration = Duration::from_secs(600);
/// Routing digits of a code.
pub const ROUTING_DIGITS: u8 = 4;
/// Secret digits of a code in quiet times.
pub const SECRET_DIGITS: u8 = 4;
/// Secret digits of a code under attack.
pub const LONG_SECRET_DIGITS: u8 = 6;
/// Codes that may wait at the same time in the whole installation; beyond it a routing number is too easily hit.
pub const WAITING: u32 = 2_000;
/// Codes of one operator that may wait at the same time.
pub const WAITING_OF_ONE: u32 = 20;
/// Burnt codes of one session after which only longer ones are given.
pub const BURNT_BEFORE_LONG: u32 = 2;

/// What became of a code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CodeState {
    /// A customer may type it.
    Waiting,
    /// A customer joined with it.
    Spent,
    /// Too many wrong secrets.
    Burnt,
    /// Nobody came in time.
    Expired,
    /// The operator took it back, or ended the session.
    Withdrawn,
}

impl CodeState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Spent,
        Self::Burnt,
        Self::Expired,
        Self::Withdrawn,
    ];

    /// Its name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Spent => "spent",
            Self::Burnt => "burnt",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a code in this state may come into that one.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == Self::Waiting && next != Self::Waiting
    }
}

/// How many secret digits the next code of a session should have.
///
/// `burnt` codes of this session so far; `under_attack`: the installation's failure budget is spent.
#[must_use]
pub const fn secret_digits(burnt: u32, under_attack: bool) -> u8 {
    if under_attack || burnt >= BURNT_BEFORE_LONG {
        LONG_SECRET_DIGITS
    } else {
        SECRET_DIGITS
    }
}

/// Draws routing digits, every number alike.
#[must_use]
pub fn draw_routing(rng: &mut dyn CryptoRngCore) -> String {
    const NUMBERS: u32 = 10_u32.pow(ROUTING_DIGITS as u32);
    // The last, incomplete turn of 2^32 would make small numbers more likely.
    const FAIR: u32 = u32::MAX - u32::MAX % NUMBERS;
    let number = loop {
        let draw = rng.next_u32();
        if draw < FAIR {
            break draw % NUMBERS;
        }
    };
    format!("{number:0width$}", width = usize::from(ROUTING_DIGITS))
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_code_that_does_not_wait_never_waits_again() {
        for from in CodeState::ALL {
            for to in CodeState::ALL {
                let allowed = from == CodeState::Waiting && to != CodeState::Waiting;
                assert_eq!(from.may_become(to), allowed, "{from:?} to {to:?}");
            }
            assert_eq!(CodeState::from_name(from.as_str()), Some(from));
        }
    }

    #[test]
    fn codes_get_longer_after_two_were_burnt_or_under_attack() {
        assert_eq!([0, 1, 2, 3].map(|n| secret_digits(n, false)), [4, 4, 6, 6]);
        assert_eq!([0, 1, 2, 3].map(|n| secret_digits(n, true)), [6; 4]);
    }

    #[test]
    fn routing_digits_reach_every_leading_digit_about_equally() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([3; 32]);
        let mut first = [0_u32; 10];
        for _ in 0..10_000 {
            let routing = draw_routing(&mut rng);
            assert_eq!(routing.len(), 4);
            assert!(routing.bytes().all(|b| b.is_ascii_digit()));
            first[usize::from(routing.as_bytes()[0] - b'0')] += 1;
        }
        assert!(first.iter().all(|n| (850..1_150).contains(n)), "{first:?}");
    }
}
