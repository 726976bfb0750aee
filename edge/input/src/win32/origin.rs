//! Whose an event is that a hook saw.
//!
//! Every event of the sink carries a number in its `dwExtraInfo`. What has another one is the customer's: the own
//! mouse and keyboard, and also programs that press keys for a person (an on-screen keyboard, speech, a magnifier).
//! What Windows adds to a key by itself is nobody's, since the key counts already.

/// `SCANCODE_SIMULATED`: Windows' own additions, as the left Control that comes with Alt Gr, or the Shift that goes up
/// around a key of the number pad. They do not carry the number of the key that they come with.
const SIMULATED: u32 = 0x200;

/// The number that marks the events of one sink. Made anew for each, so that two programs on one desktop do not take
/// each other for themselves. It keeps nobody out, since every hook can read it; a program that may inject could do
/// without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(u32);

impl Tag {
    /// The tag of a random number. Stays clear of the numbers by which Windows marks pen and touch (`FF5157xx`).
    #[expect(clippy::cast_possible_truncation, reason = "24 bits are used")]
    pub(crate) fn new(random: u64) -> Self {
        Self(0x5400_0000 | random as u32 & 0x00ff_ffff)
    }

    /// What goes into `dwExtraInfo`.
    pub(crate) fn extra_info(self) -> usize {
        self.0 as usize
    }

    /// Whether an event carries it. Only the low half counts: the field is that small in 32-bit programs.
    #[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
    pub(crate) fn marks(self, extra_info: usize) -> bool {
        extra_info as u32 == self.0
    }
}

/// Whose an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The sink's own, come back.
    Sink,
    /// Added by the system to another event.
    System,
    /// The customer's.
    Hand,
}

/// Whose a key event with this `dwExtraInfo` and scan code is.
pub(crate) fn of_key(tag: Tag, extra_info: usize, scan: u32) -> Origin {
    if tag.marks(extra_info) {
        Origin::Sink
    } else if scan & SIMULATED != 0 {
        Origin::System
    } else {
        Origin::Hand
    }
}

/// Follows the pointer, to tell movement from events that only say where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pointer {
    last: Option<(i32, i32)>,
}

impl Pointer {
    /// Begins where the pointer is, if that is known.
    pub(crate) fn new(at: Option<(i32, i32)>) -> Self {
        Self { last: at }
    }

    /// Whose a motion to `at` is. `put` is where the sink put the pointer last: an event that has it there says
    /// nothing of a hand.
    pub(crate) fn moved(&mut self, own: bool, at: (i32, i32), put: Option<(i32, i32)>) -> Origin {
        let before = self.last.replace(at);
        if own {
            Origin::Sink
        } else if before == Some(at) || put == Some(at) {
            Origin::System
        } else {
            Origin::Hand
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tagged_events_are_the_sinks_and_all_others_the_customers() {
        let tag = Tag::new(0x1234_5678_9abc_def0);
        assert_eq!(tag.extra_info(), 0x54bc_def0);
        assert_eq!(of_key(tag, tag.extra_info(), 0x12), Origin::Sink);
        assert_eq!(of_key(tag, 0, 0x12), Origin::Hand);
        assert_eq!(of_key(tag, Tag::new(1).extra_info(), 0x12), Origin::Hand);
        assert_eq!(of_key(tag, 0xff51_5780, 0x12), Origin::Hand);
    }

    #[test]
    fn what_the_system_adds_is_nobodys() {
        let tag = Tag::new(7);
        for scan in [0x21d, 0x22a, 0x236] {
            assert_eq!(of_key(tag, 0, scan), Origin::System, "{scan:#x}");
        }
    }

    #[test]
    fn only_motion_that_moves_is_a_hand() {
        let mut pointer = Pointer::new(Some((0, 0)));
        assert_eq!(
            pointer.moved(false, (0, 0), None),
            Origin::System,
            "where it began"
        );
        assert_eq!(pointer.moved(false, (1, 1), None), Origin::Hand);
        assert_eq!(pointer.moved(false, (1, 1), None), Origin::System);
        assert_eq!(pointer.moved(true, (5, 5), None), Origin::Sink);
        assert_eq!(
            pointer.moved(false, (5, 5), None),
            Origin::System,
            "where the sink moved it"
        );
        assert_eq!(
            pointer.moved(false, (9, 9), Some((9, 9))),
            Origin::System,
            "where it was put"
        );
        assert_eq!(pointer.moved(false, (9, 8), Some((9, 9))), Origin::Hand);
    }
}
