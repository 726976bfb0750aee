//! The frame as the rest of the program holds it: a thread that owns the windows, and orders to it that are answered.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use temoto_geometry::Rect;

use super::sides::{Mailslot, Sides};
use crate::{FrameOverlay, OverlayError};

/// The thread answers at once; if it does not, the window system is in trouble.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the thread is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// Around this rectangle.
    Show(Rect),
    /// Out of sight.
    Hide,
}

/// A frame on the desktop of the person who runs the program.
#[derive(Debug)]
pub struct WindowsOverlay {
    orders: Option<SyncSender<Order>>,
    answers: Receiver<Result<(), String>>,
    slot: Mailslot,
    windows: Vec<u64>,
    thread: Option<JoinHandle<()>>,
}

impl WindowsOverlay {
    /// Makes the windows; the frame is hidden. There is one desktop, so the name says nothing.
    ///
    /// # Errors
    /// [`OverlayError::Lost`] when the system makes no windows or threads.
    pub fn open(_display: Option<&str>) -> Result<Self, OverlayError> {
        let (orders, inbox) = sync_channel(1);
        let (outbox, answers) = sync_channel(1);
        let (ready, made) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("frame".to_owned())
            .spawn(move || match Sides::make() {
                Ok(mut sides) => {
                    if ready.send(Ok((sides.mailslot(), sides.windows()))).is_ok() {
                        sides.serve(&inbox, &outbox);
                    }
                }
                Err(reason) => {
                    // Nobody waits any more: then nobody needs the reason.
                    let _unread = ready.send(Err(reason));
                }
            })
            .map_err(|error| OverlayError::Lost(error.to_string()))?;
        let (slot, windows) = made
            .recv_timeout(PATIENCE)
            .map_err(|error| OverlayError::Lost(error.to_string()))?
            .map_err(OverlayError::Lost)?;
        Ok(Self {
            orders: Some(orders),
            answers,
            slot,
            windows,
            thread: Some(thread),
        })
    }

    /// The handles of the frame's windows.
    #[must_use]
    pub fn windows(&self) -> &[u64] {
        &self.windows
    }

    fn order(&self, order: Order) -> Result<(), OverlayError> {
        let lost = |reason: &str| OverlayError::Lost(reason.to_owned());
        // Of an order that was not answered in time the answer may lie there still.
        while self.answers.try_recv().is_ok() {}
        let orders = self.orders.as_ref().ok_or_else(|| lost("the frame is closed"))?;
        orders
            .try_send(order)
            .map_err(|error| OverlayError::Lost(error.to_string()))?;
        if !self.slot.wake() {
            return Err(lost("the frame's thread is gone"));
        }
        self.answers
            .recv_timeout(PATIENCE)
            .map_err(|error| OverlayError::Lost(error.to_string()))?
            .map_err(OverlayError::Lost)
    }
}

impl FrameOverlay for WindowsOverlay {
    fn show(&mut self, display: Rect) -> Result<(), OverlayError> {
        self.order(Order::Show(display))
    }

    fn hide(&mut self) -> Result<(), OverlayError> {
        self.order(Order::Hide)
    }
}

impl Drop for WindowsOverlay {
    fn drop(&mut self) {
        // Without anybody to order, the thread destroys its windows and ends.
        self.orders = None;
        if self.slot.wake()
            && let Some(thread) = self.thread.take()
        {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}
