//! Keyboard and mouse of an X server: XTEST to press, XInput 2 raw events to notice, XKB to type text.

mod guard;
mod injected;
mod keymap;
pub(crate) mod layout;
mod shortcut;
mod sink;
mod text;
mod watch;

use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xkb::{self, ConnectionExt as _};
use x11rb::protocol::xproto::Window;
use x11rb::protocol::xtest::{self, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use crate::{InputError, OwnWindows};
use injected::Injected;
pub use sink::X11Sink;
pub use watch::X11Watch;

/// Opens two connections to the X display named, or to that of `DISPLAY`.
pub(crate) fn open(display: Option<&str>, own: OwnWindows) -> Result<(X11Sink, X11Watch), InputError> {
    let injected = Injected::default();
    // The watch first: nothing that the sink does may come before it looks.
    let watch = X11Watch::open(display, injected.clone())?;
    let sink = X11Sink::open(display, own, injected)?;
    Ok((sink, watch))
}

/// A connection and its root window.
fn connect(display: Option<&str>) -> Result<(RustConnection, Window), InputError> {
    let (conn, screen) = x11rb::connect(display).map_err(|error| InputError::Connect {
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
        .ok_or(InputError::Missing("a screen"))?
        .root;
    Ok((conn, root))
}

/// The first id of a connection, by which the server knows whose it is.
fn connect_base(conn: &RustConnection) -> u32 {
    conn.setup().resource_id_base
}

/// Whether an XInput device is one of those through which programs inject.
fn is_test_device(name: &[u8]) -> bool {
    name.windows(5).any(|part| part == b"XTEST")
}

fn use_xtest(conn: &RustConnection) -> Result<(), InputError> {
    if conn.extension_information(xtest::X11_EXTENSION_NAME)?.is_none() {
        return Err(InputError::Missing("the XTEST extension"));
    }
    conn.xtest_get_version(2, 2)?.reply()?;
    Ok(())
}

/// Whether XKB can be used; every server of this century has it.
fn use_xkb(conn: &RustConnection) -> Result<bool, InputError> {
    if conn.extension_information(xkb::X11_EXTENSION_NAME)?.is_none() {
        return Ok(false);
    }
    Ok(conn.xkb_use_extension(1, 0)?.reply()?.supported)
}

impl From<ConnectionError> for InputError {
    fn from(error: ConnectionError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<ReplyError> for InputError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => Self::Lost(format!("{error:?}")),
        }
    }
}

impl From<ReplyOrIdError> for InputError {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::IdsExhausted => Self::Lost("no ids are left".to_owned()),
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => ReplyError::X11Error(error).into(),
        }
    }
}
