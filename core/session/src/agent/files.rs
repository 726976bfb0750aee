//! Files on the customer's side: what the operator may see, change, put here or take, each only while that is granted.

mod copied;
mod folders;
mod pasted;
mod underway;

use std::collections::{BTreeMap, VecDeque};

use temoto_wire::file::{Block, kind};
use temoto_wire::frame::Channel;
use temoto_wire::limits::NAMES;
use temoto_wire::proto;
use temoto_wire::proto::files::Body;

use super::{Agent, AgentEvent};
use crate::SessionError;
use crate::channel::files::copied::is_root as is_copied;
use crate::channel::files::pasted::is_root as is_pasted;
use crate::channel::files::receive::Receiver;
use crate::channel::files::send::Sender;
use crate::channel::files::tally::Tally;
use crate::channel::files::{
    Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Key, Listed, PIECE_BYTES, Place, RootKind, Step,
    check_items, is_plain_name, listing,
};
use crate::output::Output;
use crate::permission::{Capability, MessageKind, Verdict};

/// A screen that has waited so long without a byte is not waiting for the line.
const SCREEN_STUCK_MS: u64 = 500;
/// However busy the screen is, one record of files goes this often.
const LEAST_EVERY_MS: u64 = 250;

/// What an answer of the disk is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Send(u32, Key),
    Receive(u32, Key),
    Target(u32),
    Gather(u32),
    HandOver,
    Roots,
    /// The request, and whether it is about what the customer copied.
    List(u32, bool),
    Change(u32),
    Nothing,
}

/// A listing on its way.
#[derive(Debug)]
struct Listing {
    request: u32,
    /// Of what the customer copied.
    copied: bool,
    entries: VecDeque<Listed>,
    truncated: bool,
}

/// Transfers and requests of the customer's end.
#[derive(Debug, Default)]
pub struct Files {
    sender: Option<Sender>,
    receiver: Option<Receiver>,
    /// The transfer whose files are being looked for.
    gathering: Option<u32>,
    held: bool,
    /// The disk may have something unfinished of a transfer that is closed.
    left: bool,
    asks: BTreeMap<u32, Purpose>,
    next_ask: u32,
    copied: copied::Copied,
    pasted: pasted::Pasted,
    under_way: underway::UnderWay,
    listings: VecDeque<Listing>,
    /// Stream numbers of the parts on their way.
    parts: VecDeque<u64>,
    /// Bytes of pieces that arrived in this run.
    got: u64,
    tally: Tally,
    /// When a piece went last.
    sent_ms: u64,
    /// Since when the screen has waited without sending anything.
    screen_waits_since: Option<u64>,
}

impl Agent {
    /// The disk did what [`AgentEvent::Disk`] asked.
    pub fn disk(&mut self, now_ms: u64, id: u32, answer: DiskAnswer) {
        let Some(purpose) = self.files.asks.remove(&id) else {
            return;
        };
        match purpose {
            Purpose::Send(transfer, key) => {
                if let Some(sender) = self.files.sender.as_mut().filter(|s| s.transfer() == transfer) {
                    sender.answered(key, answer);
                }
            }
            Purpose::Receive(transfer, key) => {
                if let Some(receiver) = self.files.receiver.as_mut().filter(|r| r.transfer() == transfer) {
                    receiver.answered(key, answer);
                }
            }
            Purpose::Target(transfer) => {
                if let DiskAnswer::Fault(fault) = answer {
                    self.stop_receiving(now_ms, transfer, fault);
                }
            }
            Purpose::Gather(transfer) => self.gathered(now_ms, transfer, answer),
            Purpose::HandOver => self.handed_over(now_ms, answer),
            Purpose::Roots => {
                if let DiskAnswer::Roots(mut roots) = answer {
                    roots.retain(|root| root.kind != RootKind::Copied || self.offers(&root.id));
                    self.say_file(now_ms, Body::Places(listing::places(&roots)));
                }
            }
            Purpose::List(request, copied) => self.listed(now_ms, request, copied, answer),
            Purpose::Change(request) => {
                let (fault, token) = if let DiskAnswer::Trashed { token } = answer {
                    (None, token)
                } else {
                    ((answer != DiskAnswer::Done).then(|| answer.fault()), 0)
                };
                self.say_changed(now_ms, request, fault, token);
            }
            Purpose::Nothing => {}
        }
        self.settle(now_ms);
    }

    pub(super) fn files_arrived(&mut self, now_ms: u64, body: Body) {
        match self.judge(now_ms, MessageKind::of_files(&body), None) {
            Verdict::Take => {}
            Verdict::Drop | Verdict::Report => return,
            Verdict::Violation => return self.violated(now_ms),
        }
        if self.take_file_message(now_ms, body).is_err() {
            self.violated(now_ms);
        }
    }

    fn take_file_message(&mut self, now_ms: u64, body: Body) -> Result<(), SessionError> {
        match body {
            Body::List(list) => self.list(now_ms, list)?,
            Body::Change(change) => self.change(now_ms, change)?,
            Body::Fetch(fetch) => self.fetch(now_ms, fetch)?,
            Body::Offer(offer) => self.offered(now_ms, offer)?,
            Body::Item(item) => {
                if self.receiving(item.transfer).is_some() {
                    self.files.under_way.announced(&item);
                }
                if let Some(receiver) = self.receiving(item.transfer) {
                    receiver.item(item, false)?;
                }
            }
            Body::End(end) => {
                if let Some(receiver) = self.receiving(end.transfer) {
                    receiver.end(end.index, &end.hash)?;
                }
            }
            Body::Lost(lost) => {
                if let Some(receiver) = self.receiving(lost.transfer) {
                    receiver.lost(lost.index, Fault::from_wire(lost.fault).unwrap_or(Fault::Failed))?;
                }
            }
            Body::Choice(choice) => {
                if let Some(receiver) = self.receiving(choice.transfer) {
                    receiver.choose(choice.index, Choice::from_wire(choice.kind), choice.all);
                }
            }
            Body::Take(take) => {
                if let Some(sender) = self.sending(take.transfer) {
                    sender.take(take.index, take.from)?;
                }
            }
            Body::Have(have) => {
                if let Some(sender) = self.sending(have.transfer) {
                    sender.have(have.index, have.at)?;
                    self.files.under_way.moves();
                }
            }
            Body::Over(over) => {
                if let Some(sender) = self.sending(over.transfer) {
                    sender.over(over.index, Fault::from_wire(over.fault), String::new())?;
                }
            }
            Body::Hold(hold) => {
                let gathering = self.files.gathering == Some(hold.transfer);
                if let Some(sender) = self.sending(hold.transfer) {
                    sender.hold(hold.held);
                } else if gathering {
                    self.files.held = hold.held;
                }
                self.view_due = true;
            }
            Body::Stop(stop) => {
                if self.receiving(stop.transfer).is_some() {
                    self.drop_receiver(true);
                } else if self.sending(stop.transfer).is_some() || self.files.gathering == Some(stop.transfer)
                {
                    self.drop_sender();
                } else if stop.transfer > 0 {
                    // One that was interrupted will not go on.
                    self.discard_left(stop.transfer);
                }
            }
            // The table refuses these from a console.
            Body::Places(_) | Body::Part(_) | Body::Changed(_) | Body::Exists(_) => {}
        }
        Ok(())
    }

    /// A frame with a piece of a file. It counts for the pacing whatever is granted.
    pub(super) fn file_frame(&mut self, payload: &[u8], taken: bool) -> Result<(), SessionError> {
        let block = Block::decode(payload)?;
        self.files.got = self.files.got.wrapping_add(payload.len() as u64);
        self.files.tally.arrived(payload.len() as u64);
        if taken && let Some(receiver) = self.receiving(block.transfer) {
            receiver.block(&block)?;
            self.files.under_way.moves();
        }
        Ok(())
    }

    /// What is allowed changed: nothing goes on that is not, and the console learns where paths may begin.
    pub(super) fn follow_files(&mut self, now_ms: u64) {
        self.follow_copied(now_ms);
        self.follow_pasted(now_ms);
        let (into, out) = (
            self.grants.allows(Capability::FilesIn),
            self.grants.allows(Capability::FilesOut),
        );
        if !out {
            self.drop_sender();
            self.files.listings.clear();
        }
        if !into {
            // Who pauses may go on; who withdraws keeps nothing half.
            let withdrawn = !self.grants.has(Capability::FilesIn);
            self.drop_receiver(withdrawn);
            if withdrawn {
                self.discard_left(0);
            }
        }
        self.say_places();
    }

    /// Tells where paths may begin, as soon as the disk has said it, if that is of any use.
    fn say_places(&mut self) {
        let any = [Capability::FilesIn, Capability::FilesOut];
        if any.into_iter().any(|capability| self.grants.allows(capability)) {
            self.ask_disk(0, DiskWork::Roots, Purpose::Roots);
        }
    }

    /// A console that was started anew knows nothing of what was under way; the parts stay.
    pub(super) fn forget_files(&mut self) {
        self.drop_sender();
        self.drop_receiver(false);
        self.files.listings.clear();
        self.files.parts.clear();
    }

    /// The session is over.
    pub(super) fn end_files(&mut self) {
        self.drop_sender();
        self.drop_receiver(true);
        self.discard_left(0);
        self.end_pasted();
        self.files.listings.clear();
        self.files.asks.clear();
    }

    /// A new run of the same two ends.
    pub(super) fn files_run(&mut self, fresh: bool) {
        self.files.got = 0;
        self.files.tally.new_run();
        self.files.screen_waits_since = None;
        if fresh {
            return self.forget_files();
        }
        if let Some(sender) = &mut self.files.sender {
            sender.new_run();
        }
        if let Some(receiver) = &mut self.files.receiver {
            receiver.new_run();
        }
    }

    pub(super) fn files_delivered(&mut self, now_ms: u64, next: u64) {
        while self.files.parts.front().is_some_and(|&number| number < next) {
            self.files.parts.pop_front();
        }
        self.send_parts(now_ms);
    }

    /// Does what the halves of transfers want, and sends pieces where the screen leaves room.
    pub(super) fn share_files(&mut self, now_ms: u64) {
        self.file_steps(now_ms);
        self.say_got(now_ms);
        while let Some(payload) = self.next_piece(now_ms) {
            self.screen.lend(now_ms, payload.len() as u64);
            self.files.sent_ms = now_ms;
            let sent = self.peer.as_mut().is_some_and(|peer| {
                peer.send_frame(now_ms, Channel::Files, kind::BLOCK, &payload, &mut self.rng)
            });
            if !sent {
                // The run went away in between; the receiver will say where it is.
                break;
            }
            self.file_steps(now_ms);
        }
        self.view_due = self.files.under_way.due(now_ms, self.view_due);
    }

    /// How many bytes of pieces arrived, for the pacing of the other end.
    fn say_got(&mut self, now_ms: u64) {
        if !self.files.tally.take(now_ms) {
            return;
        }
        let got = self.files.got.to_be_bytes();
        if let Some(peer) = &mut self.peer {
            peer.send_frame(now_ms, Channel::Files, kind::GOT, &got, &mut self.rng);
        }
    }

    /// When a piece may go although the screen is busy, or what arrived has to be said or shown.
    pub(super) fn files_at(&self) -> Option<u64> {
        let piece = self.piece_bytes().map(|_| self.files.sent_ms + LEAST_EVERY_MS);
        let beside = self.files.tally.at().into_iter().chain(self.files.under_way.at());
        piece.into_iter().chain(beside).min()
    }

    /// Bytes of content that the next piece may have; `None` while there is none, or no room for one.
    fn piece_bytes(&self) -> Option<usize> {
        let has = self.files.sender.as_ref().is_some_and(Sender::has_piece);
        if !has || !self.peer.as_ref().is_some_and(crate::peer::Peer::is_ready) {
            return None;
        }
        let room = usize::try_from(self.screen.pacing().room()).unwrap_or(usize::MAX);
        let most = self.screen.pacing().record_bytes(PIECE_BYTES);
        // A record that is cut to the last bytes of a window costs more than it carries.
        (room >= most.min(1_024)).then(|| most.min(room).saturating_sub(Block::HEADER_BYTES).max(1))
    }

    fn next_piece(&mut self, now_ms: u64) -> Option<Vec<u8>> {
        let most = self.piece_bytes()?;
        if self.screen_waits(now_ms) && now_ms < self.files.sent_ms + LEAST_EVERY_MS {
            return None;
        }
        self.files.sender.as_mut()?.piece(most)
    }

    /// The screen has something to send, or is about to have.
    fn screen_waits(&mut self, now_ms: u64) -> bool {
        let waits = self.screen_wants_line();
        let progress = self.screen.take_sent();
        if !waits || progress {
            self.files.screen_waits_since = waits.then_some(now_ms);
            return waits;
        }
        let since = *self.files.screen_waits_since.get_or_insert(now_ms);
        now_ms < since + SCREEN_STUCK_MS
    }

    fn file_steps(&mut self, now_ms: u64) {
        loop {
            if let Some(step) = self.files.sender.as_mut().and_then(Sender::poll) {
                self.files.under_way.follows(false, &step);
                let transfer = self.files.sender.as_ref().map_or(0, Sender::transfer);
                self.step(now_ms, transfer, step, Purpose::Send);
            } else if let Some(step) = self.files.receiver.as_mut().and_then(Receiver::poll) {
                self.files.under_way.follows(true, &step);
                let transfer = self.files.receiver.as_ref().map_or(0, Receiver::transfer);
                self.step(now_ms, transfer, step, Purpose::Receive);
            } else {
                break;
            }
        }
        if self.files.sender.as_ref().is_some_and(Sender::is_over) {
            self.drop_sender();
        }
        if let Some(receiver) = self.files.receiver.as_ref().filter(|receiver| receiver.is_over()) {
            let (transfer, whole) = (receiver.transfer(), receiver.is_whole());
            let pastes = whole && self.files.pasted.came(transfer);
            self.drop_receiver(false);
            if pastes {
                self.hand_over(transfer);
            }
        }
    }

    fn step(&mut self, now_ms: u64, transfer: u32, step: Step, purpose: fn(u32, Key) -> Purpose) {
        match step {
            Step::Say(body) => {
                self.say_file(now_ms, body);
            }
            Step::Ask(key, work) => self.ask_disk(transfer, work, purpose(transfer, key)),
            Step::Question {
                index,
                size,
                modified_ms,
            } => {
                let exists = proto::FileExists {
                    transfer,
                    index,
                    size,
                    modified_ms,
                };
                self.say_file(now_ms, Body::Exists(exists));
            }
            // The console writes what is to be read of it.
            Step::Over(_) => {}
            Step::Stop(fault) => self.stop_receiving(now_ms, transfer, fault),
        }
    }

    fn sending(&mut self, transfer: u32) -> Option<&mut Sender> {
        self.files
            .sender
            .as_mut()
            .filter(|sender| sender.transfer() == transfer)
    }

    fn receiving(&mut self, transfer: u32) -> Option<&mut Receiver> {
        self.files
            .receiver
            .as_mut()
            .filter(|receiver| receiver.transfer() == transfer)
    }

    fn offered(&mut self, now_ms: u64, offer: proto::FileOffer) -> Result<(), SessionError> {
        let place = Place::from_wire(offer.place)?;
        let receiver = Receiver::new(
            offer.transfer,
            offer.items,
            offer.bytes,
            Choice::from_wire(offer.choice),
        )?;
        self.drop_receiver(false);
        let refused = if is_pasted(&place.root) {
            !self.paste_offered(offer.transfer, &place)
        } else {
            is_copied(&place.root)
        };
        if refused {
            self.say_stop(now_ms, offer.transfer, Fault::Denied);
            return Ok(());
        }
        let (items, bytes) = receiver.totals();
        self.files.receiver = Some(receiver);
        self.files
            .under_way
            .begins(now_ms, true, offer.transfer, String::new());
        self.files.under_way.counted(true, items, bytes);
        self.ask_disk(
            offer.transfer,
            DiskWork::Target(place),
            Purpose::Target(offer.transfer),
        );
        self.view_due = true;
        Ok(())
    }

    fn fetch(&mut self, now_ms: u64, fetch: proto::FileFetch) -> Result<(), SessionError> {
        let place = Place::from_wire(fetch.place)?;
        check_names(&fetch.names)?;
        self.drop_sender();
        if self.is_withheld(&place) || is_pasted(&place.root) {
            self.say_stop(now_ms, fetch.transfer, Fault::Gone);
            return Ok(());
        }
        self.files.copied.leaves(&place);
        self.files.gathering = Some(fetch.transfer);
        self.files.held = false;
        let name = fetch.names.first().cloned().unwrap_or_default();
        self.files.under_way.begins(now_ms, false, fetch.transfer, name);
        let work = DiskWork::Gather {
            place,
            names: fetch.names,
        };
        self.ask_disk(fetch.transfer, work, Purpose::Gather(fetch.transfer));
        self.view_due = true;
        Ok(())
    }

    fn gathered(&mut self, now_ms: u64, transfer: u32, answer: DiskAnswer) {
        if self.files.gathering != Some(transfer) {
            return;
        }
        self.files.gathering = None;
        let items = if let DiskAnswer::Gathered(items) = answer {
            check_items(&items).map(|()| items)
        } else {
            Err(answer.fault())
        };
        match items {
            Ok(items) => {
                let (count, bytes) = Sender::totals(&items);
                let offer = proto::FileOffer {
                    transfer,
                    items: count,
                    bytes,
                    place: None,
                    choice: 0,
                };
                self.say_file(now_ms, Body::Offer(offer));
                self.files.under_way.counted(false, count, bytes);
                let mut sender = Sender::new(transfer, items);
                sender.hold(self.files.held);
                self.files.sender = Some(sender);
            }
            Err(fault) => {
                self.say_stop(now_ms, transfer, fault);
                self.files.under_way.ends(false);
                self.view_due = true;
            }
        }
    }

    fn stop_receiving(&mut self, now_ms: u64, transfer: u32, fault: Fault) {
        if self.receiving(transfer).is_none() {
            return;
        }
        self.drop_receiver(true);
        self.say_stop(now_ms, transfer, fault);
    }

    fn drop_sender(&mut self) {
        let sender = self.files.sender.take();
        if let Some(transfer) = sender.map(|s| s.transfer()).or(self.files.gathering.take()) {
            self.ask_disk(transfer, DiskWork::Close, Purpose::Nothing);
            self.files.under_way.ends(false);
            self.view_due = true;
        }
    }

    fn drop_receiver(&mut self, discard: bool) {
        let Some(mut receiver) = self.files.receiver.take() else {
            return;
        };
        let transfer = receiver.transfer();
        if discard {
            receiver.discard_all();
        } else {
            self.files.left |= receiver.has_open();
        }
        while let Some(step) = receiver.poll() {
            if let Step::Ask(_, work @ DiskWork::Discard { .. }) = step {
                self.ask_disk(transfer, work, Purpose::Nothing);
            }
        }
        self.ask_disk(transfer, DiskWork::Close, Purpose::Nothing);
        self.forget_pasted(transfer);
        self.files.under_way.ends(true);
        self.view_due = true;
    }

    /// What a closed transfer left unfinished goes, or what any of them left, with 0.
    fn discard_left(&mut self, transfer: u32) {
        if self.files.left {
            self.files.left = transfer > 0;
            self.ask_disk(transfer, DiskWork::DiscardLeft, Purpose::Nothing);
        }
    }

    fn ask_disk(&mut self, transfer: u32, work: DiskWork, purpose: Purpose) {
        self.files.next_ask = self.files.next_ask.wrapping_add(1);
        let id = self.files.next_ask;
        if !matches!(purpose, Purpose::Nothing) && !work.is_silent() {
            self.files.asks.insert(id, purpose);
        }
        self.outputs
            .push_back(Output::Event(AgentEvent::Disk(DiskAsk { id, transfer, work })));
    }

    fn say_stop(&mut self, now_ms: u64, transfer: u32, fault: Fault) {
        let fault = Fault::to_wire(Some(fault));
        self.say_file(now_ms, Body::Stop(proto::FileStop { transfer, fault }));
    }

    fn say_file(&mut self, now_ms: u64, body: Body) -> Option<u64> {
        let peer = self.peer.as_mut()?;
        peer.send_files(now_ms, body, &mut self.rng).ok()
    }
}

fn check_names(names: &[String]) -> Result<(), SessionError> {
    if names.is_empty() || names.len() > NAMES || !names.iter().all(|name| is_plain_name(name)) {
        return Err(SessionError::Peer("names that cannot be"));
    }
    Ok(())
}
