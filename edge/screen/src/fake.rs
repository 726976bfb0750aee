//! A screen in memory: tests draw on it through a [`FakeDesktop`] and read it as a [`ScreenSource`].
//!
//! It behaves as a window system does: changes are reported once, capture gives the newest pixels, a change of mode
//! makes captures of the old geometry fail until it was waited for.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, Framebuffer};
use temoto_geometry::{Point, Rect, Region, Size};

use crate::{Changes, Display, Obstacle, ScreenError, ScreenSource, Waker, in_frame};

#[derive(Debug)]
struct State {
    pixels: Framebuffer,
    displays: Vec<Display>,
    cursor: CursorShape,
    position: Point,
    pending: Changes,
    obstacle: Option<Obstacle>,
    windows: Vec<Rect>,
    woken: bool,
    lost: bool,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while drawing leaves a picture that is still a picture.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// The drawing end of a fake screen.
#[derive(Clone, Debug)]
pub struct FakeDesktop(Arc<Shared>);

/// The capturing end of a fake screen.
#[derive(Debug)]
pub struct FakeScreen {
    shared: Arc<Shared>,
    displays: Vec<Display>,
    obstacle: Option<Obstacle>,
}

fn single_display(size: Size) -> Vec<Display> {
    let name = "FAKE-1".to_owned();
    vec![Display {
        id: 1,
        name,
        rect: size.to_rect(),
        scale_percent: 100,
        primary: true,
    }]
}

impl FakeScreen {
    /// A black screen with one display of this size, and the end to draw on it.
    ///
    /// # Errors
    /// [`ScreenError::TooLarge`] for an empty size or one beyond the limits of a frame.
    pub fn new(size: Size) -> Result<(FakeDesktop, Self), ScreenError> {
        let pixels = Framebuffer::new(size).map_err(|_| ScreenError::TooLarge(size))?;
        let hidden = CursorShape::new(Size::default(), Point::ORIGIN, Vec::new())
            .map_err(|_| ScreenError::Missing("a cursor shape"))?;
        let displays = single_display(size);
        let pending = Changes {
            damage: Region::from(size.to_rect()),
            moves: Vec::new(),
            cursor_moved: Some(Point::ORIGIN),
            cursor_shape: true,
            geometry: true,
            obstacle: false,
        };
        let state = State {
            pixels,
            displays: displays.clone(),
            cursor: hidden,
            position: Point::ORIGIN,
            pending,
            obstacle: None,
            windows: Vec::new(),
            woken: false,
            lost: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let screen = Self {
            shared: Arc::clone(&shared),
            displays,
            obstacle: None,
        };
        Ok((FakeDesktop(shared), screen))
    }
}

impl FakeDesktop {
    /// Gives a rectangle one color (`0x00RRGGBB`).
    pub fn fill(&self, rect: Rect, color: u32) {
        self.0.change(|state| {
            state.pixels.fill(rect, color);
            state
                .pending
                .damage
                .insert(rect.intersect(state.pixels.bounds()).unwrap_or_default());
        });
    }

    /// Draws a picture.
    pub fn draw(&self, at: Point, picture: FrameView<'_>) {
        self.0.change(|state| {
            state.pixels.blit(at, picture);
            let drawn = Rect::at(at, picture.size()).intersect(state.pixels.bounds());
            state.pending.damage.insert(drawn.unwrap_or_default());
        });
    }

    /// Changes the mode: a black screen of another size with one display.
    ///
    /// # Errors
    /// [`ScreenError::TooLarge`] as in [`FakeScreen::new`].
    pub fn resize(&self, size: Size) -> Result<(), ScreenError> {
        self.set_displays(size, single_display(size))
    }

    /// Changes the mode: a black desktop of another size with these displays, the primary one first.
    ///
    /// # Errors
    /// [`ScreenError::TooLarge`] as in [`FakeScreen::new`].
    pub fn set_displays(&self, desktop: Size, displays: Vec<Display>) -> Result<(), ScreenError> {
        let pixels = Framebuffer::new(desktop).map_err(|_| ScreenError::TooLarge(desktop))?;
        self.0.change(|state| {
            state.pending.damage = Region::from(pixels.bounds());
            state.pending.geometry = true;
            state.pixels = pixels;
            state.displays = displays;
        });
        Ok(())
    }

    /// Moves the cursor.
    pub fn move_cursor(&self, to: Point) {
        self.0.change(|state| {
            state.position = to;
            state.pending.cursor_moved = Some(to);
        });
    }

    /// These windows are on it, the uppermost first.
    pub fn set_windows(&self, windows: Vec<Rect>) {
        self.0.change(|state| state.windows = windows);
    }

    /// Gives the cursor another shape.
    pub fn set_cursor(&self, shape: CursorShape) {
        self.0.change(|state| {
            state.cursor = shape;
            state.pending.cursor_shape = true;
        });
    }

    /// Something hides the desktop from programs from now on, or nothing does any more.
    pub fn hide(&self, obstacle: Option<Obstacle>) {
        self.0.change(|state| {
            state.obstacle = obstacle;
            state.pending.obstacle = true;
            if obstacle.is_none() {
                state.pending.damage = Region::from(state.pixels.bounds());
            }
        });
    }

    /// What is on the whole desktop now.
    #[must_use]
    pub fn pixels(&self) -> Framebuffer {
        self.0.lock().pixels.clone()
    }

    /// The window system goes away: everything fails from now on.
    pub fn lose(&self) {
        self.0.change(|state| state.lost = true);
    }
}

fn lost() -> ScreenError {
    ScreenError::Lost("the fake desktop went away".to_owned())
}

impl ScreenSource for FakeScreen {
    fn displays(&self) -> &[Display] {
        &self.displays
    }

    fn obstacle(&self) -> Option<Obstacle> {
        self.obstacle
    }

    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError> {
        let until = Instant::now().checked_add(timeout);
        let mut state = self.shared.lock();
        loop {
            if state.lost {
                return Err(lost());
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if !state.pending.is_empty() || state.woken || left == Some(Duration::ZERO) {
                break;
            }
            // A timeout beyond the clock's range is as good as a day: the caller asks again.
            let left = left.unwrap_or(Duration::from_secs(86_400));
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.woken = false;
        self.displays.clone_from(&state.displays);
        self.obstacle = state.obstacle;
        Ok(std::mem::take(&mut state.pending))
    }

    fn capture(&mut self, rect: Rect, origin: Point, frame: &mut Framebuffer) -> Result<(), ScreenError> {
        let state = self.shared.lock();
        if state.lost {
            return Err(lost());
        }
        if state.obstacle.is_some() {
            return Err(ScreenError::Hidden);
        }
        let target = in_frame(rect, origin, frame)?;
        if !state.pixels.bounds().contains_rect(rect) {
            return Err(ScreenError::Outside);
        }
        let (x, y) = (rect.x.unsigned_abs() as usize, rect.y.unsigned_abs() as usize);
        let width = rect.width as usize;
        for (row, to) in (y..y + rect.height as usize).zip(target.y..) {
            let part = state.pixels.row(row).get(x..x + width).unwrap_or_default();
            let line =
                FrameView::new(Size::new(rect.width, 1), width, part).map_err(|_| ScreenError::Outside)?;
            frame.blit(Point::new(target.x, to), line);
        }
        Ok(())
    }

    fn windows(&mut self) -> Result<Vec<Rect>, ScreenError> {
        let state = self.shared.lock();
        if state.lost {
            Err(lost())
        } else {
            Ok(state.windows.clone())
        }
    }

    fn cursor_position(&mut self) -> Result<Point, ScreenError> {
        let state = self.shared.lock();
        if state.lost {
            Err(lost())
        } else {
            Ok(state.position)
        }
    }

    fn cursor_shape(&mut self) -> Result<CursorShape, ScreenError> {
        let state = self.shared.lock();
        if state.lost {
            Err(lost())
        } else {
            Ok(state.cursor.clone())
        }
    }

    fn waker(&self) -> Waker {
        let shared = Arc::clone(&self.shared);
        Waker::new(move || shared.change(|state| state.woken = true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake(width: u32, height: u32) -> (FakeDesktop, FakeScreen) {
        FakeScreen::new(Size::new(width, height)).unwrap()
    }

    #[test]
    fn the_first_wait_reports_everything_and_the_next_nothing() {
        let (_desktop, mut screen) = fake(30, 20);
        let first = screen.wait(Duration::ZERO).unwrap();
        assert_eq!(first.damage, Region::from(Rect::new(0, 0, 30, 20)));
        assert!(first.geometry && first.cursor_shape && first.cursor_moved.is_some());
        assert!(screen.wait(Duration::ZERO).unwrap().is_empty());
    }

    #[test]
    fn a_part_of_the_desktop_lands_at_its_place_in_the_frame() {
        let (desktop, mut screen) = fake(30, 20);
        desktop.fill(Rect::new(10, 5, 4, 4), 0x00ff_8000);
        let mut frame = Framebuffer::new(Size::new(10, 10)).unwrap();
        screen
            .capture(Rect::new(9, 4, 6, 3), Point::new(8, 3), &mut frame)
            .unwrap();
        assert_eq!(frame.pixel(Point::new(2, 2)), Some(0x00ff_8000));
        assert_eq!(frame.pixel(Point::new(1, 1)), Some(0));
        assert_eq!(frame.pixel(Point::new(2, 4)), Some(0), "row 7 was not asked for");
        let beyond = screen.capture(Rect::new(9, 4, 6, 3), Point::new(20, 3), &mut frame);
        assert!(matches!(beyond, Err(ScreenError::Outside)));
        let beyond = screen.capture(Rect::new(28, 4, 6, 3), Point::new(26, 3), &mut frame);
        assert!(matches!(beyond, Err(ScreenError::Outside)));
    }

    #[test]
    fn a_waker_ends_the_wait_of_another_thread() {
        let (_desktop, mut screen) = fake(30, 20);
        screen.wait(Duration::ZERO).unwrap();
        let waker = screen.waker();
        let waiting = std::thread::spawn(move || screen.wait(Duration::from_secs(60)).unwrap());
        waker.wake();
        assert!(waiting.join().unwrap().is_empty());
    }

    #[test]
    fn what_hides_the_desktop_is_told_and_afterwards_everything_is_new() {
        let (desktop, mut screen) = fake(30, 20);
        screen.wait(Duration::ZERO).unwrap();
        let mut frame = Framebuffer::new(Size::new(30, 20)).unwrap();
        desktop.hide(Some(Obstacle::Locked));
        let hidden = screen.capture(Rect::new(0, 0, 30, 20), Point::ORIGIN, &mut frame);
        assert!(matches!(hidden, Err(ScreenError::Hidden)));
        assert!(screen.wait(Duration::ZERO).unwrap().obstacle);
        assert_eq!(screen.obstacle(), Some(Obstacle::Locked));
        desktop.hide(None);
        let changes = screen.wait(Duration::ZERO).unwrap();
        assert!(changes.obstacle);
        assert_eq!(changes.damage.bounds(), Rect::new(0, 0, 30, 20));
        assert_eq!(screen.obstacle(), None);
        screen
            .capture(Rect::new(0, 0, 30, 20), Point::ORIGIN, &mut frame)
            .unwrap();
    }

    #[test]
    fn a_mode_change_is_told_with_everything_damaged() {
        let (desktop, mut screen) = fake(30, 20);
        screen.wait(Duration::ZERO).unwrap();
        desktop.resize(Size::new(10, 10)).unwrap();
        assert_eq!(screen.displays()[0].rect.width, 30);
        let changes = screen.wait(Duration::ZERO).unwrap();
        assert!(changes.geometry);
        assert_eq!(changes.damage.bounds(), Rect::new(0, 0, 10, 10));
        assert_eq!(screen.displays()[0].rect.width, 10);
        desktop.lose();
        assert!(matches!(screen.wait(Duration::ZERO), Err(ScreenError::Lost(_))));
    }
}
