//! Presses keys and buttons through `SendInput`.
//!
//! Every press is checked first: against own windows, against windows that Windows would keep it from, and whether the
//! desktop that gets input is one that this program may press on. A release that does not arrive (its key went down
//! in front of one window, and another with more rights came up since) is tried again until it does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_keymap::Code;
use temoto_win32::PhysicalPixels;
use windows::Win32::Foundation::POINT;
use windows::Win32::UI::WindowsAndMessaging::{GetCursorPos, SetCursorPos};

use super::desktop::Follower;
use super::guard::{Aim, Guard};
use super::settings;
use super::traffic::{Event, Held as Down, Traffic};
use crate::win32::absolute::{inside, position};
use crate::win32::keys::{MASK, Press, press};
use crate::win32::mouse::{Physical, physical, wheel};
use crate::win32::repeat::Repeat;
use crate::win32::strokes::{Stroke, strokes, units};
use crate::{Button, Held, InputError, InputSink, Locks, OwnWindows, Rescue};

/// Between two characters, so that programs that are busy do not lose any.
const PACE: Duration = Duration::from_millis(2);
/// Releases that did not arrive are tried again that often.
const AGAIN: Duration = Duration::from_millis(200);
/// Longest that the end waits for releases to arrive: a prompt of the system's may be in front.
const LAST: Duration = Duration::from_secs(2);

/// Keyboard and mouse of Windows. The numbers of [`OwnWindows::add_window`] are window handles.
pub struct WindowsSink {
    traffic: Arc<Traffic>,
    follower: Follower,
    guard: Guard,
    /// With what was pressed: it can depend on the state of other keys.
    keys: BTreeMap<Code, Press>,
    /// With what was pressed: the customer may swap the buttons in between.
    buttons: BTreeMap<Button, Physical>,
    repeat: Repeat,
}

impl std::fmt::Debug for WindowsSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WindowsSink")
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

impl WindowsSink {
    pub(super) fn new(traffic: Arc<Traffic>, own: OwnWindows) -> Self {
        Self {
            traffic,
            follower: Follower::default(),
            guard: Guard::new(own),
            keys: BTreeMap::new(),
            buttons: BTreeMap::new(),
            repeat: Repeat::default(),
        }
    }

    /// What releases everything when this value cannot be dropped any more; see [`Rescue`].
    #[must_use]
    pub fn rescue(&self) -> Rescue {
        let traffic = Arc::clone(&self.traffic);
        Rescue::new(move || traffic.rescue())
    }

    /// Whether a press may go there now.
    fn aim(&mut self, aim: Aim) -> Result<(), InputError> {
        self.follower.follow()?;
        self.guard.check(aim)
    }

    /// Whether a release would be passed on now.
    fn arrives(&mut self, held: Down) -> bool {
        self.guard.arrives(match held {
            Down::Key(_) => Aim::Focus,
            Down::Button(_) => Aim::Pointer,
        })
    }

    /// Releases, now or as soon as the system passes it on.
    fn let_go(&mut self, held: Down) -> Result<(), InputError> {
        let arrives = self.arrives(held);
        match self.traffic.release(held, arrives) {
            Err(InputError::Hidden) => Ok(()),
            done => done,
        }
    }

    /// What is down though nothing holds it any more.
    fn owed(&self) -> BTreeSet<Down> {
        let mut owed = self.traffic.down();
        for press in self.keys.values() {
            owed.remove(&Down::Key(*press));
        }
        for button in self.buttons.values() {
            owed.remove(&Down::Button(*button));
        }
        owed
    }

    fn holds(&self, codes: [Code; 2]) -> bool {
        codes.into_iter().any(|code| self.keys.contains_key(&code))
    }

    /// Keeps Alt and the Windows key from opening menus when they are let go next.
    fn mask_menus(&self) -> Result<(), InputError> {
        if self.holds([Code::AltLeft, Code::AltRight]) || self.holds([Code::MetaLeft, Code::MetaRight]) {
            let tap = Down::Key(MASK);
            self.traffic
                .send(&[Event::Hold(tap, true), Event::Hold(tap, false)])?;
        }
        Ok(())
    }

    fn type_text(&mut self, text: &str) -> Result<(), InputError> {
        for stroke in strokes(text) {
            self.aim(Aim::Focus)?;
            match stroke {
                Stroke::Key(press) => {
                    let key = Down::Key(press);
                    self.traffic
                        .send(&[Event::Hold(key, true), Event::Hold(key, false)])?;
                }
                Stroke::Char(char) => {
                    let events: Vec<Event> =
                        units(char).map(|(unit, down)| Event::Unit(unit, down)).collect();
                    self.traffic.send(&events)?;
                }
            }
            sleep(PACE);
        }
        Ok(())
    }

    /// Presses a held key once more if it is time.
    fn press_again(&mut self, now: Instant) -> Result<(), InputError> {
        let Some(press) = self
            .repeat
            .due(now)
            .and_then(|code| self.keys.get(&code).copied())
        else {
            return Ok(());
        };
        match self
            .aim(Aim::Focus)
            .and_then(|()| self.traffic.press(Down::Key(press)))
        {
            Err(InputError::OwnWindow | InputError::Elevated | InputError::Hidden) => {
                self.repeat.stop();
                Ok(())
            }
            done => done,
        }
    }
}

impl InputSink for WindowsSink {
    fn key(&mut self, code: Code, down: bool) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        match self.keys.get(&code).copied() {
            Some(press) if !down => {
                self.repeat.release(code);
                self.keys.remove(&code);
                self.let_go(Down::Key(press))
            }
            None if down => {
                let control = self.holds([Code::ControlLeft, Code::ControlRight]);
                let press = press(code, control).ok_or(InputError::NoSuchKey(code))?;
                self.aim(Aim::Focus)?;
                self.traffic.press(Down::Key(press))?;
                self.keys.insert(code, press);
                self.repeat.press(code, Instant::now(), settings::pace());
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn pointer_to(&mut self, to: Point) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        let desk = settings::desk();
        let to = inside(to, desk);
        let (x, y) = position(to, desk);
        self.traffic.note_put(to.x, to.y);
        if matches!(self.traffic.send(&[Event::Move(x, y)]), Err(InputError::Hidden)) {
            self.follower.follow()?;
            self.traffic.send(&[Event::Move(x, y)])?;
        }
        // The system rounds, and does not pass motion on over windows with more rights.
        let mut at = POINT::default();
        // SAFETY: the place for the position lives until the call returns; the other call takes any position.
        unsafe {
            if GetCursorPos(&raw mut at).is_ok() && (at.x, at.y) != (to.x, to.y) {
                // Between displays of different size there are places that do not exist.
                let _no_such_place = SetCursorPos(to.x, to.y);
            }
        }
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        match self.buttons.get(&button).copied() {
            Some(held) if !down => {
                self.buttons.remove(&button);
                self.let_go(Down::Button(held))
            }
            None if down => {
                self.aim(Aim::Pointer)?;
                let which = physical(button, settings::buttons_swapped());
                self.traffic.press(Down::Button(which))?;
                self.buttons.insert(button, which);
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn wheel(&mut self, dx: i16, dy: i16) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        for turn in wheel(dx, dy) {
            self.aim(Aim::Pointer)?;
            self.traffic.send(&[Event::Wheel(turn)])?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        if strokes(text).next().is_none() {
            return Ok(());
        }
        self.aim(Aim::Focus)?;
        self.repeat.stop();
        // Held modifiers would make shortcuts of the characters.
        let lifted: Vec<(Code, Press)> = self
            .keys
            .iter()
            .filter(|(code, _)| code.is_modifier())
            .map(|(code, press)| (*code, *press))
            .collect();
        self.mask_menus()?;
        for (_, press) in &lifted {
            self.let_go(Down::Key(*press))?;
        }
        let typed = self.type_text(text);
        for (code, press) in lifted {
            let pressed = self
                .aim(Aim::Focus)
                .and_then(|()| self.traffic.press(Down::Key(press)));
            if pressed.is_err() {
                self.keys.remove(&code);
            }
        }
        self.mask_menus()?;
        typed
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        let _pixels = PhysicalPixels::begin();
        self.repeat.stop();
        // Where this is refused there is no menu either.
        let _hidden = self.mask_menus();
        self.buttons.clear();
        let modifiers: BTreeSet<Down> = std::mem::take(&mut self.keys)
            .into_iter()
            .filter(|(code, _)| code.is_modifier())
            .map(|(_, press)| Down::Key(press))
            .collect();
        let (last, first): (Vec<_>, Vec<_>) = self
            .traffic
            .down()
            .into_iter()
            .partition(|held| modifiers.contains(held));
        // Each is tried, whatever becomes of the others.
        let mut failed = Ok(());
        for held in first.into_iter().chain(last) {
            failed = failed.and(self.let_go(held));
        }
        failed
    }

    fn held(&self) -> Held {
        Held {
            keys: self.keys.keys().copied().collect(),
            buttons: self.buttons.keys().copied().collect(),
        }
    }

    fn locks(&mut self) -> Result<Locks, InputError> {
        Ok(settings::locks())
    }

    fn maintain(&mut self) -> Result<Option<Duration>, InputError> {
        let _pixels = PhysicalPixels::begin();
        let mut owed = self.owed();
        if !owed.is_empty() && self.follower.follow().is_ok() {
            for held in owed {
                // In vain it would only look like input that somebody swallowed, and hide the customer's own.
                if self.arrives(held) {
                    self.let_go(held)?;
                }
            }
            owed = self.owed();
        }
        self.press_again(Instant::now())?;
        let again = (!owed.is_empty()).then_some(AGAIN);
        Ok(self.repeat.wait(Instant::now()).into_iter().chain(again).min())
    }
}

impl Drop for WindowsSink {
    fn drop(&mut self) {
        // Nobody is left to tell, and nobody else tries again.
        drop(self.release_all());
        let until = Instant::now() + LAST;
        while !self.traffic.down().is_empty() && Instant::now() < until {
            sleep(AGAIN);
            let _again = self.maintain();
        }
    }
}
