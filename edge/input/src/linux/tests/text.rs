//! Text arrives as it was written, whatever keyboard layout, locks and held keys are.

use x11rb::protocol::xproto::Mapping;

use super::*;

const SAMPLE: &str = "Hello, 世界 ¥\\|~ 日本語テスト";

/// Reads what is typed as a program does: it keeps a map, and fetches it anew when it is told that it changed.
struct Typist<'a> {
    client: &'a Client,
    map: Vec<u32>,
    width: usize,
    typed: String,
}

impl<'a> Typist<'a> {
    fn new(client: &'a Client) -> Self {
        let mut typist = Self {
            client,
            map: Vec::new(),
            width: 1,
            typed: String::new(),
        };
        typist.fetch();
        typist
    }

    fn fetch(&mut self) {
        let setup = self.client.conn.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let map = self
            .client
            .conn
            .get_keyboard_mapping(first, last - first + 1)
            .unwrap()
            .reply()
            .unwrap();
        (self.map, self.width) = (map.keysyms, usize::from(map.keysyms_per_keycode));
    }

    /// Types with the sink while reading along, until all of it is here.
    fn read_along(&mut self, sink: &mut NativeSink, text: &str, slow: Duration) -> &str {
        std::thread::scope(|scope| {
            let typing = scope.spawn(|| sink.text(text).unwrap());
            let until = Instant::now() + PATIENCE;
            while !typing.is_finished() || self.typed.chars().count() < text.chars().count() {
                assert!(Instant::now() < until, "only {:?}", self.typed);
                self.read(slow);
            }
        });
        &self.typed
    }

    /// Handles everything that came, taking `slow` for each key.
    fn read(&mut self, slow: Duration) -> &str {
        self.client.conn.sync().unwrap();
        while let Some(event) = self.client.conn.poll_for_event().unwrap() {
            match event {
                Event::MappingNotify(event) if event.request == Mapping::KEYBOARD => self.fetch(),
                Event::KeyPress(event) => {
                    std::thread::sleep(slow);
                    let first = self.client.conn.setup().min_keycode;
                    let keysym = self.map[usize::from(event.detail - first) * self.width];
                    self.typed.extend(char_of_keysym(keysym));
                }
                _ => {}
            }
        }
        &self.typed
    }
}

/// Everything that the server knows of its keyboard, in words.
fn whole_map(server: &XServer) -> String {
    server.run("xkbcomp", &["-xkb", server.display(), "-"])
}

#[test]
fn text_arrives_as_it_was_written() {
    for server in both_servers() {
        let client = Client::new(&server);
        let mut typist = Typist::new(&client);
        let (mut sink, _watch) = open(&server);
        assert_eq!(typist.read_along(&mut sink, SAMPLE, Duration::ZERO), SAMPLE);
        assert!(client.down().is_empty());
    }
}

#[test]
fn more_characters_than_there_are_keycodes_arrive_at_a_slow_program() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let mut typist = Typist::new(&client);
    let (mut sink, _watch) = open(&server);
    let text: String = ('ぁ'..='ん')
        .chain('a'..='z')
        .chain("🙂\n\t手元".chars())
        .collect();
    assert_eq!(
        typist.read_along(&mut sink, &text, Duration::from_millis(4)),
        text
    );
}

#[test]
fn the_layout_makes_no_difference_and_is_as_before_afterwards() {
    let server = XServer::xvfb("640x480x24");
    for layout in ["us", "jp", "de", "ru", "us,jp,ru", "fr(bepo)"] {
        server.run("setxkbmap", &["-layout", layout]);
        let client = Client::new(&server);
        let before = whole_map(&server);
        let mut typist = Typist::new(&client);
        let (mut sink, _watch) = open(&server);
        assert_eq!(
            typist.read_along(&mut sink, SAMPLE, Duration::ZERO),
            SAMPLE,
            "{layout}"
        );
        assert_ne!(whole_map(&server), before, "keysyms rest for slow programs");
        drop(sink);
        assert_eq!(whole_map(&server), before, "{layout}");
    }
}

#[test]
fn the_keymap_is_put_back_once_typing_rests() {
    let server = XServer::xvfb("640x480x24");
    let _client = Client::new(&server);
    let before = whole_map(&server);
    let (mut sink, _watch) = open(&server);
    assert_eq!(sink.maintain().unwrap(), None);
    sink.text("漢").unwrap();
    let until = Instant::now() + PATIENCE;
    while let Some(later) = sink.maintain().unwrap() {
        assert!(Instant::now() < until);
        std::thread::sleep(later);
    }
    assert_eq!(whole_map(&server), before);
}

#[test]
fn a_keymap_that_is_loaded_in_between_is_typed_on_and_left_alone() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let mut typist = Typist::new(&client);
    let (mut sink, _watch) = open(&server);
    sink.text("日本").unwrap();
    assert_eq!(typist.read(Duration::ZERO), "日本");
    server.run("setxkbmap", &["-layout", "de"]);
    let german = whole_map(&server);
    sink.text("日本").unwrap();
    assert_eq!(typist.read(Duration::ZERO), "日本日本");
    drop(sink);
    assert_eq!(whole_map(&server), german);
}

#[test]
fn keycodes_that_a_killed_program_left_lent_are_used_again_and_given_back() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let before = whole_map(&server);
    let (mut sink, _watch) = open(&server);
    sink.text("手元01あいうえお").unwrap();
    std::mem::forget(sink);
    assert_ne!(whole_map(&server), before);
    let mut typist = Typist::new(&client);
    typist.read(Duration::ZERO);
    typist.typed.clear();
    let (mut sink, _watch) = open(&server);
    sink.text("手元").unwrap();
    assert_eq!(typist.read(Duration::ZERO), "手元");
    drop(sink);
    assert_eq!(whole_map(&server), before);
}

#[test]
fn held_modifiers_are_lifted_for_the_text_and_held_again() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let (mut sink, _watch) = open(&server);
    sink.key(Code::ControlLeft, true).unwrap();
    sink.key(Code::KeyJ, true).unwrap();
    client.got(&mut sink);
    sink.text("語").unwrap();
    let got = client.got(&mut sink);
    let control = Code::ControlLeft.x11_keycode();
    assert_eq!(got.first(), Some(&Got::Key(control, false)));
    assert_eq!(got.last(), Some(&Got::Key(control, true)));
    assert_eq!(sink.held().keys, [Code::KeyJ, Code::ControlLeft]);
    assert_eq!(client.down(), [control, Code::KeyJ.x11_keycode()]);
}
