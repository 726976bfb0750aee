//! Long content on its way to programs that paste: each takes a piece by deleting it, which asks for the next; an empty one is the end.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    Atom, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, PropMode, Window,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::ClipboardError;

/// One piece.
const PIECE: usize = 256 << 10;
/// So many programs are served at the same time.
const PROGRAMS: usize = 4;
/// Whoever takes no piece for so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Transfer {
    window: Window,
    property: Atom,
    form: Atom,
    data: Vec<u8>,
    at: usize,
    moved: Instant,
}

/// All that are on their way.
#[derive(Debug, Default)]
pub struct Outgoing(Vec<Transfer>);

impl Outgoing {
    /// Begins one; `false` if there are too many, or nobody is there.
    pub fn begin(
        &mut self,
        conn: &RustConnection,
        window: Window,
        property: Atom,
        incr: Atom,
        form: Atom,
        data: Vec<u8>,
    ) -> Result<bool, ClipboardError> {
        self.give_up_old();
        self.0
            .retain(|other| (other.window, other.property) != (window, property));
        if self.0.len() >= PROGRAMS {
            return Ok(false);
        }
        let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let length = [u32::try_from(data.len()).unwrap_or(u32::MAX)];
        let listening = conn.change_window_attributes(window, &aux)?.check().is_ok();
        let begun = listening
            && conn
                .change_property32(PropMode::REPLACE, window, property, incr, &length)?
                .check()
                .is_ok();
        if begun {
            self.0.push(Transfer {
                window,
                property,
                form,
                data,
                at: 0,
                moved: Instant::now(),
            });
        }
        Ok(begun)
    }

    /// This property was taken: the next piece, if it was one of ours.
    pub fn go_on(
        &mut self,
        conn: &RustConnection,
        window: Window,
        property: Atom,
    ) -> Result<(), ClipboardError> {
        let found = self
            .0
            .iter()
            .position(|other| (other.window, other.property) == (window, property));
        let Some((found, transfer)) = found.and_then(|n| Some((n, self.0.get_mut(n)?))) else {
            return Ok(());
        };
        let end = (transfer.at + PIECE).min(transfer.data.len());
        let piece = transfer.data.get(transfer.at..end).unwrap_or_default();
        // Whoever asked may be gone by now.
        conn.change_property8(PropMode::REPLACE, window, property, transfer.form, piece)?
            .ignore_error();
        conn.flush()?;
        let over = piece.is_empty();
        (transfer.at, transfer.moved) = (end, Instant::now());
        if over {
            self.0.swap_remove(found);
            if !self.0.iter().any(|other| other.window == window) {
                let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::NO_EVENT);
                conn.change_window_attributes(window, &aux)?.ignore_error();
            }
        }
        Ok(())
    }

    /// Lets go of those who take nothing any more.
    pub fn give_up_old(&mut self) {
        self.0.retain(|transfer| transfer.moved.elapsed() < PATIENCE);
    }
}
