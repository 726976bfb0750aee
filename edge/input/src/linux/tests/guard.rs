//! Own windows take no remote input. The client of these tests lives in this process, so its windows are "own" as soon
//! as the process is.

use super::*;

fn guarded(server: &XServer, own: OwnWindows) -> NativeSink {
    crate::open(Some(server.display()), own).unwrap().0
}

#[test]
fn own_windows_get_no_presses_and_others_do() {
    for server in both_servers() {
        let client = Client::new(&server);
        let mut sink = guarded(&server, OwnWindows::of_this_process());
        sink.pointer_to(Point::new(10, 10)).unwrap();
        client.got(&mut sink);
        assert!(matches!(
            sink.button(Button::Left, true),
            Err(InputError::OwnWindow)
        ));
        assert!(matches!(sink.wheel(0, 120), Err(InputError::OwnWindow)));
        assert!(matches!(sink.key(Code::Enter, true), Err(InputError::OwnWindow)));
        assert!(matches!(sink.text("はい"), Err(InputError::OwnWindow)));
        assert!(sink.held().is_empty());
        assert_eq!(client.got(&mut sink), []);

        // Beside the window, and with the focus nowhere.
        sink.pointer_to(Point::new(600, 400)).unwrap();
        sink.button(Button::Left, true).unwrap();
        assert!(matches!(sink.key(Code::Enter, true), Err(InputError::OwnWindow)));
        client
            .conn
            .set_input_focus(InputFocus::NONE, client.root, 0_u32)
            .unwrap();
        client.conn.sync().unwrap();
        sink.key(Code::Enter, true).unwrap();

        // The focus follows the pointer now.
        sink.pointer_to(Point::new(10, 10)).unwrap();
        assert!(matches!(sink.key(Code::KeyY, true), Err(InputError::OwnWindow)));
        // What is held can be released anywhere.
        sink.key(Code::Enter, false).unwrap();
        sink.button(Button::Left, false).unwrap();
        settle(&mut sink);
        assert!(client.down().is_empty() && client.button_mask() == 0);
    }
}

#[test]
fn windows_of_other_programs_are_free() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let own = OwnWindows::none();
    own.add_process(1);
    let mut sink = guarded(&server, own.clone());
    sink.pointer_to(Point::new(10, 10)).unwrap();
    sink.button(Button::Left, true).unwrap();
    sink.key(Code::Enter, true).unwrap();
    sink.release_all().unwrap();
    own.add_window(u64::from(client.window));
    assert!(matches!(
        sink.button(Button::Left, true),
        Err(InputError::OwnWindow)
    ));
    assert!(matches!(sink.key(Code::Enter, true), Err(InputError::OwnWindow)));
    own.remove_window(u64::from(client.window));
    sink.button(Button::Left, true).unwrap();
}

#[test]
fn the_frame_around_an_own_window_is_own_too() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    // A window manager's frame with a title bar, around the client's window at (100, 50).
    let aux = CreateWindowAux::new().background_pixel(1).override_redirect(1);
    let [frame, title] = [(); 2].map(|()| client.conn.generate_id().unwrap());
    let class = WindowClass::INPUT_OUTPUT;
    client
        .conn
        .create_window(0, frame, client.root, 90, 20, 420, 340, 0, class, 0, &aux)
        .unwrap();
    client
        .conn
        .create_window(0, title, frame, 0, 0, 420, 30, 0, class, 0, &aux)
        .unwrap();
    client.conn.map_window(title).unwrap();
    client.conn.map_window(frame).unwrap();
    let own = OwnWindows::none();
    own.add_window(u64::from(client.window));
    let mut sink = guarded(&server, own);
    sink.pointer_to(Point::new(300, 25)).unwrap();
    client.conn.sync().unwrap();
    sink.button(Button::Left, true).unwrap();
    sink.button(Button::Left, false).unwrap();
    client.conn.reparent_window(client.window, frame, 10, 30).unwrap();
    client.conn.sync().unwrap();
    assert!(matches!(
        sink.button(Button::Left, true),
        Err(InputError::OwnWindow)
    ));
}

#[test]
fn the_server_is_never_left_grabbed() {
    let server = XServer::xvfb("640x480x24");
    let client = Client::new(&server);
    let mut sink = guarded(&server, OwnWindows::of_this_process());
    sink.pointer_to(Point::new(10, 10)).unwrap();
    for _ in 0..50 {
        assert!(sink.button(Button::Left, true).is_err());
        // Would hang for ever behind a grab.
        client.conn.sync().unwrap();
    }
}
