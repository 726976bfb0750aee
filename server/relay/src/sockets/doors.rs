//! Who gets in, and what ends a connection.

use super::*;

#[tokio::test]
async fn upgrades_of_foreign_pages_and_protocols_are_refused() {
    let server = server().await;
    let protocol = Some("temoto.v1");
    for origin in [
        "null",
        "https://evil.example",
        "https://localhost:8080",
        "http://localhost",
        "http://localhost:8081",
        "http://localhost:8080.evil.example",
        "http://evil.localhost:8080",
        "http://127.0.0.1:8080",
        "http://localhost:8080/",
    ] {
        assert_eq!(
            status(dial(server.address, Some(origin), protocol).await),
            403,
            "{origin}"
        );
    }
    for bad in [None, Some("temoto.v2"), Some("chat, superchat")] {
        assert_eq!(
            status(dial(server.address, Some(HOME), bad).await),
            400,
            "{bad:?}"
        );
    }
    for origin in [None, Some(HOME)] {
        assert_eq!(status(dial(server.address, origin, protocol).await), 101);
    }
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain
        .write_all(b"GET /relay HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
}

#[tokio::test]
async fn messages_that_are_none_end_the_connection_with_a_reason() {
    let server = server().await;
    let (client, token) = console(server.address).await;
    drop(client);
    let not_messages: [fn() -> Message; 6] = [
        || Message::Text("hello".into()),
        || Message::Binary(vec![].into()),
        || Message::Binary(vec![0xFF; 10].into()),
        || Message::Binary(vec![0x01; MESSAGE_BYTES].into()),
        || Message::Binary(vec![0x02; MESSAGE_BYTES + 1].into()),
        || Message::Binary(vec![0x02; 1 << 20].into()),
    ];
    for message in not_messages {
        let mut known = Client::resume(server.address, &token).await;
        // A megabyte may not be taken to its end.
        let _ = known.0.send(message()).await;
        known.is_detached(Detached::Protocol).await;

        let mut stranger = Client::page(server.address).await;
        if message().len() <= crate::metered::STRANGER_BYTES {
            stranger.raw(message()).await;
            stranger.is_detached(Detached::Protocol).await;
            continue;
        }
        // Strangers are not even read that far, and are gone when their time is over.
        let sent = tokio::spawn(async move {
            let _ = stranger.0.send(message()).await;
            stranger
        });
        tokio::task::yield_now().await;
        server.relay.skip(Duration::from_secs(16));
        let mut stranger = sent.await.unwrap();
        while stranger.next().await.is_some() {}
    }
}

#[tokio::test]
async fn who_says_nothing_or_dribbles_is_gone_after_ten_seconds() {
    let server = server().await;
    let mut silent = Client::page(server.address).await;
    // The beginning of a frame that never ends.
    let mut dribble = Client::page(server.address).await;
    dribble.0.get_mut().write_all(&[0x82, 0xFE]).await.unwrap();
    // A connection that never finishes its request holds no seat.
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"GET /relay HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    assert_eq!(server.relay.connections(), 2);
    server.relay.skip(Duration::from_secs(10));
    silent.is_detached(Detached::Protocol).await;
    dribble.is_detached(Detached::Protocol).await;
    gone(&server.relay).await;
}

#[tokio::test]
async fn a_line_that_died_without_a_word_is_noticed_and_the_place_is_kept() {
    let server = server().await;
    let (dead, token) = console(server.address).await;
    // Nobody reads or answers; the system keeps the connection open.
    server.relay.skip(Duration::from_secs(15));
    gone(&server.relay).await;
    drop(dead);
    Client::resume(server.address, &token).await;
}

#[tokio::test]
async fn strangers_are_limited_and_places_are_not_counted_as_strangers() {
    let limits = Limits {
        strangers: 3,
        ..Limits::default()
    };
    let server = server_with(limits).await;
    let (_console, _) = console(server.address).await;
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(Client::program(server.address).await);
    }
    let refused = dial(server.address, None, Some("temoto.v1")).await;
    assert_eq!(status(refused), 503);
    drop(strangers.pop());
    while server.relay.connections() > 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    strangers.push(Client::program(server.address).await);
}
