//! The ways to take pixels, and what happens when one breaks.
//!
//! Duplication is tried first. It ends with every change of mode and of desktop, and is then opened again, soon at
//! first and more patiently later. When it does not come, GDI takes over, and duplication is tried again from time to
//! time. Whatever changes hands damages everything, so nothing is lost.

use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region};

use super::{CHECK, Machine, around, check_sizes};
use crate::win32::duplicated::{Duplicated, News};
use crate::win32::polled::Polled;
use crate::win32::system::{Fault, System};
use crate::{MAX_MOVES, ScreenError};

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

/// How pixels are taken now.
pub(super) enum Way<O> {
    /// None; duplication is to be opened.
    Closed,
    Duplicated(Duplicated<O>),
    Polled(Polled),
}

impl<S: System> Machine<S> {
    /// Looks whether something hides the desktop and whether the displays changed.
    pub(super) fn check(&mut self) -> Result<(), ScreenError> {
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

    pub(super) fn look_for_obstacle(&mut self) {
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

    pub(super) fn damage_everything(&mut self) {
        self.pending.damage = self.displays.iter().map(|display| display.rect).collect();
    }

    /// Opens duplication where it is not open and its time has come.
    pub(super) fn try_duplication(&mut self) {
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

    pub(super) fn acquire(&mut self, patience: Duration) {
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
            self.pending.moves.extend(news.moves);
            let old = self.pending.moves.len().saturating_sub(MAX_MOVES);
            self.pending.moves.drain(..old);
        }
        if news.shape.is_some() {
            self.told_shape = news.shape;
            self.pending.cursor_shape = true;
        }
    }

    /// Duplication ended or did not begin: decides what comes now.
    pub(super) fn failed(&mut self, fault: Fault) {
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

    pub(super) fn poll(&mut self) -> Result<(), ScreenError> {
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

    /// Copies what duplication shows.
    pub(super) fn capture_duplicated(
        &mut self,
        rect: Rect,
        origin: Point,
        frame: &mut Framebuffer,
    ) -> Result<(), ScreenError> {
        let Way::Duplicated(duplicated) = &mut self.way else {
            return Err(ScreenError::Hidden);
        };
        match duplicated.copy(&mut self.system, rect, origin, frame) {
            Ok(false) => return Ok(()),
            // GDI paints black what it may not show.
            Ok(true) => self.look_for_obstacle(),
            Err(fault) => {
                self.failed(fault);
                return Err(ScreenError::Hidden);
            }
        }
        self.obstacle.map_or(Ok(()), |_| Err(ScreenError::Hidden))
    }

    /// Copies what the last look saw, and looks if none has.
    pub(super) fn capture_polled(
        &mut self,
        rect: Rect,
        origin: Point,
        frame: &mut Framebuffer,
    ) -> Result<(), ScreenError> {
        if self.system.bounds() != self.bounds {
            self.check_at = self.system.now();
            return Err(ScreenError::Outside);
        }
        for look in [false, true] {
            if look {
                self.poll()?;
            }
            let Way::Polled(polled) = &self.way else {
                return Err(ScreenError::Hidden);
            };
            if polled.copy(rect, origin, frame) {
                return Ok(());
            }
        }
        Err(ScreenError::Hidden)
    }
}
