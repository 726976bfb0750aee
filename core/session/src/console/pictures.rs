//! Pictures that the operator puts into the chat.

use temoto_codec::png::{self, PngError};
use temoto_wire::limits::PICTURE_BYTES;
use temoto_wire::proto::PictureFetch;
use temoto_wire::proto::chat::Body;

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::chat::{From, Line};
use crate::channel::pictures::{PICTURE, Settled};
use crate::output::Output;

impl Console {
    /// Puts a picture into the chat of everybody. `png` is one; what is too large is told to the operator and not sent.
    ///
    /// # Errors
    /// It is no picture, or the session is over; nothing is lost by it.
    pub fn send_picture(&mut self, now_ms: u64, png: Vec<u8>) -> Result<(), SessionError> {
        let done = self.put_into_chat(now_ms, png);
        self.settle(now_ms);
        done
    }

    fn put_into_chat(&mut self, now_ms: u64, png: Vec<u8>) -> Result<(), SessionError> {
        if self.ended.is_some() {
            return Err(SessionError::State("the session is over"));
        }
        let size = match png::size_of(&png) {
            Ok(size) if png.len() <= PICTURE_BYTES => size,
            Ok(_) | Err(PngError::TooLarge) => {
                self.notify("picture_too_large", Vec::new());
                return Ok(());
            }
            Err(PngError::Malformed) => return Err(SessionError::Malformed("no picture")),
        };
        let told = [
            size.width.to_string(),
            size.height.to_string(),
            png.len().to_string(),
        ];
        // The picture is there before the line that tells of it.
        let id = Line::new_id(&mut self.rng);
        self.pictures.put(id.clone(), png.clone());
        let settled = Settled {
            id: id.clone(),
            png: Some(png),
        };
        self.outputs
            .push_back(Output::Event(ConsoleEvent::Picture(settled)));
        self.say_as(now_ms, id, From::Event, PICTURE.to_owned(), told.into(), None);
        Ok(())
    }

    pub(super) fn picture_fetched(&mut self, now_ms: u64, participant: u8, fetch: &PictureFetch) {
        let piece = self.pictures.piece(fetch);
        if let Some(end) = self.ends.get_mut(&participant) {
            // Whoever asks for more than the line takes does not get it.
            let _congested = end
                .peer
                .send_chat(now_ms, Body::PicturePiece(piece), &mut self.rng);
        }
    }
}
