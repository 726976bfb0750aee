//! A held key repeats, as on a keyboard: `SendInput` presses once, and nobody repeats it but us.

use std::time::{Duration, Instant};

use temoto_keymap::Code;

use super::keys::repeats;

/// How the customer set the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// From the press to the first repeat.
    pub(crate) delay: Duration,
    /// From one repeat to the next.
    pub(crate) interval: Duration,
}

impl Pace {
    /// From the settings of the system: 0 to 3 is a delay of 250 to 1,000 ms, 0 to 31 is 2.5 to 30 repeats a second.
    pub(crate) fn from_settings(delay: u32, speed: u32) -> Self {
        let steps = u64::from(delay.min(3)) + 1;
        let speed = f64::from(speed.min(31));
        Self {
            delay: Duration::from_millis(steps * 250),
            interval: Duration::from_secs_f64(1.0 / (2.5 + speed * 27.5 / 31.0)),
        }
    }
}

/// The key that was pressed last, if it repeats.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repeat {
    key: Option<(Code, Instant, Duration)>,
}

impl Repeat {
    /// A key was pressed; whatever repeated before stops.
    pub(crate) fn press(&mut self, code: Code, now: Instant, pace: Pace) {
        self.key = repeats(code).then_some((code, now + pace.delay, pace.interval));
    }

    /// A key was released.
    pub(crate) fn release(&mut self, code: Code) {
        if self.key.is_some_and(|(key, ..)| key == code) {
            self.key = None;
        }
    }

    /// Nothing repeats any more.
    pub(crate) fn stop(&mut self) {
        self.key = None;
    }

    /// The key that is to be pressed again now. Once, however late it is: what was missed is not made up for.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Code> {
        let (code, at, interval) = self.key.as_mut()?;
        if *at > now {
            return None;
        }
        *at = now + *interval;
        Some(*code)
    }

    /// How long until then.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        self.key.map(|(_, at, _)| at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        delay: Duration::from_millis(500),
        interval: Duration::from_millis(40),
    };

    #[test]
    fn settings_are_those_of_the_control_panel() {
        let slow = Pace::from_settings(3, 0);
        assert_eq!(
            (slow.delay, slow.interval),
            (Duration::from_secs(1), Duration::from_millis(400))
        );
        let fast = Pace::from_settings(0, 31);
        assert_eq!(
            (fast.delay, fast.interval.as_millis()),
            (Duration::from_millis(250), 33)
        );
        assert_eq!(Pace::from_settings(99, 99), Pace::from_settings(3, 31));
    }

    #[test]
    fn the_key_that_was_pressed_last_repeats_until_it_is_released() {
        let (mut repeat, start) = (Repeat::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        repeat.press(Code::KeyA, start, PACE);
        assert_eq!(repeat.due(at(499)), None);
        assert_eq!(repeat.due(at(500)), Some(Code::KeyA));
        assert_eq!(repeat.due(at(501)), None);
        assert_eq!(repeat.wait(at(501)), Some(Duration::from_millis(39)));
        assert_eq!(
            repeat.due(at(5_000)),
            Some(Code::KeyA),
            "late, and nothing is made up for"
        );
        assert_eq!(repeat.due(at(5_001)), None);
        repeat.press(Code::KeyB, at(5_002), PACE);
        repeat.release(Code::KeyA);
        assert_eq!(repeat.due(at(6_000)), Some(Code::KeyB));
        repeat.release(Code::KeyB);
        assert_eq!((repeat.due(at(9_000)), repeat.wait(at(9_000))), (None, None));
    }

    #[test]
    fn a_modifier_ends_the_repeating_and_repeats_nothing_itself() {
        let (mut repeat, now) = (Repeat::default(), Instant::now());
        repeat.press(Code::KeyA, now, PACE);
        repeat.press(Code::ShiftLeft, now, PACE);
        assert_eq!(repeat.due(now + PACE.delay * 2), None);
        repeat.press(Code::KeyA, now, PACE);
        repeat.stop();
        assert_eq!(repeat.due(now + PACE.delay * 2), None);
    }
}
