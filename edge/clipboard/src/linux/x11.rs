//! The clipboard of an X server: a selection that one window owns. Owning it means to answer whoever pastes; reading it means to ask
//! the owner, who may answer in pieces, late or never. XFIXES tells when somebody copies.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
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

use super::outgoing::Outgoing;
use crate::{Clipboard, ClipboardError, Copied, Kind, Longest, Offered, Part, Supply, uris};

/// How often events are looked for while waiting.
const LOOK: Duration = Duration::from_millis(10);
/// The owner of a selection has to answer, or go on answering, within this.
const ANSWER: Duration = Duration::from_secs(2);
/// More than so many bytes go in pieces.
const WHOLE: usize = 256 << 10;
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
        HTML: b"text/html",
        // Files, as file managers tell each other, and as everybody does.
        FILES: b"x-special/gnome-copied-files",
        URIS: b"text/uri-list",
        PNG: b"image/png",
        TEMOTO_CLIPBOARD,
    }
}

/// The clipboard of an X server.
#[derive(Debug)]
pub struct X11Clipboard {
    conn: RustConnection,
    window: Window,
    atoms: Atoms,
    longest: Longest,
    watching: bool,
    own: Option<Offered>,
    outgoing: Outgoing,
    /// Somebody copied, and it was not read yet.
    copied: bool,
    /// Whoever had copied is gone with it, and that was not told yet.
    gone: bool,
}

impl X11Clipboard {
    /// Connects to the X display named, or to that of `DISPLAY`.
    ///
    /// # Errors
    /// [`ClipboardError::Connect`] without a server.
    pub fn open(display: Option<&str>, longest: Longest) -> Result<Self, ClipboardError> {
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
        let mask = SelectionEventMask::SET_SELECTION_OWNER
            | SelectionEventMask::SELECTION_WINDOW_DESTROY
            | SelectionEventMask::SELECTION_CLIENT_CLOSE;
        conn.xfixes_select_selection_input(window, atoms.CLIPBOARD, mask)?;
        conn.sync()?;
        Ok(Self {
            conn,
            window,
            atoms,
            longest,
            watching: false,
            own: None,
            outgoing: Outgoing::default(),
            copied: false,
            gone: false,
        })
    }

    /// As if the same had been copied once more.
    #[cfg(test)]
    pub fn copied_again(&mut self) {
        self.copied = true;
    }

    /// One event; what it wants is done.
    fn handle(&mut self, event: &Event) -> Result<(), ClipboardError> {
        match event {
            Event::SelectionRequest(request) => self.answer(request)?,
            Event::SelectionClear(_) => self.own = None,
            Event::PropertyNotify(told) if told.state == Property::DELETE => {
                self.outgoing.go_on(&self.conn, told.window, told.atom)?;
            }
            Event::XfixesSelectionNotify(notice) => {
                // The newest counts.
                let foreign = notice.owner != self.window && notice.owner != x11rb::NONE;
                self.copied = foreign && self.watching;
                self.gone = notice.owner == x11rb::NONE && self.watching;
            }
            // The server tells many things that are no business of a clipboard.
            _ => {}
        }
        Ok(())
    }

    /// Somebody pastes what we own.
    fn answer(&mut self, request: &SelectionRequestEvent) -> Result<(), ClipboardError> {
        // Old programs name no property.
        let property = if request.property == x11rb::NONE {
            request.target
        } else {
            request.property
        };
        let done = if request.target == self.atoms.TARGETS {
            self.give_targets(request.requestor, property)?
        } else {
            self.give(request, property)?
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

    /// The forms in which what we own can be had; `false` if there is nothing, or nobody who asks any more.
    fn give_targets(&self, window: Window, property: Atom) -> Result<bool, ClipboardError> {
        let Some(own) = &self.own else { return Ok(false) };
        let atoms = &self.atoms;
        let mut targets = vec![atoms.TARGETS];
        for (kind, forms) in [
            (Kind::Text, &[atoms.UTF8_STRING, atoms.PLAIN, atoms.TEXT][..]),
            (Kind::Html, &[atoms.HTML]),
            (Kind::Image, &[atoms.PNG]),
        ] {
            if own.has(kind) {
                targets.extend_from_slice(forms);
            }
        }
        if !own.files.is_empty() {
            targets.extend([atoms.FILES, atoms.URIS]);
        }
        Ok(self
            .conn
            .change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &targets)?
            .check()
            .is_ok())
    }

    /// What we own in one of its forms, at once or in pieces.
    fn give(&mut self, request: &SelectionRequestEvent, property: Atom) -> Result<bool, ClipboardError> {
        let Some((form, data)) = self
            .own
            .as_mut()
            .and_then(|own| form(own, &self.atoms, request.target))
        else {
            return Ok(false);
        };
        if data.len() > WHOLE {
            let (data, incr) = (data.into_owned(), self.atoms.INCR);
            return self
                .outgoing
                .begin(&self.conn, request.requestor, property, incr, form, data);
        }
        Ok(self
            .conn
            .change_property8(PropMode::REPLACE, request.requestor, property, form, &data)?
            .check()
            .is_ok())
    }

    /// Takes the clipboard for this.
    fn own(&mut self, offered: Offered) -> Result<(), ClipboardError> {
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
        self.own = Some(offered);
        Ok(())
    }

    /// What the owner has.
    fn read(&mut self) -> Result<Copied, ClipboardError> {
        let atoms = self.atoms;
        let Some(Content::All(targets)) = self.ask(atoms.TARGETS, TARGETS as usize * 4)? else {
            return Ok(Copied::Nothing);
        };
        let offers = |atom: Atom| targets.chunks_exact(4).any(|t| t == atom.to_ne_bytes());
        if offers(atoms.SECRET) {
            return Ok(Copied::Nothing);
        }
        let files = self.files(offers(atoms.FILES), offers(atoms.URIS))?;
        // A program that shows pictures tells their files as well.
        if offers(atoms.PNG) && (files.is_some() || !offers(atoms.UTF8_STRING)) {
            return Ok(match self.ask(atoms.PNG, self.longest.image)? {
                Some(Content::All(bytes)) if !bytes.is_empty() => Copied::Image(bytes),
                Some(Content::TooLong) => Copied::TooLong(Kind::Image),
                Some(Content::All(_)) | None => Copied::Nothing,
            });
        }
        if let Some(uris::Files { paths, more }) = files {
            if paths.is_empty() {
                return Ok(Copied::Nothing);
            }
            let paths = paths.into_iter().map(|path| OsString::from_vec(path).into());
            let paths = paths.collect();
            return Ok(Copied::Files { paths, more });
        }
        if !offers(atoms.UTF8_STRING) {
            return Ok(Copied::Nothing);
        }
        let text = match self.ask(atoms.UTF8_STRING, self.longest.text)? {
            // What is no UTF-8 is no text.
            Some(Content::All(bytes)) => String::from_utf8(bytes).unwrap_or_default(),
            Some(Content::TooLong) => return Ok(Copied::TooLong(Kind::Text)),
            None => String::new(),
        };
        if text.is_empty() {
            return Ok(Copied::Nothing);
        }
        let html = if offers(atoms.HTML) {
            self.ask(atoms.HTML, self.longest.html)?
        } else {
            None
        };
        // Too long, or of no use: the text says the same.
        let html = match html {
            Some(Content::All(bytes)) => decoded(bytes),
            Some(Content::TooLong) | None => None,
        };
        Ok(Copied::Text { text, html })
    }

    /// The files that were copied, in the form of file managers or as a list; `None` if it is something else. Files that cannot be told
    /// are files all the same.
    fn files(&mut self, told: bool, list: bool) -> Result<Option<uris::Files>, ClipboardError> {
        if !told && !list {
            return Ok(None);
        }
        let most = self.longest.files;
        let form = if told { self.atoms.FILES } else { self.atoms.URIS };
        Ok(match self.ask(form, uris::LIST_BYTES)? {
            Some(Content::All(list)) if told => Some(uris::told(&list, &host(), most)),
            Some(Content::All(list)) => uris::listed(&list, &host(), most),
            Some(Content::TooLong) | None => Some(uris::Files::default()),
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

/// What is offered in the form that is asked for, with the name of that form.
fn form<'a>(own: &'a mut Offered, atoms: &Atoms, target: Atom) -> Option<(Atom, Cow<'a, [u8]>)> {
    let (kind, form) = match target {
        form if form == atoms.PLAIN => (Kind::Text, form),
        form if form == atoms.UTF8_STRING || form == atoms.TEXT => (Kind::Text, atoms.UTF8_STRING),
        form if form == atoms.HTML => (Kind::Html, form),
        form if form == atoms.PNG => (Kind::Image, form),
        form if (form == atoms.URIS || form == atoms.FILES) && !own.files.is_empty() => {
            let paths = own.files.iter().map(|path| path.as_os_str().as_bytes());
            let list = if form == atoms.URIS {
                uris::list(paths)
            } else {
                uris::telling(paths)
            };
            return Some((form, list.into()));
        }
        _ => return None,
    };
    own.part(kind).map(|data| (form, data.into()))
}

/// How this computer is called; nothing where the system does not say it.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// HTML as programs give it: UTF-8, or UTF-16 with the mark of its order.
fn decoded(bytes: Vec<u8>) -> Option<String> {
    let text = match bytes.split_first_chunk::<2>() {
        Some((&[0xff, 0xfe], rest)) => {
            let units = rest.chunks_exact(2).filter_map(|unit| unit.try_into().ok());
            String::from_utf16(&units.map(u16::from_le_bytes).collect::<Vec<_>>()).ok()?
        }
        _ => String::from_utf8(bytes).ok()?,
    };
    let text = text.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// What an owner gave.
enum Content {
    All(Vec<u8>),
    TooLong,
}

impl Clipboard for X11Clipboard {
    fn set(&mut self, parts: Vec<Part>, supply: Supply) -> Result<(), ClipboardError> {
        self.own(Offered::new(parts, supply))
    }

    fn set_files(&mut self, paths: Vec<PathBuf>) -> Result<(), ClipboardError> {
        self.own(Offered::of_files(paths))
    }

    fn watch(&mut self, watch: bool) -> Result<(), ClipboardError> {
        // What was told until now was copied before.
        self.watching = false;
        self.conn.sync()?;
        while let Some(event) = self.conn.poll_for_event()? {
            self.handle(&event)?;
        }
        (self.watching, self.copied, self.gone) = (watch, false, false);
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Copied>, ClipboardError> {
        let end = Instant::now() + timeout;
        self.outgoing.give_up_old();
        loop {
            while let Some(event) = self.conn.poll_for_event()? {
                self.handle(&event)?;
            }
            if std::mem::take(&mut self.gone) {
                return Ok(Some(Copied::Nothing));
            }
            if std::mem::take(&mut self.copied) {
                return Ok(Some(self.read()?));
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
