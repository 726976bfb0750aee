//! What passes, what does not stop others, and what the next server finds.

use super::*;
use temoto_wire::relay::CloseCode;

#[tokio::test]
async fn a_customer_joins_and_the_largest_messages_pass_unchanged() {
    let server = server().await;
    let (mut console, _) = console(server.address).await;
    let mut agents = Vec::new();
    for role in [Role::Page, Role::Program] {
        let (mut agent, number, _) = join(server.address, &mut console, role).await;
        for len in [1, 1_000, DATA_BYTES] {
            let bytes: Vec<u8> = (0..len).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let data = |to, bytes| ToServer::Data { to, bytes };
            agent.send(&data(0, bytes.clone())).await;
            let from = number;
            let bytes = match console.next().await {
                Some(FromServer::Data { from: f, bytes: b }) if f == from && b == bytes => b,
                other => panic!("{:?}", other.map(|m| m.encode().len())),
            };
            console.send(&data(number, bytes.clone())).await;
            assert!(agent.next().await == Some(FromServer::Data { from: 0, bytes }));
        }
        agents.push(agent);
    }
    let view = server.relay.session_state(SESSION).unwrap();
    assert_eq!(view.participants.len(), 3);
    assert_eq!(server.relay.in_use(), (vec![SESSION], vec![LOGIN]));
    // What the portal will read.
    let row = server.store.session(SESSION).await.unwrap().unwrap();
    assert_eq!(row.state, temoto_model::session::SessionState::Running);
    let selector = Selector::routing("4821").unwrap();
    let why = CloseCode::Spent;
    console.send(&ToServer::CloseCode { why, selector }).await;
    assert_eq!(console.next().await, Some(FromServer::CodeClosed { selector }));
    console.send(&ToServer::End).await;
    assert_eq!(console.next().await, Some(FromServer::Ended(Ended::Console)));
    gone(&server.relay).await;
    let row = server.store.session(SESSION).await.unwrap().unwrap();
    assert_eq!(row.ended.unwrap().1, temoto_model::session::EndReason::Console);
    assert!(row.code.is_none());
    assert!(server.store.load(now()).await.unwrap().places.is_empty());
    assert!(!server.relay.refresh(SESSION).await.unwrap());
}

#[tokio::test]
async fn a_receiver_that_does_not_read_stops_nobody_else() {
    let server = server().await;
    let (mut console, _) = console(server.address).await;
    let (mut agent, number, _) = join(server.address, &mut console, Role::Page).await;
    // More than both systems' socket buffers and the queue hold.
    let mut sent = 0_usize;
    let reset = loop {
        let bytes = vec![7; DATA_BYTES];
        agent.send(&ToServer::Data { to: 0, bytes }).await;
        sent += DATA_BYTES;
        assert!(sent < 256 << 20, "the sender was never told");
        if sent.is_multiple_of(16 * DATA_BYTES) {
            agent.send(&ToServer::Ping(*b"are you?")).await;
            match agent.next().await {
                Some(FromServer::Pong(_)) => {}
                other => break other,
            }
        }
    };
    assert_eq!(reset, Some(FromServer::Reset { participant: 0 }));
    // The console reads again, finds the gap announced, and what comes afterwards.
    let reader = async {
        let (mut resets, mut data) = (0, 0_usize);
        loop {
            match console.next().await {
                Some(FromServer::Data { bytes, .. }) if bytes == b"end" => return (resets, data),
                Some(FromServer::Data { bytes, .. }) => data += bytes.len(),
                Some(FromServer::Reset { participant }) if participant == number => resets += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    let writer = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let bytes = b"end".to_vec();
        agent.send(&ToServer::Data { to: 0, bytes }).await;
    };
    let ((resets, data), ()) = tokio::join!(reader, writer);
    assert!(resets >= 1 && data < sent);
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let server = server().await;
    let (mut console, token) = console(server.address).await;
    let (mut agent, _, agent_token) = join(server.address, &mut console, Role::Page).await;
    let (told, goodbye_1, goodbye_2) = tokio::join!(server.relay.drain(500), console.next(), agent.next());
    let () = told;
    for goodbye in [goodbye_1, goodbye_2] {
        assert_eq!(goodbye, Some(FromServer::Drain { after_ms: 500 }));
    }
    assert_eq!(
        status(dial(server.address, Some(HOME), Some("temoto.v1")).await),
        503
    );
    // The next server on the same database.
    let (_relay, address) = start(server.store.clone(), Limits::default()).await;
    Client::resume(address, &token).await;
    Client::resume(address, &agent_token).await;
}
