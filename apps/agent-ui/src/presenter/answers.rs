//! Answers to questions during the session. The second press of a double click is none: it would answer the next question, unread.

use std::time::{Duration, Instant};

/// A press so soon after an answer was not meant for the question that came since.
const DOUBLE: Duration = Duration::from_millis(500);

/// When the last answer was given.
#[derive(Debug, Default)]
pub(super) struct Answers(Option<Instant>);

impl Answers {
    /// Whether a press now is an answer; if it is, the next one has to be some time after it.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        let meant = self.0.is_none_or(|last| now.duration_since(last) >= DOUBLE);
        if meant {
            self.0 = Some(now);
        }
        meant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_click_answers_one_question_and_the_next_waits_for_a_press_of_its_own() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut answers = Answers::default();
        assert!(answers.takes(at(0)));
        assert!(!answers.takes(at(150)) && !answers.takes(at(499)));
        assert!(answers.takes(at(500)));
        assert!(!answers.takes(at(900)));
        assert!(answers.takes(at(1_100)));
    }
}
