//! Records of the living run and of the one that is to replace it, and what a failure does.

use super::agent::Start;
use super::output::HandshakeFault;
use super::{EndReason, LossReason, PairOutput, Phase, Run, SecurePair, Side};
use crate::record::{Begun, Content, OpenError, Outgoing, RecordHead, TAG, read_head};
use rand_core::CryptoRngCore;

impl From<OpenError> for LossReason {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Tag => Self::Tag,
            OpenError::Type => Self::Type,
            OpenError::Size => Self::Size,
        }
    }
}

impl SecurePair {
    pub(super) fn on_record(&mut self, now_ms: u64, body: &[u8], rng: &mut dyn CryptoRngCore) {
        let Ok((head, ciphertext)) = read_head(body) else {
            return self.fail_run(now_ms, LossReason::Size, rng);
        };
        if let Some(run) = self.run.as_mut().filter(|run| run.n == head.n) {
            if run.opening.is_some() {
                // Whoever calls did not wait: what comes out of order is not opened.
                return self.fail_run(now_ms, LossReason::Tag, rng);
            }
            let begun = if self.outside {
                run.opener.begin(head, ciphertext)
            } else {
                run.opener.open(head, ciphertext).map(Begun::Whole)
            };
            return match begun {
                Ok(Begun::Outside(work)) => {
                    self.tickets = self.tickets.wrapping_add(1);
                    run.opening = Some((self.tickets, ciphertext.len().saturating_sub(TAG)));
                    let ticket = self.tickets;
                    self.emit(PairOutput::Open { ticket, work });
                }
                Ok(Begun::Whole(content)) => self.on_opened(now_ms, Ok(content), rng),
                Err(error) => self.on_opened(now_ms, Err(error), rng),
            };
        }
        match self.side {
            Side::Agent => self.on_first_record_of_start(now_ms, head, ciphertext, rng),
            Side::Console => self.on_first_record_of_candidate(now_ms, head, ciphertext),
        }
        // A record of any other run is late: dropped without a word.
    }

    /// What the caller made of a [`PairOutput::Open`]: the plaintext, or `None` when the tag does not verify. An answer for a record
    /// that is not waited for any more (its run was lost meanwhile) is let go.
    pub fn opened(
        &mut self,
        now_ms: u64,
        ticket: u32,
        plaintext: Option<Vec<u8>>,
        rng: &mut dyn CryptoRngCore,
    ) {
        let Some(run) = &mut self.run else { return };
        let Some((_, length)) = run.opening.take_if(|(waiting, _)| *waiting == ticket) else {
            return;
        };
        let content = match plaintext.filter(|plaintext| plaintext.len() == length) {
            Some(plaintext) => run.opener.content(plaintext),
            None => Err(OpenError::Tag),
        };
        self.on_opened(now_ms, content, rng);
    }

    fn on_opened(
        &mut self,
        now_ms: u64,
        opened: Result<Option<Content>, OpenError>,
        rng: &mut dyn CryptoRngCore,
    ) {
        match opened {
            Ok(Some(content)) => self.on_content(now_ms, content, rng),
            Ok(None) => {}
            Err(error) => self.fail_run(now_ms, error.into(), rng),
        }
    }

    fn on_content(&mut self, now_ms: u64, content: Content, rng: &mut dyn CryptoRngCore) {
        match (content, &self.phase) {
            (Content::RootShare(share), Phase::AwaitShare { .. }) => self.on_root_share(now_ms, share),
            (Content::Application(bytes), Phase::Established) => {
                self.confirm_root();
                self.emit(PairOutput::Opened(bytes));
            }
            (Content::Confirm, Phase::Established) => self.confirm_root(),
            (Content::End, Phase::Established) => self.finish(EndReason::Peer),
            (Content::End, Phase::AwaitShare { .. }) => self.finish(EndReason::Peer),
            _ => self.fail_run(now_ms, LossReason::Type, rng),
        }
    }

    /// Agent: the console's first record under the new keys; now the old run may go.
    fn on_first_record_of_start(
        &mut self,
        now_ms: u64,
        head: RecordHead,
        ciphertext: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) {
        let Start::AwaitConfirm { run, .. } = &mut self.start else {
            return;
        };
        if run.n != head.n {
            return;
        }
        let opened = run.opener.open(head, ciphertext);
        let Start::AwaitConfirm { run, .. } = std::mem::replace(&mut self.start, Start::Idle) else {
            return;
        };
        if opened == Ok(Some(Content::Confirm)) {
            self.switch_to(run);
        } else {
            // The new keys are dropped; the old run, if it lives, goes on.
            self.reject(now_ms, HandshakeFault::Tag);
            if !self.is_ended() {
                self.retry_later(now_ms, rng);
            }
        }
    }

    /// Console: the agent's first record under the new keys; ours follows at once.
    fn on_first_record_of_candidate(&mut self, now_ms: u64, head: RecordHead, ciphertext: &[u8]) {
        let Some(mut candidate) = self.candidate.take_if(|candidate| candidate.run.n == head.n) else {
            return;
        };
        if candidate.run.opener.open(head, ciphertext) == Ok(Some(Content::Confirm)) {
            self.run = Some(candidate.run);
            // A fresh run has numbers left.
            let _sealed = self.send(now_ms, Outgoing::Confirm);
            if let Some(run) = self.run.take() {
                self.switch_to(run);
            }
        } else {
            self.reject(now_ms, HandshakeFault::Tag);
        }
    }

    fn switch_to(&mut self, run: Box<Run>) {
        let n = run.n;
        self.run = Some(run);
        self.confirm_root();
        self.retry_at = None;
        self.backoff.reset();
        self.emit(PairOutput::RunStarted { n });
    }

    /// A failure of the living run: its keys are erased and another run is started or asked for.
    pub(super) fn fail_run(&mut self, now_ms: u64, reason: LossReason, rng: &mut dyn CryptoRngCore) {
        match self.phase {
            Phase::Ended => return,
            // Without a root there is no other run.
            Phase::AwaitMessage3 { .. } | Phase::AwaitShare { .. } => {
                return self.finish(EndReason::PairingFailed);
            }
            Phase::Established => {}
        }
        self.lose_run(reason);
        if self.failures.count(now_ms) {
            return self.finish(EndReason::TooManyFailures);
        }
        match self.side {
            Side::Agent if self.start.is_idle() && self.retry_at.is_none() => self.retry_later(now_ms, rng),
            Side::Agent => {}
            Side::Console => self.ask(now_ms),
        }
    }

    /// A handshake message that is refused: counted, nothing else changes.
    pub(super) fn reject(&mut self, now_ms: u64, fault: HandshakeFault) {
        self.emit(PairOutput::Rejected(fault));
        if self.failures.count(now_ms) {
            self.finish(EndReason::TooManyFailures);
        }
    }

    /// Erases the living run, if there is one.
    pub(super) fn lose_run(&mut self, reason: LossReason) {
        if let Some(run) = self.run.take() {
            self.emit(PairOutput::RunLost { n: run.n, reason });
        }
    }
}
