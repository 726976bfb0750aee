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
use crate::{Clipboard, ClipboardError, Copied, Kind, Longest, Part};

#[path = "../../../screen/tests/support/xserver.rs"]
mod xserver;

mod files;

use xserver::XServer;

const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST: usize = 1 << 20;
const LIMITS: Longest = Longest {
    text: LONGEST,
    html: 2 * LONGEST,
    image: 8 * LONGEST,
    files: 2,
};

fn server() -> XServer {
    XServer::xvfb("320x240x24")
}

fn clipboard(server: &XServer) -> NativeClipboard {
    NativeClipboard::open(Some(server.display()), LIMITS).unwrap()
}

fn part(kind: Kind, data: impl Into<Vec<u8>>) -> Part {
    let data = Some(data.into());
    Part { kind, data }
}

fn set(clipboard: &mut NativeClipboard, parts: Vec<Part>) {
    clipboard.set(parts, Box::new(|_| None)).unwrap();
}

fn set_text(clipboard: &mut NativeClipboard, text: &str) {
    set(clipboard, vec![part(Kind::Text, text)]);
}

fn text(text: impl Into<String>) -> Copied {
    Copied::Text {
        text: text.into(),
        html: None,
    }
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
        for copy in ["手元で貼り付け\n\t😀".to_owned(), "あ".repeat(LONGEST / 3)] {
            set_text(&mut ours, &copy);
            let got = carried(&mut ours, &mut theirs, PATIENCE);
            assert_eq!(got, Some(text(copy)));
        }
        set_text(&mut ours, &"x".repeat(LONGEST + 1));
        assert_eq!(
            carried(&mut ours, &mut theirs, PATIENCE),
            Some(Copied::TooLong(Kind::Text))
        );
    }
}

#[test]
fn html_and_pictures_cross_whatever_their_length_and_a_text_goes_before_a_picture() {
    let server = server();
    let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
    theirs.watch(true).unwrap();
    let mut carry = |parts| {
        set(&mut ours, parts);
        carried(&mut ours, &mut theirs, PATIENCE)
    };
    for html in ["<b>手元</b>".to_owned(), "<i>x</i>".repeat(200_000)] {
        let got = carry(vec![part(Kind::Text, "手元"), part(Kind::Html, html.as_str())]);
        let text = "手元".to_owned();
        assert!(
            got == Some(Copied::Text {
                text,
                html: Some(html)
            })
        );
    }
    let long = "x".repeat(2 * LONGEST + 1);
    let got = carry(vec![part(Kind::Text, "the same"), part(Kind::Html, long)]);
    assert_eq!(got, Some(text("the same")));
    for length in [100, 200 << 10, 5 << 20] {
        let png: Vec<u8> = (0..length).map(|n: usize| (n % 251) as u8).collect();
        assert!(carry(vec![part(Kind::Image, png.clone())]) == Some(Copied::Image(png)));
    }
    let got = carry(vec![part(Kind::Image, vec![1; 8 * LONGEST + 1])]);
    assert!(got == Some(Copied::TooLong(Kind::Image)));
    let got = carry(vec![
        part(Kind::Text, "cells"),
        part(Kind::Image, "their picture"),
    ]);
    assert_eq!(got, Some(text("cells")));
}

#[test]
fn what_is_not_there_yet_is_asked_for_once_when_somebody_pastes() {
    let server = server();
    let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
    theirs.watch(true).unwrap();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&asked);
    let later = Part {
        kind: Kind::Image,
        data: None,
    };
    let supply = move |kind| {
        told.lock().unwrap().push(kind);
        Some(b"a picture".to_vec())
    };
    ours.set(vec![later.clone()], Box::new(supply)).unwrap();
    assert!(asked.lock().unwrap().is_empty(), "nobody pasted");
    for _ in 0..2 {
        let got = carried(&mut ours, &mut theirs, PATIENCE);
        assert_eq!(got, Some(Copied::Image(b"a picture".to_vec())));
        theirs.copied_again();
    }
    assert_eq!(*asked.lock().unwrap(), [Kind::Image]);
    // What does not come is refused, and nobody waits for ever.
    ours.set(vec![later], Box::new(|_| None)).unwrap();
    let short = Duration::from_millis(500);
    assert_eq!(carried(&mut ours, &mut theirs, short), Some(Copied::Nothing));
}

/// Other programs, which are not ours, at both ends.
#[test]
fn a_program_of_every_desktop_reads_and_gives_pictures_and_html() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let server = server();
    let xclip = |arguments: &[&str]| {
        let mut command = Command::new("xclip");
        command
            .args(["-display", server.display(), "-selection", "clipboard"])
            .args(arguments);
        command
    };
    let mut ours = clipboard(&server);
    ours.watch(true).unwrap();
    for (target, kind, length) in [
        ("image/png", Kind::Image, 3 << 20),
        ("text/html", Kind::Html, 300_000),
        ("UTF8_STRING", Kind::Text, 500_000),
    ] {
        let data = vec![b'x'; length];
        set(
            &mut ours,
            vec![part(Kind::Text, "t"), part(kind, data.clone())].split_off(usize::from(kind != Kind::Html)),
        );
        let child = xclip(&["-o", "-t", target])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let got = std::thread::scope(|scope| {
            let reading = scope.spawn(|| child.wait_with_output().unwrap());
            while !reading.is_finished() {
                ours.wait(Duration::from_millis(5)).unwrap();
            }
            reading.join().unwrap().stdout
        });
        assert!(got == data, "{target}: {} bytes", got.len());
    }
    let png = vec![b'p'; 2 << 20];
    let mut child = xclip(&["-i", "-t", "image/png"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&png).unwrap();
    child.wait().unwrap();
    assert!(ours.wait(PATIENCE).unwrap() == Some(Copied::Image(png)));
}

#[test]
fn what_was_copied_before_the_watch_and_what_is_our_own_is_not_told() {
    let server = server();
    let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
    set_text(&mut theirs, "a password of this morning");
    ours.watch(true).unwrap();
    set_text(&mut ours, "our own");
    let short = Duration::from_millis(300);
    assert_eq!(carried(&mut theirs, &mut ours, short), None);
    set_text(&mut theirs, "copied now");
    let got = carried(&mut theirs, &mut ours, PATIENCE);
    assert_eq!(got, Some(text("copied now")));
    ours.watch(false).unwrap();
    set_text(&mut theirs, "not watched any more");
    assert_eq!(carried(&mut theirs, &mut ours, short), None);
}

#[test]
fn nothing_stays_on_the_clipboard_after_the_end() {
    let server = server();
    let mut ours = clipboard(&server);
    set_text(&mut ours, "of the session");
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
    let error = NativeClipboard::open(Some(":4095"), LIMITS).unwrap_err();
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
    let copy = "部品".repeat(30_000);
    assert_eq!(read_from(false, &copy, PATIENCE), Some(text(copy)));
    let endless = "x".repeat(LONGEST * 3);
    assert_eq!(
        read_from(false, &endless, PATIENCE),
        Some(Copied::TooLong(Kind::Text))
    );
}

#[test]
fn what_a_password_manager_copies_is_left_alone() {
    assert_eq!(read_from(true, "hunter2", PATIENCE), Some(Copied::Nothing));
}
