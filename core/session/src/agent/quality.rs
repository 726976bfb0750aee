//! Colors that follow the line: fewer while much changes on a slow one, all of them again once it stands still.

use temoto_wire::proto::{self, control::Body};

use super::Agent;
use crate::channel::colors::Colors;

/// Below this the line is slow, in bytes per second.
const SLOW: u64 = 48 * 1024;
/// So long what changes has to be more than the line carries.
const BUSY_MS: u64 = 2_000;
/// So long nothing has to change.
const STILL_MS: u64 = 1_000;

/// What goes on, while the operator leaves the choice to us.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Automatic {
    fewer: bool,
    /// Since when the viewer has all of it, or has not.
    settled: Option<(bool, u64)>,
    /// It goes back to all colors, which takes its time on a slow line: that is no reason for fewer.
    returning: bool,
}

impl Automatic {
    /// Whether the picture has fewer colors from `now_ms` on; `None` while nothing changes.
    fn judge(&mut self, now_ms: u64, settled: bool, rate: u64) -> Option<bool> {
        let since = match self.settled {
            Some((before, since)) if before == settled => since,
            Some(_) | None => {
                self.settled = Some((settled, now_ms));
                now_ms
            }
        };
        self.returning &= !settled;
        let lasts = now_ms.saturating_sub(since);
        let fewer = if self.fewer {
            !(settled && lasts >= STILL_MS)
        } else {
            !settled && !self.returning && lasts >= BUSY_MS && (1..SLOW).contains(&rate)
        };
        if fewer == self.fewer && lasts >= BUSY_MS {
            // The line may become slow later: looked at again after the same time.
            self.settled = Some((settled, now_ms));
        }
        (fewer != self.fewer).then(|| {
            self.returning = !fewer;
            self.fewer = fewer;
            fewer
        })
    }

    fn next(&self) -> Option<u64> {
        let (settled, since) = self.settled?;
        match (settled, self.fewer) {
            (true, true) => Some(since + STILL_MS),
            (false, false) if !self.returning => Some(since + BUSY_MS),
            (true, false) | (false, _) => None,
        }
    }
}

impl Agent {
    /// The operator chose.
    pub(super) fn choose_colors(&mut self, colors: Colors) {
        self.sharing.automatic = (colors == Colors::Auto).then(Automatic::default);
        self.sharing.exact = None;
        self.screen.choose_colors(colors);
    }

    /// Follows the line, if that is what the operator chose.
    pub(super) fn follow_line(&mut self, now_ms: u64) {
        let (settled, rate) = (self.screen.is_settled(), self.screen.pacing().rate());
        let changed = self
            .sharing
            .automatic
            .as_mut()
            .and_then(|it| it.judge(now_ms, settled, rate));
        if let Some(fewer) = changed {
            self.screen
                .lighten(if fewer { Colors::Many } else { Colors::All });
        }
    }

    /// Tells a console that waits for it that its picture has all colors, everywhere.
    pub(super) fn say_exact(&mut self, now_ms: u64) {
        if let Some(number) = self.sharing.exact.take_if(|_| self.screen.is_drawn_anew()) {
            self.tell_console(now_ms, Body::Exact(proto::Exact { number }));
        }
    }

    /// When [`Self::follow_line`] has something to decide although nothing happens.
    pub(super) fn line_at(&self) -> Option<u64> {
        self.sharing
            .automatic
            .as_ref()?
            .next()
            .filter(|_| self.may_show())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: u64 = 1 << 20;

    #[test]
    fn much_change_on_a_slow_line_has_fewer_colors_until_it_stands_still() {
        let mut it = Automatic::default();
        assert_eq!(it.judge(0, false, SLOW / 2), None);
        assert_eq!(it.next(), Some(BUSY_MS));
        assert_eq!(it.judge(BUSY_MS - 1, false, SLOW / 2), None);
        assert_eq!(it.judge(BUSY_MS, false, SLOW / 2), Some(true));
        assert_eq!(it.judge(60_000, false, SLOW / 2), None, "it goes on");
        assert_eq!(it.judge(60_100, true, SLOW / 2), None);
        assert_eq!(it.judge(60_100 + STILL_MS, true, SLOW / 2), Some(false));
        // The rest of the colors is on its way for long.
        assert_eq!(it.judge(61_200, false, SLOW / 2), None);
        assert_eq!(it.judge(99_000, false, SLOW / 2), None);
        assert_eq!(it.judge(99_100, true, SLOW / 2), None);
        assert_eq!(it.judge(99_200, false, SLOW / 2), None);
        assert_eq!(it.judge(99_200 + BUSY_MS, false, SLOW / 2), Some(true));
    }

    #[test]
    fn a_fast_line_and_a_short_burst_keep_their_colors() {
        let mut it = Automatic::default();
        for at in 0..100 {
            assert_eq!(it.judge(at * 100, false, FAST), None);
        }
        let mut it = Automatic::default();
        for at in 0..100 {
            assert_eq!(it.judge(at * 1_000, at % 2 == 0, SLOW / 2), None);
        }
    }
}
