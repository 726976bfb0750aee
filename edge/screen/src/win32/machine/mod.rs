//! The source of pictures on Windows, without the system calls: when it looks, what it tells, what it hands out. How
//! pixels are taken, and what happens when that breaks, is in [`ways`].

mod ways;

use std::time::{Duration, Instant};

use temoto_codec::cursor::CursorShape;
use temoto_codec::{Framebuffer, MAX_PIXELS, MAX_SIDE};
use temoto_geometry::{Point, Rect};

use super::pointer_shape;
use super::system::{Pointer, System};
use crate::{Changes, Display, Obstacle, ScreenError, in_frame};
use ways::Way;

/// Between looks at the desktop that is shown and at the displays.
const CHECK: Duration = Duration::from_millis(250);
/// Between looks at the pointer where nothing tells that it moves.
const POINTER: Duration = Duration::from_millis(33);
/// How long these are.
const NAP: Duration = Duration::from_millis(4);
/// How long a quiet duplication is waited for, which no waker ends: a frame at 60 per second.
const BLOCK: Duration = Duration::from_millis(15);
/// Longest wait that is counted.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// More damaged rectangles than this are covered by fewer, larger ones.
const MAX_DAMAGE_RECTS: usize = 256;

/// What to do until the next look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Sleep so long, or until woken.
    pub(crate) sleep: Duration,
    /// The next look may then block so long.
    pub(crate) patience: Duration,
}

/// The source of pictures on Windows.
pub(crate) struct Machine<S: System> {
    system: S,
    displays: Vec<Display>,
    /// Around all displays.
    desktop: Rect,
    /// The system's own figure for the same, as of the last check.
    bounds: Rect,
    obstacle: Option<Obstacle>,
    way: Way<S::Output>,
    pending: Changes,
    pointer: Pointer,
    /// The shape that duplication told, which is as large as what people see.
    told_shape: Option<CursorShape>,
    /// The last one that could be read.
    last_shape: CursorShape,
    check_at: Instant,
    opened_at: Instant,
    busy_until: Instant,
    failures: u32,
    /// When to try duplication; `None` for not before the displays change.
    retry_at: Option<Instant>,
    gdi_fails_since: Option<Instant>,
}

impl<S: System> Machine<S> {
    /// Looks at the displays; pictures are first taken by the thread that waits.
    ///
    /// # Errors
    /// [`ScreenError::Missing`] without a display, [`ScreenError::TooLarge`] beyond what a frame can hold.
    pub(crate) fn new(mut system: S) -> Result<Self, ScreenError> {
        let displays = system.displays();
        check_sizes(&displays)?;
        if displays.is_empty() {
            return Err(ScreenError::Missing("a display"));
        }
        let now = system.now();
        let nowhere = Pointer {
            at: Point::ORIGIN,
            showing: false,
            shape: 0,
        };
        let pointer = system.pointer().unwrap_or(nowhere);
        let obstacle = system.obstacle();
        let last_shape = match system.arrow() {
            Some(arrow) => arrow,
            None => hidden()?,
        };
        let mut this = Self {
            desktop: around(&displays),
            bounds: system.bounds(),
            obstacle,
            way: Way::Closed,
            pending: Changes {
                cursor_moved: Some(pointer.at),
                cursor_shape: true,
                geometry: true,
                obstacle: obstacle.is_some(),
                ..Changes::default()
            },
            pointer,
            told_shape: None,
            last_shape,
            check_at: now + CHECK,
            opened_at: now,
            busy_until: now,
            failures: 0,
            retry_at: Some(now),
            gdi_fails_since: None,
            displays,
            system,
        };
        this.damage_everything();
        Ok(this)
    }

    pub(crate) fn displays(&self) -> &[Display] {
        &self.displays
    }

    pub(crate) fn obstacle(&self) -> Option<Obstacle> {
        self.obstacle
    }

    /// How pixels are taken now, in a word.
    pub(crate) fn way(&self) -> &'static str {
        match self.way {
            Way::Closed => "none",
            Way::Duplicated(_) => "duplication",
            Way::Polled(_) => "gdi",
        }
    }

    /// See [`crate::ScreenSource::wait`]. `sleep` sleeps that long or until a waker is called, and says which.
    ///
    /// # Errors
    /// [`ScreenError::Lost`] when no way works any more, [`ScreenError::TooLarge`] as on opening.
    pub(crate) fn wait(
        &mut self,
        timeout: Duration,
        mut sleep: impl FnMut(&S, Duration) -> bool,
    ) -> Result<Changes, ScreenError> {
        // A timeout beyond the clock's range is as good as an hour: the caller asks again.
        let now = self.system.now();
        let until = now.checked_add(timeout).unwrap_or(now + LONGEST_WAIT);
        let mut patience = Duration::ZERO;
        let mut woken = false;
        loop {
            self.look(patience)?;
            let left = until.saturating_duration_since(self.system.now());
            if woken || !self.pending.is_empty() || left.is_zero() {
                return Ok(self.take_changes());
            }
            let pace = self.pace();
            // Whoever woke this wants to capture: one more look, so that it gets the newest picture.
            woken = sleep(&self.system, pace.sleep.min(left));
            patience = if woken {
                Duration::ZERO
            } else {
                pace.patience.min(left)
            };
        }
    }

    /// Looks at everything once, blocking up to `patience`.
    fn look(&mut self, patience: Duration) -> Result<(), ScreenError> {
        if self.system.now() >= self.check_at {
            self.check()?;
        }
        if self.is_there() {
            self.try_duplication();
            match &self.way {
                Way::Closed => {}
                Way::Duplicated(_) => self.acquire(patience),
                Way::Polled(_) => self.poll()?,
            }
        }
        self.look_at_pointer();
        Ok(())
    }

    /// What changed since the last call.
    fn take_changes(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.pending);
        changes.damage = changes.damage.clip(self.desktop);
        if changes.damage.rects().len() > MAX_DAMAGE_RECTS {
            changes.damage = changes.damage.simplify(MAX_DAMAGE_RECTS);
        }
        changes
    }

    /// What to do until the next look.
    pub(crate) fn pace(&self) -> Pace {
        let now = self.system.now();
        let until = |at: Instant| at.saturating_duration_since(now);
        let mut pace = Pace {
            sleep: until(self.check_at),
            patience: Duration::ZERO,
        };
        if !self.is_there() {
            return pace;
        }
        match &self.way {
            Way::Closed => pace.sleep = pace.sleep.min(self.retry_at.map_or(CHECK, until)),
            Way::Polled(polled) => pace.sleep = pace.sleep.min(polled.left(&self.system)).min(POINTER),
            Way::Duplicated(_) if now < self.busy_until => pace.sleep = pace.sleep.min(NAP),
            Way::Duplicated(_) => (pace.sleep, pace.patience) = (Duration::ZERO, BLOCK),
        }
        pace
    }

    /// See [`crate::ScreenSource::capture`].
    pub(crate) fn capture(
        &mut self,
        rect: Rect,
        origin: Point,
        frame: &mut Framebuffer,
    ) -> Result<(), ScreenError> {
        let target = in_frame(rect, origin, frame)?;
        if self.obstacle.is_some() {
            return Err(ScreenError::Hidden);
        }
        if rect.is_empty() {
            return Ok(());
        }
        if !self.desktop.contains_rect(rect) {
            return Err(ScreenError::Outside);
        }
        self.try_duplication();
        if !self
            .displays
            .iter()
            .any(|display| display.rect.contains_rect(rect))
        {
            // Between displays of different sizes there is nothing.
            frame.fill(target, 0);
        }
        match &self.way {
            Way::Closed => Err(ScreenError::Hidden),
            Way::Duplicated(_) => self.capture_duplicated(rect, origin, frame),
            Way::Polled(_) => self.capture_polled(rect, origin, frame),
        }
    }

    pub(crate) fn cursor_position(&mut self) -> Point {
        self.look_at_pointer();
        self.pointer.at
    }

    /// See [`crate::ScreenSource::cursor_shape`].
    pub(crate) fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        if !self.pointer.showing || self.obstacle.is_some() {
            return hidden();
        }
        let newest = self.told_shape.clone().or_else(|| self.system.pointer_shape());
        // A shape that its program destroyed this moment cannot be read: the last one stands, at first an arrow.
        if let Some(newest) = newest {
            self.last_shape = newest;
        }
        Ok(self.last_shape.clone())
    }

    /// Whether there is a desktop, and nothing hides it.
    fn is_there(&self) -> bool {
        self.obstacle.is_none() && !self.bounds.is_empty()
    }

    fn look_at_pointer(&mut self) {
        let Some(now) = self.system.pointer() else {
            return;
        };
        let before = std::mem::replace(&mut self.pointer, now);
        if now.at != before.at {
            self.pending.cursor_moved = Some(now.at);
        }
        let other = now.shape != before.shape && self.told_shape.is_none();
        self.pending.cursor_shape |= other || now.showing != before.showing;
    }
}

fn hidden() -> Result<CursorShape, ScreenError> {
    pointer_shape::hidden().map_err(|_| ScreenError::Missing("a cursor shape"))
}

fn around(displays: &[Display]) -> Rect {
    displays
        .iter()
        .fold(Rect::default(), |all, display| all.hull(display.rect))
}

fn check_sizes(displays: &[Display]) -> Result<(), ScreenError> {
    let too_large = |display: &&Display| {
        let size = display.rect.size();
        size.width > MAX_SIDE || size.height > MAX_SIDE || size.area() > MAX_PIXELS
    };
    let found = displays.iter().find(too_large);
    found.map_or(Ok(()), |display| Err(ScreenError::TooLarge(display.rect.size())))
}
