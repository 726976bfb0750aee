//! Attempts of jobs: begun when the program is there and allows it, given up when it is not, and begun anew.

use temoto_wire::proto;
use temoto_wire::proto::files::Body;

use super::Console;
use super::job::{Job, State, Way};
use crate::SessionError;
use crate::channel::files::receive::Receiver;
use crate::channel::files::send::Sender;
use crate::channel::files::{DiskWork, Fault, Key, Over, RootKind, Step};
use crate::console::{ConsoleEvent, FileDone};
use crate::output::Output;
use crate::pacing::Pacing;
use crate::permission::Capability;

impl Console {
    /// Begins what waits, one of each way.
    pub(in crate::console) fn start_jobs(&mut self, now_ms: u64) {
        if !self.program().is_some_and(|(_, end)| end.greeted) {
            return;
        }
        for sends in [true, false] {
            let jobs = &self.files.jobs;
            let busy = jobs.iter().any(|job| job.sends() == sends && job.wire != 0);
            if busy {
                continue;
            }
            let next = jobs.iter().position(|job| {
                let waits = matches!(job.state, State::Waiting | State::Interrupted);
                job.sends() == sends && waits && !job.held && self.may_use(job.needs()).is_ok()
            });
            if let Some(at) = next {
                self.start_job(now_ms, at);
            }
        }
    }

    fn start_job(&mut self, now_ms: u64, at: usize) {
        self.files.next_wire = self.files.next_wire.wrapping_add(1).max(1);
        let wire = self.files.next_wire;
        let Some(job) = self.files.jobs.get_mut(at) else {
            return;
        };
        job.wire = wire;
        job.begins();
        let body = match &mut job.way {
            Way::Send { place, items } => {
                let mut left = Vec::new();
                job.map.clear();
                for (index, item) in (0u32..).zip(items.iter()) {
                    if !job.over.contains(&index) {
                        left.push(item.clone());
                        job.map.push(index);
                    }
                }
                let (count, bytes) = Sender::totals(&left);
                let offer = proto::FileOffer {
                    transfer: wire,
                    items: count,
                    bytes,
                    place: Some(place.to_wire()),
                    choice: job.choice.to_wire(),
                };
                job.state = State::Running;
                self.files.sender = Some(Sender::new(wire, left));
                Body::Offer(offer)
            }
            Way::Fetch { place, names, .. } => {
                job.state = State::Preparing;
                Body::Fetch(proto::FileFetch {
                    transfer: wire,
                    place: Some(place.to_wire()),
                    names: names.clone(),
                })
            }
        };
        self.view_due = true;
        // What cannot be said now is interrupted with the next change of the line.
        let _congested = self.say_file(now_ms, body);
    }

    pub(super) fn offered(&mut self, offer: proto::FileOffer) -> Result<(), SessionError> {
        let job = self
            .files
            .jobs
            .iter_mut()
            .find(|job| job.wire == offer.transfer && job.wire != 0);
        let Some(job) = job.filter(|job| !job.sends()) else {
            return Ok(());
        };
        if job.state != State::Preparing {
            return Err(SessionError::Peer("files offered twice"));
        }
        let receiver = Receiver::new(offer.transfer, offer.items, offer.bytes, job.choice)?;
        job.state = State::Running;
        (job.items, job.bytes) = (offer.items, offer.bytes);
        self.files.receiver = Some(receiver);
        self.view_due = true;
        Ok(())
    }

    pub(super) fn item_announced(&mut self, item: proto::FileItem) -> Result<(), SessionError> {
        let mark = mark(&item.path, item.size);
        let jobs = &self.files.jobs;
        let known = jobs.iter().any(|job| match &job.way {
            Way::Fetch { done, .. } => job.wire == item.transfer && done.contains(&mark),
            Way::Send { .. } => false,
        });
        if let Some(receiver) = self.receiving(item.transfer) {
            receiver.item(item, known)?;
        }
        Ok(())
    }

    /// The program asks what to do where a file is.
    pub(super) fn exists_there(&mut self, exists: &proto::FileExists) -> Result<(), SessionError> {
        let Some(sender) = self.sending(exists.transfer) else {
            return Ok(());
        };
        if sender.item(exists.index).is_none() {
            return Err(SessionError::Peer(
                "question about a file that was never announced",
            ));
        }
        self.note_question(exists.transfer, (exists.index, exists.size, exists.modified_ms))
    }

    fn note_question(&mut self, wire: u32, question: (u32, u64, u64)) -> Result<(), SessionError> {
        let job = self.files.jobs.iter_mut().find(|job| job.wire == wire);
        if let Some(job) = job {
            if job.questions.len() >= temoto_wire::limits::FILES_AHEAD {
                return Err(SessionError::Peer("too many questions"));
            }
            job.questions.retain(|&(index, _, _)| index != question.0);
            job.questions.push_back(question);
            self.view_due = true;
        }
        Ok(())
    }

    pub(super) fn stopped_there(&mut self, now_ms: u64, stop: &proto::FileStop) {
        let job = self
            .files
            .jobs
            .iter()
            .find(|job| job.wire == stop.transfer && job.wire != 0);
        let Some(number) = job.map(|job| job.number) else {
            return;
        };
        let state = match Fault::from_wire(stop.fault) {
            // Of all that ends a transfer there, this alone is what a person does.
            Some(Fault::Canceled) => State::Withdrawn,
            fault => State::Failed(fault.unwrap_or(Fault::Failed)),
        };
        self.break_off(now_ms, number, state);
    }

    /// It ends like this before it is done.
    fn break_off(&mut self, now_ms: u64, number: u32, state: State) {
        self.close_attempt(number, true);
        self.end_job(now_ms, number, state);
        self.start_jobs(now_ms);
        self.view_due = true;
    }

    /// It is over: nothing that an attempt before this one left stays at either end.
    pub(super) fn end_job(&mut self, now_ms: u64, number: u32, state: State) {
        let Some(job) = self.job_mut(number).filter(|job| !job.state.is_over()) else {
            return;
        };
        let interrupted = std::mem::take(&mut job.interrupted);
        let sends = job.sends();
        job.end(state);
        self.tell_ended(now_ms, number);
        if interrupted.is_empty() {
            return;
        }
        if !sends {
            return self.ask_disk(0, number, None, DiskWork::DiscardLeft);
        }
        for wire in interrupted {
            self.say_stop(now_ms, wire, Fault::Canceled);
        }
    }

    pub(super) fn file_steps(&mut self, now_ms: u64) {
        loop {
            if let Some(step) = self.files.sender.as_mut().and_then(Sender::poll) {
                let wire = self.files.sender.as_ref().map_or(0, Sender::transfer);
                self.file_step(now_ms, wire, step);
            } else if let Some(step) = self.files.receiver.as_mut().and_then(Receiver::poll) {
                let wire = self.files.receiver.as_ref().map_or(0, Receiver::transfer);
                self.file_step(now_ms, wire, step);
            } else {
                break;
            }
        }
        let sent = self
            .files
            .sender
            .as_ref()
            .filter(|s| s.is_over())
            .map(Sender::transfer);
        let received = self
            .files
            .receiver
            .as_ref()
            .filter(|r| r.is_over())
            .map(Receiver::transfer);
        for wire in sent.into_iter().chain(received) {
            self.job_done(now_ms, wire);
        }
    }

    fn file_step(&mut self, now_ms: u64, wire: u32, step: Step) {
        let Some(job) = self.files.jobs.iter_mut().find(|job| job.wire == wire) else {
            return;
        };
        let number = job.number;
        match step {
            Step::Say(body) => {
                if self.say_file(now_ms, body).is_err() {
                    // Nobody takes anything any more: what is lost here is begun anew.
                    self.interrupt_job(number);
                }
            }
            Step::Ask(key, work) => {
                let work = original(job, work);
                self.ask_disk(wire, number, Some(key), work);
            }
            Step::Question {
                index,
                size,
                modified_ms,
            } => {
                // At most as many as are open.
                let _bounded = self.note_question(wire, (index, size, modified_ms));
            }
            Step::Over(over) => self.item_over(number, &over),
            Step::Stop(fault) => {
                self.say_stop(now_ms, wire, fault);
                self.break_off(now_ms, number, State::Failed(fault));
            }
        }
        self.files.moved = true;
    }

    fn item_over(&mut self, number: u32, over: &Over) {
        let Some(job) = self.job_mut(number) else { return };
        job.item_over(over);
        if over.fault.is_none()
            && let Way::Fetch { done, .. } = &mut job.way
        {
            done.insert(mark(&over.path, over.size));
        }
        if over.fault.is_none() && !over.folder {
            let done = FileDone {
                transfer: number,
                way: if job.sends() { "send" } else { "fetch" },
                path: over.path.clone(),
                name: over.name.clone(),
                size: over.size,
                hash: over.hash.map(hex::encode).unwrap_or_default(),
            };
            self.outputs
                .push_back(Output::Event(ConsoleEvent::FileDone(Box::new(done))));
        }
        self.files.came |= over.fault.is_none();
    }

    fn job_done(&mut self, now_ms: u64, wire: u32) {
        let Some(number) = self
            .files
            .jobs
            .iter()
            .find(|job| job.wire == wire)
            .map(|job| job.number)
        else {
            return;
        };
        self.close_attempt(number, false);
        let outcome = self.job_mut(number).map_or(State::Done, |job| job.outcome());
        self.end_job(now_ms, number, outcome);
        self.start_jobs(now_ms);
        self.view_due = true;
    }

    /// Takes down what runs of a job. `discard`: nothing unfinished stays.
    pub(super) fn close_attempt(&mut self, number: u32, discard: bool) {
        let Some(wire) = self.job_mut(number).map(|job| job.wire).filter(|&wire| wire != 0) else {
            return;
        };
        if self.sending(wire).is_some() {
            self.files.sender = None;
        }
        if self.receiving(wire).is_some()
            && let Some(mut receiver) = self.files.receiver.take()
        {
            if discard {
                receiver.discard_all();
            }
            while let Some(step) = receiver.poll() {
                if let Step::Ask(key, work @ DiskWork::Discard { .. }) = step {
                    self.ask_disk(wire, number, Some(key), work);
                }
            }
        }
        self.files.asks.retain(|_, (of, _)| *of != wire);
        self.ask_disk(wire, number, None::<Key>, DiskWork::Close);
    }

    /// What runs of a job is lost; it is begun anew when it can be.
    fn interrupt_job(&mut self, number: u32) {
        self.close_attempt(number, false);
        if let Some(job) = self.job_mut(number)
            && !job.state.is_over()
        {
            job.end(State::Interrupted);
        }
        self.view_due = true;
    }

    /// A run with the program is up. One that was started anew knows nothing of what was under way.
    pub(in crate::console) fn files_run(&mut self, now_ms: u64, fresh: bool) {
        self.files.pacing = Pacing::new(now_ms);
        self.files.tally.new_run();
        if fresh {
            self.interrupt_files();
            return;
        }
        if let Some(sender) = &mut self.files.sender {
            sender.new_run();
        }
        if let Some(receiver) = &mut self.files.receiver {
            receiver.new_run();
        }
    }

    /// The program is gone, or is another one.
    pub(in crate::console) fn interrupt_files(&mut self) {
        let running: Vec<u32> = self.running(|_| true);
        for number in running {
            self.interrupt_job(number);
        }
        self.files.roots.clear();
        self.fail_requests(Capability::FilesOut);
        self.fail_requests(Capability::FilesIn);
    }

    /// These were taken back: what a pause interrupted does not go on either.
    pub(in crate::console) fn withdraw_files(&mut self, now_ms: u64, withdrawn: &[Capability]) {
        let jobs = self.files.jobs.iter().filter(|job| {
            let ends = job.needs().iter().any(|needed| withdrawn.contains(needed));
            ends && job.state == State::Interrupted
        });
        let interrupted: Vec<u32> = jobs.map(|job| job.number).collect();
        for number in interrupted {
            self.break_off(now_ms, number, State::Withdrawn);
        }
    }

    /// What is granted changed: what may not go on is interrupted by a pause and ended by a withdrawal; what waits begins.
    pub(in crate::console) fn follow_files(&mut self, now_ms: u64) {
        for number in self.running(|job| self.may_use(job.needs()).is_err()) {
            let needs = self.job_mut(number).map_or(&[][..], |job| job.needs());
            let grants = self.program().map(|(_, end)| &end.grants);
            let paused = grants.is_some_and(|grants| needs.iter().all(|&needed| grants.has(needed)));
            if paused {
                self.interrupt_job(number);
            } else {
                self.break_off(now_ms, number, State::Withdrawn);
            }
        }
        for capability in [Capability::FilesIn, Capability::FilesOut] {
            if self.may_use(&[capability]).is_err() {
                self.fail_requests(capability);
            }
        }
        self.trim_roots();
        self.start_jobs(now_ms);
    }

    /// Nothing can be reached but by what is granted, whatever the program told before.
    pub(super) fn trim_roots(&mut self) {
        let may = |capability| self.may_use(&[capability]).is_ok();
        let any = may(Capability::FilesIn) || may(Capability::FilesOut);
        let copied = may(Capability::FilesOut) && may(Capability::ClipboardOut);
        let roots = &mut self.files.roots;
        roots.retain(|root| any && (copied || root.kind != RootKind::Copied));
    }

    /// The session is over: nothing unfinished stays.
    pub(in crate::console) fn end_files(&mut self, now_ms: u64) {
        for number in self.running(|_| true) {
            self.close_attempt(number, true);
        }
        let all: Vec<u32> = self.files.jobs.iter().map(|job| job.number).collect();
        for number in all {
            self.end_job(now_ms, number, State::Canceled);
        }
        self.files.roots.clear();
        self.view_due = true;
    }

    pub(super) fn measure_jobs(&mut self, now_ms: u64) {
        let (sender, receiver) = (self.files.sender.as_ref(), self.files.receiver.as_ref());
        let sent = sender.map(|s| (s.transfer(), s.carried()));
        let received = receiver.map(|r| (r.transfer(), r.carried()));
        for (wire, carried) in sent.into_iter().chain(received) {
            if let Some(job) = self.files.jobs.iter_mut().find(|job| job.wire == wire) {
                job.measure(now_ms, carried);
            }
        }
    }

    fn running(&self, which: impl Fn(&Job) -> bool) -> Vec<u32> {
        let jobs = self.files.jobs.iter();
        jobs.filter(|job| job.wire != 0 && which(job))
            .map(|job| job.number)
            .collect()
    }
}

/// What tells a file of one attempt from one of the next.
fn mark(path: &[String], size: u64) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for name in path {
        hasher.update(&(name.len() as u64).to_be_bytes());
        hasher.update(name.as_bytes());
    }
    hasher.update(&size.to_be_bytes());
    *hasher.finalize().as_bytes()
}

/// What is read is named by its number among all items of the page.
fn original(job: &Job, work: DiskWork) -> DiskWork {
    let DiskWork::Read { index, at, length } = work else {
        return work;
    };
    let original = usize::try_from(index).ok().and_then(|n| job.map.get(n)).copied();
    DiskWork::Read {
        index: original.unwrap_or(index),
        at,
        length,
    }
}
