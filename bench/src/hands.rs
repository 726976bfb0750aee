//! The person in front of the display: keys, wheel, mouse, and which window is in front.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Window,
};
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Symbols of keys that are no letters.
pub mod key {
    /// Return.
    pub const RETURN: u32 = 0xff0d;
    /// Arrow to the right.
    pub const RIGHT: u32 = 0xff53;
    /// Arrow down.
    pub const DOWN: u32 = 0xff54;
    /// Arrow to the left.
    pub const LEFT: u32 = 0xff51;
    /// Left Alt.
    pub const ALT: u32 = 0xffe9;
    /// Left Control.
    pub const CONTROL: u32 = 0xffe3;
    /// Left Shift.
    pub const SHIFT: u32 = 0xffe1;
}

/// Input to one display.
pub struct Hands {
    connection: RustConnection,
    root: Window,
    /// Symbol to key and whether Shift is needed.
    keys: BTreeMap<u32, (u8, bool)>,
}

impl Hands {
    /// Hands on the display of this name.
    pub fn new(display: &str) -> Result<Self> {
        let (connection, screen) = RustConnection::connect(Some(display))?;
        let setup = connection.setup();
        let root = setup.roots.get(screen).context("a display has a screen")?.root;
        let (low, high) = (setup.min_keycode, setup.max_keycode);
        let mapping = connection.get_keyboard_mapping(low, high - low + 1)?.reply()?;
        let per_key = usize::from(mapping.keysyms_per_keycode).max(1);
        let mut keys = BTreeMap::new();
        for (code, symbols) in (low..=high).zip(mapping.keysyms.chunks(per_key)) {
            for (symbol, shift) in symbols.iter().zip([false, true]) {
                keys.entry(*symbol).or_insert((code, shift));
            }
        }
        Ok(Self {
            connection,
            root,
            keys,
        })
    }

    /// Presses and releases a key.
    pub fn press(&self, symbol: u32) -> Result<()> {
        let &(code, shift) = self
            .keys
            .get(&symbol)
            .with_context(|| format!("no key gives {symbol:#x}"))?;
        if shift {
            self.hold(key::SHIFT)?;
        }
        self.fake(KEY_PRESS_EVENT, code)?;
        self.fake(KEY_RELEASE_EVENT, code)?;
        if shift {
            self.release(key::SHIFT)?;
        }
        self.sync()
    }

    /// Presses a key while Control is held.
    pub fn press_with_control(&self, symbol: u32) -> Result<()> {
        self.hold(key::CONTROL)?;
        self.press(symbol)?;
        self.release(key::CONTROL)
    }

    /// Holds a key down.
    pub fn hold(&self, symbol: u32) -> Result<()> {
        let &(code, _) = self.keys.get(&symbol).context("no such key")?;
        self.fake(KEY_PRESS_EVENT, code)?;
        self.sync()
    }

    /// Lets it go.
    pub fn release(&self, symbol: u32) -> Result<()> {
        let &(code, _) = self.keys.get(&symbol).context("no such key")?;
        self.fake(KEY_RELEASE_EVENT, code)?;
        self.sync()
    }

    /// Types a text of ASCII letters.
    pub fn type_text(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            self.press(u32::from(letter))?;
        }
        Ok(())
    }

    /// Moves the pointer.
    pub fn move_to(&self, x: i32, y: i32) -> Result<()> {
        let (x, y) = (i16::try_from(x.max(0))?, i16::try_from(y.max(0))?);
        self.connection
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?;
        self.sync()
    }

    /// Presses a button of the mouse (4 and 5 are the wheel).
    pub fn button_down(&self, button: u8) -> Result<()> {
        self.fake(BUTTON_PRESS_EVENT, button)?;
        self.sync()
    }

    /// Lets it go.
    pub fn button_up(&self, button: u8) -> Result<()> {
        self.fake(BUTTON_RELEASE_EVENT, button)?;
        self.sync()
    }

    /// Waits for a window with this in its title.
    pub fn window(&self, title: &str, timeout: Duration) -> Result<Window> {
        let end = Instant::now() + timeout;
        loop {
            if let Some(window) = self.find(title)? {
                return Ok(window);
            }
            if Instant::now() > end {
                bail!("no window {title:?} appears");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks the window manager to put a window in front.
    pub fn activate(&self, window: Window) -> Result<()> {
        // Source 2: a pager, that is, the person.
        self.ask(window, b"_NET_ACTIVE_WINDOW", [2, 0, 0, 0, 0])
    }

    /// Asks the window manager to let a window fill the screen except for its frame.
    pub fn maximize(&self, window: Window) -> Result<()> {
        let wide = self.atom(b"_NET_WM_STATE_MAXIMIZED_HORZ")?;
        let high = self.atom(b"_NET_WM_STATE_MAXIMIZED_VERT")?;
        self.ask(window, b"_NET_WM_STATE", [1, wide, high, 2, 0])
    }

    /// Asks the window manager to place a window.
    pub fn place(&self, window: Window, x: i32, y: i32, width: u32, height: u32) -> Result<()> {
        // Static gravity, all four values given, from a pager.
        let flags = 10 | 0b1111 << 8 | 2 << 12;
        let data = [flags, x.cast_unsigned(), y.cast_unsigned(), width, height];
        self.ask(window, b"_NET_MOVERESIZE_WINDOW", data)
    }

    fn find(&self, title: &str) -> Result<Option<Window>> {
        let list = self.atom(b"_NET_CLIENT_LIST")?;
        let name = self.atom(b"_NET_WM_NAME")?;
        let windows = self
            .connection
            .get_property(false, self.root, list, AtomEnum::WINDOW, 0, 256)?
            .reply()?;
        for window in windows.value32().into_iter().flatten() {
            for property in [name, AtomEnum::WM_NAME.into()] {
                let text = self
                    .connection
                    .get_property(false, window, property, AtomEnum::ANY, 0, 256)?;
                // A window may go while it is asked.
                let Ok(text) = text.reply() else { continue };
                if String::from_utf8_lossy(&text.value).contains(title) {
                    return Ok(Some(window));
                }
            }
        }
        Ok(None)
    }

    fn ask(&self, window: Window, what: &[u8], data: [u32; 5]) -> Result<()> {
        let event = ClientMessageEvent::new(32, window, self.atom(what)?, data);
        let mask = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        self.connection.send_event(false, self.root, mask, event)?;
        self.sync()
    }

    fn atom(&self, name: &[u8]) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name)?.reply()?.atom)
    }

    fn fake(&self, kind: u8, detail: u8) -> Result<()> {
        self.connection
            .xtest_fake_input(kind, detail, 0, self.root, 0, 0, 0)?;
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        Ok(self.connection.sync()?)
    }
}
