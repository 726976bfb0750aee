//! Whether a program may press keys in another's window: Windows drops input for a higher integrity level without
//! telling (User Interface Privilege Isolation), so it has to be asked before.

/// `SECURITY_MANDATORY_SYSTEM_RID`: nothing that shows windows is above it.
const SYSTEM: u32 = 0x4000;

/// What a process's integrity level turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// The last part of its label: 0x2000 is usual, 0x3000 an administrator's.
    Known(u32),
    /// The system refuses to tell, as it does for processes with more rights.
    Refused,
    /// No answer: the process is gone, or the system knows no levels.
    Unclear,
}

/// Whether input from a process at `own` level would be dropped in front of one at level `target`.
pub(crate) fn outranks(target: Level, own: Level) -> bool {
    match (target, own) {
        (Level::Known(target), Level::Known(own)) => target > own,
        (Level::Refused, Level::Known(own)) => own < SYSTEM,
        (Level::Unclear, _) | (_, Level::Refused | Level::Unclear) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_higher_level_takes_no_input() {
        let (medium, high) = (Level::Known(0x2000), Level::Known(0x3000));
        assert!(outranks(high, medium));
        assert!(outranks(Level::Known(0x2100), medium));
        assert!(!outranks(medium, medium));
        assert!(!outranks(medium, high));
        assert!(!outranks(Level::Known(0x1000), medium), "a browser's sandbox");
    }

    #[test]
    fn a_refusal_means_more_rights_and_no_answer_means_nothing() {
        assert!(outranks(Level::Refused, Level::Known(0x2000)));
        assert!(!outranks(Level::Refused, Level::Known(SYSTEM)));
        assert!(!outranks(Level::Unclear, Level::Known(0x2000)));
        assert!(!outranks(Level::Known(0x3000), Level::Unclear));
        assert!(!outranks(Level::Refused, Level::Unclear));
    }
}
