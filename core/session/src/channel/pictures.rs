//! Pictures of the chat. A line only tells of one; each customer's end fetches it in pieces from the console, which answers and keeps
//! no account of who has what. So nothing waits behind a long picture, and an end that was started anew simply asks again.

use std::collections::{BTreeSet, VecDeque};

use temoto_codec::png;
use temoto_wire::limits::{PICTURE_BYTES, PICTURE_PIECE_BYTES, PICTURES};
use temoto_wire::proto::{PictureFetch, PicturePiece};

use super::chat::{From, Line};
use crate::SessionError;
use crate::happened::Happened;

/// Code of the event whose line brings a picture. Arguments: columns, rows, bytes.
pub const PICTURE: &str = Happened::Picture.code();
/// Pieces that are asked for ahead of the one that is expected.
const AHEAD: usize = 4;

/// What a line says of its picture in bytes; `None` if it brings none, or one that nobody may send.
fn announced(line: &Line) -> Option<usize> {
    let bytes = (line.from == From::Event && line.text == PICTURE).then(|| line.arguments.get(2))?;
    let bytes: usize = bytes?.parse().ok()?;
    (1..=PICTURE_BYTES).contains(&bytes).then_some(bytes)
}

/// The pictures that a console has: the newest [`PICTURES`].
#[derive(Debug, Default)]
pub struct Shelf(VecDeque<(String, Vec<u8>)>);

impl Shelf {
    /// Keeps the picture of this line; the oldest goes.
    pub fn put(&mut self, id: String, png: Vec<u8>) {
        if self.0.len() >= PICTURES {
            self.0.pop_front();
        }
        self.0.push_back((id, png));
    }

    /// The piece that is asked for; one without data if there is no such picture, or not so much of it.
    #[must_use]
    pub fn piece(&self, fetch: &PictureFetch) -> PicturePiece {
        let picture = self.0.iter().find(|(id, _)| id.as_bytes() == fetch.id.as_slice());
        let rest = picture.and_then(|(_, png)| png.get(usize::try_from(fetch.at).ok()?..));
        let data = rest.and_then(|rest| rest.chunks(PICTURE_PIECE_BYTES).next());
        PicturePiece {
            id: fetch.id.clone(),
            at: fetch.at,
            data: data.unwrap_or_default().to_vec(),
        }
    }
}

/// The picture that is being fetched.
#[derive(Debug)]
struct Coming {
    id: String,
    bytes: usize,
    data: Vec<u8>,
    /// Bytes that were asked for.
    asked: usize,
}

/// What became of a picture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settled {
    /// Of its line.
    pub id: String,
    /// The PNG, written anew; `None` if it is not there any more.
    pub png: Option<Vec<u8>>,
}

/// The end that fetches: one picture at a time, the newest first, each once.
#[derive(Debug, Default)]
pub struct Fetcher {
    coming: Option<Coming>,
    settled: BTreeSet<String>,
}

impl Fetcher {
    /// The console is another one: what was asked for does not come any more, and what was gone may be there.
    pub fn restart(&mut self) {
        self.coming = None;
    }

    /// What to ask for now.
    #[must_use]
    pub fn next(&mut self, lines: &[Line]) -> Vec<PictureFetch> {
        let newest = || {
            let pictures = lines
                .iter()
                .rev()
                .filter_map(|line| Some((&line.id, announced(line)?)));
            pictures.take(PICTURES)
        };
        self.settled.retain(|id| newest().any(|(known, _)| known == id));
        if self.coming.is_none() {
            let next = newest().find(|(id, _)| !self.settled.contains(*id));
            self.coming = next.map(|(id, bytes)| Coming {
                id: id.clone(),
                bytes,
                data: Vec::new(),
                asked: 0,
            });
        }
        let Some(coming) = &mut self.coming else {
            return Vec::new();
        };
        let until = (coming.data.len() + AHEAD * PICTURE_PIECE_BYTES).min(coming.bytes);
        let mut out = Vec::new();
        while coming.asked < until {
            out.push(PictureFetch {
                id: coming.id.as_bytes().to_vec(),
                at: u32::try_from(coming.asked).unwrap_or(u32::MAX),
            });
            coming.asked += PICTURE_PIECE_BYTES;
        }
        out
    }

    /// A piece came; with the last one the picture is settled.
    ///
    /// # Errors
    /// It is none of what was asked for, or all of it together is no picture. Nothing more of that picture is taken.
    pub fn piece(&mut self, piece: &PicturePiece) -> Result<Option<Settled>, SessionError> {
        let Some(coming) = &mut self.coming else {
            // Of a picture that was asked for before the console was another one, or that ended early.
            return Ok(None);
        };
        if piece.id != coming.id.as_bytes() {
            return Ok(None);
        }
        let gone = piece.data.is_empty();
        let expected = (coming.bytes - coming.data.len()).min(PICTURE_PIECE_BYTES);
        let fits = usize::try_from(piece.at) == Ok(coming.data.len()) && piece.data.len() == expected;
        if !gone && fits {
            coming.data.extend_from_slice(&piece.data);
            if coming.data.len() < coming.bytes {
                return Ok(None);
            }
        }
        let Some(coming) = self.coming.take() else {
            return Ok(None);
        };
        self.settled.insert(coming.id.clone());
        if gone {
            return Ok(Some(Settled {
                id: coming.id,
                png: None,
            }));
        }
        // What another end calls a picture goes no further than here unless it is one, and only its pixels do.
        let png = fits.then(|| png::anew(&coming.data, PICTURE_BYTES).ok());
        let png = png
            .flatten()
            .ok_or(SessionError::Peer("what the chat brings is no picture"))?;
        Ok(Some(Settled {
            id: coming.id,
            png: Some(png),
        }))
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;
    use crate::channel::chat::Delivery;

    fn picture(side: u32) -> Vec<u8> {
        let noise = (0..side * side * 4)
            .map(|n| ((n.wrapping_mul(2_654_435_761) >> 13) as u8) | (u8::from(n % 4 == 3) * 255));
        png::encode(Size::new(side, side), &noise.collect::<Vec<_>>(), PICTURE_BYTES).expect("small")
    }

    fn line(n: usize, bytes: impl ToString) -> Line {
        Line {
            id: format!("{n:032x}"),
            from: From::Event,
            text: PICTURE.to_owned(),
            arguments: vec!["4".to_owned(), "4".to_owned(), bytes.to_string()],
            at_ms: 0,
            state: Delivery::Sent,
        }
    }

    /// Everything that can be fetched, in the order in which it settles.
    fn all(fetcher: &mut Fetcher, shelf: &Shelf, lines: &[Line]) -> Vec<Settled> {
        let mut out = Vec::new();
        loop {
            let asked = fetcher.next(lines);
            if asked.is_empty() {
                return out;
            }
            assert!(asked.len() <= AHEAD);
            for fetch in asked {
                out.extend(fetcher.piece(&shelf.piece(&fetch)).expect("what the shelf has"));
            }
        }
    }

    #[test]
    fn pictures_are_fetched_piece_by_piece_the_newest_first_and_once() {
        let (mut shelf, mut fetcher) = (Shelf::default(), Fetcher::default());
        let pictures = [picture(8), picture(200)];
        assert!(
            pictures[1].len() > 6 * PICTURE_PIECE_BYTES,
            "{}",
            pictures[1].len()
        );
        let mut lines: Vec<Line> = Vec::new();
        for (n, png) in pictures.iter().enumerate() {
            lines.push(line(n, png.len()));
            shelf.put(lines[n].id.clone(), png.clone());
        }
        let got = all(&mut fetcher, &shelf, &lines);
        assert_eq!(got.len(), 2);
        for (settled, (line, png)) in got.iter().rev().zip(lines.iter().zip(&pictures)) {
            assert_eq!(settled.id, line.id);
            let pixels = png::decode(settled.png.as_ref().expect("there")).expect("a picture");
            assert_eq!(pixels, png::decode(png).expect("a picture"));
        }
        assert!(all(&mut fetcher, &shelf, &lines).is_empty());
    }

    #[test]
    fn only_the_newest_are_kept_and_what_is_gone_is_said_so() {
        let (mut shelf, mut fetcher) = (Shelf::default(), Fetcher::default());
        let png = picture(8);
        let lines: Vec<Line> = (0..=PICTURES).map(|n| line(n, png.len())).collect();
        for line in &lines[..PICTURES] {
            shelf.put(line.id.clone(), png.clone());
        }
        let got = all(&mut fetcher, &shelf, &lines);
        // The last line has no picture any more, the first one is too old to be asked for.
        assert_eq!(got.len(), PICTURES);
        assert_eq!(
            got[0],
            Settled {
                id: lines[PICTURES].id.clone(),
                png: None
            }
        );
        assert!(got[1..].iter().all(|settled| settled.png.is_some()));
        shelf.put("ff".to_owned(), png);
        let fetch = PictureFetch {
            id: lines[0].id.clone().into_bytes(),
            at: 0,
        };
        assert!(shelf.piece(&fetch).data.is_empty(), "the oldest went");
    }

    #[test]
    fn a_console_that_was_started_anew_is_asked_from_the_beginning() {
        let (mut shelf, mut fetcher) = (Shelf::default(), Fetcher::default());
        let png = picture(200);
        let lines = [line(1, png.len())];
        shelf.put(lines[0].id.clone(), png);
        let asked = fetcher.next(&lines);
        assert_eq!(fetcher.piece(&shelf.piece(&asked[0])), Ok(None));
        fetcher.restart();
        // What was on its way belongs to nothing.
        assert_eq!(fetcher.piece(&shelf.piece(&asked[1])), Ok(None));
        assert_eq!(fetcher.next(&lines)[0].at, 0);
        let empty = Shelf::default();
        let gone = fetcher.piece(&empty.piece(&asked[0])).expect("an answer");
        assert_eq!(gone.and_then(|settled| settled.png), None);
    }

    #[test]
    fn what_is_no_picture_or_not_what_was_asked_for_is_refused() {
        let lines = [line(1, 20)];
        let id = lines[0].id.clone().into_bytes();
        let piece = |at, data: &[u8]| PicturePiece {
            id: id.clone(),
            at,
            data: data.to_vec(),
        };
        for wrong in [
            piece(0, &[1; 20]),
            piece(0, &[1; 19]),
            piece(0, &[1; 21]),
            piece(16_384, &[1; 20]),
        ] {
            let mut fetcher = Fetcher::default();
            assert_eq!(fetcher.next(&lines).len(), 1);
            assert!(fetcher.piece(&wrong).is_err());
            assert!(fetcher.next(&lines).is_empty(), "it is not asked for again");
            assert_eq!(fetcher.piece(&wrong), Ok(None));
        }
        // Nothing is allocated for what nobody may send.
        for bytes in ["0", "-1", "8388609", "99999999999999999999", "x"] {
            assert!(Fetcher::default().next(&[line(1, bytes)]).is_empty());
        }
        let mut said = line(1, 20);
        said.from = From::Operator;
        assert!(Fetcher::default().next(&[said]).is_empty());
    }
}
