//! A server that starts with a spent budget, and the work for the very bytes of a knock.

use temoto_crypto::work::{Puzzle, knock_digest};
use temoto_model::budget::{FREE, Figures};
use temoto_store::RelayChange;

use super::*;

#[tokio::test]
async fn a_server_that_was_attacked_before_it_was_killed_asks_for_work_and_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = prepare(folder.path()).await;
    let figures = Figures {
        failures: FREE + 1,
        ..Figures::default()
    };
    let spent = RelayChange::Budget {
        hours: vec![(now().as_millis() / 3_600_000, figures)],
        spent_at: Some(now()),
    };
    store.apply(&spent).await.unwrap();
    let (_relay, address) = start(store, Limits::default()).await;
    let (mut console, _) = console(address).await;

    let mut agent = Client::page(address).await;
    agent.send(&knock(Role::Page)).await;
    let Some(FromServer::Work { challenge, bits }) = agent.next().await else {
        panic!("no work")
    };
    let puzzle = Puzzle::new(&challenge, &knock_digest(&knock(Role::Page).encode()), bits);
    let nonce = puzzle.search(0, u32::MAX).unwrap();
    agent.send(&ToServer::Worked { nonce }).await;
    let told = console.next().await;
    assert!(
        matches!(&told, Some(FromServer::Attempt { lobby, .. }) if lobby[0] == 1),
        "{told:?}"
    );

    let mut idler = Client::page(address).await;
    idler.send(&knock(Role::Page)).await;
    assert!(matches!(idler.next().await, Some(FromServer::Work { .. })));
    let nonce = (0..).find(|nonce| !puzzle.is_solved_by(*nonce)).unwrap();
    idler.send(&ToServer::Worked { nonce }).await;
    idler.is_detached(Detached::Protocol).await;
}
