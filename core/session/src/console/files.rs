//! Files as the operator uses them: folders of the customer's computer, and transfers in both directions, one of each at a time.
//!
//! A job is what the operator asked for; it survives whatever happens to the line, the program and the permission to go on after a
//! pause. What runs under a number on the wire is one attempt of it.

mod folders;
mod job;
mod run;
pub(super) mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use temoto_wire::file::{Block, got, kind};
use temoto_wire::frame::Channel;
use temoto_wire::limits::{GIVEN_NAME_BYTES, NAMES};
use temoto_wire::proto;
use temoto_wire::proto::files::Body;
use temoto_wire::screen;

use super::{Console, ConsoleEvent};
use crate::SessionError;
use crate::channel::files::receive::Receiver;
use crate::channel::files::send::Sender;
use crate::channel::files::tally::Tally;
use crate::channel::files::{
    Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Item, Key, PIECE_BYTES, Place, Root, check_items,
    is_plain_name, listing, names_fit, pasted, plain_path,
};
use crate::output::Output;
use crate::pacing::Pacing;
use crate::permission::{Capability, MessageKind};
use crate::view::FilesView;
use folders::Request;
use job::{Job, State, Way};

/// Jobs that are kept; more are refused.
const JOBS: usize = 64;
/// Progress is shown this often at the most.
const SHOWN_EVERY_MS: u64 = 250;
/// What has arrived is stored this often at the most.
const STORED_EVERY_MS: u64 = 2_000;

/// Everything about files.
#[derive(Debug)]
pub struct Files {
    roots: Vec<Root>,
    requests: BTreeMap<u32, Request>,
    /// What was thrown away, by what takes it back: how many, and the first name.
    thrown: BTreeMap<u32, (usize, String)>,
    jobs: Vec<Job>,
    sender: Option<Sender>,
    receiver: Option<Receiver>,
    /// Numbers on the wire.
    next_wire: u32,
    /// Times that files were put on the clipboard.
    next_paste: u32,
    asks: BTreeMap<u32, (u32, Key)>,
    next_ask: u32,
    /// Of pieces to the program.
    pacing: Pacing,
    tally: Tally,
    /// Progress was made that is not shown yet.
    moved: bool,
    shown_ms: u64,
    /// Something arrived that is not stored yet.
    came: bool,
    stored_ms: u64,
}

impl Files {
    pub(super) const fn new(now_ms: u64) -> Self {
        Self {
            roots: Vec::new(),
            requests: BTreeMap::new(),
            thrown: BTreeMap::new(),
            jobs: Vec::new(),
            sender: None,
            receiver: None,
            next_wire: 0,
            next_paste: 0,
            asks: BTreeMap::new(),
            next_ask: 0,
            pacing: Pacing::new(now_ms),
            tally: Tally::new(),
            moved: false,
            shown_ms: 0,
            came: false,
            stored_ms: 0,
        }
    }
}

impl Console {
    /// The host did what a [`ConsoleEvent::Disk`] asked.
    pub fn disk(&mut self, now_ms: u64, id: u32, answer: DiskAnswer) {
        if let Some((wire, key)) = self.files.asks.remove(&id) {
            if let Some(sender) = self.files.sender.as_mut().filter(|s| s.transfer() == wire) {
                sender.answered(key, answer);
            } else if let Some(receiver) = self.files.receiver.as_mut().filter(|r| r.transfer() == wire) {
                receiver.answered(key, answer);
            }
        }
        self.settle(now_ms);
    }

    pub(super) fn send_files(
        &mut self,
        now_ms: u64,
        transfer: u32,
        place: Place,
        items: Vec<Item>,
    ) -> Result<(), SessionError> {
        let place = if place.root == pasted::NEXT {
            self.next_paste(place.path)
        } else {
            place
        };
        plain_path(&place.path).map_err(|_| SessionError::Malformed("path"))?;
        if items.is_empty() {
            return Err(SessionError::Malformed("nothing to send"));
        }
        let checked = check_items(&items);
        let name = items.first().and_then(|item| item.path.first()).cloned();
        let mut job = Job::new(transfer, Way::Send { place, items }, name.unwrap_or_default());
        self.may_use(job.needs())?;
        if let Err(fault) = checked {
            job.end(State::Failed(fault));
        }
        self.add_job(now_ms, job)
    }

    /// A place of its own each time: what one attempt left there is gone on with by the next one of the same time only.
    fn next_paste(&mut self, path: Vec<String>) -> Place {
        self.files.next_paste = self.files.next_paste.wrapping_add(1);
        let root = pasted::root(self.files.next_paste);
        Place { root, path }
    }

    pub(super) fn fetch_files(
        &mut self,
        now_ms: u64,
        transfer: u32,
        place: Place,
        names: Vec<String>,
    ) -> Result<(), SessionError> {
        self.may_use(&[Capability::FilesOut])?;
        plain_path(&place.path).map_err(|_| SessionError::Malformed("path"))?;
        if names.is_empty() || names.len() > NAMES || !names.iter().all(|name| is_plain_name(name)) {
            return Err(SessionError::Malformed("names"));
        }
        let name = names.first().cloned().unwrap_or_default();
        let (fits, done) = (names_fit(&names), BTreeSet::new());
        let mut job = Job::new(transfer, Way::Fetch { place, names, done }, name);
        if !fits {
            job.end(State::Failed(Fault::TooMany));
        }
        self.add_job(now_ms, job)
    }

    fn add_job(&mut self, now_ms: u64, job: Job) -> Result<(), SessionError> {
        if job.number == 0 || self.files.jobs.iter().any(|one| one.number == job.number) {
            return Err(SessionError::Malformed("transfer"));
        }
        if self.files.jobs.len() >= JOBS {
            return Err(SessionError::Congested);
        }
        self.files.jobs.push(job);
        self.start_jobs(now_ms);
        self.view_due = true;
        Ok(())
    }

    pub(super) fn answer_file(
        &mut self,
        now_ms: u64,
        transfer: u32,
        choice: Choice,
        all: bool,
    ) -> Result<(), SessionError> {
        let job = self.files.jobs.iter_mut().find(|job| job.number == transfer);
        let job = job.ok_or(SessionError::State("no such transfer"))?;
        let question = job
            .answer(choice, all)
            .ok_or(SessionError::State("nothing was asked"))?;
        let (wire, sends) = (job.wire, job.sends());
        if sends {
            let body = proto::FileChoice {
                transfer: wire,
                index: question,
                kind: choice.to_wire(),
                all,
            };
            self.say_file(now_ms, Body::Choice(body))?;
        } else if let Some(receiver) = self.files.receiver.as_mut().filter(|r| r.transfer() == wire) {
            receiver.choose(question, choice, all);
        }
        self.view_due = true;
        Ok(())
    }

    pub(super) fn hold_transfer(
        &mut self,
        now_ms: u64,
        transfer: u32,
        held: bool,
    ) -> Result<(), SessionError> {
        let job = self.files.jobs.iter_mut().find(|job| job.number == transfer);
        let job = job.ok_or(SessionError::State("no such transfer"))?;
        job.held = held;
        let (wire, sends) = (job.wire, job.sends());
        self.view_due = true;
        if wire == 0 {
            self.start_jobs(now_ms);
        } else if sends {
            if let Some(sender) = self.files.sender.as_mut().filter(|s| s.transfer() == wire) {
                sender.hold(held);
            }
        } else {
            self.say_file(now_ms, Body::Hold(proto::FileHold { transfer: wire, held }))?;
        }
        Ok(())
    }

    pub(super) fn cancel_transfer(&mut self, now_ms: u64, transfer: u32) {
        let Some(wire) = self.job_mut(transfer).map(|job| job.wire) else {
            return;
        };
        self.close_attempt(transfer, true);
        if wire != 0 {
            self.say_stop(now_ms, wire, Fault::Canceled);
        }
        self.end_job(now_ms, transfer, State::Canceled);
        self.start_jobs(now_ms);
        self.view_due = true;
    }

    pub(super) fn forget_transfer(&mut self, transfer: u32) {
        self.files
            .jobs
            .retain(|job| job.number != transfer || !job.state.is_over());
        self.view_due = true;
    }

    /// A message of the files channel, through the table of what the operator accepts.
    pub(super) fn files_arrived(&mut self, now_ms: u64, participant: u8, body: Body) {
        if !self.accepts(now_ms, participant, MessageKind::of_files(&body)) {
            return;
        }
        if self.take_file_message(now_ms, body).is_err() {
            self.broke(now_ms, participant);
        }
    }

    fn take_file_message(&mut self, now_ms: u64, body: Body) -> Result<(), SessionError> {
        match body {
            Body::Places(places) => {
                self.files.roots = listing::roots(places);
                self.trim_roots();
                self.view_due = true;
            }
            Body::Part(part) => self.folder_part(part)?,
            Body::Changed(changed) => {
                if let Some(request) = self.files.requests.remove(&changed.request) {
                    let fault = Fault::from_wire(changed.fault);
                    self.outputs.push_back(Output::Event(ConsoleEvent::FolderChanged {
                        request: changed.request,
                        fault,
                        token: changed.token,
                    }));
                    if let (Request::Change(changing), None) = (request, fault) {
                        self.tell_changed(now_ms, *changing, changed.token);
                    }
                }
            }
            Body::Offer(offer) => self.offered(offer)?,
            Body::Item(item) => self.item_announced(item)?,
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
            Body::Take(take) => {
                if let Some(sender) = self.sending(take.transfer) {
                    sender.take(take.index, take.from)?;
                }
            }
            Body::Have(have) => {
                if let Some(sender) = self.sending(have.transfer) {
                    sender.have(have.index, have.at)?;
                    self.files.moved = true;
                }
            }
            Body::Exists(exists) => self.exists_there(&exists)?,
            Body::Over(over) => {
                if let Some(sender) = self.sending(over.transfer) {
                    let name = temoto_wire::input::cut(&over.name, GIVEN_NAME_BYTES).to_owned();
                    sender.over(over.index, Fault::from_wire(over.fault), name)?;
                }
            }
            Body::Stop(stop) => self.stopped_there(now_ms, &stop),
            // The table refuses these from an agent.
            Body::List(_) | Body::Change(_) | Body::Fetch(_) | Body::Choice(_) | Body::Hold(_) => {}
        }
        Ok(())
    }

    /// A frame of the files channel. Pieces count for the pacing whatever is granted.
    pub(super) fn files_frame(
        &mut self,
        now_ms: u64,
        participant: u8,
        which: u8,
        message: MessageKind,
        payload: &[u8],
    ) {
        let taken = self.accepts(now_ms, participant, message);
        let program = self.program().is_some_and(|(n, _)| n == participant);
        if program && self.file_frame(now_ms, which, payload, taken).is_err() {
            self.broke(now_ms, participant);
        }
    }

    fn file_frame(
        &mut self,
        now_ms: u64,
        which: u8,
        payload: &[u8],
        taken: bool,
    ) -> Result<(), SessionError> {
        if which == kind::GOT {
            let total = got(payload)?;
            self.files.pacing.acknowledged(now_ms, total);
            return Ok(());
        }
        let block = Block::decode(payload)?;
        self.screen.carried(payload.len() as u64);
        self.files.tally.arrived(payload.len() as u64);
        if taken && let Some(receiver) = self.receiving(block.transfer) {
            receiver.block(&block)?;
            self.files.moved = true;
        }
        Ok(())
    }

    /// How much arrived, for the pacing of the program: pieces travel in the window of the screen.
    fn say_arrived(&mut self, now_ms: u64) {
        if !self.files.tally.take(now_ms) {
            return;
        }
        let ack = self.screen.acknowledgement().encode();
        let participant = self.program().map(|(n, _)| n);
        if let Some(end) = participant.and_then(|n| self.ends.get_mut(&n)) {
            end.peer
                .send_frame(now_ms, Channel::Screen, screen::kind::ACK, &ack, &mut self.rng);
        }
    }

    /// Sends pieces while the line to the program has room.
    fn send_pieces_of_files(&mut self, now_ms: u64) {
        loop {
            let ready = self.program().is_some_and(|(_, end)| end.peer.is_ready());
            let room = usize::try_from(self.files.pacing.room()).unwrap_or(usize::MAX);
            let most = self.files.pacing.record_bytes(PIECE_BYTES);
            if !ready || room < most.min(1_024) {
                return;
            }
            let most = most.min(room).saturating_sub(Block::HEADER_BYTES).max(1);
            let Some(payload) = self.files.sender.as_mut().and_then(|sender| sender.piece(most)) else {
                return;
            };
            self.files.pacing.sent(now_ms, payload.len() as u64);
            let participant = self.program().map(|(n, _)| n);
            if let Some(end) = participant.and_then(|n| self.ends.get_mut(&n)) {
                end.peer
                    .send_frame(now_ms, Channel::Files, kind::BLOCK, &payload, &mut self.rng);
            }
            self.file_steps(now_ms);
        }
    }

    /// Does what the halves of transfers want. Part of settling.
    pub(super) fn share_files(&mut self, now_ms: u64) {
        self.file_steps(now_ms);
        self.say_arrived(now_ms);
        self.send_pieces_of_files(now_ms);
        if self.files.moved && now_ms >= self.files.shown_ms + SHOWN_EVERY_MS {
            self.view_due = true;
        }
        if self.files.came && now_ms >= self.files.stored_ms + STORED_EVERY_MS {
            self.store_due = true;
        }
        if self.store_due {
            (self.files.came, self.files.stored_ms) = (false, now_ms);
        }
        if self.view_due {
            (self.files.moved, self.files.shown_ms) = (false, now_ms);
            self.measure_jobs(now_ms);
        }
    }

    /// When progress has to be shown or stored, or what arrived said.
    pub(super) fn files_at(&self) -> Option<u64> {
        let files = &self.files;
        let show = files.moved.then_some(files.shown_ms + SHOWN_EVERY_MS);
        let store = files.came.then_some(files.stored_ms + STORED_EVERY_MS);
        show.into_iter().chain(store).chain(files.tally.at()).min()
    }

    /// What the page shows of it.
    pub(super) fn files_view(&self) -> FilesView {
        let sender = self.files.sender.as_ref();
        let receiver = self.files.receiver.as_ref();
        let there = |end: &super::End| end.present && end.lost_ms.is_none() && end.peer.is_ready();
        let ready = self.program().is_some_and(|(_, end)| there(end));
        FilesView {
            roots: self.files.roots.clone(),
            transfers: self
                .files
                .jobs
                .iter()
                .map(|job| {
                    let wire = job.wire;
                    job.view(
                        sender.filter(|s| wire != 0 && s.transfer() == wire),
                        receiver.filter(|r| wire != 0 && r.transfer() == wire),
                        ready,
                    )
                })
                .collect(),
        }
    }

    fn may_use(&self, needed: &[Capability]) -> Result<(), SessionError> {
        let (_, end) = self.program().ok_or(SessionError::State("no program"))?;
        if needed.iter().all(|&capability| end.grants.allows(capability)) {
            Ok(())
        } else {
            Err(SessionError::State("not granted"))
        }
    }

    fn say_file(&mut self, now_ms: u64, body: Body) -> Result<(), SessionError> {
        let participant = self.program().map(|(n, _)| n);
        let end = participant
            .and_then(|n| self.ends.get_mut(&n))
            .ok_or(SessionError::State("no program"))?;
        end.peer.send_files(now_ms, body, &mut self.rng).map(|_| ())
    }

    /// A program that does not hear it has forgotten the transfer as well.
    fn say_stop(&mut self, now_ms: u64, wire: u32, fault: Fault) {
        let fault = Fault::to_wire(Some(fault));
        let stop = proto::FileStop {
            transfer: wire,
            fault,
        };
        let _unheard = self.say_file(now_ms, Body::Stop(stop));
    }

    fn ask_disk(&mut self, wire: u32, job: u32, key: Option<Key>, work: DiskWork) {
        self.files.next_ask = self.files.next_ask.wrapping_add(1);
        let id = self.files.next_ask;
        if let Some(key) = key
            && !work.is_silent()
        {
            self.files.asks.insert(id, (wire, key));
        }
        self.outputs.push_back(Output::Event(ConsoleEvent::Disk(DiskAsk {
            id,
            transfer: job,
            work,
        })));
    }

    fn sending(&mut self, wire: u32) -> Option<&mut Sender> {
        self.files
            .sender
            .as_mut()
            .filter(|sender| sender.transfer() == wire)
    }

    fn receiving(&mut self, wire: u32) -> Option<&mut Receiver> {
        self.files
            .receiver
            .as_mut()
            .filter(|receiver| receiver.transfer() == wire)
    }

    fn job_mut(&mut self, number: u32) -> Option<&mut Job> {
        self.files.jobs.iter_mut().find(|job| job.number == number)
    }

    fn broke(&mut self, now_ms: u64, participant: u8) {
        if let Some(end) = self.ends.get_mut(&participant) {
            end.peer.violation(now_ms, &mut self.rng);
        }
    }
}

/// What is asked of a queue of questions: which file, and what is there.
type Questions = VecDeque<(u32, u64, u64)>;
