//! Files, as file managers and others put them there.

use std::path::PathBuf;

use x11rb::protocol::xproto::SelectionRequestEvent;

use super::*;

/// A program that has these forms of what it copied, and takes none back.
struct Forms {
    owner: Owner,
    window: Window,
    forms: Vec<(u32, Vec<u8>)>,
}

impl Forms {
    fn copy(server: &XServer, forms: &[(&str, &str)]) -> Self {
        let owner = Owner::new(server, false);
        let clipboard = owner.atom("CLIPBOARD");
        let selection = owner.conn.get_selection_owner(clipboard).unwrap();
        let window = selection.reply().unwrap().owner;
        let forms = forms
            .iter()
            .map(|(name, data)| (owner.atom(name), data.as_bytes().to_vec()));
        let forms = forms.collect();
        Self { owner, window, forms }
    }

    fn serve(&self, over: &dyn Fn() -> bool) {
        while !over() {
            if let Some(Event::SelectionRequest(request)) = self.owner.conn.poll_for_event().unwrap() {
                self.answer(&request);
                self.owner.told(&request);
                self.owner.conn.flush().unwrap();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn answer(&self, request: &SelectionRequestEvent) {
        let (window, property) = (request.requestor, request.property);
        let mode = PropMode::REPLACE;
        let conn = &self.owner.conn;
        if request.target == self.owner.atom("TARGETS") {
            let targets: Vec<u32> = self.forms.iter().map(|&(form, _)| form).collect();
            conn.change_property32(mode, window, property, AtomEnum::ATOM, &targets)
                .unwrap();
        } else {
            let form = self.forms.iter().find(|(form, _)| *form == request.target);
            let (form, data) = form.expect("only what is offered is asked for");
            conn.change_property8(mode, window, property, *form, data)
                .unwrap();
        }
    }
}

/// What `reader` says next, while this program is there.
fn next(reader: &mut NativeClipboard, from: Option<&Forms>) -> Option<Copied> {
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| reader.wait(PATIENCE).unwrap());
        if let Some(from) = from {
            from.serve(&|| reading.is_finished());
        }
        reading.join().unwrap()
    })
}

fn files(paths: &[&str], more: bool) -> Option<Copied> {
    let paths = paths.iter().map(PathBuf::from).collect();
    Some(Copied::Files { paths, more })
}

const FILES: &str = "x-special/gnome-copied-files";
const LIST: &str = "text/uri-list";
const TEXT: &str = "UTF8_STRING";

#[test]
fn files_are_files_whatever_text_stands_beside_them() {
    let server = server();
    let mut ours = clipboard(&server);
    ours.watch(true).unwrap();
    let mut copied = |forms: &[(&str, &str)]| next(&mut ours, Some(&Forms::copy(&server, forms)));
    assert_eq!(
        copied(&[
            (TEXT, "/files/a/請求書.pdf"),
            (LIST, "file:///files/a/x\r\n"),
            (
                FILES,
                "copy\nfile:///files/a/%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf\nfile:///files/b"
            ),
        ]),
        files(&["/files/a/請求書.pdf", "/files/b"], false)
    );
    assert_eq!(
        copied(&[(TEXT, "a b c"), (LIST, "file:///a\r\nfile:///b\r\nfile:///c\r\n")]),
        files(&["/a", "/b"], true)
    );
    // Files of another computer are none that could be had, and no text.
    for elsewhere in ["smb://server/share/a.txt\r\n", "file:///a/../b\r\n"] {
        assert_eq!(copied(&[(TEXT, "a"), (LIST, elsewhere)]), Some(Copied::Nothing));
    }
    assert_eq!(copied(&[(TEXT, "a"), (FILES, "cut")]), Some(Copied::Nothing));
    // Links are no files, and a program that shows a picture tells its file as well.
    assert_eq!(
        copied(&[(TEXT, "https://a.example"), (LIST, "https://a.example\r\n")]),
        Some(text("https://a.example"))
    );
    assert_eq!(
        copied(&[
            (LIST, "file:///a.png"),
            (TEXT, "/a.png"),
            ("image/png", "a picture")
        ]),
        Some(Copied::Image(b"a picture".to_vec()))
    );
}

#[test]
fn whoever_copied_is_gone_and_what_was_copied_before_the_watch_is_not_told() {
    let server = server();
    let mut ours = clipboard(&server);
    let before = Forms::copy(&server, &[(LIST, "file:///before")]);
    ours.watch(true).unwrap();
    assert_eq!(ours.wait(Duration::from_millis(200)).unwrap(), None);
    let now = Forms::copy(&server, &[(LIST, "file:///now")]);
    assert_eq!(next(&mut ours, Some(&now)), files(&["/now"], false));
    now.owner.conn.destroy_window(now.window).unwrap();
    now.owner.conn.flush().unwrap();
    assert_eq!(next(&mut ours, None), Some(Copied::Nothing));
    drop(before);
}

#[test]
fn a_program_of_every_desktop_gives_files_and_nothing_is_read_of_a_list_without_end() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let server = server();
    let mut ours = clipboard(&server);
    ours.watch(true).unwrap();
    let mut copy = |list: &[u8]| {
        let arguments = [
            "-display",
            server.display(),
            "-selection",
            "clipboard",
            "-i",
            "-t",
            LIST,
        ];
        let mut child = Command::new("xclip")
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(list).unwrap();
        child.wait().unwrap();
        ours.wait(PATIENCE).unwrap()
    };
    assert_eq!(copy(b"file:///tmp/a%20b\n"), files(&["/tmp/a b"], false));
    let long = b"file:///a\r\n".repeat(100_000);
    assert_eq!(copy(&long), files(&["/a", "/a"], true));
    let endless = b"file:///a\r\n".repeat(400_000);
    assert_eq!(copy(&endless), Some(Copied::Nothing));
}

#[test]
fn files_of_ours_are_pasted_in_every_form_and_are_no_copy() {
    use std::process::Command;
    let server = server();
    let (mut ours, mut theirs) = (clipboard(&server), clipboard(&server));
    for reader in [&mut ours, &mut theirs] {
        reader.watch(true).unwrap();
    }
    let paths = ["/files/請求書 #2.pdf", "/files/写真"];
    ours.set_files(paths.iter().map(PathBuf::from).collect()).unwrap();
    // As file managers tell each other; our own end hears nothing of it.
    assert_eq!(carried(&mut ours, &mut theirs, PATIENCE), files(&paths, false));
    assert_eq!(ours.wait(Duration::from_millis(200)).unwrap(), None);
    let pasted = |form: &str| {
        let mut command = Command::new("xclip");
        command.args([
            "-display",
            server.display(),
            "-selection",
            "clipboard",
            "-o",
            "-t",
            form,
        ]);
        command
    };
    for (form, expected) in [
        (
            LIST,
            "file:///files/%E8%AB%8B%E6%B1%82%E6%9B%B8%20%232.pdf\r\nfile:///files/%E5%86%99%E7%9C%9F\r\n",
        ),
        (
            FILES,
            "copy\nfile:///files/%E8%AB%8B%E6%B1%82%E6%9B%B8%20%232.pdf\nfile:///files/%E5%86%99%E7%9C%9F",
        ),
        (
            "TARGETS",
            "TARGETS\nx-special/gnome-copied-files\ntext/uri-list\n",
        ),
    ] {
        let mut command = pasted(form);
        let reading = std::thread::spawn(move || command.output().unwrap());
        while !reading.is_finished() {
            ours.wait(Duration::from_millis(10)).unwrap();
        }
        let got = reading.join().unwrap();
        assert_eq!(String::from_utf8(got.stdout).unwrap(), expected, "{form}");
    }
    // A text takes their place.
    set_text(&mut ours, "a text");
    assert_eq!(carried(&mut ours, &mut theirs, PATIENCE), Some(text("a text")));
    let mut command = pasted(LIST);
    let reading = std::thread::spawn(move || command.output().unwrap());
    while !reading.is_finished() {
        ours.wait(Duration::from_millis(10)).unwrap();
    }
    assert!(reading.join().unwrap().stdout.is_empty());
}
