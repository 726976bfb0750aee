//! Screen: one stream of updates from the host to one viewer.
//!
//! The host encodes when there is room to send, from the newest pixels; nothing stale is ever queued. Codec state belongs to
//! a pair and an incarnation: after a short cut the host sends again what was not drawn, if that is less than the whole
//! picture; with a new incarnation both ends start from nothing.

mod kept;
mod viewer;

use std::collections::VecDeque;
use std::sync::Arc;

use temoto_codec::{EncodeLimits, Encoder, FrameView, Hints, Move, Workers};
use temoto_geometry::Region;
use temoto_wire::limits::{FRAME_BYTES, UPDATE_BYTES};
use temoto_wire::screen::{Ack, Begin, kind};

use self::kept::{Kept, Update};
pub use self::viewer::{Drawn, Look, ScreenViewer, whole};
use crate::SessionError;
use crate::channel::colors::{Colors, Reducer};
use crate::channel::complete::Completeness;
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

/// A frame to be sent: kind and payload.
pub type ScreenFrame = (u8, Vec<u8>);

/// An encoded update on its way into frames.
#[derive(Debug)]
struct Outgoing {
    begin: Option<Begin>,
    bytes: Arc<[u8]>,
    at: usize,
}

impl From<Update> for Outgoing {
    fn from(Update { begin, bytes, .. }: Update) -> Self {
        Self {
            begin: Some(begin),
            bytes,
            at: 0,
        }
    }
}

/// Whether the viewer sees what is shared.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// It does.
    Yes,
    /// Once it has drawn the update with this number; `None` until that is sent.
    After(Option<u32>),
}

impl Seen {
    fn by(self, drawn: u32) -> bool {
        match self {
            Self::Yes => true,
            Self::After(number) => number.is_some_and(|number| drawn >= number),
        }
    }
}

/// The host's half.
pub struct ScreenHost {
    encoder: Encoder,
    reducer: Reducer,
    pacing: Pacing,
    number: u32,
    outgoing: Option<Outgoing>,
    kept: Kept,
    /// What a cut may have lost, to be sent before anything else.
    again: VecDeque<Update>,
    /// The run that carried updates is over: nothing goes out until the next one.
    parted: bool,
    /// What changed since the last frame was taken; `None` means that nothing is known and all of it is compared.
    damage: Option<Region>,
    /// What was moved since, the newest last.
    moves: Vec<Move>,
    dirty: bool,
    /// A frame was asked for and is not here yet.
    asked: bool,
    taken_ms: Option<u64>,
    drawn: u32,
    seen: Seen,
    /// The same since the picture began anew, or since it has other colors.
    anew: Seen,
    /// Other colors came little by little: not all of the picture may have them.
    lightened: bool,
    completeness: Completeness,
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
            kept: Kept::default(),
            again: VecDeque::new(),
            parted: false,
            damage: None,
            moves: Vec::new(),
            dirty: true,
            asked: false,
            taken_ms: None,
            drawn: 0,
            seen: Seen::After(None),
            anew: Seen::After(None),
            lightened: false,
            completeness: Completeness::default(),
            sent: false,
        }
    }

    /// Codes large updates in so many stripes, each a job for `workers`.
    pub fn set_workers(&mut self, workers: Arc<dyn Workers>, stripes: usize) {
        self.encoder.set_workers(workers, stripes);
    }

    /// A new run: the line is measured anew. A `fresh` viewer starts from nothing; one that was there before has a
    /// picture, and gets what it has not told to have drawn, if that is less than all of it.
    pub fn new_run(&mut self, now_ms: u64, fresh: bool) {
        self.pacing = Pacing::new(now_ms);
        (self.taken_ms, self.asked, self.parted) = (None, false, false);
        if fresh {
            (self.number, self.drawn) = (0, 0);
        } else if self.encoder.reference().is_some()
            && let Some(updates) = self.kept.since(self.drawn)
        {
            self.again = updates.collect();
            self.outgoing = None;
            // Whatever changed meanwhile was not told.
            (self.dirty, self.damage) = (true, None);
            self.moves.clear();
            return;
        }
        self.stop();
    }

    /// The run went away while something was sent.
    pub fn parted(&mut self) {
        self.parted = true;
    }

    /// Nothing of this may be shown any more, or something else is to be: what is half sent is thrown away, and what comes next
    /// is complete. Until it is drawn the viewer does not see what is shared ([`Self::is_seen`]).
    pub fn stop(&mut self) {
        self.outgoing = None;
        self.again.clear();
        self.seen = Seen::After(None);
        self.refresh();
    }

    /// The viewer lost its picture: the next update is complete.
    pub fn refresh(&mut self) {
        self.encoder.reset();
        self.kept.forget(self.number);
        self.dirty = true;
        self.damage = None;
        (self.anew, self.lightened) = (Seen::After(None), false);
    }

    /// The same for a viewer that has so much memory for what was shown earlier, in MiB.
    pub fn refresh_within(&mut self, mebibytes: u8) {
        self.encoder.set_history(mebibytes);
        self.seen = Seen::After(None);
        self.refresh();
    }

    /// The picture has these colors from now on.
    pub fn choose_colors(&mut self, colors: Colors) {
        if self.reducer.choose(colors) || (self.lightened && !self.is_settled()) {
            self.refresh();
        }
    }

    /// The same without beginning anew: what is drawn from now on has these colors, and little by little the rest.
    pub fn lighten(&mut self, colors: Colors) {
        if self.reducer.choose(colors) {
            (self.dirty, self.damage, self.lightened) = (true, None, true);
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

    /// When the next frame should be asked for; `None` while one is, while nothing changed or there is no room.
    #[must_use]
    pub fn frame_wanted_at(&self) -> Option<u64> {
        let busy = self.parted || self.outgoing.is_some() || !self.again.is_empty();
        if self.asked || !self.dirty || busy || self.pacing.room() < ROOM_NEEDED {
            return None;
        }
        Some(self.taken_ms.map_or(0, |at| at + FRAME_EVERY_MS))
    }

    /// Whether a frame is to be asked for now; it counts as asked for, until it is here or does not come.
    pub fn ask(&mut self, now_ms: u64) -> bool {
        let due = self.frame_wanted_at().is_some_and(|at| now_ms >= at);
        self.asked |= due;
        due
    }

    /// What was asked for does not come.
    pub const fn not_taken(&mut self) {
        self.asked = false;
    }

    /// Encodes the newest pixels of `display`.
    pub fn frame(&mut self, now_ms: u64, display: u8, frame: FrameView<'_>) -> Result<(), SessionError> {
        self.asked = false;
        if self.outgoing.is_some() || !self.again.is_empty() {
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
        let (reset, complete) = (update.reset, update.complete);
        let whole = self
            .completeness
            .take(frame.size(), reset, complete, &update.changed);
        for seen in [&mut self.seen, &mut self.anew] {
            if whole && matches!(seen, Seen::After(None)) {
                *seen = Seen::After(Some(self.number));
            }
        }
        let begin = Begin {
            number: self.number as u16,
            display,
            reset,
            complete,
            taken_ms: now_ms as u16,
            length: None,
        };
        let update = Update {
            number: self.number,
            begin,
            bytes: update.bytes.into(),
        };
        self.kept.sent(update.clone());
        self.outgoing = Some(update.into());
        Ok(())
    }

    /// The frame that was wanted could not be taken: a little later again.
    pub fn missed(&mut self, now_ms: u64) {
        self.asked = false;
        self.taken_ms = Some(now_ms + MISSED_MS);
    }

    /// The next frame that may be sent now.
    pub fn poll(&mut self, now_ms: u64) -> Option<ScreenFrame> {
        if self.parted {
            return None;
        }
        if self.outgoing.is_none() {
            self.outgoing = self.again.pop_front().map(Outgoing::from);
        }
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
        self.kept.drawn(self.drawn);
        self.again.retain(|update| update.number > self.drawn);
        for seen in [&mut self.seen, &mut self.anew] {
            if seen.by(self.drawn) {
                *seen = Seen::Yes;
            }
        }
        self.pacing.acknowledged(now_ms, ack.received);
    }

    /// Whether the viewer has all of what is shared before it, perhaps a little old. Where not, it may still see another display,
    /// or this one at another place: a click is not meant for what is there now.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.seen.by(self.drawn)
    }

    /// Whether the viewer has drawn all of a picture that has the colors of now.
    #[must_use]
    pub fn is_drawn_anew(&self) -> bool {
        self.anew.by(self.drawn)
    }

    /// Whether something small may go out beside the picture now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.outgoing.is_none() && self.pacing.room() >= ROOM_NEEDED
    }

    /// Whether the viewer has drawn everything that changed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.dirty && self.outgoing.is_none() && self.again.is_empty() && self.drawn == self.number
    }

    /// The pacing, for figures.
    #[must_use]
    pub const fn pacing(&self) -> &Pacing {
        &self.pacing
    }
}

#[cfg(test)]
mod tests {
    use temoto_codec::Framebuffer;
    use temoto_geometry::{Rect, Size};

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

    const SIZE: Size = Size::new(64, 48);

    /// A picture with a mark in it.
    fn picture(mark: i32) -> Framebuffer {
        let noise = (0..64 * 48).map(|at: u32| at.wrapping_mul(0x9e37_79b1) >> 8);
        let mut picture = Framebuffer::from_pixels(SIZE, noise.collect()).unwrap();
        picture.fill(Rect::new(mark, 3, 5, 5), 0x00ff_0000);
        picture
    }

    /// What the host sends for a picture.
    fn frames(host: &mut ScreenHost, now_ms: u64, picture: &Framebuffer) -> Vec<ScreenFrame> {
        host.damaged(&Region::default());
        host.frame(now_ms, 0, picture.view().unwrap()).unwrap();
        std::iter::from_fn(|| host.poll(now_ms)).collect()
    }

    /// Shows frames; gives the last acknowledgement.
    fn show(viewer: &mut ScreenViewer, frames: Vec<ScreenFrame>) -> Option<Ack> {
        let drawn = frames.into_iter().map(|(which, bytes)| match which {
            kind::BEGIN => viewer.begin(0, &bytes).unwrap(),
            _ => viewer.chunk(0, &bytes).unwrap(),
        });
        drawn.filter_map(|drawn| drawn.ack).last()
    }

    fn bytes(frames: &[ScreenFrame]) -> usize {
        frames.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// Both ends after a first picture, and what that took.
    fn ends() -> (ScreenHost, ScreenViewer, usize) {
        let (mut host, mut viewer) = (ScreenHost::new(0), ScreenViewer::new());
        let first = frames(&mut host, 0, &picture(0));
        let size = bytes(&first);
        let ack = show(&mut viewer, first).unwrap();
        host.acknowledged(5, ack);
        (host, viewer, size)
    }

    #[test]
    fn after_a_cut_only_what_was_not_drawn_is_sent_again() {
        let (mut host, mut viewer, whole) = ends();
        // The first arrives, its acknowledgement does not; of the second nothing arrives.
        let arrives = frames(&mut host, 10, &picture(10));
        show(&mut viewer, arrives);
        frames(&mut host, 20, &picture(20));
        host.new_run(100, false);
        viewer.new_run(false);
        let again: Vec<_> = std::iter::from_fn(|| host.poll(100)).collect();
        assert_eq!(again.iter().filter(|(which, _)| *which == kind::BEGIN).count(), 2);
        assert!(bytes(&again) * 4 < whole, "{} of {whole}", bytes(&again));
        let ack = show(&mut viewer, again).unwrap();
        assert_eq!((viewer.picture(), ack.drawn), (Some(&picture(20)), 3));
        host.acknowledged(110, ack);
        let next = frames(&mut host, 120, &picture(30));
        assert!(bytes(&next) * 4 < whole);
        show(&mut viewer, next);
        assert_eq!(viewer.picture(), Some(&picture(30)));
    }

    #[test]
    fn known_updates_are_refused_once_something_new_came() {
        let (mut host, mut viewer, _) = ends();
        viewer.new_run(false);
        assert!(viewer.begin(0, &begin(1, None)).is_ok(), "known");
        let new = frames(&mut host, 10, &picture(10));
        show(&mut viewer, new);
        assert!(viewer.begin(0, &begin(1, None)).is_err());
    }

    #[test]
    fn more_than_a_whole_picture_is_not_sent_again() {
        let (mut host, mut viewer, whole) = ends();
        let other =
            Framebuffer::from_pixels(SIZE, picture(0).pixels().iter().map(|p| p ^ 0x55_55_55).collect())
                .unwrap();
        frames(&mut host, 10, &other);
        host.new_run(100, false);
        viewer.new_run(false);
        assert_eq!(host.poll(100), None);
        let fresh = frames(&mut host, 100, &picture(20));
        assert!(bytes(&fresh) >= whole / 2);
        show(&mut viewer, fresh);
        assert_eq!(viewer.picture(), Some(&picture(20)));
    }

    #[test]
    fn a_viewer_that_lost_the_picture_asks_again_after_a_cut() {
        let (mut host, mut viewer, _) = ends();
        viewer.lost = true;
        host.new_run(100, false);
        viewer.new_run(false);
        let refresh = |viewer: &mut ScreenViewer, frames: Vec<ScreenFrame>| {
            frames
                .iter()
                .any(|(_, bytes)| viewer.begin(0, bytes).unwrap().refresh)
        };
        let next = frames(&mut host, 110, &picture(10));
        assert!(refresh(&mut viewer, next));
        let next = frames(&mut host, 120, &picture(20));
        assert!(!refresh(&mut viewer, next), "once");
        host.refresh();
        let next = frames(&mut host, 130, &picture(30));
        show(&mut viewer, next);
        assert_eq!(viewer.picture(), Some(&picture(30)));
    }

    #[test]
    fn other_colors_are_drawn_anew_once_the_viewer_says_so_and_half_of_them_begin_anew() {
        let (mut host, mut viewer, _) = ends();
        assert!(host.is_drawn_anew());
        // By the line, little by little: nothing begins anew, and this viewer has not drawn it when all colors are asked for.
        host.lighten(Colors::Many);
        let few = frames(&mut host, 10, &picture(0));
        host.lighten(Colors::All);
        host.choose_colors(Colors::All);
        assert!(!host.is_drawn_anew(), "some of it may have few");
        show(&mut viewer, few);
        assert_ne!(viewer.picture(), Some(&picture(0)));
        let all = frames(&mut host, 20, &picture(0));
        assert!(!host.is_drawn_anew());
        let ack = show(&mut viewer, all).unwrap();
        host.acknowledged(30, ack);
        assert!(host.is_drawn_anew());
        assert_eq!(viewer.picture(), Some(&picture(0)));
        // Asked for once more: there is nothing to do.
        host.choose_colors(Colors::All);
        assert!(host.is_drawn_anew() && host.is_settled());
    }
}
