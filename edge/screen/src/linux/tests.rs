//! The X11 source against real servers: what it captures must be what an independent connection gets and what was
//! drawn.

use std::time::{Duration, Instant};

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region, Size};
use x11rb::connection::Connection;
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    self, ChangeWindowAttributesAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Gcontext, ImageFormat,
    Rectangle, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::NativeScreen;
use crate::{Changes, ScreenError, ScreenSource};

#[path = "../../tests/support/xserver.rs"]
mod xserver;

use xserver::XServer;

/// Long enough for the slowest machine; no test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// An independent program on the display.
struct Painter {
    conn: RustConnection,
    root: Window,
    gc: Gcontext,
}

impl Painter {
    fn new(server: &XServer) -> Self {
        let (conn, screen) = x11rb::connect(Some(server.display())).unwrap();
        let root = conn.setup().roots[screen].root;
        let gc = conn.generate_id().unwrap();
        conn.create_gc(gc, root, &CreateGCAux::new()).unwrap();
        Self { conn, root, gc }
    }

    /// Fills part of a window with a pixel value of the server, and waits until it is done.
    fn fill(&self, window: Window, rect: Rect, pixel: u32) {
        self.conn
            .change_gc(
                self.gc,
                &x11rb::protocol::xproto::ChangeGCAux::new().foreground(pixel),
            )
            .unwrap();
        let rect = Rectangle {
            x: rect.x as i16,
            y: rect.y as i16,
            width: rect.width as u16,
            height: rect.height as u16,
        };
        self.conn.poly_fill_rectangle(window, self.gc, &[rect]).unwrap();
        self.conn.sync().unwrap();
    }

    fn window(&self, rect: Rect, pixel: u32) -> Window {
        let window = self.conn.generate_id().unwrap();
        let aux = CreateWindowAux::new()
            .background_pixel(pixel)
            .override_redirect(1);
        let (x, y, width, height) = (
            rect.x as i16,
            rect.y as i16,
            rect.width as u16,
            rect.height as u16,
        );
        let class = WindowClass::INPUT_OUTPUT;
        self.conn
            .create_window(0, window, self.root, x, y, width, height, 0, class, 0, &aux)
            .unwrap();
        self.conn.map_window(window).unwrap();
        self.conn.sync().unwrap();
        window
    }

    /// The bytes of the root window as the server sends them over the connection.
    fn image(&self, rect: Rect) -> Vec<u8> {
        let (x, y, width, height) = (
            rect.x as i16,
            rect.y as i16,
            rect.width as u16,
            rect.height as u16,
        );
        self.conn
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0)
            .unwrap()
            .reply()
            .unwrap()
            .data
    }

    /// A picture with no two equal parts.
    fn draw_pattern(&self, size: Size, mask: u32) {
        for step in 0..64 {
            let rect = Rect::new(step * 7 % 500, step * 11 % 400, 40 + step as u32, 17);
            let pixel = (step as u32 + 1).wrapping_mul(0x9e37_79b9) & mask;
            self.fill(self.root, rect.intersect(size.to_rect()).unwrap(), pixel);
        }
    }
}

/// Waits until `done` is satisfied with all that changed so far.
fn wait_until(screen: &mut NativeScreen, mut done: impl FnMut(&Changes) -> bool) -> Changes {
    let until = Instant::now() + PATIENCE;
    let mut sum = Changes::default();
    loop {
        let changes = screen
            .wait(until.saturating_duration_since(Instant::now()))
            .unwrap();
        sum.damage = sum.damage.union(&changes.damage);
        sum.cursor_moved = changes.cursor_moved.or(sum.cursor_moved);
        sum.cursor_shape |= changes.cursor_shape;
        sum.geometry |= changes.geometry;
        if done(&sum) {
            return sum;
        }
        assert!(Instant::now() < until, "still waiting after {sum:?}");
    }
}

/// Opens the screen and takes what is reported at first.
fn open(server: &XServer) -> NativeScreen {
    let mut screen = crate::open(Some(server.display())).unwrap();
    let first = screen.wait(Duration::ZERO).unwrap();
    assert_eq!(first.damage.bounds(), whole(&screen));
    assert!(first.geometry && first.cursor_shape && first.cursor_moved.is_some());
    screen
}

fn whole(screen: &NativeScreen) -> Rect {
    screen
        .displays()
        .iter()
        .fold(Rect::default(), |all, display| all.hull(display.rect))
}

fn capture(screen: &mut NativeScreen, rect: Rect) -> Framebuffer {
    let mut frame = Framebuffer::new(rect.size()).unwrap();
    screen.capture(rect, rect.origin(), &mut frame).unwrap();
    frame
}

/// Bytes of 32 bits in the order of this machine as pixels.
fn as_pixels(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap()))
        .collect()
}

#[test]
fn a_capture_is_what_another_program_gets() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    painter.draw_pattern(Size::new(640, 480), 0x00ff_ffff);
    let mut screen = open(&server);
    assert!(screen.uses_shared_memory());
    for rect in [
        Rect::new(0, 0, 640, 480),
        Rect::new(13, 7, 101, 33),
        Rect::new(639, 479, 1, 1),
    ] {
        let frame = capture(&mut screen, rect);
        let theirs: Vec<u32> = as_pixels(&painter.image(rect))
            .iter()
            .map(|pixel| pixel & 0x00ff_ffff)
            .collect();
        assert_eq!(frame.pixels(), theirs, "{rect:?}");
        assert!(rect.area() == 1 || frame.pixels().iter().any(|pixel| *pixel != frame.pixels()[0]));
    }
}

#[test]
fn without_shared_memory_the_picture_is_the_same() {
    let server = XServer::xvfb("640x480x24");
    Painter::new(&server).draw_pattern(Size::new(640, 480), 0x00ff_ffff);
    let mut screen = open(&server);
    let shared = capture(&mut screen, Rect::new(3, 5, 600, 400));
    screen.forget_shared_memory();
    assert!(!screen.uses_shared_memory());
    assert_eq!(capture(&mut screen, Rect::new(3, 5, 600, 400)), shared);
}

#[test]
fn drawing_is_reported_once_and_nothing_costs_nothing() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let window = painter.window(Rect::new(100, 100, 200, 100), 0);
    let mut screen = open(&server);
    let drawn = Rect::new(20, 30, 50, 40);
    painter.fill(window, drawn, 0x00ff_0000);
    let on_desktop = drawn.translate(100, 100);
    let changes = wait_until(&mut screen, |changes| changes.damage.contains_rect(on_desktop));
    assert_eq!(
        changes.damage,
        Region::from(on_desktop),
        "damage is exact on this server"
    );
    assert!(!changes.geometry && !changes.cursor_shape);
    assert_eq!(capture(&mut screen, on_desktop).pixels(), vec![0x00ff_0000; 2000]);
    assert!(screen.wait(Duration::ZERO).unwrap().is_empty());
}

#[test]
fn what_is_drawn_between_wait_and_capture_is_reported_again() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    let rect = Rect::new(10, 10, 20, 20);
    painter.fill(painter.root, rect, 1);
    wait_until(&mut screen, |changes| changes.damage.contains_rect(rect));
    painter.fill(painter.root, rect, 2);
    assert_eq!(capture(&mut screen, rect).pixels()[0], 2);
    wait_until(&mut screen, |changes| changes.damage.contains_rect(rect));
}

#[test]
fn very_ragged_damage_stays_few_rectangles_and_loses_nothing() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    let dot = |x: i32, y: i32| Rect::new(x * 16, y * 16, 1, 1);
    let mut drawn = Region::new();
    let mut rectangles = Vec::new();
    for y in 0..30 {
        for x in 0..40 {
            drawn.insert(dot(x, y));
            rectangles.push(Rectangle {
                x: x as i16 * 16,
                y: y as i16 * 16,
                width: 1,
                height: 1,
            });
        }
    }
    painter
        .conn
        .poly_fill_rectangle(painter.root, painter.gc, &rectangles)
        .unwrap();
    painter.conn.sync().unwrap();
    let changes = wait_until(&mut screen, |changes| drawn.subtract(&changes.damage).is_empty());
    assert!(changes.damage.iter().count() < 600);
}

#[test]
fn colors_of_depth_16_are_widened() {
    let server = XServer::xvfb("640x480x16");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    for (pixel, color) in [
        (0xffff, 0x00ff_ffff),
        (0xf800, 0x00ff_0000),
        (0x07e0, 0x0000_ff00),
        (0x8410, 0x0084_8284),
    ] {
        painter.fill(painter.root, Rect::new(0, 0, 9, 9), pixel);
        // An odd width makes rows that are padded.
        assert_eq!(capture(&mut screen, Rect::new(1, 1, 7, 3)).pixels(), [color; 21]);
    }
}

#[test]
fn colors_of_depth_30_are_reduced() {
    let server = XServer::xvfb("640x480x30");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    for (pixel, color) in [
        (0x3fff_ffff, 0x00ff_ffff),
        (0x1ff << 20 | 0x2a7, 0x007f_00a9),
        (0x3fc, 0x0000_00ff),
    ] {
        painter.fill(painter.root, Rect::new(0, 0, 9, 9), pixel);
        assert_eq!(capture(&mut screen, Rect::new(1, 1, 7, 3)).pixels(), [color; 21]);
    }
}

#[test]
fn a_depth_without_direct_color_is_refused_with_its_number() {
    let server = XServer::xvfb("640x480x8");
    let refused = crate::open(Some(server.display()));
    assert!(
        matches!(
            refused,
            Err(ScreenError::Depth {
                depth: 8,
                bits_per_pixel: 8
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn no_display_is_an_error_with_its_name() {
    let Err(ScreenError::Connect { display, reason }) = crate::open(Some(":4999")) else {
        panic!("that opened")
    };
    assert_eq!(display, ":4999");
    assert!(!reason.is_empty());
}

#[test]
fn the_mode_changes_while_it_runs() {
    let server = XServer::tigervnc("800x600", 24);
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    assert_eq!(whole(&screen), Rect::new(0, 0, 800, 600));
    for (width, height) in [(1280, 1024), (640, 480), (1024, 768)] {
        let old = whole(&screen);
        server.run(
            "xrandr",
            &[
                "--fb",
                &format!("{width}x{height}"),
                "--output",
                "VNC-0",
                "--mode",
                &format!("{width}x{height}"),
            ],
        );
        let stale = Framebuffer::new(old.size())
            .map(|mut frame| screen.capture(old, Point::ORIGIN, &mut frame))
            .unwrap();
        assert!(matches!(stale, Ok(()) | Err(ScreenError::Outside)), "{stale:?}");
        let new = Rect::new(0, 0, width, height);
        let changes = wait_until(&mut screen, |changes| {
            changes.geometry && changes.damage.contains_rect(new)
        });
        assert_eq!(
            changes.damage.bounds(),
            new,
            "old pixels are not damaged any more"
        );
        assert_eq!(whole(&screen), new);
        assert_eq!(screen.displays().len(), 1);
        painter.draw_pattern(new.size(), 0x00ff_ffff);
        let theirs: Vec<u32> = as_pixels(&painter.image(new))
            .iter()
            .map(|pixel| pixel & 0x00ff_ffff)
            .collect();
        assert_eq!(capture(&mut screen, new).pixels(), theirs);
    }
}

#[test]
fn monitors_that_are_defined_while_it_runs_become_displays() {
    let server = XServer::tigervnc("800x600", 24);
    let mut screen = open(&server);
    assert_eq!(screen.displays()[0].name, "VNC-0");
    let painter = Painter::new(&server);
    let atom = |name: &str| {
        painter
            .conn
            .intern_atom(false, name.as_bytes())
            .unwrap()
            .reply()
            .unwrap()
            .atom
    };
    let output = painter
        .conn
        .randr_get_screen_resources(painter.root)
        .unwrap()
        .reply()
        .unwrap()
        .outputs[0];
    for (name, x, primary, outputs) in [("left", 0, false, vec![output]), ("right", 500, true, vec![])] {
        let monitor = randr::MonitorInfo {
            name: atom(name),
            primary,
            automatic: false,
            x,
            y: 0,
            width: if x == 0 { 500 } else { 300 },
            height: 600,
            width_in_millimeters: 100,
            height_in_millimeters: 100,
            outputs,
        };
        painter
            .conn
            .randr_set_monitor(painter.root, monitor)
            .unwrap()
            .check()
            .unwrap();
    }
    let until = Instant::now() + PATIENCE;
    while screen.displays().len() != 2 {
        screen.wait(Duration::from_millis(500)).unwrap();
        assert!(Instant::now() < until, "{:?}", screen.displays());
    }
    let seen: Vec<_> = screen
        .displays()
        .iter()
        .map(|display| (display.name.as_str(), display.rect.x))
        .collect();
    assert_eq!(seen, [("right", 500), ("left", 0)]);
}

#[test]
fn the_cursor_is_followed_and_its_shape_known() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    let before = capture(&mut screen, Rect::new(0, 0, 640, 480));
    let window = painter.window(Rect::new(300, 200, 100, 100), 0);
    // A cursor of 3 x 2 pixels: black where source and mask are set, white where only the mask is.
    let bitmap = |rows: [u8; 2]| {
        let pixmap = painter.conn.generate_id().unwrap();
        painter.conn.create_pixmap(1, pixmap, painter.root, 3, 2).unwrap();
        let gc = painter.conn.generate_id().unwrap();
        painter
            .conn
            .create_gc(gc, pixmap, &CreateGCAux::new().foreground(1).background(0))
            .unwrap();
        let data = [rows[0], 0, 0, 0, rows[1], 0, 0, 0];
        painter
            .conn
            .put_image(ImageFormat::XY_BITMAP, pixmap, gc, 3, 2, 0, 0, 0, 1, &data)
            .unwrap();
        pixmap
    };
    let cursor = painter.conn.generate_id().unwrap();
    let (source, mask) = (bitmap([0b001, 0b000]), bitmap([0b011, 0b100]));
    painter
        .conn
        .create_cursor(cursor, source, mask, 0, 0, 0, !0, !0, !0, 2, 1)
        .unwrap();
    let with_cursor = ChangeWindowAttributesAux::new().cursor(cursor);
    painter
        .conn
        .change_window_attributes(window, &with_cursor)
        .unwrap();
    painter
        .conn
        .xtest_fake_input(6, 0, 0, painter.root, 350, 250, 0)
        .unwrap();
    painter.conn.sync().unwrap();

    let place = Point::new(350, 250);
    let changes = wait_until(&mut screen, |changes| {
        changes.cursor_shape && changes.cursor_moved == Some(place)
    });
    assert!(!changes.geometry);
    assert_eq!(screen.cursor_position().unwrap(), place);
    let shape = screen.cursor_shape().unwrap();
    assert_eq!(
        (shape.size(), shape.hotspot()),
        (Size::new(3, 2), Point::new(2, 1))
    );
    let (black, white, clear) = ([0, 0, 0, 255], [255; 4], [0; 4]);
    assert_eq!(shape.rgba(), [black, white, clear, clear, clear, white].concat());

    let after = capture(&mut screen, Rect::new(0, 0, 640, 480));
    let around = Rect::new(340, 240, 20, 20);
    assert!(
        after.pixels().iter().all(|pixel| *pixel == 0),
        "the cursor is in the picture at {around:?}"
    );
    assert_eq!(before.size(), after.size());

    let (none, blank) = (bitmap([0, 0]), painter.conn.generate_id().unwrap());
    painter
        .conn
        .create_cursor(blank, none, none, 0, 0, 0, 0, 0, 0, 0, 0)
        .unwrap();
    painter
        .conn
        .change_window_attributes(window, &ChangeWindowAttributesAux::new().cursor(blank))
        .unwrap();
    painter.conn.sync().unwrap();
    wait_until(&mut screen, |changes| changes.cursor_shape);
    assert!(screen.cursor_shape().unwrap().size().is_empty());
}

#[test]
fn a_pointer_that_a_program_moves_is_seen_with_the_next_look() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    painter
        .conn
        .warp_pointer(x11rb::NONE, painter.root, 0, 0, 0, 0, 12, 34)
        .unwrap();
    painter.conn.sync().unwrap();
    assert_eq!(
        screen.wait(Duration::ZERO).unwrap().cursor_moved,
        Some(Point::new(12, 34))
    );
}

#[test]
fn a_waker_ends_the_sleep_and_a_dead_server_is_an_error() {
    let server = XServer::xvfb("640x480x24");
    let mut screen = open(&server);
    let waker = screen.waker();
    let sleeper = std::thread::spawn(move || {
        let woken = screen.wait(PATIENCE * 10).unwrap();
        (woken, screen)
    });
    waker.wake();
    let (woken, mut screen) = sleeper.join().unwrap();
    assert!(woken.is_empty());
    drop(server);
    let mut frame = Framebuffer::new(Size::new(9, 9)).unwrap();
    assert!(matches!(screen.wait(PATIENCE), Err(ScreenError::Lost(_))));
    let captured = screen.capture(Rect::new(0, 0, 9, 9), Point::ORIGIN, &mut frame);
    assert!(matches!(captured, Err(ScreenError::Lost(_))));
}

#[test]
fn windows_are_told_with_their_frames_the_uppermost_first() {
    let server = XServer::xvfb("640x480x24");
    let painter = Painter::new(&server);
    let mut screen = open(&server);
    let plain = |rect: Rect| {
        let window = painter.window(rect, 0);
        let asks = ChangeWindowAttributesAux::new().override_redirect(0);
        painter.conn.change_window_attributes(window, &asks).unwrap();
        window
    };
    let (below, above) = (Rect::new(20, 30, 200, 100), Rect::new(120, 60, 90, 70));
    let windows = [below, above].map(plain);
    // A menu, and a window that is not on the screen.
    painter.window(Rect::new(0, 0, 50, 50), 0);
    painter
        .conn
        .unmap_window(plain(Rect::new(300, 300, 50, 50)))
        .unwrap();
    // One of our own.
    let own = plain(Rect::new(400, 300, 50, 50));
    let atom = |name: &[u8]| {
        painter
            .conn
            .intern_atom(false, name)
            .unwrap()
            .reply()
            .unwrap()
            .atom
    };
    let (replace, kind) = (xproto::PropMode::REPLACE, xproto::AtomEnum::CARDINAL);
    painter
        .conn
        .change_property32(replace, own, atom(b"_NET_WM_PID"), kind, &[std::process::id()])
        .unwrap();
    painter.conn.sync().unwrap();
    assert_eq!(screen.windows().unwrap(), [above, below]);
    // A window manager tells another order, frames, and one that is closed already.
    let atom = |name: &[u8]| {
        painter
            .conn
            .intern_atom(false, name)
            .unwrap()
            .reply()
            .unwrap()
            .atom
    };
    let list = atom(b"_NET_CLIENT_LIST_STACKING");
    let stack = [windows[1], windows[0] + 77, windows[0]];
    painter
        .conn
        .change_property32(replace, painter.root, list, xproto::AtomEnum::WINDOW, &stack)
        .unwrap();
    let extents = atom(b"_NET_FRAME_EXTENTS");
    painter
        .conn
        .change_property32(replace, windows[0], extents, kind, &[3, 4, 20, 5])
        .unwrap();
    painter.conn.sync().unwrap();
    let framed = Rect::new(17, 10, 207, 125);
    assert_eq!(screen.windows().unwrap(), [framed, above]);
}
