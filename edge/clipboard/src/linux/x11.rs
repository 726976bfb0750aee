//! The clipboard of an X server: a selection that one window owns. Owning it means to answer whoever pastes; reading it means to ask
//! the owner, who may answer in pieces, late or never. XFIXES tells when somebody copies.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Property,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::{Clipboard, ClipboardError, Copied};

/// How often events are looked for while waiting.
const LOOK: Duration = Duration::from_millis(10);
/// The owner of a selection has to answer, or go on answering, within this.
const ANSWER: Duration = Duration::from_secs(2);
/// Targets of an owner that are looked at.
const TARGETS: u32 = 256;

x11rb::atom_manager! {
    /// Names that the server turns into numbers.
    Atoms: AtomsCookie {
        CLIPBOARD,
        INCR,
        TARGETS,
        TIMESTAMP,
        TEXT,
        UTF8_STRING,
        PLAIN: b"text/plain;charset=utf-8",
        // What password managers set beside what they copy.
        SECRET: b"x-kde-passwordManagerHint",
        TEMOTO_CLIPBOARD,
    }
}

/// The clipboard of an X server.
pub struct X11Clipboard {
    conn: RustConnection,
    window: Window,
    atoms: Atoms,
    longest: usize,
    watching: bool,
    own: Option<Vec<u8>>,
    /// Somebody copied, and it was not read yet.
    copied: bool,
}

impl std::fmt::Debug for X11Clipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Clipboard")
            .field("watching", &self.watching)
            .finish_non_exhaustive()
    }
}

impl X11Clipboard {
    /// Connects to the X display named, or to that of `DISPLAY`.
    ///
    /// # Errors
    /// [`ClipboardError::Connect`] without a server.
    pub fn open(display: Option<&str>, longest: usize) -> Result<Self, ClipboardError> {
        let (conn, screen) = x11rb::connect(display).map_err(|error| ClipboardError::Connect {
            display: display
                .map(str::to_owned)
                .or_else(|| std::env::var("DISPLAY").ok())
                .unwrap_or_default(),
            reason: error.to_string(),
        })?;
        let root = conn
            .setup()
            .roots
            .get(screen)
            .ok_or_else(|| ClipboardError::Lost("no screen".to_owned()))?
            .root;
        conn.xfixes_query_version(5, 0)?.reply()?;
        let atoms = Atoms::new(&conn)?.reply()?;
        let window = conn.generate_id()?;
        let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        conn.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?;
        let mask = SelectionEventMask::SET_SELECTION_OWNER;
        conn.xfixes_select_selection_input(window, atoms.CLIPBOARD, mask)?;
        conn.sync()?;
        Ok(Self {
            conn,
            window,
            atoms,
            longest,
            watching: false,
            own: None,
            copied: false,
        })
    }

    /// One event; what it wants is done.
    fn handle(&mut self, event: &Event) -> Result<(), ClipboardError> {
        match event {
            Event::SelectionRequest(request) => self.answer(request)?,
            Event::SelectionClear(_) => self.own = None,
            Event::XfixesSelectionNotify(notice) => {
                let foreign = notice.owner != self.window && notice.owner != x11rb::NONE;
                self.copied |= foreign && self.watching;
            }
            // The server tells many things that are no business of a clipboard.
            _ => {}
        }
        Ok(())
    }

    /// Somebody pastes what we own.
    fn answer(&self, request: &SelectionRequestEvent) -> Result<(), ClipboardError> {
        let atoms = &self.atoms;
        // Old programs name no property.
        let property = if request.property == x11rb::NONE {
            request.target
        } else {
            request.property
        };
        let known = [atoms.UTF8_STRING, atoms.PLAIN, atoms.TEXT];
        let done = match &self.own {
            Some(_) if request.target == atoms.TARGETS => {
                let targets = [&[atoms.TARGETS], &known[..]].concat();
                self.conn
                    .change_property32(
                        PropMode::REPLACE,
                        request.requestor,
                        property,
                        AtomEnum::ATOM,
                        &targets,
                    )?
                    .check()
                    .is_ok()
            }
            Some(text) if known.contains(&request.target) => {
                let kind = if request.target == atoms.PLAIN {
                    atoms.PLAIN
                } else {
                    atoms.UTF8_STRING
                };
                self.conn
                    .change_property8(PropMode::REPLACE, request.requestor, property, kind, text)?
                    .check()
                    .is_ok()
            }
            Some(_) | None => false,
        };
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if done { property } else { x11rb::NONE },
        };
        // Whoever asked may be gone by now.
        self.conn
            .send_event(false, request.requestor, EventMask::NO_EVENT, told)?
            .ignore_error();
        self.conn.flush()?;
        Ok(())
    }

    /// What the owner has; `None` if it is no text, marked as a secret, or does not come.
    fn read(&mut self) -> Result<Option<Copied>, ClipboardError> {
        let atoms = self.atoms;
        let Some(targets) = self.ask(atoms.TARGETS, TARGETS as usize * 4)? else {
            return Ok(None);
        };
        let Content::All(targets) = targets else {
            return Ok(None);
        };
        let offers = |atom: Atom| targets.chunks_exact(4).any(|t| t == atom.to_ne_bytes());
        if offers(atoms.SECRET) || !offers(atoms.UTF8_STRING) {
            return Ok(None);
        }
        Ok(match self.ask(atoms.UTF8_STRING, self.longest)? {
            Some(Content::All(bytes)) if bytes.is_empty() => None,
            // What is no UTF-8 is no text.
            Some(Content::All(bytes)) => String::from_utf8(bytes).ok().map(Copied::Text),
            Some(Content::TooLong) => Some(Copied::TooLong),
            None => None,
        })
    }

    /// Asks the owner for the selection in one form, `longest` bytes at most.
    fn ask(&mut self, target: Atom, longest: usize) -> Result<Option<Content>, ClipboardError> {
        let (window, atoms) = (self.window, self.atoms);
        let property = atoms.TEMOTO_CLIPBOARD;
        self.conn.delete_property(window, property)?;
        self.conn
            .convert_selection(window, atoms.CLIPBOARD, target, property, x11rb::CURRENT_TIME)?;
        self.conn.flush()?;
        let answered = self.until(|event| match event {
            Event::SelectionNotify(told) if told.target == target => Some(told.property != x11rb::NONE),
            _ => None,
        })?;
        if answered != Some(true) {
            return Ok(None);
        }
        let words = u32::try_from(longest / 4 + 1).unwrap_or(u32::MAX);
        let first = self
            .conn
            .get_property(true, window, property, AtomEnum::ANY, 0, words)?
            .reply()?;
        if first.type_ != atoms.INCR {
            self.conn.delete_property(window, property)?;
            let long = first.bytes_after > 0 || first.value.len() > longest;
            return Ok(Some(if long {
                Content::TooLong
            } else {
                Content::All(first.value)
            }));
        }
        // In pieces: each is there when the property is set anew, and taken by deleting it; an empty one is the end.
        let mut all = Vec::new();
        loop {
            let came = self.until(|event| match event {
                Event::PropertyNotify(told) if told.atom == property && told.state == Property::NEW_VALUE => {
                    Some(())
                }
                _ => None,
            })?;
            if came.is_none() {
                return Ok(None);
            }
            let piece = self
                .conn
                .get_property(true, window, property, AtomEnum::ANY, 0, words)?
                .reply()?;
            if piece.value.is_empty() {
                return Ok(Some(Content::All(all)));
            }
            if piece.bytes_after > 0 || all.len() + piece.value.len() > longest {
                self.conn.delete_property(window, property)?;
                return Ok(Some(Content::TooLong));
            }
            all.extend_from_slice(&piece.value);
        }
    }

    /// The first event that `wanted` picks; others are handled meanwhile. `None` if it does not come in time.
    fn until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> Result<Option<T>, ClipboardError> {
        let end = Instant::now() + ANSWER;
        loop {
            while let Some(event) = self.conn.poll_for_event()? {
                if let Some(found) = wanted(&event) {
                    return Ok(Some(found));
                }
                self.handle(&event)?;
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// What an owner gave.
enum Content {
    All(Vec<u8>),
    TooLong,
}

impl Clipboard for X11Clipboard {
    fn set_text(&mut self, text: &str) -> Result<(), ClipboardError> {
        self.conn
            .set_selection_owner(self.window, self.atoms.CLIPBOARD, x11rb::CURRENT_TIME)?;
        let owner = self
            .conn
            .get_selection_owner(self.atoms.CLIPBOARD)?
            .reply()?
            .owner;
        if owner != self.window {
            return Err(ClipboardError::Busy);
        }
        self.own = Some(text.as_bytes().to_vec());
        Ok(())
    }

    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError> {
        // What was told until now was copied before.
        self.watching = false;
        self.conn.sync()?;
        while let Some(event) = self.conn.poll_for_event()? {
            self.handle(&event)?;
        }
        (self.watching, self.copied) = (watch, false);
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError> {
        let end = Instant::now() + timeout;
        loop {
            while let Some(event) = self.conn.poll_for_event()? {
                self.handle(&event)?;
            }
            if std::mem::take(&mut self.copied)
                && let Some(copied) = self.read()?
            {
                return Ok(Some(copied));
            }
            let now = Instant::now();
            if now >= end {
                return Ok(None);
            }
            std::thread::sleep(LOOK.min(end - now));
        }
    }
}

impl From<ConnectionError> for ClipboardError {
    fn from(error: ConnectionError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<ReplyError> for ClipboardError {
    fn from(error: ReplyError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<ReplyOrIdError> for ClipboardError {
    fn from(error: ReplyOrIdError) -> Self {
        Self::Lost(error.to_string())
    }
}
