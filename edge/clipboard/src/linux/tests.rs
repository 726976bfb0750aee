//! Two programs on a real X server: one of them is ours.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Property,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::NativeClipboard;
use crate::{Clipboard, ClipboardError, Copied};

#[path = "../../../screen/tests/support/xserver.rs"]
mod xserver;

use xserver::XServer;

const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST: usize = 1 << 20;

fn server() -> XServer {
    XServer::xvfb("320x240x24")
}

fn clipboard(server: &XServer) -> NativeClipboard {
    NativeClipboard::open(Some(server.display()), LONGEST).unwrap()
}

/// Lets `owner` answer until `reader` has something, or for a while.
fn carried(owner: &mut NativeClipboard, reader: &mut NativeClipboard, within: Duration) -> Option<Copied> {
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| reader.wait(within).unwrap());
        while !reading.is_finished() {
            owner.wait(Duration::from_millis(5)).unwrap();
        }
        reading.join().unwrap()
    })
}

#[test]
fn what_one_program_puts_there_the_other_reads_whatever_its_length() {
    // The second server looks at the clipboard itself, for its own viewers.
    for server in [server(), XServer::tigervnc("320x240", 24)] {
        let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
        theirs.watch(true).unwrap();
        for text in ["手元で貼り付け\n\t😀".to_owned(), "あ".repeat(LONGEST / 3)] {
            ours.set_text(&text).unwrap();
            let got = carried(&mut ours, &mut theirs, PATIENCE);
            assert_eq!(got, Some(Copied::Text(text)));
        }
        ours.set_text(&"x".repeat(LONGEST + 1)).unwrap();
        assert_eq!(carried(&mut ours, &mut theirs, PATIENCE), Some(Copied::TooLong));
    }
}

#[test]
fn what_was_copied_before_the_watch_and_what_is_our_own_is_not_told() {
    let server = server();
    let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
    theirs.set_text("a password of this morning").unwrap();
    ours.watch(true).unwrap();
    ours.set_text("our own").unwrap();
    let short = Duration::from_millis(300);
    assert_eq!(carried(&mut theirs, &mut ours, short), None);
    theirs.set_text("copied now").unwrap();
    let got = carried(&mut theirs, &mut ours, PATIENCE);
    assert_eq!(got, Some(Copied::Text("copied now".to_owned())));
    ours.watch(false).unwrap();
    theirs.set_text("not watched any more").unwrap();
    assert_eq!(carried(&mut theirs, &mut ours, short), None);
}

#[test]
fn nothing_stays_on_the_clipboard_after_the_end() {
    let server = server();
    let mut ours = clipboard(&server);
    ours.set_text("of the session").unwrap();
    drop(ours);
    let (conn, _) = x11rb::connect(Some(server.display())).unwrap();
    let atom = conn
        .intern_atom(false, b"CLIPBOARD")
        .unwrap()
        .reply()
        .unwrap()
        .atom;
    let end = Instant::now() + PATIENCE;
    while conn.get_selection_owner(atom).unwrap().reply().unwrap().owner != x11rb::NONE {
        assert!(Instant::now() < end, "somebody still owns it");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_display_that_is_not_there_is_an_error() {
    let error = NativeClipboard::open(Some(":4095"), LONGEST).unwrap_err();
    assert!(matches!(error, ClipboardError::Connect { .. }), "{error}");
}

/// A program that answers in its own way.
struct Owner {
    conn: RustConnection,
    secret: bool,
}

impl Owner {
    fn new(server: &XServer, secret: bool) -> Self {
        let (conn, screen) = x11rb::connect(Some(server.display())).unwrap();
        let root = conn.setup().roots[screen].root;
        let window = conn.generate_id().unwrap();
        let aux = CreateWindowAux::new();
        conn.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)
            .unwrap();
        let owner = Self { conn, secret };
        let clipboard = owner.atom("CLIPBOARD");
        owner
            .conn
            .set_selection_owner(window, clipboard, x11rb::CURRENT_TIME)
            .unwrap();
        owner.conn.sync().unwrap();
        owner
    }

    fn atom(&self, name: &str) -> u32 {
        let asked = self.conn.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }

    /// Answers until `over`; texts go in pieces of `piece` bytes.
    fn serve(&self, text: &[u8], piece: usize, over: &dyn Fn() -> bool) {
        let (targets, utf8, incr) = (self.atom("TARGETS"), self.atom("UTF8_STRING"), self.atom("INCR"));
        let mut sending: Option<(Window, u32, usize)> = None;
        while !over() {
            match self.conn.poll_for_event().unwrap() {
                Some(Event::SelectionRequest(request)) => {
                    if request.target == targets {
                        let mut list = vec![targets, utf8];
                        if self.secret {
                            list.push(self.atom("x-kde-passwordManagerHint"));
                        }
                        self.conn
                            .change_property32(
                                PropMode::REPLACE,
                                request.requestor,
                                request.property,
                                AtomEnum::ATOM,
                                &list,
                            )
                            .unwrap();
                    } else {
                        let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
                        self.conn
                            .change_window_attributes(request.requestor, &aux)
                            .unwrap();
                        let length = [u32::try_from(text.len()).unwrap()];
                        self.conn
                            .change_property32(
                                PropMode::REPLACE,
                                request.requestor,
                                request.property,
                                incr,
                                &length,
                            )
                            .unwrap();
                        sending = Some((request.requestor, request.property, 0));
                    }
                    self.told(&request);
                }
                Some(Event::PropertyNotify(told)) if told.state == Property::DELETE => {
                    if let Some((window, property, at)) = &mut sending
                        && told.atom == *property
                    {
                        let end = (*at + piece).min(text.len());
                        let part = &text[*at..end];
                        self.conn
                            .change_property8(PropMode::REPLACE, *window, *property, utf8, part)
                            .unwrap();
                        *at = end;
                        if part.is_empty() {
                            sending = None;
                        }
                    }
                }
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(1)),
            }
            self.conn.flush().unwrap();
        }
    }

    fn told(&self, request: &SelectionRequestEvent) {
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: request.property,
        };
        self.conn
            .send_event(false, request.requestor, EventMask::NO_EVENT, told)
            .unwrap();
    }
}

fn read_from(secret: bool, text: &str, within: Duration) -> Option<Copied> {
    let server = server();
    let mut ours = clipboard(&server);
    ours.watch(true).unwrap();
    let owner = Owner::new(&server, secret);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| ours.wait(within).unwrap());
        owner.serve(text.as_bytes(), 30_000, &|| reading.is_finished());
        reading.join().unwrap()
    })
}

#[test]
fn a_text_that_comes_in_pieces_is_put_together_and_one_without_end_is_given_up() {
    let text = "部品".repeat(30_000);
    assert_eq!(read_from(false, &text, PATIENCE), Some(Copied::Text(text)));
    let endless = "x".repeat(LONGEST * 3);
    assert_eq!(read_from(false, &endless, PATIENCE), Some(Copied::TooLong));
}

#[test]
fn what_a_password_manager_copies_is_left_alone() {
    assert_eq!(read_from(true, "hunter2", Duration::from_millis(500)), None);
}
