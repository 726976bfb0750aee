//! Pictures of the chat: whatever a console answers, no more is kept than was told, and only a picture goes on.

use prost::Message;
use temoto_codec::png;
use temoto_geometry::Size;
use temoto_session::channel::chat::Line;
use temoto_session::channel::pictures::{Fetcher, PICTURE, Shelf};
use temoto_wire::limits::PICTURE_BYTES;
use temoto_wire::proto::chat::Body;
use temoto_wire::proto::chat_message::From;
use temoto_wire::proto::{Chat, ChatLines, ChatMessage, PicturePiece};

use crate::{join, pieces};

/// Messages of the chat channel, one after the other, for an agent that fetches.
pub fn fetch(bytes: &[u8]) {
    let mut fetcher = Fetcher::default();
    let shelf = Shelf::default();
    let mut lines: Vec<Line> = Vec::new();
    for message in pieces(bytes) {
        let Ok(Chat { body: Some(body) }) = Chat::decode(message) else {
            continue;
        };
        match body {
            Body::Lines(came) => {
                let came = came.messages.iter().take(16);
                lines.extend(came.filter_map(|line| Line::from_wire(line).ok()));
            }
            Body::PicturePiece(piece) => {
                if let Ok(Some(settled)) = fetcher.piece(&piece) {
                    assert!(lines.iter().any(|line| line.id == settled.id));
                    if let Some(png) = settled.png {
                        assert!(png.len() <= PICTURE_BYTES && png::decode(&png).is_ok());
                    }
                }
            }
            Body::PictureFetch(fetch) => assert!(shelf.piece(&fetch).data.is_empty()),
        }
        assert!(fetcher.next(&lines).len() <= 4);
    }
}

/// A line, its picture, and another one that is gone.
pub fn seeds() -> Vec<Vec<u8>> {
    let png = png::encode(Size::new(2, 1), &[255; 8], PICTURE_BYTES).unwrap_or_default();
    let line = |id: &[u8]| ChatMessage {
        id: id.to_vec(),
        from: From::Event.into(),
        text: PICTURE.to_owned(),
        at_ms: 0,
        arguments: ["2".to_owned(), "1".to_owned(), png.len().to_string()].into(),
    };
    let lines = Body::Lines(ChatLines {
        messages: vec![line(b"a"), line(b"b")],
        snapshot: true,
    });
    let piece = |id: &[u8], data: Vec<u8>| {
        Body::PicturePiece(PicturePiece {
            id: id.to_vec(),
            at: 0,
            data,
        })
    };
    let play = |bodies: Vec<Body>| {
        let messages = bodies
            .into_iter()
            .map(|body| Chat { body: Some(body) }.encode_to_vec());
        let messages: Vec<Vec<u8>> = messages.collect();
        join(messages.iter().map(Vec::as_slice))
    };
    vec![
        play(vec![
            lines.clone(),
            piece(b"b", png.clone()),
            piece(b"a", Vec::new()),
        ]),
        play(vec![lines, piece(b"b", vec![1; png.len()])]),
    ]
}
