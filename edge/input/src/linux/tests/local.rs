//! The customer's own input is noticed, ours is not.

use x11rb::protocol::xproto::{Allow, ButtonIndex, GrabMode, ModMask};

use super::*;

/// Everything that the watch tells until it has told of `kind` (or the time of a failing test is over).
fn watch_for(watch: &mut NativeWatch, kind: ActivityKind) -> Vec<LocalEvent> {
    let until = Instant::now() + PATIENCE;
    let mut all = Vec::new();
    while !kinds(&all).contains(&kind) {
        assert!(Instant::now() < until, "{kind:?} was not told, only {all:?}");
        all.extend(watch.wait(PATIENCE).unwrap());
    }
    all
}

fn kinds(events: &[LocalEvent]) -> Vec<ActivityKind> {
    let kind = |event: &LocalEvent| match event {
        LocalEvent::Activity { kind, .. } => Some(*kind),
        LocalEvent::EndShortcut { .. } => None,
    };
    events.iter().filter_map(kind).collect()
}

fn ends(events: &[LocalEvent]) -> bool {
    events
        .iter()
        .any(|event| matches!(event, LocalEvent::EndShortcut { .. }))
}

/// A foreign click: what comes before it in the server's order has been seen when it is told.
fn mark(client: &Client, watch: &mut NativeWatch) -> Vec<LocalEvent> {
    client.inject(4, 3, 0, 0);
    client.inject(5, 3, 0, 0);
    watch_for(watch, ActivityKind::Button)
}

#[test]
fn what_the_sink_does_is_not_the_customers() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, mut watch) = open(&server);
        for step in 0..200 {
            sink.pointer_to(Point::new(step, step / 3)).unwrap();
            // The same place again, the edges and beyond.
            sink.pointer_to(Point::new(step, step / 3)).unwrap();
            sink.pointer_to(Point::new(step * 100 - 5_000, 700 - step * 7))
                .unwrap();
        }
        for code in Code::all() {
            sink.key(code, true).unwrap();
            sink.key(code, false).unwrap();
        }
        sink.wheel(120, -240).unwrap();
        sink.text("手元で text ~").unwrap();
        settle(&mut sink);
        let told = watch.wait(Duration::from_millis(300)).unwrap();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(kinds(&mark(&client, &mut watch)), [ActivityKind::Button]);
    }
}

#[test]
fn a_held_key_that_repeats_is_not_the_customers() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, mut watch) = open(&server);
        sink.key(Code::KeyA, true).unwrap();
        let until = Instant::now() + PATIENCE;
        let mut presses = 0;
        while presses < 5 {
            presses += client
                .got(&mut sink)
                .iter()
                .filter(|got| matches!(got, Got::Key(38, true)))
                .count();
            assert!(Instant::now() < until, "the server does not repeat");
            std::thread::sleep(Duration::from_millis(10));
        }
        sink.key(Code::KeyA, false).unwrap();
        settle(&mut sink);
        assert_eq!(kinds(&mark(&client, &mut watch)), [ActivityKind::Button]);
    }
}

#[test]
fn input_of_other_programs_is_the_customers_even_while_the_sink_works() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, mut watch) = open(&server);
        sink.key(Code::KeyB, true).unwrap();
        settle(&mut sink);
        client.inject(6, 0, 77, 88);
        assert_eq!(
            kinds(&watch_for(&mut watch, ActivityKind::Motion)),
            [ActivityKind::Motion]
        );
        sink.pointer_to(Point::new(3, 3)).unwrap();
        settle(&mut sink);
        client.inject(2, 38, 0, 0);
        assert_eq!(
            kinds(&watch_for(&mut watch, ActivityKind::Key)),
            [ActivityKind::Key]
        );
        sink.key(Code::KeyB, false).unwrap();
        settle(&mut sink);
        client.inject(4, 1, 0, 0);
        assert_eq!(
            kinds(&watch_for(&mut watch, ActivityKind::Button)),
            [ActivityKind::Button]
        );
    }
}

#[test]
fn a_well_known_tool_is_noticed_and_can_end_everything() {
    let server = XServer::xvfb("640x480x24");
    let _client = Client::new(&server);
    let (_sink, mut watch) = open(&server);
    server.run("xdotool", &["key", "ctrl+alt+e"]);
    let until = Instant::now() + PATIENCE;
    let mut all = Vec::new();
    while !ends(&all) {
        assert!(Instant::now() < until, "only {all:?}");
        all.extend(watch.wait(PATIENCE).unwrap());
    }
    assert!(kinds(&all).contains(&ActivityKind::Key));
}

#[test]
fn the_shortcut_works_during_a_grab_with_locks_and_never_by_the_sink() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let (mut sink, mut watch) = open(&server);
    let (control, alt, letter) = (Code::ControlRight, Code::AltLeft, Code::KeyE);
    for code in [control, alt, letter] {
        sink.key(code, true).unwrap();
    }
    // Waits for the server, so that what follows comes after it.
    sink.release_all().unwrap();
    assert!(!ends(&mark(&client, &mut watch)));

    // Another program has grabbed the keyboard, and both locks are on.
    let mode = x11rb::protocol::xproto::GrabMode::ASYNC;
    client
        .conn
        .grab_keyboard(false, client.window, 0_u32, mode, mode)
        .unwrap()
        .reply()
        .unwrap();
    for code in [Code::CapsLock, Code::NumLock] {
        client.inject(2, code.x11_keycode(), 0, 0);
        client.inject(3, code.x11_keycode(), 0, 0);
    }
    for code in [control, alt, letter] {
        client.inject(2, code.x11_keycode(), 0, 0);
    }
    let until = Instant::now() + PATIENCE;
    while !ends(&watch.wait(PATIENCE).unwrap()) {
        assert!(Instant::now() < until);
    }
    for code in [letter, alt, control] {
        client.inject(3, code.x11_keycode(), 0, 0);
    }
}

#[test]
fn the_operator_cannot_complete_what_the_customer_holds() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let (mut sink, mut watch) = open(&server);
    client.inject(2, Code::ControlLeft.x11_keycode(), 0, 0);
    client.inject(2, Code::AltLeft.x11_keycode(), 0, 0);
    sink.key(Code::KeyE, true).unwrap();
    sink.key(Code::KeyE, false).unwrap();
    settle(&mut sink);
    assert!(!ends(&mark(&client, &mut watch)));
}

#[test]
fn the_watch_ends_by_waker_by_drop_and_with_the_server() {
    let server = XServer::xvfb("640x480x24");
    let (_sink, mut watch) = open(&server);
    watch.waker().wake();
    assert!(watch.wait(PATIENCE * 10).unwrap().is_empty());
    drop(watch);
    let (_sink, mut watch) = open(&server);
    drop(server);
    assert!(matches!(watch.wait(PATIENCE), Err(InputError::Lost(_))));
}

/// Window managers hold the pointer or the keyboard while they decide what a click or a shortcut means, and let it go
/// on afterwards. The other device goes on meanwhile.
#[test]
fn what_a_window_manager_held_back_and_let_go_on_is_not_the_customers() {
    for server in both_servers() {
        let client = Client::new(&server);
        let (mut sink, mut watch) = open(&server);
        let manager = Manager::new(&server, client.window);
        for round in 0..20 {
            sink.pointer_to(Point::new(40 + round, 50)).unwrap();
            sink.button(Button::Left, true).unwrap();
            sink.button(Button::Left, false).unwrap();
            sink.pointer_to(Point::new(41 + round, 52)).unwrap();
            sink.key(Code::KeyA, true).unwrap();
            sink.key(Code::KeyA, false).unwrap();
            sink.key(Code::KeyB, true).unwrap();
            sink.key(Code::KeyB, false).unwrap();
            manager.let_go();
        }
        settle(&mut sink);
        let told = watch.wait(Duration::from_millis(300)).unwrap();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(kinds(&mark(&client, &mut watch)), [ActivityKind::Button]);
    }
}

/// Grabs button 1 and key A as window managers do.
struct Manager {
    conn: RustConnection,
}

impl Manager {
    fn new(server: &XServer, window: Window) -> Self {
        let (conn, _) = x11rb::connect(Some(server.display())).unwrap();
        let (sync, free) = (GrabMode::SYNC, GrabMode::ASYNC);
        let (any, press) = (ModMask::ANY, EventMask::BUTTON_PRESS);
        let (nothing, left) = (x11rb::NONE, ButtonIndex::M1);
        conn.grab_button(false, window, press, sync, free, nothing, nothing, left, any)
            .unwrap()
            .check()
            .unwrap();
        conn.grab_key(false, window, any, Code::KeyA.x11_keycode(), free, sync)
            .unwrap()
            .check()
            .unwrap();
        Self { conn }
    }

    /// Takes its time, then passes on what it held: the click, and after that the key.
    fn let_go(&self) {
        let mut held = 0;
        while held < 2 {
            let allowed = match self.conn.wait_for_event().unwrap() {
                Event::ButtonPress(_) => Allow::REPLAY_POINTER,
                Event::KeyPress(_) => Allow::REPLAY_KEYBOARD,
                _ => continue,
            };
            std::thread::sleep(Duration::from_millis(5));
            self.conn.allow_events(allowed, x11rb::CURRENT_TIME).unwrap();
            self.conn.flush().unwrap();
            held += 1;
        }
    }
}
