//! Clipboards: whatever the other end says of one, no more is kept than was announced, and a text is what was announced.

use prost::Message;
use temoto_session::channel::clipboard::{ClipReceiver, ClipSender};
use temoto_wire::limits::CLIPBOARD_BYTES;
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{ClipFetch, ClipOffer, ClipPiece, Clipboard};

use crate::{join, pieces};

/// Messages of the clipboard channel, one after the other, for both halves of an end.
pub fn carry(bytes: &[u8]) {
    let (mut receiver, mut sender) = (ClipReceiver::default(), ClipSender::default());
    sender.offer("what the customer copied");
    for message in pieces(bytes) {
        let Ok(Clipboard { body: Some(body) }) = Clipboard::decode(message) else {
            continue;
        };
        match body {
            Body::Offer(offer) => {
                // An offer of nothing is refused.
                let _refused = receiver.offered(offer);
            }
            Body::Piece(piece) => {
                let announced = receiver.offer().map(|offer| offer.bytes as usize);
                if let Ok(Some(text)) = receiver.piece(&piece) {
                    assert_eq!(Some(text.len()), announced);
                    assert!(text.len() <= CLIPBOARD_BYTES);
                }
            }
            Body::Fetch(fetch) => sender.fetch(fetch.number),
        }
        let mut sent = 0;
        while sender.next_piece().is_some() {
            sender.sent(sent);
            sent += 1;
            assert!(sent < 10, "a short text has few pieces");
        }
        sender.delivered(sent);
        assert!(receiver.percent().is_none_or(|percent| percent <= 100));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let message = |body| Clipboard { body: Some(body) }.encode_to_vec();
    let offer = message(Body::Offer(ClipOffer { number: 1, bytes: 4 }));
    let piece = |at, text: &[u8]| {
        let text = text.to_vec();
        message(Body::Piece(ClipPiece { number: 1, at, text }))
    };
    let fetch = message(Body::Fetch(ClipFetch { number: 1 }));
    let (first, second) = (piece(0, b"ab"), piece(2, b"cd"));
    vec![join([&offer[..], &first, &second]), join([&fetch[..], &fetch])]
}
