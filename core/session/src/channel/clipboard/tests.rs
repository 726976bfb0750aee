//! Both halves together, without a session around them.

use temoto_wire::limits::{CLIPBOARD_AT_ONCE_BYTES, CLIPBOARD_PIECE_BYTES};
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{ClipOffer, ClipPart, ClipPiece};

use super::*;

fn offer(sender: &mut ClipSender, clip: Clip) -> ClipOffer {
    match sender.offer(clip) {
        Some(Body::Offer(offer)) => offer,
        other => panic!("{other:?} instead of an offer"),
    }
}

/// What arrives of everything that is offered, and in how many pieces.
fn carry(clip: Clip) -> (Vec<(ClipKind, Vec<u8>)>, u64) {
    let (mut sender, mut receiver) = (ClipSender::default(), ClipReceiver::default());
    let offer = offer(&mut sender, clip);
    receiver.offered(&offer).expect("an offer");
    assert_eq!(sender.next_piece(), None, "nobody asked for it");
    let kinds: Vec<ClipKind> = receiver.kinds().collect();
    assert!(kinds.iter().all(|&kind| receiver.want(kind)));
    sender.fetch(offer.number, kinds);
    let (mut got, mut pieces) = (Vec::new(), 0);
    while let Some(Body::Piece(piece)) = sender.next_piece() {
        sender.sent(0, pieces);
        if let Some(kind) = receiver.piece(&piece).expect("in place") {
            got.push((kind, receiver.take(kind).expect("whole")));
        }
        pieces += 1;
        sender.delivered(0, pieces);
    }
    assert!(sender.is_idle() && !receiver.is_waiting());
    (got, pieces)
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let size = temoto_geometry::Size::new(width, height);
    let rgba: Vec<u8> = (0..width * height)
        .flat_map(|n| (n ^ (n << 9)).to_le_bytes())
        .collect();
    png::encode(size, &rgba, CLIPBOARD_IMAGE_BYTES).expect("small enough")
}

#[test]
fn a_copy_arrives_as_it_is_whatever_its_length() {
    assert_eq!(ClipSender::default().offer(Clip::text("")), None);
    assert_eq!(ClipSender::default().offer(Clip::Image(Vec::new())), None);
    let text = |text: &str| (ClipKind::Text, text.as_bytes().to_vec());
    assert_eq!(carry(Clip::text("手元")), (vec![text("手元")], 1));
    let long = "あいう\n".repeat(100_000);
    let pieces = long.len().div_ceil(CLIPBOARD_PIECE_BYTES) as u64;
    assert_eq!(carry(Clip::text(long.clone())), (vec![text(&long)], pieces));
    let html = "<b>手元</b>".repeat(10_000);
    let both = Clip::Text {
        text: "手元".to_owned(),
        html: Some(html.clone()),
    };
    let html = (ClipKind::Html, html.into_bytes());
    assert_eq!(carry(both).0, [text("手元"), html]);
    let picture = png(300, 200);
    assert_eq!(
        carry(Clip::Image(picture.clone())).0,
        [(ClipKind::Image, picture)]
    );
}

#[test]
fn what_is_small_goes_at_once_and_the_rest_when_it_is_asked_for_again_and_again() {
    let (mut sender, mut receiver) = (ClipSender::default(), ClipReceiver::default());
    let html = "x".repeat(CLIPBOARD_AT_ONCE_BYTES + 1);
    let both = Clip::Text {
        text: "short".to_owned(),
        html: Some(html.clone()),
    };
    let offer = offer(&mut sender, both);
    receiver.offered(&offer).expect("an offer");
    receiver.want_small();
    sender.fetch_small();
    let Some(Body::Piece(piece)) = sender.next_piece() else {
        panic!("a piece");
    };
    sender.sent(0, 0);
    assert_eq!(receiver.piece(&piece), Ok(Some(ClipKind::Text)));
    assert_eq!(sender.next_piece(), None, "nobody asked for the rest");
    assert!(sender.delivered(0, 1));
    for _ in 0..2 {
        assert!(receiver.want(ClipKind::Html));
        assert!(!receiver.want(ClipKind::Html), "it is on its way");
        sender.fetch(offer.number, [ClipKind::Html, ClipKind::Image]);
        let mut number = 1;
        while let Some(Body::Piece(piece)) = sender.next_piece() {
            sender.sent(0, number);
            receiver.piece(&piece).expect("in place");
            number += 1;
            sender.delivered(0, number);
        }
        let got = receiver.take(ClipKind::Html).expect("whole");
        assert!(got == html.as_bytes());
    }
}

#[test]
fn only_a_line_that_is_quick_has_more_than_two_pieces_on_their_way() {
    let mut sender = ClipSender::default();
    sender.offer(Clip::text("x".repeat(CLIPBOARD_PIECE_BYTES * 40)));
    sender.fetch(sender.number(), [ClipKind::Text]);
    let mut number = 0;
    let mut burst = |sender: &mut ClipSender, now_ms| {
        let before = number;
        while sender.next_piece().is_some() {
            sender.sent(now_ms, number);
            number += 1;
        }
        (number, number - before)
    };
    let (next, went) = burst(&mut sender, 0);
    assert_eq!(went, 2);
    assert!(!sender.delivered(10, next));
    let (next, went) = burst(&mut sender, 10);
    assert_eq!(went, 4);
    sender.delivered(20, next);
    let (next, went) = burst(&mut sender, 20);
    assert_eq!(went, 6);
    sender.delivered(5_000, next);
    assert_eq!(burst(&mut sender, 5_000).1, 2);
}

#[test]
fn what_is_too_long_is_told_of_and_never_sent() {
    let too_long = "x".repeat(CLIPBOARD_TEXT_BYTES + 1);
    for clip in [
        Clip::text(too_long),
        Clip::Image(vec![0; CLIPBOARD_IMAGE_BYTES + 1]),
    ] {
        let mut sender = ClipSender::default();
        let offer = offer(&mut sender, clip);
        let mut receiver = ClipReceiver::default();
        receiver.offered(&offer).expect("an offer");
        assert!(receiver.is_too_long());
        let kind = receiver.kinds().next().expect("one");
        assert!(!receiver.want(kind));
        sender.fetch(offer.number, [kind]);
        assert_eq!(sender.next_piece(), None);
    }
    let too_long = Some("x".repeat(CLIPBOARD_HTML_BYTES + 1));
    let text = "the text says the same".to_owned();
    assert_eq!(Clip::Text { text, html: too_long }.into_parts().len(), 1);
}

fn part(kind: ClipKind, bytes: u32) -> ClipPart {
    let kind = kind.to_proto();
    ClipPart { kind, bytes }
}

#[test]
fn an_offer_of_nothing_or_of_what_does_not_belong_together_is_refused() {
    use ClipKind::{Html, Image, Text};
    let offered = |parts: Vec<ClipPart>| ClipReceiver::default().offered(&ClipOffer { number: 1, parts });
    assert!(offered(vec![]).is_err());
    assert!(offered(vec![part(Text, 0)]).is_err());
    assert!(offered(vec![part(Html, 4)]).is_err());
    assert!(offered(vec![part(Text, 4), part(Text, 4)]).is_err());
    assert!(offered(vec![part(Text, 4), part(Image, 4)]).is_err());
    assert!(offered(vec![part(Text, 4); 200]).is_err());
    assert!(offered(vec![part(Text, 4), part(Html, 4)]).is_ok());
    // Of a newer peer.
    assert!(offered(vec![part(Text, 4), ClipPart { kind: 9, bytes: 1 }]).is_ok());
    assert!(offered(vec![ClipPart { kind: 9, bytes: 1 }]).is_ok());
}

#[test]
fn pieces_that_nobody_asked_for_out_of_place_too_many_or_of_another_kind_are_refused() {
    let piece = |at, data: &[u8]| ClipPiece {
        number: 1,
        at,
        data: data.to_vec(),
        kind: ClipKind::Text.to_proto(),
    };
    let receiver = || {
        let mut receiver = ClipReceiver::default();
        let parts = vec![part(ClipKind::Text, 4)];
        receiver
            .offered(&ClipOffer { number: 1, parts })
            .expect("an offer");
        receiver
    };
    let asked = || {
        let mut receiver = receiver();
        assert!(receiver.want(ClipKind::Text));
        receiver
    };
    assert!(receiver().piece(&piece(0, b"ab")).is_err(), "not asked for");
    assert!(asked().piece(&piece(0, b"ab")).is_ok());
    assert!(asked().piece(&piece(1, b"ab")).is_err(), "a gap");
    assert!(asked().piece(&piece(0, b"abcde")).is_err(), "more than offered");
    assert!(asked().piece(&piece(0, b"")).is_err(), "nothing");
    assert!(asked().piece(&piece(0, b"ab\xff\xfe")).is_err(), "no UTF-8");
    let image = ClipPiece {
        kind: ClipKind::Image.to_proto(),
        ..piece(0, b"ab")
    };
    assert!(asked().piece(&image).is_err(), "another kind");
    let older = ClipPiece {
        number: 2,
        ..piece(0, b"ab")
    };
    assert_eq!(asked().piece(&older), Ok(None));
    let mut twice = asked();
    assert_eq!(twice.piece(&piece(0, b"abcd")), Ok(Some(ClipKind::Text)));
    assert!(
        twice.piece(&piece(0, b"abcd")).is_err(),
        "once more than asked for"
    );
}

#[test]
fn what_only_says_that_it_is_a_picture_is_refused() {
    let mut bomb = png(1, 1);
    bomb.splice(16..24, [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert!(ClipKind::Image.check(&bomb).is_err(), "60,000 x 60,000");
    assert!(ClipKind::Image.check(b"GIF89a").is_err());
    assert!(ClipKind::Image.check(&png(3, 3)).is_ok());
}

#[test]
fn a_text_is_set_without_control_characters() {
    assert_eq!(settable("a\u{1b}[31m\tb\r\nc\u{0}"), "a[31m\tb\r\nc");
}
