//! Keeps remote input away from the program's own windows.
//!
//! The server knows which process made a window (X-Resource extension); that cannot be forged and holds for menus and
//! tool tips too. Where it does not tell (a forwarded display), `_NET_WM_PID` and the windows that were named to
//! [`OwnWindows`] decide. A window manager's frame around an own window counts as own.

use x11rb::connection::RequestConnection;
use x11rb::protocol::res::{self, ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, InputFocus, Window};
use x11rb::rust_connection::RustConnection;

use super::connect_base;
use crate::{InputError, OwnWindows};

/// Windows nest less deep than this.
const MAX_DEPTH: usize = 32;
/// Most windows that are looked at inside a frame.
const MAX_INSIDE: usize = 128;

pub(super) struct Guard {
    own: OwnWindows,
    root: Window,
    /// What the server calls this process, which differs when the server lives in another container; `None` when it
    /// does not tell.
    process_here: Option<u32>,
    pid_atom: u32,
}

impl Guard {
    pub(super) fn new(conn: &RustConnection, root: Window, own: OwnWindows) -> Result<Self, InputError> {
        let pid_atom = conn.intern_atom(false, b"_NET_WM_PID")?.reply()?.atom;
        let mut guard = Self {
            own,
            root,
            process_here: None,
            pid_atom,
        };
        if conn.extension_information(res::X11_EXTENSION_NAME)?.is_some() {
            let version = conn.res_query_version(1, 2)?.reply()?;
            if (version.server_major, version.server_minor) >= (1, 2) {
                guard.process_here = guard.processes(conn, &[connect_base(conn)])?.first().copied();
            }
        }
        Ok(guard)
    }

    /// Whether a press of a mouse button would reach an own window now.
    pub(super) fn covers_pointer(&self, conn: &RustConnection) -> Result<bool, InputError> {
        if self.own.is_empty() {
            return Ok(false);
        }
        let path = self.under_pointer(conn)?;
        self.is_own_path(conn, &path)
    }

    /// Whether a press of a key would reach an own window now.
    pub(super) fn covers_focus(&self, conn: &RustConnection) -> Result<bool, InputError> {
        if self.own.is_empty() {
            return Ok(false);
        }
        let focus = conn.get_input_focus()?.reply()?.focus;
        if focus == u32::from(InputFocus::NONE) {
            return Ok(false);
        }
        let follows_pointer = focus == u32::from(InputFocus::POINTER_ROOT) || focus == self.root;
        if !follows_pointer {
            let path = self.above(conn, focus)?;
            if self.is_own_path(conn, &path)? {
                return Ok(true);
            }
        }
        // Below the focused window keys go to the window under the pointer.
        let path = self.under_pointer(conn)?;
        Ok((follows_pointer || path.contains(&focus)) && self.is_own_path(conn, &path)?)
    }

    /// The windows under the pointer from the top-level one inwards; empty over the bare root.
    fn under_pointer(&self, conn: &RustConnection) -> Result<Vec<Window>, InputError> {
        let mut path = Vec::new();
        let mut window = self.root;
        while path.len() < MAX_DEPTH {
            // The window may be gone since: then what is known of the path decides.
            let Some(reply) = alive(conn.query_pointer(window)?.reply())? else {
                break;
            };
            if reply.child == x11rb::NONE {
                break;
            }
            window = reply.child;
            path.push(window);
        }
        Ok(path)
    }

    /// A window and those around it, the top-level one first.
    fn above(&self, conn: &RustConnection, window: Window) -> Result<Vec<Window>, InputError> {
        let mut path = vec![window];
        let mut window = window;
        while path.len() < MAX_DEPTH {
            let Some(tree) = alive(conn.query_tree(window)?.reply())? else {
                break;
            };
            if tree.parent == x11rb::NONE || tree.parent == self.root {
                break;
            }
            window = tree.parent;
            path.insert(0, window);
        }
        Ok(path)
    }

    /// Whether one of these windows is own, or the first is a frame around an own one.
    fn is_own_path(&self, conn: &RustConnection, path: &[Window]) -> Result<bool, InputError> {
        let Some(top) = path.first() else { return Ok(false) };
        if self.any_own(conn, path)? {
            return Ok(true);
        }
        let mut inside = Vec::new();
        let mut level = vec![*top];
        for _ in 0..2 {
            let mut next = Vec::new();
            for window in &level {
                if let Some(tree) = alive(conn.query_tree(*window)?.reply())? {
                    next.extend(tree.children);
                }
                if inside.len() + next.len() > MAX_INSIDE {
                    break;
                }
            }
            next.truncate(MAX_INSIDE - inside.len());
            inside.extend_from_slice(&next);
            level = next;
        }
        self.any_own(conn, &inside)
    }

    fn any_own(&self, conn: &RustConnection, windows: &[Window]) -> Result<bool, InputError> {
        if windows.is_empty() {
            return Ok(false);
        }
        if windows
            .iter()
            .any(|window| self.own.has_window(u64::from(*window)))
        {
            return Ok(true);
        }
        if let Some(here) = self.process_here {
            let own = |process: &u32| {
                self.own.has_process(*process) || *process == here && self.own.has_process(std::process::id())
            };
            return Ok(self.processes(conn, windows)?.iter().any(own));
        }
        let asked = windows
            .iter()
            .map(|window| conn.get_property(false, *window, self.pid_atom, AtomEnum::CARDINAL, 0, 1));
        for cookie in asked.collect::<Result<Vec<_>, _>>()? {
            let process = alive(cookie.reply())?.and_then(|property| property.value32()?.next());
            if process.is_some_and(|process| self.own.has_process(process)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The processes that made these windows, as the server knows them.
    fn processes(&self, conn: &RustConnection, windows: &[Window]) -> Result<Vec<u32>, InputError> {
        let mask = ClientIdMask::LOCAL_CLIENT_PID;
        let specs: Vec<_> = windows
            .iter()
            .map(|window| ClientIdSpec {
                client: *window,
                mask,
            })
            .collect();
        let ids = conn.res_query_client_ids(&specs)?.reply()?.ids;
        Ok(ids.iter().filter_map(|id| id.value.first().copied()).collect())
    }
}

/// `None` when the window that was asked about is gone.
fn alive<T>(reply: Result<T, x11rb::errors::ReplyError>) -> Result<Option<T>, InputError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
