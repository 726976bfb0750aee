//! The thread that owns the screen: waits for changes, takes pixels when asked.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region};
use temoto_screen::{Display, ScreenError, ScreenSource, Waker};
use temoto_session::channel::glance::shrink;
use tokio::sync::mpsc;

use crate::edges::EdgeEvent;

/// The thread looks up at least this often.
const WAIT: Duration = Duration::from_millis(500);

/// What the session asks for.
enum Ask {
    /// The pixels of a display or of several, now.
    Capture(Capture),
    /// A small picture of one display.
    Glance { display: u32, rect: Rect, side: u8 },
    /// Where the windows are.
    Windows,
}

/// Take the pixels of these displays now, as one picture; the frame of the last time comes back to be reused.
struct Capture {
    /// What the picture covers.
    place: Rect,
    /// What of it is on displays; the rest is black.
    parts: Vec<Rect>,
    frame: Option<Framebuffer>,
}

/// The session's end of the thread.
pub struct Screen {
    asks: SyncSender<Ask>,
    waker: Waker,
}

impl Screen {
    /// Opens the screen and starts its thread.
    pub fn start(display: Option<&str>, events: mpsc::Sender<EdgeEvent>) -> Result<Self, ScreenError> {
        let source = temoto_screen::open(display)?;
        let waker = source.waker();
        let (asks, inbox) = sync_channel(3);
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || {
                if let Err(Stop::Screen(error)) = (Thread {
                    source,
                    events: events.clone(),
                    stale: Region::default(),
                    held: Vec::new(),
                })
                .run(&inbox)
                {
                    let _unheard = events.blocking_send(EdgeEvent::ScreenLost(error.to_string()));
                }
            })
            .map_err(|error| ScreenError::Lost(error.to_string()))?;
        Ok(Self { asks, waker })
    }

    /// Asks for the newest pixels of `place`, which has displays at `parts`.
    pub fn capture(&self, place: Rect, parts: Vec<Rect>, frame: Option<Framebuffer>) {
        self.ask(Ask::Capture(Capture { place, parts, frame }));
    }

    /// Asks for a small picture of a display.
    pub fn glance(&self, display: u32, rect: Rect, side: u8) {
        self.ask(Ask::Glance { display, rect, side });
    }

    /// Asks where the windows are.
    pub fn windows(&self) {
        self.ask(Ask::Windows);
    }

    fn ask(&self, ask: Ask) {
        // One of each kind is asked for at a time; a thread that is gone has told so.
        let _gone = self.asks.try_send(ask);
        self.waker.wake();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.waker.wake();
    }
}

enum Stop {
    Session,
    Screen(ScreenError),
}

impl From<ScreenError> for Stop {
    fn from(error: ScreenError) -> Self {
        Self::Screen(error)
    }
}

struct Thread<S> {
    source: S,
    events: mpsc::Sender<EdgeEvent>,
    /// Where the session's frame is older than the screen (desktop coordinates).
    stale: Region,
    /// What the session's frame shows.
    held: Vec<Rect>,
}

impl<S: ScreenSource> Thread<S> {
    fn run(mut self, asks: &Receiver<Ask>) -> Result<(), Stop> {
        let mut shape: Option<CursorShape> = None;
        self.tell_displays()?;
        self.tell(EdgeEvent::Obstacle(self.source.obstacle()))?;
        loop {
            let changes = self.source.wait(WAIT)?;
            if changes.geometry {
                self.tell_displays()?;
            }
            if changes.obstacle {
                self.tell(EdgeEvent::Obstacle(self.source.obstacle()))?;
            }
            if !changes.damage.is_empty() {
                self.stale = self.stale.union(&changes.damage);
                self.tell(EdgeEvent::Damage(changes.damage, changes.moves))?;
            }
            if changes.cursor_shape || shape.is_none() {
                let newest = self.source.cursor_shape()?;
                if shape.as_ref() != Some(&newest) {
                    shape = Some(newest.clone());
                    self.tell(EdgeEvent::CursorShape(Box::new(newest)))?;
                }
            }
            if let Some(at) = changes.cursor_moved {
                self.tell(EdgeEvent::CursorAt(at))?;
            }
            loop {
                match asks.try_recv() {
                    Ok(Ask::Capture(capture)) => self.capture(capture)?,
                    Ok(Ask::Glance { display, rect, side }) => self.glance(display, rect, side)?,
                    Ok(Ask::Windows) => {
                        let windows = self.source.windows()?;
                        self.tell(EdgeEvent::Windows(windows))?;
                    }
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return Err(Stop::Session),
                }
            }
        }
    }

    fn capture(&mut self, Capture { place, parts, frame }: Capture) -> Result<(), Stop> {
        let origin = Point::new(place.x, place.y);
        // A frame of the same size may be that of another display.
        let known = frame.filter(|frame| frame.size() == place.size() && self.held == parts);
        self.held.clear();
        let whole: Region = parts.iter().copied().collect();
        let (mut frame, wanted) = match known {
            Some(frame) => (frame, self.stale.intersect(&whole)),
            None => match Framebuffer::new(place.size()) {
                Ok(frame) => (frame, whole.clone()),
                Err(_) => {
                    return self.tell(EdgeEvent::NoFrame(
                        "the display has an impossible size".to_owned(),
                    ));
                }
            },
        };
        // Display by display: a system may have a source of pixels for each.
        for rect in parts.iter().flat_map(|&part| wanted.clip(part).rects().to_vec()) {
            match self.source.capture(rect, origin, &mut frame) {
                Ok(()) => {}
                // The mode changes this very moment, or the system hides the desktop: the next wait tells.
                Err(ScreenError::Outside | ScreenError::Hidden) => {
                    return self.tell(EdgeEvent::NoFrame(String::new()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.stale = self.stale.subtract(&whole);
        self.held = parts;
        self.tell(EdgeEvent::Frame { place, frame })
    }

    /// Beside the session's frame, which it leaves as it is.
    fn glance(&mut self, display: u32, rect: Rect, side: u8) -> Result<(), Stop> {
        let mut small = None;
        if let Ok(mut frame) = Framebuffer::new(rect.size()) {
            match self.source.capture(rect, rect.origin(), &mut frame) {
                Ok(()) => small = frame.view().ok().and_then(|view| shrink(view, side)),
                Err(ScreenError::Outside | ScreenError::Hidden) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(EdgeEvent::Glanced { display, small })
    }

    fn tell_displays(&mut self) -> Result<(), Stop> {
        let displays: Vec<Display> = self.source.displays().to_vec();
        self.tell(EdgeEvent::Displays(displays))
    }

    fn tell(&self, event: EdgeEvent) -> Result<(), Stop> {
        self.events.blocking_send(event).map_err(|_| Stop::Session)
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;
    use temoto_screen::fake::{FakeDesktop, FakeScreen};

    use super::*;

    const LEFT: Rect = Rect::new(0, 0, 30, 20);
    const RIGHT: Rect = Rect::new(40, 10, 30, 20);
    const BOTH: Rect = Rect::new(0, 0, 70, 30);

    /// Two displays of the same size with a gap between them.
    fn desk() -> (FakeDesktop, Thread<FakeScreen>, mpsc::Receiver<EdgeEvent>) {
        let (desktop, mut source) = FakeScreen::new(Size::new(70, 30)).expect("a screen");
        source.wait(Duration::ZERO).expect("a screen");
        let (events, told) = mpsc::channel(8);
        let thread = Thread {
            source,
            events,
            stale: Region::from(BOTH),
            held: Vec::new(),
        };
        desktop.fill(BOTH, 0x00aa_0000);
        desktop.fill(LEFT, 0x0000_bb00);
        desktop.fill(RIGHT, 0x0000_00cc);
        (desktop, thread, told)
    }

    fn capture(
        thread: &mut Thread<FakeScreen>,
        told: &mut mpsc::Receiver<EdgeEvent>,
        place: Rect,
        parts: &[Rect],
        frame: Option<Framebuffer>,
    ) -> Framebuffer {
        let (parts, changes) = (parts.to_vec(), thread.source.wait(Duration::ZERO));
        thread.stale = thread.stale.union(&changes.expect("a screen").damage);
        let done = thread.capture(Capture { place, parts, frame });
        assert!(done.is_ok());
        match told.try_recv() {
            Ok(EdgeEvent::Frame { place: of, frame }) if of == place => frame,
            _ => panic!("no frame"),
        }
    }

    #[test]
    fn a_frame_of_one_display_is_not_taken_for_another_of_the_same_size() {
        let (_desktop, mut thread, mut told) = desk();
        let mut frame = None;
        for (rect, color) in [(LEFT, 0x0000_bb00), (RIGHT, 0x0000_00cc), (LEFT, 0x0000_bb00)] {
            let taken = capture(&mut thread, &mut told, rect, &[rect], frame.take());
            assert!(taken.pixels().iter().all(|&pixel| pixel == color));
            frame = Some(taken);
        }
    }

    #[test]
    fn all_displays_are_one_picture_with_nothing_in_the_gaps() {
        let (desktop, mut thread, mut told) = desk();
        let parts = [LEFT, RIGHT];
        let first = capture(&mut thread, &mut told, BOTH, &parts, None);
        assert_eq!(first.pixel(Point::new(29, 19)), Some(0x0000_bb00));
        assert_eq!(first.pixel(Point::new(40, 10)), Some(0x0000_00cc));
        assert_eq!(first.pixel(Point::new(35, 15)), Some(0), "what is on no display");
        desktop.fill(Rect::new(25, 5, 20, 10), 0x0012_3456);
        let next = capture(&mut thread, &mut told, BOTH, &parts, Some(first));
        assert_eq!(next.pixel(Point::new(29, 6)), Some(0x0012_3456));
        assert_eq!(next.pixel(Point::new(41, 12)), Some(0x0012_3456));
        assert_eq!(next.pixel(Point::new(35, 7)), Some(0));
    }

    #[test]
    fn a_glance_leaves_the_frame_of_the_session_as_it_is() {
        let (desktop, mut thread, mut told) = desk();
        let first = capture(&mut thread, &mut told, LEFT, &[LEFT], None);
        desktop.fill(LEFT, 0x0011_2233);
        assert!(thread.glance(7, LEFT, 3).is_ok());
        match told.try_recv() {
            Ok(EdgeEvent::Glanced {
                display: 7,
                small: Some(small),
            }) => {
                assert_eq!(small.size(), Size::new(3, 2));
                assert!(small.pixels().iter().all(|&pixel| pixel == 0x0011_2233));
            }
            _ => panic!("no small picture"),
        }
        assert!(thread.glance(8, Rect::new(60, 20, 30, 20), 3).is_ok());
        assert!(matches!(
            told.try_recv(),
            Ok(EdgeEvent::Glanced {
                display: 8,
                small: None
            })
        ));
        let next = capture(&mut thread, &mut told, LEFT, &[LEFT], Some(first));
        assert!(next.pixels().iter().all(|&pixel| pixel == 0x0011_2233));
    }
}
