//! Whether the hooks still see what happens.
//!
//! Windows removes a hook that was too slow once (`LowLevelHooksTimeout`) and tells nobody. Two signs show it: own
//! events that went out and did not come back, and input that the system knows of (`GetLastInputInfo`) and neither
//! hook nor sink does. The second is also what is left to see where hooks see nothing at all: touch screens, and
//! windows of programs with more rights.

/// Clocks of the system tick every 16 ms, and events need a moment to come back.
const SLACK_MS: u32 = 100;
/// Hooks are put in anew no more often: where they see nothing it does not help.
const PAUSE_MS: u32 = 2_000;

/// What is known at one moment. Times are in milliseconds since the system started and wrap around; counts do too.
/// The first of a pair is for keys, the second for the mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    /// Now.
    pub(crate) now_ms: u32,
    /// When the system last got any input.
    pub(crate) input_ms: u32,
    /// When the sink last gave it some.
    pub(crate) sent_ms: u32,
    /// When a hook was last called.
    pub(crate) seen_ms: u32,
    /// Events that the sink gave.
    pub(crate) sent: [u32; 2],
    /// Events of the sink that came back.
    pub(crate) returned: [u32; 2],
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The hooks are to be put in anew.
    pub(crate) reinstall: bool,
    /// Somebody did something that no hook saw.
    pub(crate) activity: bool,
}

/// Judges the signs again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Liveness {
    before: Signs,
    /// What went out before `before` and had not come back by then.
    awaited: [bool; 2],
    installed_ms: u32,
    /// Input that was judged already.
    judged_ms: u32,
}

impl Liveness {
    /// Begins when the hooks were put in.
    pub(crate) fn new(signs: Signs) -> Self {
        Self {
            before: signs,
            awaited: [false; 2],
            installed_ms: signs.now_ms,
            judged_ms: signs.input_ms,
        }
    }

    /// To be called every [`SLACK_MS`] or less often.
    pub(crate) fn judge(&mut self, signs: Signs) -> Verdict {
        let mut lost = false;
        for device in 0..2 {
            let returned = signs.returned[device] != self.before.returned[device];
            // A whole turn has passed since it went out, and not one event came back.
            lost |= self.awaited[device] && !returned;
            self.awaited[device] = signs.sent[device] != self.before.sent[device] && !returned;
        }
        // That of the turn before: what came in just now may still be on its way to a hook.
        let input_ms = self.before.input_ms;
        let unseen = input_ms != self.judged_ms
            && later(input_ms, signs.seen_ms.wrapping_add(SLACK_MS))
            && later(input_ms, signs.sent_ms.wrapping_add(SLACK_MS));
        self.judged_ms = input_ms;
        self.before = signs;
        let rested = signs.now_ms.wrapping_sub(self.installed_ms) >= PAUSE_MS;
        let reinstall = (lost || unseen) && rested;
        if reinstall {
            self.installed_ms = signs.now_ms;
            self.awaited = [false; 2];
        }
        Verdict {
            reinstall,
            activity: unseen,
        }
    }
}

/// Whether one time comes after another, both wrapping around after 49 days.
fn later(time: u32, other: u32) -> bool {
    (1..=u32::MAX / 2).contains(&time.wrapping_sub(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Verdict = Verdict {
        reinstall: false,
        activity: false,
    };

    fn at(now_ms: u32) -> Signs {
        Signs {
            now_ms,
            ..Signs::default()
        }
    }

    #[test]
    fn input_that_hooks_or_sink_know_of_is_nothing_special() {
        let mut liveness = Liveness::new(at(0));
        let mut signs = at(5_000);
        (signs.input_ms, signs.seen_ms) = (4_990, 4_985);
        assert_eq!(liveness.judge(signs), QUIET);
        signs.now_ms = 6_000;
        (signs.input_ms, signs.sent_ms) = (5_980, 5_990);
        assert_eq!(liveness.judge(signs), QUIET);
        signs.now_ms = 60_000;
        assert_eq!(liveness.judge(signs), QUIET, "nothing happened since");
        // A hook is called a moment after the system took note.
        (signs.now_ms, signs.input_ms) = (61_000, 61_000);
        assert_eq!(liveness.judge(signs), QUIET);
        (signs.now_ms, signs.seen_ms) = (61_150, 61_001);
        assert_eq!(liveness.judge(signs), QUIET);
    }

    #[test]
    fn input_that_nobody_saw_is_told_and_puts_the_hooks_in_anew() {
        let mut liveness = Liveness::new(at(0));
        let mut signs = at(4_850);
        signs.input_ms = 4_800;
        assert_eq!(liveness.judge(signs), QUIET, "it may be on its way");
        (signs.now_ms, signs.input_ms) = (5_000, 4_950);
        let verdict = liveness.judge(signs);
        assert!(verdict.reinstall && verdict.activity);
        signs.now_ms = 5_150;
        let verdict = liveness.judge(signs);
        assert!(
            verdict.activity && !verdict.reinstall,
            "told, and no flood of hooks"
        );
        signs.now_ms = 5_300;
        assert_eq!(liveness.judge(signs), QUIET, "the same input once");
        (signs.now_ms, signs.input_ms) = (8_000, 7_990);
        assert_eq!(liveness.judge(signs), QUIET);
        assert!(liveness.judge(signs).reinstall);
    }

    #[test]
    fn own_events_that_do_not_come_back_mean_that_a_hook_is_gone() {
        let mut liveness = Liveness::new(at(0));
        let mut signs = at(5_000);
        (signs.sent_ms, signs.input_ms, signs.sent[1]) = (4_999, 4_999, 3);
        assert_eq!(liveness.judge(signs), QUIET, "they may be on their way");
        signs.now_ms = 5_150;
        let verdict = liveness.judge(signs);
        assert!(verdict.reinstall && !verdict.activity);
        signs.now_ms = 5_300;
        assert_eq!(liveness.judge(signs), QUIET);
    }

    #[test]
    fn own_events_that_come_back_late_are_no_sign() {
        let mut liveness = Liveness::new(at(0));
        let mut signs = at(5_000);
        signs.sent = [4, 9];
        assert_eq!(liveness.judge(signs), QUIET);
        signs.returned = [4, 9];
        assert_eq!(liveness.judge(signs), QUIET);
        // One hook is gone, the other is not.
        signs.sent = [5, 10];
        signs.returned = [4, 10];
        assert_eq!(liveness.judge(signs), QUIET);
        assert!(liveness.judge(signs).reinstall);
    }

    #[test]
    fn times_wrap_around() {
        assert!(later(5, u32::MAX - 5));
        assert!(!later(u32::MAX - 5, 5));
        assert!(!later(7, 7));
        let mut liveness = Liveness::new(at(u32::MAX - 3_000));
        let mut signs = at(10);
        (signs.input_ms, signs.seen_ms, signs.sent_ms) = (5, u32::MAX - 20, u32::MAX - 900);
        assert_eq!([liveness.judge(signs); 2], [QUIET; 2]);
        assert_eq!(liveness.judge(signs), QUIET);
    }
}
