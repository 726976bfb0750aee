//! Clipboards: whatever the other end says of one, no more is kept than was announced, and a part is what it was called. Also what
//! programs put there: HTML with a head, pictures without one, PNG, and lists of files.

use prost::Message;
use temoto_clipboard::{cf_html, dib, hdrop, html, uris};
use temoto_codec::png::{self, Picture};
use temoto_geometry::Size;
use temoto_session::channel::clipboard::{Clip, ClipKind, ClipReceiver, ClipSender};
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{ClipFetch, ClipOffer, ClipPart, ClipPiece, Clipboard};

use crate::{join, pieces};

/// More is not written of a picture here.
const ROOM: usize = 1 << 20;
/// Pictures with more pixels are the business of the tests: they only take time.
const PIXELS: u64 = 1 << 16;

/// Messages of the clipboard channel, one after the other, for both halves of an end.
pub fn carry(bytes: &[u8]) {
    let (mut receiver, mut sender) = (ClipReceiver::default(), ClipSender::default());
    sender.offer(Clip::Text {
        text: "what the customer copied".to_owned(),
        html: Some("<b>what the customer copied</b>".to_owned()),
    });
    for message in pieces(bytes) {
        let Ok(Clipboard { body: Some(body) }) = Clipboard::decode(message) else {
            continue;
        };
        match body {
            Body::Offer(offer) => {
                // An offer of nothing is refused.
                if receiver.offered(&offer).is_ok() {
                    let kinds: Vec<ClipKind> = receiver.kinds().collect();
                    assert!(kinds.len() <= 2);
                    receiver.want_small();
                    if offer.number % 2 == 0 {
                        kinds.into_iter().for_each(|kind| {
                            receiver.want(kind);
                        });
                    }
                }
            }
            Body::Piece(piece) => {
                let announced = receiver.bytes() as usize;
                if let Ok(Some(kind)) = receiver.piece(&piece)
                    && let Some(data) = receiver.take(kind)
                {
                    assert!(data.len() <= announced && data.len() <= kind.longest());
                    assert_eq!(kind.check(&data), Ok(()));
                }
            }
            Body::Fetch(fetch) => {
                let kinds = fetch.kinds.iter().filter_map(|&kind| ClipKind::from_proto(kind));
                sender.fetch(fetch.number, kinds);
            }
        }
        let mut sent = 0;
        while sender.next_piece().is_some() {
            sender.sent(0, sent);
            sent += 1;
            assert!(sent < 10, "a short text has few pieces");
        }
        sender.delivered(0, sent);
        assert!(receiver.percent().is_none_or(|percent| percent <= 100));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let message = |body| Clipboard { body: Some(body) }.encode_to_vec();
    let part = |kind: ClipKind, bytes| ClipPart {
        kind: kind.to_proto(),
        bytes,
    };
    let parts = vec![part(ClipKind::Text, 4), part(ClipKind::Html, 2)];
    let offer = message(Body::Offer(ClipOffer { number: 1, parts }));
    let piece = |kind: ClipKind, at, data: &[u8]| {
        let (data, kind) = (data.to_vec(), kind.to_proto());
        let number = 1;
        message(Body::Piece(ClipPiece {
            number,
            at,
            data,
            kind,
        }))
    };
    let kinds = vec![ClipKind::Text.to_proto(), ClipKind::Html.to_proto()];
    let fetch = message(Body::Fetch(ClipFetch { number: 1, kinds }));
    let (first, second) = (piece(ClipKind::Text, 0, b"ab"), piece(ClipKind::Text, 2, b"cd"));
    let third = piece(ClipKind::Html, 0, b"<b");
    vec![
        join([&offer[..], &first, &second, &third]),
        join([&fetch[..], &fetch]),
    ]
}

/// HTML with the head of Windows, and what is left of it once it is harmless.
pub fn html(bytes: &[u8]) {
    if let Some(fragment) = cf_html::fragment(bytes) {
        assert!(fragment.len() <= bytes.len());
        assert!(!fragment.contains('\0'));
        assert_eq!(
            cf_html::fragment(&cf_html::for_windows(&fragment)),
            Some(fragment)
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let once = html::harmless(text);
        let lower = once.to_ascii_lowercase();
        for never in [
            "<script", "<iframe", "<svg", "<style", "<form", "<meta", "<link", "<object", "<!--",
        ] {
            assert!(!lower.contains(never), "{once}");
        }
        // Read once more it is the same: nothing in it turns into a tag.
        assert_eq!(html::harmless(&once), once);
    }
}

pub fn html_seeds() -> Vec<Vec<u8>> {
    vec![
        cf_html::for_windows("<b>手元</b>"),
        b"Version:1.0\nStartHTML:-1\nEndHTML:-1\nStartFragment:0000000081\nEndFragment:0000000084\n<p>".to_vec(),
        b"<p style='color:red;background:url(x)' onclick=x>a<script>b</script><!-- c --><img src=data:image/png;base64,AA==>".to_vec(),
        b"<textarea></b></textarea><plaintext><a href=javascript:x>".to_vec(),
    ]
}

/// A picture as Windows has it on the clipboard.
pub fn dib(bytes: &[u8]) {
    let word = |at: usize| {
        let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
        u64::from(word.map_or(0, i32::from_le_bytes).unsigned_abs())
    };
    if word(4).saturating_mul(word(8)) > PIXELS && word(4) * word(8) <= png::PIXELS {
        return;
    }
    if let Ok(png) = dib::to_png(bytes.to_vec(), ROOM) {
        assert!(png.len() <= ROOM);
        let picture = png::decode(&png).unwrap_or_else(|error| panic!("{error}"));
        assert!(dib::to_png(dib::for_windows(&picture), ROOM).is_ok());
    }
}

fn painted() -> Picture {
    let pixel = |n: u32| {
        [
            n as u8,
            (n * 5) as u8,
            9,
            if n.is_multiple_of(3) { 80 } else { 255 },
        ]
    };
    Picture {
        size: Size::new(6, 4),
        rgba: (0..24).flat_map(pixel).collect(),
    }
}

pub fn dib_seeds() -> Vec<Vec<u8>> {
    let mut old = vec![0; 40];
    for (at, value) in [(0, 40_u32), (4, 3), (8, 2), (12, 1 | 8 << 16), (32, 2)] {
        old.splice(at..at + 4, value.to_le_bytes());
    }
    old.extend([1, 2, 3, 0, 4, 5, 6, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
    vec![dib::for_windows(&painted()), old]
}

/// Files of a file manager, in the forms of both systems.
pub fn files(bytes: &[u8]) {
    const MOST: usize = 3;
    let told = uris::told(bytes, "desk-7", MOST);
    for files in uris::listed(bytes, "desk-7", MOST).into_iter().chain([told]) {
        assert!(files.paths.len() <= MOST && (!files.more || files.paths.len() == MOST));
        for path in files.paths {
            let mut names = path.split(|&byte| byte == b'/');
            assert_eq!(names.next(), Some(&b""[..]), "a whole path");
            assert!(names.all(|name| !matches!(name, b"" | b"." | b"..") && !name.contains(&0)));
        }
    }
    let (paths, more) = hdrop::listed(bytes, MOST);
    assert!(paths.len() <= MOST && (!more || paths.len() == MOST));
    let known: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(hdrop::listed(&hdrop::for_windows(&known), MOST), (paths, false));
}

pub fn file_seeds() -> Vec<Vec<u8>> {
    vec![
        b"# a\r\nfile:///files/a/%E8%AB%8B.pdf\r\nfile://desk-7/b/../c\r\nFILE:/d%2fe\r\n".to_vec(),
        b"cut\nfile:///a\nfile://localhost/b%00\nsmb://server/c\nfile:///d\nfile:///e".to_vec(),
        b"https://a.example/\r\nmailto:a@b.example\r\n".to_vec(),
        hdrop::for_windows(&["C:\\a\\請求書.pdf", "\\\\server\\share\\b", "C:\\c", "D:\\d"]),
    ]
}

/// A picture of the other end, or of a program.
pub fn png(bytes: &[u8]) {
    let Ok(size) = png::size_of(bytes) else {
        assert!(png::decode(bytes).is_err() && png::anew(bytes, ROOM).is_err());
        return;
    };
    if u64::from(size.width) * u64::from(size.height) > PIXELS {
        return;
    }
    let copy = png::anew(bytes, ROOM);
    if let Ok(copy) = &copy {
        assert!(copy.len() <= ROOM && png::decode(copy).is_ok());
    }
    // A copy may be made of what only its end is missing of; what is whole has the same pixels in its copy.
    if let Ok(picture) = png::decode(bytes) {
        let pixels = u64::from(size.width) * u64::from(size.height);
        assert_eq!(picture.rgba.len() as u64, pixels * 4);
        assert_eq!(copy.and_then(|copy| png::decode(&copy)), Ok(picture));
    }
}

pub fn png_seeds() -> Vec<Vec<u8>> {
    let picture = painted();
    let made = png::encode(picture.size, &picture.rgba, ROOM);
    // What others write (gray, palettes, interlaced, 16 bits) lies in the corpus.
    made.into_iter().collect()
}
