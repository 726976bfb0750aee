//! Sink and watch against real servers, with independent programs that receive and that inject.

use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_keymap::{Code, char_of_keysym};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::{NativeSink, NativeWatch};
use crate::{ActivityKind, Button, InputError, InputSink, LocalEvent, LocalInputWatch, OwnWindows};

#[path = "../../../screen/tests/support/xserver.rs"]
mod xserver;

use xserver::XServer;

mod guard;
mod local;
mod text;

/// Long enough for the slowest machine; no test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program with one window that has the focus and lies under the pointer's way.
struct Client {
    conn: RustConnection,
    root: Window,
    window: Window,
}

/// What reached the client's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Got {
    Key(u8, bool),
    Button(u8, bool),
    Motion(i16, i16),
}

impl Client {
    fn new(server: &XServer) -> Self {
        let (conn, screen) = x11rb::connect(Some(server.display())).unwrap();
        let root = conn.setup().roots[screen].root;
        let window = conn.generate_id().unwrap();
        let events = EventMask::KEY_PRESS
            | EventMask::KEY_RELEASE
            | EventMask::BUTTON_PRESS
            | EventMask::BUTTON_RELEASE
            | EventMask::POINTER_MOTION
            | EventMask::EXPOSURE;
        let aux = CreateWindowAux::new()
            .background_pixel(0)
            .override_redirect(1)
            .event_mask(events);
        conn.create_window(
            0,
            window,
            root,
            0,
            0,
            400,
            300,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &aux,
        )
        .unwrap();
        conn.map_window(window).unwrap();
        conn.flush().unwrap();
        while !matches!(conn.wait_for_event().unwrap(), Event::Expose(_)) {}
        conn.set_input_focus(InputFocus::NONE, window, x11rb::CURRENT_TIME)
            .unwrap();
        conn.sync().unwrap();
        Self { conn, root, window }
    }

    /// What came of all that the sink did until now.
    fn got(&self, sink: &mut NativeSink) -> Vec<Got> {
        settle(sink);
        self.conn.sync().unwrap();
        let mut got = Vec::new();
        while let Some(event) = self.conn.poll_for_event().unwrap() {
            got.extend(match event {
                Event::KeyPress(event) => Some(Got::Key(event.detail, true)),
                Event::KeyRelease(event) => Some(Got::Key(event.detail, false)),
                Event::ButtonPress(event) => Some(Got::Button(event.detail, true)),
                Event::ButtonRelease(event) => Some(Got::Button(event.detail, false)),
                Event::MotionNotify(event) => Some(Got::Motion(event.event_x, event.event_y)),
                _ => None,
            });
        }
        got
    }

    /// Injects as a foreign program does: 2 and 3 for keys, 4 and 5 for buttons, 6 for motion.
    fn inject(&self, kind: u8, detail: u8, x: i16, y: i16) {
        self.conn
            .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
            .unwrap();
        self.conn.sync().unwrap();
    }

    /// The keycodes that the server says are down.
    fn down(&self) -> Vec<u8> {
        let keys = self.conn.query_keymap().unwrap().reply().unwrap().keys;
        (0..=255_u8)
            .filter(|key| keys[usize::from(key / 8)] & 1 << (key % 8) != 0)
            .collect()
    }

    fn button_mask(&self) -> u16 {
        u16::from(self.conn.query_pointer(self.root).unwrap().reply().unwrap().mask) & 0x1f00
    }
}

/// Returns when the server has done all that the sink asked for: it reads each connection in order, but two
/// connections in any.
fn settle(sink: &mut NativeSink) {
    sink.locks().unwrap();
}

fn open(server: &XServer) -> (NativeSink, NativeWatch) {
    crate::open(Some(server.display()), OwnWindows::none()).unwrap()
}

fn both_servers() -> [XServer; 2] {
    [XServer::xvfb("640x480x24"), XServer::tigervnc("640x480", 24)]
}

#[test]
fn every_key_arrives_with_its_keycode() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, _watch) = open(&server);
        for code in Code::all() {
            sink.key(code, true).unwrap();
            assert_eq!(sink.held().keys, [code]);
            sink.key(code, false).unwrap();
            let keycode = code.evdev() + 8;
            assert_eq!(
                client.got(&mut sink),
                [Got::Key(keycode, true), Got::Key(keycode, false)],
                "{code}"
            );
        }
    }
}

#[test]
fn japanese_keys_mean_what_a_japanese_layout_says() {
    let server = XServer::xvfb("640x480x24");
    server.run("setxkbmap", &["-layout", "jp", "-model", "jp106"]);
    let client = Client::new(&server);
    let keysym = |code: Code| {
        client
            .conn
            .get_keyboard_mapping(code.x11_keycode(), 1)
            .unwrap()
            .reply()
            .unwrap()
            .keysyms[0]
    };
    let (henkan, muhenkan, kana, zenkaku) = (0xff23, 0xff22, 0xff27, 0xff2a);
    for (code, expected) in [
        (Code::Convert, henkan),
        (Code::NonConvert, muhenkan),
        (Code::KanaMode, kana),
        (Code::Backquote, zenkaku),
        (Code::IntlYen, u32::from('\\')),
        (Code::IntlRo, u32::from('\\')),
        (Code::BracketLeft, u32::from('@')),
        (Code::Equal, u32::from('^')),
        (Code::Quote, u32::from(':')),
        (Code::Backslash, u32::from(']')),
        (Code::KeyA, u32::from('a')),
    ] {
        assert_eq!(keysym(code), expected, "{code}");
    }
}

#[test]
fn pointer_buttons_and_wheel_arrive() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, _watch) = open(&server);
        sink.pointer_to(Point::new(123, 45)).unwrap();
        assert!(client.got(&mut sink).contains(&Got::Motion(123, 45)));
        for (button, number) in [
            (Button::Left, 1),
            (Button::Middle, 2),
            (Button::Right, 3),
            (Button::Back, 8),
            (Button::Forward, 9),
        ] {
            sink.button(button, true).unwrap();
            sink.button(button, true).unwrap();
            sink.button(button, false).unwrap();
            sink.button(button, false).unwrap();
            assert_eq!(
                client.got(&mut sink),
                [Got::Button(number, true), Got::Button(number, false)]
            );
        }
        for (dx, dy, number) in [(0, 120, 5), (0, -120, 4), (120, 0, 7), (-120, 0, 6)] {
            sink.wheel(dx, dy).unwrap();
            assert_eq!(
                client.got(&mut sink),
                [Got::Button(number, true), Got::Button(number, false)]
            );
        }
        sink.wheel(0, 60).unwrap();
        assert_eq!(client.got(&mut sink), []);
        sink.wheel(0, 180).unwrap();
        assert_eq!(client.got(&mut sink).len(), 4);
        sink.pointer_to(Point::new(-50, 1_000_000)).unwrap();
        settle(&mut sink);
        let pointer = client.conn.query_pointer(client.root).unwrap().reply().unwrap();
        assert_eq!((pointer.root_x, pointer.root_y), (0, 479));
    }
}

#[test]
fn a_left_handed_mouse_gets_the_button_that_is_meant() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, _watch) = open(&server);
        let mut map = client.conn.get_pointer_mapping().unwrap().reply().unwrap().map;
        map.swap(0, 2);
        client.conn.set_pointer_mapping(&map).unwrap().reply().unwrap();
        sink.pointer_to(Point::new(5, 5)).unwrap();
        client.got(&mut sink);
        sink.button(Button::Left, true).unwrap();
        sink.button(Button::Left, false).unwrap();
        assert_eq!(
            client.got(&mut sink),
            [Got::Button(1, true), Got::Button(1, false)]
        );
    }
}

#[test]
fn nothing_stays_pressed_when_the_sink_goes() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let (mut sink, _watch) = open(&server);
    for code in [Code::ControlLeft, Code::KeyA, Code::Convert] {
        sink.key(code, true).unwrap();
    }
    sink.button(Button::Left, true).unwrap();
    settle(&mut sink);
    assert_eq!((client.down().len(), client.button_mask()), (3, 0x100));
    sink.release_all().unwrap();
    assert_eq!((client.down().len(), client.button_mask()), (0, 0));
    assert!(sink.held().is_empty());
    sink.key(Code::ShiftRight, true).unwrap();
    sink.button(Button::Right, true).unwrap();
    drop(sink);
    assert_eq!((client.down().len(), client.button_mask()), (0, 0));
}

#[test]
fn a_panic_hook_can_release_what_a_sink_holds() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let (mut sink, _watch) = open(&server);
    let rescue = sink.rescue();
    sink.key(Code::AltLeft, true).unwrap();
    sink.button(Button::Left, true).unwrap();
    settle(&mut sink);
    // As with `panic = "abort"`: the sink is never dropped.
    std::mem::forget(sink);
    rescue.release();
    assert_eq!((client.down().len(), client.button_mask()), (0, 0));
}

#[test]
fn locks_and_layout_are_known() {
    let server = XServer::xvfb("640x480x24");
    server.run("setxkbmap", &["-layout", "us,jp"]);
    let client = Client::new(&server);
    let (mut sink, _watch) = open(&server);
    let locks = sink.locks().unwrap();
    assert_eq!((locks.caps, locks.num, locks.layout), (false, false, 0));
    for code in [Code::CapsLock, Code::NumLock] {
        sink.key(code, true).unwrap();
        sink.key(code, false).unwrap();
    }
    let locks = sink.locks().unwrap();
    assert_eq!((locks.caps, locks.num), (true, true));
    drop(client);
}

#[test]
fn no_display_is_an_error_with_its_name() {
    let Err(InputError::Connect { display, .. }) = crate::open(Some(":4999"), OwnWindows::none()) else {
        panic!("that opened")
    };
    assert_eq!(display, ":4999");
}
