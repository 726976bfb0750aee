//! Keyboard, mouse and the customer's own hand: one thread that presses, one that watches.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Region};
use temoto_input::{Button, InputError, InputSink, LocalEvent, LocalInputWatch, OwnWindows, Waker};
use temoto_screen::Display;
use temoto_session::channel::input::Injection;
use tokio::sync::mpsc;

/// Injections that may wait; text takes the longest.
const INJECTIONS: usize = 1_024;
/// The threads look up at least this often.
const WAIT: Duration = Duration::from_millis(500);

/// What the machine's edges tell the session loop.
pub enum EdgeEvent {
    /// The displays, now and after every change.
    Displays(Vec<Display>),
    /// The desktop may differ there.
    Damage(Region),
    /// The cursor looks like this now.
    CursorShape(Box<CursorShape>),
    /// The cursor is there, on the desktop.
    CursorAt(Point),
    /// The pixels that were asked for.
    Frame {
        /// Of which display.
        display: Rect,
        /// The pixels.
        frame: Framebuffer,
    },
    /// They could not be taken just now; words for the operator, or nothing if it solves itself at once.
    NoFrame(String),
    /// The window system is gone.
    ScreenLost(String),
    /// The customer's own hand.
    Activity,
    /// Ctrl+Alt+E.
    EndShortcut,
    /// Input would have hit a window of the program itself.
    OwnWindow,
    /// Input cannot be done; words for the operator.
    NoInput(String),
}

/// The session's end of both threads.
pub struct Hands {
    injections: SyncSender<Injection>,
    watch: Waker,
}

impl Hands {
    /// Opens keyboard and mouse and starts the threads.
    pub fn start(
        display: Option<&str>,
        own: OwnWindows,
        events: mpsc::Sender<EdgeEvent>,
    ) -> Result<Self, InputError> {
        let (sink, watch) = temoto_input::open(display, own)?;
        let waker = watch.waker();
        let (injections, inbox) = sync_channel(INJECTIONS);
        let lost = |error: std::io::Error| InputError::Lost(error.to_string());
        let presses = events.clone();
        std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || press(sink, &inbox, &presses))
            .map_err(lost)?;
        std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watch_hand(watch, &events))
            .map_err(lost)?;
        Ok(Self {
            injections,
            watch: waker,
        })
    }

    /// Does one thing; `false` if too much waits already.
    pub fn inject(&self, injection: Injection) -> bool {
        self.injections.try_send(injection).is_ok()
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.watch.wake();
    }
}

fn press(mut sink: impl InputSink, injections: &Receiver<Injection>, events: &mpsc::Sender<EdgeEvent>) {
    let mut rest = WAIT;
    loop {
        match injections.recv_timeout(rest) {
            Ok(injection) => {
                let told = match inject(&mut sink, injection) {
                    Ok(()) | Err(InputError::NoSuchKey(_)) => Ok(()),
                    Err(InputError::OwnWindow) => events.blocking_send(EdgeEvent::OwnWindow),
                    Err(error) => events.blocking_send(EdgeEvent::NoInput(error.to_string())),
                };
                if told.is_err() {
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        rest = match sink.maintain() {
            Ok(Some(rest)) => rest.min(WAIT),
            Ok(None) => WAIT,
            Err(_) => break,
        };
    }
    // Dropping the sink releases too; here a failure could still be seen in a debugger.
    let _lost = sink.release_all();
}

fn inject(sink: &mut impl InputSink, injection: Injection) -> Result<(), InputError> {
    match injection {
        Injection::Pointer { x, y, .. } => sink.pointer_to(Point::new(x, y)),
        Injection::Key { code, down } => sink.key(code, down),
        Injection::Button { button, down } => match Button::from_number(button) {
            Some(button) => sink.button(button, down),
            None => Ok(()),
        },
        Injection::Wheel { dx, dy } => sink.wheel(dx, dy),
        Injection::Text(text) => sink.text(&text),
    }
}

fn watch_hand(mut watch: impl LocalInputWatch, events: &mpsc::Sender<EdgeEvent>) {
    loop {
        let Ok(seen) = watch.wait(WAIT) else { break };
        if events.is_closed() {
            break;
        }
        for event in seen {
            let told = match event {
                LocalEvent::Activity { .. } => EdgeEvent::Activity,
                LocalEvent::EndShortcut { .. } => EdgeEvent::EndShortcut,
                _ => continue,
            };
            if events.blocking_send(told).is_err() {
                return;
            }
        }
    }
}
