//! Which way pixels are taken, and what happens when it breaks.
//!
//! Duplication is tried first. It ends with every change of mode and of desktop, and is then opened again, soon at
//! first and more patiently later. When it does not come, GDI takes over, and duplication is tried again from time to
//! time. Whatever changes hands damages everything, so nothing is lost.

use std::time::{Duration, Instant};

use temoto_codec::cursor::CursorShape;
use temoto_codec::{Framebuffer, MAX_PIXELS, MAX_SIDE};
use temoto_geometry::{Point, Rect, Region};

use super::duplicated::{Duplicated, News};
use super::pointer_shape;
use super::polled::Polled;
use super::system::{Fault, Pointer, System};
use crate::{Changes, Display, Obstacle, ScreenError, in_frame};

/// Between looks at the desktop that is shown and at the displays.
const CHECK: Duration = Duration::from_millis(250);
/// Between looks at the pointer where nothing tells that it moves.
const POINTER: Duration = Duration::from_millis(33);
/// The first pause before a duplication is opened again; each is twice the last.
const RETRY: Duration = Duration::from_millis(50);
/// After so many failures (a second and a half) GDI takes over.
const RETRIES: u32 = 5;
/// How long after that duplication is tried again.
const RETRY_LATER: Duration = Duration::from_secs(60);
/// A duplication that lived so long was a good one.
const STEADY: Duration = Duration::from_secs(2);
/// GDI may fail for so long without anything in the way before the screen counts as lost.
const GDI_PATIENCE: Duration = Duration::from_secs(10);
/// After changes, captures are asked for: so long sleeps are such that a waker ends.
const BUSY: Duration = Duration::from_millis(60);
/// How long these are.
const NAP: Duration = Duration::from_millis(4);
/// How long a quiet duplication is waited for, which no waker ends: a frame at 60 per second.
const BLOCK: Duration = Duration::from_millis(15);
/// Longest wait that is counted.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// More damaged rectangles than this are covered by fewer, larger ones.
const MAX_DAMAGE_RECTS: usize = 256;

enum Way<O> {
    /// None; duplication is to be opened.
    Closed,
    Duplicated(Duplicated<O>),
    Polled(Polled),
}

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
            last_shape: pointer_shape::hidden().map_err(|_| ScreenError::Missing("a cursor shape"))?,
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
        let copied = match &mut self.way {
            Way::Closed => return Err(ScreenError::Hidden),
            Way::Duplicated(duplicated) => duplicated.copy(&mut self.system, rect, origin, frame),
            Way::Polled(polled) => {
                if self.system.bounds() != self.bounds {
                    self.check_at = self.system.now();
                    return Err(ScreenError::Outside);
                }
                if !polled.copy(rect, origin, frame) {
                    self.poll()?;
                    let Way::Polled(polled) = &self.way else {
                        return Err(ScreenError::Hidden);
                    };
                    if !polled.copy(rect, origin, frame) {
                        return Err(ScreenError::Hidden);
                    }
                }
                Ok(())
            }
        };
        copied.map_err(|fault| {
            self.failed(fault);
            ScreenError::Hidden
        })
    }

    pub(crate) fn cursor_position(&mut self) -> Point {
        self.look_at_pointer();
        self.pointer.at
    }

    /// See [`crate::ScreenSource::cursor_shape`].
    pub(crate) fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        if !self.pointer.showing || self.obstacle.is_some() {
            return pointer_shape::hidden().map_err(|_| ScreenError::Missing("a cursor shape"));
        }
        let newest = self.told_shape.clone().or_else(|| self.system.pointer_shape());
        // A shape that its program destroyed this moment cannot be read; the next one is told soon.
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

    /// Looks whether something hides the desktop and whether the displays changed.
    fn check(&mut self) -> Result<(), ScreenError> {
        self.check_at = self.system.now() + CHECK;
        self.look_for_obstacle();
        self.bounds = self.system.bounds();
        let displays = self.system.displays();
        if displays.is_empty() || displays == self.displays {
            return Ok(());
        }
        check_sizes(&displays)?;
        self.desktop = around(&displays);
        self.displays = displays;
        self.pending.geometry = true;
        self.begin_anew();
        Ok(())
    }

    fn look_for_obstacle(&mut self) {
        let now = self.system.obstacle();
        if std::mem::replace(&mut self.obstacle, now) != now {
            self.pending.obstacle = true;
            self.begin_anew();
        }
        if now.is_some() {
            // Nothing can be captured before it is gone, and then everything is new.
            self.pending.damage = Region::new();
        }
    }

    /// Takes pixels from the beginning: the desktop is another one, or the same one again.
    fn begin_anew(&mut self) {
        self.close();
        self.failures = 0;
        self.retry_at = Some(self.system.now());
        self.gdi_fails_since = None;
        self.damage_everything();
    }

    fn close(&mut self) {
        self.way = Way::Closed;
        if self.told_shape.take().is_some() {
            self.pending.cursor_shape = true;
        }
    }

    fn damage_everything(&mut self) {
        self.pending.damage = self.displays.iter().map(|display| display.rect).collect();
    }

    /// Opens duplication where it is not open and its time has come.
    fn try_duplication(&mut self) {
        let now = self.system.now();
        let due = self.retry_at.is_some_and(|at| now >= at);
        if matches!(self.way, Way::Duplicated(_)) || !due {
            return;
        }
        let opened = self.system.duplicate().and_then(Duplicated::new);
        let displays = self.displays.iter().map(|display| display.rect);
        match opened {
            Ok((duplicated, news)) if duplicated.covers(displays) => {
                self.way = Way::Duplicated(duplicated);
                self.opened_at = self.system.now();
                self.take_news(news);
                self.damage_everything();
            }
            // The displays change this moment, or not all of them can be duplicated.
            Ok(_) => self.failed(Fault::Other(0)),
            Err(fault) => self.failed(fault),
        }
    }

    fn acquire(&mut self, patience: Duration) {
        let Way::Duplicated(duplicated) = &mut self.way else {
            return;
        };
        let mut news = News::default();
        let acquired = duplicated.acquire(patience, &mut news);
        self.take_news(news);
        if let Err(fault) = acquired {
            self.failed(fault);
        }
    }

    fn take_news(&mut self, news: News) {
        if !news.damage.is_empty() {
            self.busy_until = self.system.now() + BUSY;
            self.pending.damage = self.pending.damage.union(&news.damage);
        }
        if news.shape.is_some() {
            self.told_shape = news.shape;
            self.pending.cursor_shape = true;
        }
    }

    /// Duplication ended or did not begin: decides what comes now.
    fn failed(&mut self, fault: Fault) {
        let now = self.system.now();
        let was_open = matches!(self.way, Way::Duplicated(_));
        let was_polled = matches!(self.way, Way::Polled(_));
        if !was_polled {
            self.close();
        }
        self.check_at = now;
        self.look_for_obstacle();
        if self.obstacle.is_some() {
            return;
        }
        if was_open && now.saturating_duration_since(self.opened_at) >= STEADY && fault != Fault::Unsupported
        {
            self.failures = 0;
            self.retry_at = Some(now);
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let hopeless = fault == Fault::Unsupported;
        if was_polled || hopeless || self.failures > RETRIES {
            self.retry_at = (!hopeless).then(|| now + RETRY_LATER);
            if !was_polled {
                self.way = Way::Polled(Polled::new(&self.displays));
                self.gdi_fails_since = None;
                self.damage_everything();
            }
        } else {
            self.retry_at = Some(now + RETRY * 2_u32.pow(self.failures - 1));
        }
    }

    fn poll(&mut self) -> Result<(), ScreenError> {
        let Way::Polled(polled) = &mut self.way else {
            return Ok(());
        };
        polled.look_at_input(&mut self.system);
        if !polled.left(&self.system).is_zero() {
            return Ok(());
        }
        if self.system.bounds() != self.bounds {
            self.check()?;
            if self.bounds.is_empty() {
                return Ok(());
            }
        }
        // GDI paints black what it may not show: the picture counts only if nothing hid the desktop before and after.
        self.look_for_obstacle();
        let Way::Polled(polled) = &mut self.way else {
            return Ok(());
        };
        let mut damage = Region::new();
        let looked = polled.look(&mut self.system, &mut damage);
        if !damage.is_empty() || looked.is_err() {
            self.look_for_obstacle();
        }
        if self.obstacle.is_some() {
            return Ok(());
        }
        self.pending.damage = self.pending.damage.union(&damage);
        let Err(fault) = looked else {
            self.gdi_fails_since = None;
            return Ok(());
        };
        let now = self.system.now();
        let since = *self.gdi_fails_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= GDI_PATIENCE {
            return Err(fault.into());
        }
        Ok(())
    }
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
