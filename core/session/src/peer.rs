//! One pair as layer 4 sees it: greeting after each run, reliable streams, acknowledgement, echo.
//!
//! It owns the [`SecurePair`] below it. What may be *done* with a message is decided by `permission`, not here.

use std::collections::VecDeque;

use prost::Message;
use rand_chacha::ChaCha20Rng;
use temoto_crypto::{Outside, Padding, PairOutput, Secret32, SecurePair, Side, Unsealed};
use temoto_wire::frame::{self, Channel, Frame, RELIABLE, link};
use temoto_wire::proto::{self, Control, control::Body};

use crate::SessionError;
use crate::stream::Stream;

/// An echo goes out this often while a pair is ready.
const ECHO_EVERY_MS: u64 = 2_000;
/// A run whose other end does not greet within this is replaced: its greeting was lost.
const GREET_MS: u64 = 5_000;
/// Broken messages of a peer after which the pair is given up.
const VIOLATIONS: u32 = 10;

/// A random number that one load of a page or one start of a program has.
pub type Incarnation = [u8; 16];

/// What came out of a pair.
pub enum PeerEvent {
    /// Opaque bytes for the participant at the other end.
    Transmit(Vec<u8>),
    /// The same, when the shell finished it.
    Seal(Unsealed),
    /// The shell opens this record and gives it back by [`Peer::record`], before anything else is received.
    Open {
        /// For the answer.
        ticket: u32,
        /// What is to be opened.
        work: Outside,
    },
    /// The shell derives `psk_n` and gives it back by [`Peer::psk`].
    DerivePsk(u32),
    /// The highest run number must be stored before what follows is sent.
    Persist(u32),
    /// The root, once; the shell keeps it.
    KeepRoot(Secret32),
    /// Pairing is done: the other end's static key.
    Paired([u8; 32]),
    /// A run is up and both ends greeted each other. `fresh`: the other end is a new incarnation.
    Ready {
        /// Nothing of what was before is known there.
        fresh: bool,
        /// Both streams restarted: what was not acknowledged has to be sent anew.
        restarted: bool,
        /// Low half of the other end's clock when it greeted.
        clock_ms: u32,
    },
    /// The run is lost; the pair is not.
    Lost,
    /// A control message, exactly once.
    Control(Body),
    /// A chat message, exactly once.
    Chat(proto::chat::Body),
    /// A message of the clipboard channel, exactly once.
    Clipboard(proto::clipboard::Body),
    /// A message of the files channel, exactly once.
    Files(proto::files::Body),
    /// A frame of a channel that is not reliable.
    Frame {
        /// Its channel.
        channel: Channel,
        /// Its kind.
        kind: u8,
        /// Its payload.
        payload: Vec<u8>,
    },
    /// Chat messages below this number arrived.
    ChatDelivered(u64),
    /// Clipboard messages below this number arrived.
    ClipboardDelivered(u64),
    /// Messages of the files channel below this number arrived.
    FilesDelivered(u64),
    /// The pair is over.
    Ended,
}

/// One pair.
pub struct Peer {
    secure: SecurePair,
    own: Incarnation,
    other: Option<Incarnation>,
    control: Stream,
    chat: Stream,
    clipboard: Stream,
    files: Stream,
    /// The run carries application data.
    running: bool,
    /// The other end's greeting of this run is here.
    greeted: bool,
    ack_due: bool,
    /// When the other end should have greeted.
    greet_until_ms: Option<u64>,
    echo_at_ms: Option<u64>,
    round_trip_ms: Option<u64>,
    violations: u32,
    ended: bool,
    events: VecDeque<PeerEvent>,
}

impl Peer {
    /// Around a pair that was just admitted or restored.
    #[must_use]
    pub const fn new(secure: SecurePair, own: Incarnation) -> Self {
        Self {
            secure,
            own,
            other: None,
            control: Stream::new(),
            chat: Stream::new(),
            clipboard: Stream::new(),
            files: Stream::new(),
            running: false,
            greeted: false,
            ack_due: false,
            greet_until_ms: None,
            echo_at_ms: None,
            round_trip_ms: None,
            violations: 0,
            ended: false,
            events: VecDeque::new(),
        }
    }

    /// The shell computes large records from now on.
    pub const fn compute_outside(&mut self) {
        self.secure.compute_outside();
    }

    /// Whether application data flows.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.running && self.greeted
    }

    /// End-to-end round trip of the newest echo.
    #[must_use]
    pub const fn round_trip_ms(&self) -> Option<u64> {
        self.round_trip_ms
    }

    /// Takes up what a pair that was just made already has to say.
    pub fn start(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.pump(now_ms, rng);
    }

    /// Opaque bytes from the other end.
    pub fn receive(&mut self, now_ms: u64, bytes: &[u8], rng: &mut ChaCha20Rng) {
        self.secure.handle_message(now_ms, bytes, rng);
        self.pump(now_ms, rng);
    }

    /// The shell opened a record, or could not.
    pub fn record(&mut self, now_ms: u64, ticket: u32, plaintext: Option<Vec<u8>>, rng: &mut ChaCha20Rng) {
        self.secure.opened(now_ms, ticket, plaintext, rng);
        self.pump(now_ms, rng);
    }

    /// The shell derived `psk_n`.
    pub fn psk(&mut self, now_ms: u64, n: u32, psk: &Secret32, rng: &mut ChaCha20Rng) {
        self.secure.psk(now_ms, n, psk, rng);
        self.pump(now_ms, rng);
    }

    /// One of the ends has a new attachment, or the relay dropped something: a new run.
    pub fn attached(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.secure.attached(now_ms, rng);
        self.pump(now_ms, rng);
    }

    /// Time passed.
    pub fn timeout(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.secure.handle_timeout(now_ms, rng);
        self.pump(now_ms, rng);
        if self.greet_until_ms.is_some_and(|at| now_ms >= at) {
            self.greet_until_ms = Some(now_ms.saturating_add(GREET_MS));
            self.secure.renew(now_ms, rng);
            self.pump(now_ms, rng);
        }
        if self.is_ready() && self.echo_at_ms.is_some_and(|at| now_ms >= at) {
            self.echo_at_ms = Some(now_ms + ECHO_EVERY_MS);
            self.send_frame(now_ms, Channel::Link, link::ECHO, &now_ms.to_be_bytes(), rng);
        }
    }

    /// When [`Peer::timeout`] has to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        let echo = self.echo_at_ms.filter(|_| self.is_ready());
        let greet = self.greet_until_ms;
        self.secure
            .next_timeout()
            .into_iter()
            .chain(echo)
            .chain(greet)
            .min()
    }

    /// Sends a control message; it waits for a run if there is none.
    pub fn send_control(
        &mut self,
        now_ms: u64,
        body: Body,
        rng: &mut ChaCha20Rng,
    ) -> Result<(), SessionError> {
        self.control.push(Control { body: Some(body) }.encode_to_vec())?;
        self.flush(now_ms, rng);
        Ok(())
    }

    /// Sends something of the chat channel; returns its number for [`PeerEvent::ChatDelivered`].
    pub fn send_chat(
        &mut self,
        now_ms: u64,
        body: proto::chat::Body,
        rng: &mut ChaCha20Rng,
    ) -> Result<u64, SessionError> {
        let message = proto::Chat { body: Some(body) };
        let number = self.chat.push(message.encode_to_vec())?;
        self.flush(now_ms, rng);
        Ok(number)
    }

    /// Sends something of the clipboard; returns its number for [`PeerEvent::ClipboardDelivered`].
    pub fn send_clipboard(
        &mut self,
        now_ms: u64,
        body: proto::clipboard::Body,
        rng: &mut ChaCha20Rng,
    ) -> Result<u64, SessionError> {
        let message = proto::Clipboard { body: Some(body) };
        let number = self.clipboard.push(message.encode_to_vec())?;
        self.flush(now_ms, rng);
        Ok(number)
    }

    /// Sends something of the files channel; returns its number for [`PeerEvent::FilesDelivered`].
    pub fn send_files(
        &mut self,
        now_ms: u64,
        body: proto::files::Body,
        rng: &mut ChaCha20Rng,
    ) -> Result<u64, SessionError> {
        let message = proto::Files { body: Some(body) };
        let number = self.files.push(message.encode_to_vec())?;
        self.flush(now_ms, rng);
        Ok(number)
    }

    /// Sends this on a reliable channel, whatever it is.
    #[cfg(feature = "misbehaving")]
    pub fn send_anything(
        &mut self,
        now_ms: u64,
        channel: Channel,
        bytes: Vec<u8>,
        rng: &mut ChaCha20Rng,
    ) -> Result<(), SessionError> {
        let stream = match channel {
            Channel::Control => &mut self.control,
            Channel::Chat => &mut self.chat,
            Channel::Clipboard => &mut self.clipboard,
            Channel::Files => &mut self.files,
            Channel::Link | Channel::Screen | Channel::Cursor | Channel::Input => return Ok(()),
        };
        stream.push(bytes)?;
        self.flush(now_ms, rng);
        Ok(())
    }

    /// Sends one frame of a channel that is not reliable; `false` if there is no run to carry it.
    pub fn send_frame(
        &mut self,
        now_ms: u64,
        channel: Channel,
        kind: u8,
        payload: &[u8],
        rng: &mut ChaCha20Rng,
    ) -> bool {
        if !self.is_ready() {
            return false;
        }
        let padding = if channel == Channel::Input {
            Padding::SizeClass
        } else {
            Padding::None
        };
        let Ok(head) = frame::head(channel, kind, payload) else {
            return false;
        };
        let sealed = self.secure.seal_parts(now_ms, [&head, payload], padding).is_ok();
        self.pump(now_ms, rng);
        sealed
    }

    /// Ends the pair on purpose and erases its keys.
    pub fn end(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.secure.end(now_ms);
        self.pump(now_ms, rng);
    }

    /// A message of the other end was not what the protocol allows.
    pub fn violation(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.violations = self.violations.saturating_add(1);
        if self.violations >= VIOLATIONS && !self.ended {
            self.end(now_ms, rng);
        }
    }

    /// What came out.
    pub fn poll(&mut self) -> Option<PeerEvent> {
        self.events.pop_front()
    }

    fn seal(&mut self, now_ms: u64, record: &[u8], padding: Padding, rng: &mut ChaCha20Rng) -> bool {
        let sealed = self.secure.seal(now_ms, record, padding).is_ok();
        self.pump(now_ms, rng);
        sealed
    }

    fn pump(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        while let Some(output) = self.secure.poll() {
            match output {
                PairOutput::Transmit(bytes) => self.events.push_back(PeerEvent::Transmit(bytes)),
                PairOutput::Seal(unsealed) => self.events.push_back(PeerEvent::Seal(unsealed)),
                PairOutput::Open { ticket, work } => self.events.push_back(PeerEvent::Open { ticket, work }),
                PairOutput::Opened(record) => {
                    if self.opened(now_ms, &record, rng).is_err() {
                        self.violation(now_ms, rng);
                    }
                }
                PairOutput::Paired { peer_static, .. } => {
                    self.events.push_back(PeerEvent::Paired(peer_static));
                }
                PairOutput::KeepRoot(root) => self.events.push_back(PeerEvent::KeepRoot(root)),
                PairOutput::DerivePsk { n } => self.events.push_back(PeerEvent::DerivePsk(n)),
                PairOutput::Persist { n } => self.events.push_back(PeerEvent::Persist(n)),
                PairOutput::RunStarted { .. } => self.started(now_ms, rng),
                PairOutput::RootReady | PairOutput::RootConfirmed | PairOutput::Rejected(_) => {}
                PairOutput::RunLost { .. } => {
                    self.stopped();
                    self.events.push_back(PeerEvent::Lost);
                }
                PairOutput::Ended { .. } => {
                    self.stopped();
                    if !std::mem::replace(&mut self.ended, true) {
                        self.events.push_back(PeerEvent::Ended);
                    }
                }
            }
        }
    }

    const fn stopped(&mut self) {
        (self.running, self.greeted) = (false, false);
        self.greet_until_ms = None;
    }

    /// A run began: greet. What is reliable waits until the other end has said how far it is.
    fn started(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        self.running = true;
        self.greeted = false;
        self.greet_until_ms = Some(now_ms.saturating_add(GREET_MS));
        let hello = proto::Hello {
            incarnation: self.own.to_vec(),
            peer_incarnation: self.other.map(|i| i.to_vec()).unwrap_or_default(),
            received: self.received(),
            clock_ms: crate::channel::input::wrapping_clock(now_ms),
        };
        let mut record = Vec::new();
        if frame::write(&mut record, Channel::Link, link::HELLO, &hello.encode_to_vec()).is_ok() {
            self.seal(now_ms, &record, Padding::None, rng);
        }
    }

    fn received(&self) -> Vec<proto::Received> {
        [
            (Channel::Control, &self.control),
            (Channel::Chat, &self.chat),
            (Channel::Clipboard, &self.clipboard),
            (Channel::Files, &self.files),
        ]
        .into_iter()
        .map(|(channel, stream)| proto::Received {
            channel: channel.number().into(),
            next: stream.next_receive(),
        })
        .collect()
    }

    fn opened(&mut self, now_ms: u64, record: &[u8], rng: &mut ChaCha20Rng) -> Result<(), SessionError> {
        for frame in Frame::read_all(record)? {
            self.frame(now_ms, frame, rng)?;
        }
        if std::mem::take(&mut self.ack_due) {
            let ack = proto::Ack {
                received: self.received(),
            }
            .encode_to_vec();
            self.send_frame(now_ms, Channel::Link, link::ACK, &ack, rng);
        }
        Ok(())
    }

    fn frame(&mut self, now_ms: u64, frame: Frame<'_>, rng: &mut ChaCha20Rng) -> Result<(), SessionError> {
        if frame.channel == Channel::Link && frame.kind == link::HELLO {
            return self.hello(now_ms, frame.payload, rng);
        }
        if !self.greeted {
            return Err(SessionError::Peer("message before the greeting"));
        }
        match (frame.channel, frame.kind) {
            (Channel::Link, link::ACK) => {
                let ack =
                    proto::Ack::decode(frame.payload).map_err(|_| SessionError::Peer("malformed ack"))?;
                self.acknowledged(&ack.received)?;
            }
            (Channel::Link, link::ECHO) => {
                if frame.payload.len() != 8 {
                    return Err(SessionError::Peer("echo of another size"));
                }
                self.send_frame(now_ms, Channel::Link, link::ECHO_REPLY, frame.payload, rng);
            }
            (Channel::Link, link::ECHO_REPLY) => {
                let sent = frame.payload.try_into().map(u64::from_be_bytes);
                let sent = sent.map_err(|_| SessionError::Peer("echo of another size"))?;
                // A clock that was set back, or a machine that slept, is nobody's fault.
                if let Some(round_trip) = now_ms.checked_sub(sent).filter(|&ms| ms < 600_000) {
                    self.round_trip_ms = Some(round_trip);
                }
            }
            (Channel::Control | Channel::Chat | Channel::Clipboard | Channel::Files, RELIABLE) => {
                self.reliable(frame)?;
            }
            (Channel::Screen | Channel::Cursor | Channel::Input | Channel::Files, kind) => {
                self.events.push_back(PeerEvent::Frame {
                    channel: frame.channel,
                    kind,
                    payload: frame.payload.to_vec(),
                });
            }
            (Channel::Link | Channel::Control | Channel::Chat | Channel::Clipboard, _) => {
                return Err(SessionError::Peer("unknown kind of frame"));
            }
        }
        Ok(())
    }

    fn reliable(&mut self, frame: Frame<'_>) -> Result<(), SessionError> {
        let (number, message) = frame
            .payload
            .split_first_chunk::<8>()
            .ok_or(SessionError::Peer("message without a number"))?;
        let number = u64::from_be_bytes(*number);
        self.ack_due = true;
        let malformed = |_| SessionError::Peer("malformed protocol buffer");
        if frame.channel == Channel::Control {
            if self.control.received(number)? {
                // A control message that only a newer peer knows is skipped: that is what field numbers are for.
                if let Some(body) = Control::decode(message).map_err(malformed)?.body {
                    self.events.push_back(PeerEvent::Control(body));
                }
            }
        } else if frame.channel == Channel::Clipboard {
            if self.clipboard.received(number)?
                && let Some(body) = proto::Clipboard::decode(message).map_err(malformed)?.body
            {
                self.events.push_back(PeerEvent::Clipboard(body));
            }
        } else if frame.channel == Channel::Files {
            if self.files.received(number)?
                && let Some(body) = proto::Files::decode(message).map_err(malformed)?.body
            {
                self.events.push_back(PeerEvent::Files(body));
            }
        } else if self.chat.received(number)?
            && let Some(body) = proto::Chat::decode(message).map_err(malformed)?.body
        {
            self.events.push_back(PeerEvent::Chat(body));
        }
        Ok(())
    }

    fn hello(&mut self, now_ms: u64, payload: &[u8], rng: &mut ChaCha20Rng) -> Result<(), SessionError> {
        if self.greeted {
            return Err(SessionError::Peer("second greeting in a run"));
        }
        let hello = proto::Hello::decode(payload).map_err(|_| SessionError::Peer("malformed greeting"))?;
        let incarnation: Incarnation = hello
            .incarnation
            .as_slice()
            .try_into()
            .map_err(|_| SessionError::Peer("incarnation of another size"))?;
        let fresh = self.other != Some(incarnation);
        let mut restarted = false;
        if fresh {
            if self.other.replace(incarnation).is_some() {
                restarted = true;
                self.control.restart();
                self.chat.restart();
                self.clipboard.restart();
                self.files.restart();
            }
        } else if hello.peer_incarnation == self.own {
            self.acknowledged(&hello.received)?;
        }
        self.control.rewind();
        self.chat.rewind();
        self.clipboard.rewind();
        self.files.rewind();
        self.greeted = true;
        self.greet_until_ms = None;
        // One end measures the round trip: the one that shows it.
        self.echo_at_ms = (self.secure.side() == Side::Console).then_some(now_ms);
        self.events.push_back(PeerEvent::Ready {
            fresh,
            restarted,
            clock_ms: hello.clock_ms,
        });
        self.flush(now_ms, rng);
        Ok(())
    }

    fn acknowledged(&mut self, received: &[proto::Received]) -> Result<(), SessionError> {
        for entry in received.iter().take(Channel::ALL.len()) {
            if entry.channel == u32::from(Channel::Control.number()) {
                self.control.acknowledged(entry.next)?;
            } else if entry.channel == u32::from(Channel::Chat.number())
                && self.chat.acknowledged(entry.next)?
            {
                self.events.push_back(PeerEvent::ChatDelivered(entry.next));
            } else if entry.channel == u32::from(Channel::Clipboard.number())
                && self.clipboard.acknowledged(entry.next)?
            {
                self.events.push_back(PeerEvent::ClipboardDelivered(entry.next));
            } else if entry.channel == u32::from(Channel::Files.number())
                && self.files.acknowledged(entry.next)?
            {
                self.events.push_back(PeerEvent::FilesDelivered(entry.next));
            }
        }
        Ok(())
    }

    /// Sends what the reliable streams hold: control first, files last.
    fn flush(&mut self, now_ms: u64, rng: &mut ChaCha20Rng) {
        while self.is_ready() {
            let mut streams = [
                (Channel::Control, &mut self.control),
                (Channel::Chat, &mut self.chat),
                (Channel::Clipboard, &mut self.clipboard),
                (Channel::Files, &mut self.files),
            ];
            let next = streams
                .iter_mut()
                .find_map(|(channel, stream)| stream.next_to_send().map(|next| (*channel, next)));
            let Some((channel, next)) = next else { break };
            let mut payload = Vec::with_capacity(8 + next.1.len());
            payload.extend(next.0.to_be_bytes());
            payload.extend_from_slice(&next.1);
            let mut record = Vec::new();
            let sealed = frame::write(&mut record, channel, RELIABLE, &payload).is_ok()
                && self.seal(now_ms, &record, Padding::SizeClass, rng);
            if !sealed {
                break;
            }
        }
    }
}
