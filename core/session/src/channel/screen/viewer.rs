//! The viewer's half.

use std::collections::VecDeque;

use temoto_codec::{Decoder, Framebuffer, HISTORY_MIB};
use temoto_geometry::{Rect, Region, Size};
use temoto_wire::screen::{Ack, Begin, Refresh, kind};

use super::ScreenFrame;
use crate::SessionError;
use crate::channel::complete::Completeness;

/// The viewer acknowledges at the latest after so many bytes.
const ACK_EVERY_BYTES: u64 = 16 * 1024;

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

/// What the person at the viewer sees, as long as it is on the canvas.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Look {
    /// Counts changes of the rest: what is done to a picture names the one that was meant.
    pub number: u32,
    /// Which display.
    pub display: u8,
    /// Columns and rows.
    pub size: Size,
}

/// An update that is not all here yet.
#[derive(Clone, Copy, Debug)]
struct Incoming {
    begin: Begin,
    number: u32,
    length: usize,
    /// It was drawn before a cut.
    known: bool,
}

/// The viewer's half.
pub struct ScreenViewer {
    decoder: Decoder,
    current: Option<Incoming>,
    buffer: Vec<u8>,
    received: u64,
    acknowledged: u64,
    pub(super) drawn: u32,
    /// Which display the decoder has, in full or in part.
    display: u8,
    look: Option<Look>,
    looks: u32,
    /// The decoder began anew, and not all of it is here: what was seen before stays on the canvas.
    held: bool,
    completeness: Completeness,
    /// Updates are thrown away until one that resets.
    pub(super) lost: bool,
    /// Nothing new was drawn since a cut: what comes may be known.
    resumed: bool,
    /// Whether to ask for a whole picture should another update come than one that resets.
    asks: bool,
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
            look: None,
            looks: 0,
            held: false,
            completeness: Completeness::default(),
            lost: false,
            resumed: false,
            asks: false,
            arrivals: VecDeque::new(),
        }
    }

    /// The picture, if there is one that is seen: not while the next one comes.
    #[must_use]
    pub fn picture(&self) -> Option<&Framebuffer> {
        Some(self.decoder.framebuffer()).filter(|picture| picture.width() > 0 && !self.held)
    }

    /// What is seen, if anything is.
    #[must_use]
    pub const fn look(&self) -> Option<Look> {
        self.look
    }

    /// Whether another display, or this one in another size, comes and is not all here yet.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        let coming = (self.display, self.decoder.framebuffer().size());
        self.held && self.look.is_some_and(|look| (look.display, look.size) != coming)
    }

    /// Most memory for what was shown earlier, in MiB.
    #[must_use]
    pub const fn memory(&self) -> u8 {
        self.decoder.max_history()
    }

    /// Which display is drawn, or is going to be seen.
    #[must_use]
    pub const fn display(&self) -> u8 {
        self.display
    }

    /// A new run; the last picture stays. A `fresh` host begins with another one, which is waited for; one that was there
    /// before goes on, perhaps with what was drawn already.
    pub fn new_run(&mut self, fresh: bool) {
        self.current = None;
        self.buffer = Vec::new();
        (self.received, self.acknowledged) = (0, 0);
        if fresh {
            (self.drawn, self.lost) = (0, true);
        }
        // What was asked for before the cut may not have arrived.
        (self.resumed, self.asks) = (!fresh, !fresh && self.lost);
    }

    /// The picture is thrown away, and so is whatever comes until an update that resets; `false` if there was none.
    pub fn forget(&mut self) -> bool {
        let there = self.look.take().is_some();
        self.held = false;
        self.decoder = Decoder::with_max_history(self.memory());
        self.current = None;
        self.buffer = Vec::new();
        self.lost = true;
        there
    }

    /// A frame of the host's.
    pub fn take(&mut self, now_ms: u64, which: u8, payload: &[u8]) -> Result<Drawn, SessionError> {
        match which {
            kind::BEGIN => self.begin(now_ms, payload),
            _ => self.chunk(now_ms, payload),
        }
    }

    /// What is to be sent to the host after a frame of its.
    pub fn answer(&self, drawn: &Drawn) -> impl Iterator<Item = ScreenFrame> + use<> {
        let refresh = Refresh {
            display: self.display,
            memory: self.memory(),
        };
        let refresh = drawn.refresh.then(|| (kind::REFRESH, refresh.encode().to_vec()));
        let ack = drawn.ack.map(|ack| (kind::ACK, ack.encode()));
        ack.into_iter().chain(refresh)
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
        let known = ahead == 0 || ahead > u16::MAX / 2;
        if known && !self.resumed {
            return Err(SessionError::Peer("update numbers do not rise"));
        }
        self.resumed = known;
        if begin.reset && !known {
            self.lost = false;
        }
        self.current = Some(Incoming {
            number: self
                .drawn
                .saturating_add(if known { 0 } else { u32::from(ahead) }),
            known,
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
        if !incoming.known {
            self.draw(now_ms, &incoming, &update, &mut drawn);
        }
        drawn.ack = self.acknowledge(true).ack;
        Ok(drawn)
    }

    /// Bytes of something else that travels in the same window arrived.
    pub const fn carried(&mut self, bytes: u64) {
        self.received += bytes;
    }

    /// How far this end is, to be said now.
    pub const fn acknowledgement(&mut self) -> Ack {
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
            drawn.refresh = std::mem::take(&mut self.asks);
            return;
        }
        if begin.reset {
            self.display = begin.display;
            // A first picture is seen as it comes; a later one takes the place of the one before when it is all there.
            self.held = self.look.is_some();
        }
        match self.decoder.decode(update) {
            Ok(region) => {
                let size = self.decoder.framebuffer().size();
                let whole = self.completeness.take(size, begin.reset, begin.complete, &region);
                let region = match (self.held, whole) {
                    (true, false) => Region::default(),
                    (true, true) => {
                        self.held = false;
                        Region::from(size.to_rect())
                    }
                    (false, _) => region,
                };
                self.see(size);
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

    fn see(&mut self, size: Size) {
        let display = self.display;
        if !self.held
            && self
                .look
                .is_none_or(|look| (look.display, look.size) != (display, size))
        {
            self.looks = self.looks.wrapping_add(1);
            let number = self.looks;
            self.look = Some(Look {
                number,
                display,
                size,
            });
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
