//! The thread that owns the screen: waits for changes, takes pixels when asked.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region};
use temoto_screen::{Display, ScreenError, ScreenSource, Waker};
use tokio::sync::mpsc;

use crate::edges::EdgeEvent;

/// The thread looks up at least this often.
const WAIT: Duration = Duration::from_millis(500);

/// Take the pixels of this display now; the frame of the last time comes back to be reused.
struct Capture {
    display: Rect,
    frame: Option<Framebuffer>,
}

/// The session's end of the thread.
pub struct Screen {
    captures: SyncSender<Capture>,
    waker: Waker,
}

impl Screen {
    /// Opens the screen and starts its thread.
    pub fn start(display: Option<&str>, events: mpsc::Sender<EdgeEvent>) -> Result<Self, ScreenError> {
        let source = temoto_screen::open(display)?;
        let waker = source.waker();
        let (captures, inbox) = sync_channel(2);
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || {
                if let Err(Stop::Screen(error)) = (Thread {
                    source,
                    events: events.clone(),
                    stale: Region::default(),
                })
                .run(&inbox)
                {
                    let _unheard = events.blocking_send(EdgeEvent::ScreenLost(error.to_string()));
                }
            })
            .map_err(|error| ScreenError::Lost(error.to_string()))?;
        Ok(Self { captures, waker })
    }

    /// Asks for the newest pixels of a display.
    pub fn capture(&self, display: Rect, frame: Option<Framebuffer>) {
        // One capture is asked for at a time; a thread that is gone has told so.
        let _gone = self.captures.try_send(Capture { display, frame });
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
}

impl<S: ScreenSource> Thread<S> {
    fn run(mut self, captures: &Receiver<Capture>) -> Result<(), Stop> {
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
                match captures.try_recv() {
                    Ok(capture) => self.capture(capture)?,
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return Err(Stop::Session),
                }
            }
        }
    }

    fn capture(&mut self, Capture { display, frame }: Capture) -> Result<(), Stop> {
        let origin = Point::new(display.x, display.y);
        let known = frame.filter(|frame| frame.size() == display.size());
        let (mut frame, wanted) = match known {
            Some(frame) => (frame, self.stale.clip(display)),
            None => match Framebuffer::new(display.size()) {
                Ok(frame) => (frame, Region::from(display)),
                Err(_) => {
                    return self.tell(EdgeEvent::NoFrame(
                        "the display has an impossible size".to_owned(),
                    ));
                }
            },
        };
        for rect in wanted.iter() {
            match self.source.capture(rect, origin, &mut frame) {
                Ok(()) => {}
                // The mode changes this very moment, or the system hides the desktop: the next wait tells.
                Err(ScreenError::Outside | ScreenError::Hidden) => {
                    return self.tell(EdgeEvent::NoFrame(String::new()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.stale = self.stale.subtract(&Region::from(display));
        self.tell(EdgeEvent::Frame { display, frame })
    }

    fn tell_displays(&mut self) -> Result<(), Stop> {
        let displays: Vec<Display> = self.source.displays().to_vec();
        self.tell(EdgeEvent::Displays(displays))
    }

    fn tell(&self, event: EdgeEvent) -> Result<(), Stop> {
        self.events.blocking_send(event).map_err(|_| Stop::Session)
    }
}
