//! The frame on real servers, seen by an independent connection.

use std::time::{Duration, Instant};

use temoto_geometry::Rect;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask,
    ImageFormat, StackMode, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::{FRAME_COLOR, FrameOverlay, OverlayError};

#[path = "../../../screen/tests/support/xserver.rs"]
mod xserver;

use xserver::XServer;

/// Long enough for the slowest machine; no test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);
const WIDTH: u16 = 640;
const HEIGHT: u16 = 480;

struct Viewer {
    conn: RustConnection,
    root: Window,
}

impl Viewer {
    fn new(server: &XServer) -> Self {
        let (conn, screen) = x11rb::connect(Some(server.display())).unwrap();
        let root = conn.setup().roots[screen].root;
        Self { conn, root }
    }

    /// Which pixels have the frame's color.
    fn framed(&self) -> Vec<bool> {
        let image = self
            .conn
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, WIDTH, HEIGHT, !0)
            .unwrap();
        let pixels = image.reply().unwrap().data;
        let color = |pixel: &[u8]| u32::from_le_bytes(pixel.try_into().unwrap()) & 0x00ff_ffff;
        pixels
            .chunks_exact(4)
            .map(|pixel| color(pixel) == FRAME_COLOR)
            .collect()
    }

    fn window(&self, rect: Rect) -> Window {
        let window = self.conn.generate_id().unwrap();
        let aux = CreateWindowAux::new()
            .background_pixel(0x0011_2233)
            .override_redirect(1)
            .event_mask(EventMask::BUTTON_PRESS);
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
}

/// What a frame just inside of `display` covers.
fn expected(display: Rect) -> Vec<bool> {
    let inside = Rect::new(
        display.x + 4,
        display.y + 4,
        display.width - 8,
        display.height - 8,
    );
    let pixels = (0..i32::from(HEIGHT)).flat_map(|y| (0..i32::from(WIDTH)).map(move |x| (x, y)));
    pixels
        .map(|(x, y)| temoto_geometry::Point::new(x, y))
        .map(|at| display.contains(at) && !inside.contains(at))
        .collect()
}

#[test]
fn the_frame_lies_inside_the_display_and_moves_and_goes() {
    for server in [XServer::xvfb("640x480x24"), XServer::tigervnc("640x480", 24)] {
        let viewer = Viewer::new(&server);
        let mut overlay = crate::open(Some(server.display())).unwrap();
        assert!(viewer.framed().iter().all(|framed| !framed), "it begins hidden");
        for display in [Rect::new(0, 0, 640, 480), Rect::new(320, 100, 300, 200)] {
            overlay.show(display).unwrap();
            assert!(viewer.framed() == expected(display), "{display:?}");
        }
        overlay.hide().unwrap();
        assert!(viewer.framed().iter().all(|framed| !framed));
        overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
        drop(overlay);
        assert!(
            viewer.framed().iter().all(|framed| !framed),
            "it goes with the program"
        );
    }
}

#[test]
fn clicks_on_the_frame_reach_what_is_below() {
    let server = XServer::xvfb("640x480x24");
    let viewer = Viewer::new(&server);
    let below = viewer.window(Rect::new(0, 0, 640, 480));
    let mut overlay = crate::open(Some(server.display())).unwrap();
    overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
    viewer
        .conn
        .xtest_fake_input(6, 0, 0, viewer.root, 300, 2, 0)
        .unwrap();
    viewer
        .conn
        .xtest_fake_input(4, 1, 0, viewer.root, 0, 0, 0)
        .unwrap();
    viewer
        .conn
        .xtest_fake_input(5, 1, 0, viewer.root, 0, 0, 0)
        .unwrap();
    viewer.conn.flush().unwrap();
    let Event::ButtonPress(press) = viewer.conn.wait_for_event().unwrap() else {
        panic!()
    };
    assert_eq!((press.event, press.event_x, press.event_y), (below, 300, 2));
}

#[test]
fn a_window_that_comes_on_top_is_overtaken_but_not_at_full_speed() {
    let server = XServer::xvfb("640x480x24");
    let viewer = Viewer::new(&server);
    let mut overlay = crate::open(Some(server.display())).unwrap();
    let display = Rect::new(0, 0, 640, 480);
    overlay.show(display).unwrap();
    let rival = viewer.window(display);
    let until = Instant::now() + PATIENCE;
    let framed = expected(display);
    while viewer.framed() != framed {
        assert!(Instant::now() < until, "the frame stays covered");
        std::thread::sleep(Duration::from_millis(5));
    }
    // A rival that comes back at once is not fought at full speed.
    let watch = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    viewer.conn.change_window_attributes(viewer.root, &watch).unwrap();
    let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
    let (begin, mut raises) = (Instant::now(), 0);
    for _ in 0..500 {
        viewer.conn.configure_window(rival, &above).unwrap();
        viewer.conn.sync().unwrap();
        while let Some(event) = viewer.conn.poll_for_event().unwrap() {
            let side = |window| overlay.windows().contains(&window);
            raises += u128::from(matches!(event, Event::ConfigureNotify(event) if side(event.window)));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let pauses = begin.elapsed().as_millis() / 250;
    assert!(raises <= 4 * (pauses + 2), "{raises} raises in {pauses} pauses");
    assert!(raises > 0);
}

#[test]
fn a_hidden_frame_is_not_raised_again() {
    let server = XServer::xvfb("640x480x24");
    let viewer = Viewer::new(&server);
    let mut overlay = crate::open(Some(server.display())).unwrap();
    for _ in 0..5 {
        overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
        viewer.window(Rect::new(0, 0, 640, 480));
        overlay.hide().unwrap();
        assert!(viewer.framed().iter().all(|framed| !framed));
    }
}

#[test]
fn other_depths_have_a_frame_too_and_a_dead_server_is_an_error() {
    for screen in ["640x480x16", "640x480x30"] {
        let server = XServer::xvfb(screen);
        let mut overlay = crate::open(Some(server.display())).unwrap();
        overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
        assert_eq!(overlay.windows().len(), 4);
        drop(server);
        assert!(matches!(
            overlay.show(Rect::new(0, 0, 64, 48)),
            Err(OverlayError::Lost(_))
        ));
    }
    let refused = crate::open(Some(":4999"));
    assert!(matches!(refused, Err(OverlayError::Connect { .. })));
}
