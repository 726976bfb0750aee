//! Screen: one stream of updates from the host to one viewer.
//!
//! The host encodes when there is room to send, from the newest pixels; nothing stale is ever queued. Codec state belongs to
//! one run: with a new one both ends start from nothing, and a refresh brings the picture back.

use std::collections::VecDeque;

use temoto_codec::{Decoder, EncodeLimits, Encoder, FrameView, Framebuffer, HISTORY_MIB, Hints, Move};
use temoto_geometry::{Rect, Region};
use temoto_wire::limits::{FRAME_BYTES, UPDATE_BYTES};
use temoto_wire::screen::{Ack, Begin, kind};

use crate::SessionError;
use crate::channel::colors::{Colors, Reducer};
use crate::pacing::Pacing;

/// Frames are taken at most this often.
const FRAME_EVERY_MS: u64 = 16;
/// A frame that could not be taken is tried again after this, beyond the usual time.
const MISSED_MS: u64 = 100;
/// Pixels that one update covers at most: what can be encoded without the input waiting noticeably.
const UPDATE_PIXELS: u64 = 512 * 1024;
/// Pixels of an update on a line of unknown or low speed.
const UPDATE_PIXELS_SLOW: u64 = 96 * 1024;
/// Unencoded updates wait until less than this is queued.
const ROOM_NEEDED: u64 = 4 * 1024;
/// Most moves that are kept as hints; the newest are worth most.
const MOVES: usize = 16;
/// The viewer acknowledges at the latest after so many bytes.
const ACK_EVERY_BYTES: u64 = 16 * 1024;

/// A frame to be sent: kind and payload.
pub type ScreenFrame = (u8, Vec<u8>);

/// An encoded update on its way into frames.
#[derive(Debug)]
struct Outgoing {
    begin: Option<Begin>,
    bytes: Vec<u8>,
    at: usize,
}

/// The host's half.
pub struct ScreenHost {
    encoder: Encoder,
    reducer: Reducer,
    pacing: Pacing,
    number: u32,
    outgoing: Option<Outgoing>,
    /// What changed since the last frame was taken; `None` means that nothing is known and all of it is compared.
    damage: Option<Region>,
    /// What was moved since, the newest last.
    moves: Vec<Move>,
    dirty: bool,
    taken_ms: Option<u64>,
    drawn: u32,
    /// Something was sent since somebody asked.
    sent: bool,
}

impl ScreenHost {
    /// A host with nothing sent yet.
    #[must_use]
    pub fn new(now_ms: u64) -> Self {
        Self {
            encoder: Encoder::new(),
            reducer: Reducer::default(),
            pacing: Pacing::new(now_ms),
            number: 0,
            outgoing: None,
            damage: None,
            moves: Vec::new(),
            dirty: true,
            taken_ms: None,
            drawn: 0,
            sent: false,
        }
    }

    /// A new run: the viewer starts from nothing, and the line is measured anew.
    pub fn new_run(&mut self, now_ms: u64) {
        self.stop();
        self.pacing = Pacing::new(now_ms);
        (self.number, self.drawn, self.taken_ms) = (0, 0, None);
    }

    /// Nothing may be shown any more: what is half sent is thrown away, and what comes next is complete.
    pub fn stop(&mut self) {
        self.outgoing = None;
        self.refresh();
    }

    /// The viewer lost its picture, or another display is shown: the next update is complete.
    pub fn refresh(&mut self) {
        self.encoder.reset();
        self.dirty = true;
        self.damage = None;
    }

    /// The same for a viewer that has so much memory for what was shown earlier, in MiB.
    pub fn refresh_within(&mut self, mebibytes: u8) {
        self.encoder.set_history(mebibytes);
        self.refresh();
    }

    /// The picture has these colors from now on.
    pub fn choose_colors(&mut self, colors: Colors) {
        if self.reducer.choose(colors) {
            self.refresh();
        }
    }

    /// The host's screen changed there; an empty region means "somewhere".
    pub fn damaged(&mut self, region: &Region) {
        if region.is_empty() {
            self.damage = None;
        } else if !self.dirty {
            self.damage = Some(region.clone());
        } else if let Some(damage) = &mut self.damage {
            *damage = damage.union(region);
        }
        self.dirty = true;
    }

    /// The system moved this on the host's screen.
    pub fn moved(&mut self, moves: impl IntoIterator<Item = Move>) {
        self.moves.extend(moves);
        let old = self.moves.len().saturating_sub(MOVES);
        self.moves.drain(..old);
    }

    /// When the next frame should be taken; `None` while nothing changed or there is no room.
    #[must_use]
    pub fn frame_wanted_at(&self) -> Option<u64> {
        if !self.dirty || self.outgoing.is_some() || self.pacing.room() < ROOM_NEEDED {
            return None;
        }
        Some(self.taken_ms.map_or(0, |at| at + FRAME_EVERY_MS))
    }

    /// Encodes the newest pixels of `display`.
    pub fn frame(&mut self, now_ms: u64, display: u8, frame: FrameView<'_>) -> Result<(), SessionError> {
        if self.outgoing.is_some() {
            return Ok(());
        }
        self.taken_ms = Some(now_ms);
        let hints = Hints {
            damage: self.damage.take(),
            moves: std::mem::take(&mut self.moves),
        };
        let slow = self.pacing.rate() < 1_000_000;
        let limits = EncodeLimits {
            max_pixels: if slow { UPDATE_PIXELS_SLOW } else { UPDATE_PIXELS },
            max_bytes: usize::try_from(self.pacing.room()).unwrap_or(usize::MAX),
        };
        let Some(update) = self
            .encoder
            .encode_limited(self.reducer.reduce(frame), &hints, limits)
        else {
            self.dirty = false;
            return Ok(());
        };
        self.dirty = !update.complete;
        if self.dirty {
            // Only what was put off is looked at again, unless new damage comes.
            self.damage = Some(Region::default());
        }
        self.number = self.number.wrapping_add(1);
        if update.bytes.len() > UPDATE_BYTES {
            return Err(SessionError::Malformed("update too long"));
        }
        self.outgoing = Some(Outgoing {
            begin: Some(Begin {
                number: self.number as u16,
                display,
                reset: update.reset,
                complete: update.complete,
                taken_ms: now_ms as u16,
                length: None,
            }),
            bytes: update.bytes,
            at: 0,
        });
        Ok(())
    }

    /// The frame that was wanted could not be taken: a little later again.
    pub fn missed(&mut self, now_ms: u64) {
        self.taken_ms = Some(now_ms + MISSED_MS);
    }

    /// The next frame that may be sent now.
    pub fn poll(&mut self, now_ms: u64) -> Option<ScreenFrame> {
        let outgoing = self.outgoing.as_mut()?;
        let most = usize::try_from(self.pacing.room())
            .unwrap_or(usize::MAX)
            .min(FRAME_BYTES - Begin::MOST_BYTES);
        let left = outgoing.bytes.len() - outgoing.at;
        if most < left.min(1024) {
            return None;
        }
        let size = self.pacing.record_bytes(most).min(left);
        let end = outgoing.at + size;
        let (which, mut payload) = match outgoing.begin.take() {
            Some(mut begin) => {
                // Checked when it was encoded.
                begin.length = u32::try_from(left).ok().filter(|_| size < left);
                (kind::BEGIN, begin.encode())
            }
            None => (kind::CHUNK, Vec::with_capacity(size)),
        };
        payload.extend_from_slice(outgoing.bytes.get(outgoing.at..end).unwrap_or_default());
        self.pacing.sent(now_ms, size as u64);
        self.sent = true;
        outgoing.at = end;
        if end == outgoing.bytes.len() {
            self.outgoing = None;
        }
        Some((which, payload))
    }

    /// Something else goes to the viewer in the same window, which counts it together with the screen.
    pub fn lend(&mut self, now_ms: u64, bytes: u64) {
        self.pacing.sent(now_ms, bytes);
    }

    /// Something waits for the line, or changed and is not taken yet.
    #[must_use]
    pub const fn wants_line(&self) -> bool {
        self.dirty || self.outgoing.is_some()
    }

    /// Whether anything was sent since this was asked last.
    pub const fn take_sent(&mut self) -> bool {
        std::mem::replace(&mut self.sent, false)
    }

    /// The viewer told how far it is.
    pub fn acknowledged(&mut self, now_ms: u64, ack: Ack) {
        self.drawn = self.drawn.max(ack.drawn.min(self.number));
        self.pacing.acknowledged(now_ms, ack.received);
    }

    /// Whether the viewer has drawn everything that changed.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        !self.dirty && self.outgoing.is_none() && self.drawn == self.number
    }

    /// The pacing, for figures.
    #[must_use]
    pub const fn pacing(&self) -> &Pacing {
        &self.pacing
    }
}

/// What a viewer has to tell and show after a frame.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The picture changed there.
    pub changed: Option<Region>,
    /// A whole change (all its bands) is on the picture now.
    pub complete: bool,
    /// An acknowledgement is due.
    pub ack: Option<Ack>,
    /// The picture is lost: ask for all of it.
    pub refresh: bool,
}

/// An update that is not all here yet.
#[derive(Clone, Copy, Debug)]
struct Incoming {
    begin: Begin,
    number: u32,
    length: usize,
}

/// The viewer's half.
pub struct ScreenViewer {
    decoder: Decoder,
    current: Option<Incoming>,
    buffer: Vec<u8>,
    received: u64,
    acknowledged: u64,
    drawn: u32,
    display: u8,
    /// Updates are thrown away until one that resets.
    lost: bool,
    /// Arrival times of whole changes in the last second, for the frame rate.
    arrivals: VecDeque<u64>,
}

impl ScreenViewer {
    /// A viewer without a picture.
    #[must_use]
    pub fn new() -> Self {
        Self::with_memory(HISTORY_MIB)
    }

    /// The same with at most so many MiB for what was shown earlier.
    #[must_use]
    pub fn with_memory(mebibytes: u8) -> Self {
        Self {
            decoder: Decoder::with_max_history(mebibytes),
            current: None,
            buffer: Vec::new(),
            received: 0,
            acknowledged: 0,
            drawn: 0,
            display: 0,
            lost: false,
            arrivals: VecDeque::new(),
        }
    }

    /// The picture, if there is one.
    #[must_use]
    pub fn picture(&self) -> Option<&Framebuffer> {
        Some(self.decoder.framebuffer()).filter(|picture| picture.width() > 0)
    }

    /// Most memory for what was shown earlier, in MiB.
    #[must_use]
    pub const fn memory(&self) -> u8 {
        self.decoder.max_history()
    }

    /// Which display the picture shows.
    #[must_use]
    pub const fn display(&self) -> u8 {
        self.display
    }

    /// A new run: counters start anew; the last picture stays to be shown (dimmed) until the next one.
    pub fn new_run(&mut self) {
        self.current = None;
        self.buffer = Vec::new();
        (self.received, self.acknowledged, self.drawn) = (0, 0, 0);
        self.lost = true;
    }

    /// The picture is thrown away, and so is whatever comes until an update that resets; `false` if there was none.
    pub fn forget(&mut self) -> bool {
        let there = self.picture().is_some();
        self.decoder = Decoder::with_max_history(self.memory());
        self.current = None;
        self.buffer = Vec::new();
        self.lost = true;
        there
    }

    /// An update begins, and mostly ends.
    pub fn begin(&mut self, now_ms: u64, payload: &[u8]) -> Result<Drawn, SessionError> {
        let (begin, bytes) = Begin::decode(payload)?;
        if self.current.is_some() && !begin.reset {
            return Err(SessionError::Peer("update announced within another"));
        }
        if bytes.is_empty() {
            return Err(SessionError::Peer("empty update"));
        }
        let ahead = begin.number.wrapping_sub(self.drawn as u16);
        if ahead == 0 || ahead > u16::MAX / 2 {
            return Err(SessionError::Peer("update numbers do not rise"));
        }
        if begin.reset {
            self.lost = false;
        }
        self.current = Some(Incoming {
            number: self.drawn.saturating_add(u32::from(ahead)),
            length: begin.length.map_or(bytes.len(), |length| length as usize),
            begin,
        });
        self.buffer = Vec::new();
        self.more(now_ms, bytes)
    }

    /// More bytes of an update arrived.
    pub fn chunk(&mut self, now_ms: u64, bytes: &[u8]) -> Result<Drawn, SessionError> {
        if self.current.is_none() {
            self.received += bytes.len() as u64;
            return if self.lost {
                Ok(self.acknowledge(false))
            } else {
                Err(SessionError::Peer("chunk without an update"))
            };
        }
        if bytes.is_empty() {
            return Err(SessionError::Peer("empty chunk"));
        }
        self.more(now_ms, bytes)
    }

    fn more(&mut self, now_ms: u64, bytes: &[u8]) -> Result<Drawn, SessionError> {
        self.received += bytes.len() as u64;
        let Some(incoming) = self.current else {
            return Ok(Drawn::default());
        };
        if self.buffer.len() + bytes.len() > incoming.length {
            return Err(SessionError::Peer("update longer than announced"));
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < incoming.length {
            return Ok(self.acknowledge(false));
        }
        self.current = None;
        let update = std::mem::take(&mut self.buffer);
        let mut drawn = Drawn::default();
        self.draw(now_ms, &incoming, &update, &mut drawn);
        drawn.ack = self.acknowledge(true).ack;
        Ok(drawn)
    }

    /// Bytes of something else that travels in the same window arrived.
    pub const fn carried(&mut self, bytes: u64) -> Ack {
        self.received += bytes;
        self.acknowledged = self.received;
        Ack {
            drawn: self.drawn,
            received: self.received,
        }
    }

    /// A frame was not taken (nothing is granted now): its bytes count, the picture waits for one that resets.
    pub fn dropped(&mut self, which: u8, payload: &[u8]) -> Drawn {
        self.current = None;
        self.buffer = Vec::new();
        self.lost = true;
        let bytes = match which {
            kind::BEGIN => Begin::decode(payload).map_or(0, |(_, bytes)| bytes.len()),
            _ => payload.len(),
        };
        self.received += bytes as u64;
        self.acknowledge(false)
    }

    fn acknowledge(&mut self, now: bool) -> Drawn {
        let due = now || self.received >= self.acknowledged + ACK_EVERY_BYTES;
        if due {
            self.acknowledged = self.received;
        }
        Drawn {
            ack: due.then_some(Ack {
                drawn: self.drawn,
                received: self.received,
            }),
            ..Drawn::default()
        }
    }

    /// Whole changes per second, lately.
    #[must_use]
    pub fn frames_per_second(&self, now_ms: u64) -> u32 {
        u32::try_from(self.arrivals.iter().filter(|&&at| at + 1_000 > now_ms).count()).unwrap_or(u32::MAX)
    }

    fn draw(&mut self, now_ms: u64, incoming: &Incoming, update: &[u8], drawn: &mut Drawn) {
        let begin = &incoming.begin;
        self.drawn = incoming.number;
        drawn.complete = begin.complete;
        if self.lost {
            return;
        }
        if begin.reset {
            self.display = begin.display;
        }
        match self.decoder.decode(update) {
            Ok(region) => {
                if begin.complete {
                    if self.arrivals.len() >= 128 {
                        self.arrivals.pop_front();
                    }
                    self.arrivals.push_back(now_ms);
                }
                drawn.changed = Some(region);
            }
            Err(_) => {
                self.lost = true;
                drawn.refresh = true;
            }
        }
    }
}

impl Default for ScreenViewer {
    fn default() -> Self {
        Self::new()
    }
}

/// The whole of a picture as a region.
#[must_use]
pub fn whole(picture: &Framebuffer) -> Region {
    Region::from(Rect::new(0, 0, picture.width(), picture.height()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(number: u16, length: Option<u32>) -> Vec<u8> {
        let begin = Begin {
            number,
            display: 0,
            reset: false,
            complete: true,
            taken_ms: 0,
            length,
        };
        [begin.encode(), vec![1]].concat()
    }

    fn after(drawn: u32) -> ScreenViewer {
        let mut viewer = ScreenViewer::new();
        // What is lost is not decoded, but counted.
        (viewer.drawn, viewer.lost) = (drawn, true);
        viewer
    }

    #[test]
    fn numbers_go_on_beyond_sixteen_bits() {
        let drawn = after(65_535).begin(0, &begin(0, None)).unwrap();
        assert_eq!(drawn.ack.unwrap().drawn, 65_536);
        let drawn = after(70_000).begin(0, &begin(4_470, None)).unwrap();
        assert_eq!(drawn.ack.unwrap().drawn, 70_006, "some were dropped in between");
    }

    #[test]
    fn numbers_that_do_not_rise_are_refused() {
        for number in [9, 10, 10 + 32_768] {
            assert!(after(10).begin(0, &begin(number, None)).is_err(), "{number}");
        }
    }

    #[test]
    fn an_update_is_drawn_with_its_last_byte_and_takes_no_more() {
        let mut viewer = after(0);
        assert!(viewer.begin(0, &begin(1, Some(4))).unwrap().ack.is_none());
        assert!(viewer.chunk(0, &[]).is_err(), "empty");
        assert!(viewer.chunk(0, &[2, 3]).unwrap().ack.is_none());
        assert!(viewer.begin(0, &begin(2, None)).is_err(), "within another");
        let ack = viewer.chunk(0, &[4]).unwrap().ack.unwrap();
        assert_eq!((ack.drawn, ack.received), (1, 4));
        viewer.begin(0, &begin(2, Some(3))).unwrap();
        assert!(viewer.chunk(0, &[2, 3, 4]).is_err(), "longer than announced");
    }
}
