//! What the customer sees of transfers while they run, and how one of them is stopped without taking anything back that is granted.

use temoto_wire::proto;

use crate::agent::Agent;
use crate::channel::files::names::safe_path;
use crate::channel::files::send::Sender;
use crate::channel::files::{Fault, Step};
use crate::view::UnderWayView;

/// What takes no longer is over before anybody could read of it; the chat tells of it.
const BRIEF_MS: u64 = 500;
/// However fast pieces come, what is shown of them changes so often.
const SHOWN_EVERY_MS: u64 = 250;

/// What is told of one transfer.
#[derive(Debug)]
struct Told {
    transfer: u32,
    /// The first name of what was chosen, once it is known.
    name: String,
    items: u32,
    items_over: u32,
    bytes: u64,
    /// Bytes of the files that are over.
    bytes_over: u64,
    since_ms: u64,
    shown: bool,
}

/// One of each way at the most.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    into: Option<Told>,
    out: Option<Told>,
    /// Something moved that is not shown yet.
    moved: bool,
    shown_ms: u64,
}

impl UnderWay {
    fn of(&mut self, into: bool) -> Option<&mut Told> {
        if into {
            self.into.as_mut()
        } else {
            self.out.as_mut()
        }
    }

    /// A transfer begins: onto this computer, or to the operator.
    pub(super) fn begins(&mut self, now_ms: u64, into: bool, transfer: u32, name: String) {
        let told = Told {
            transfer,
            name,
            items: 0,
            items_over: 0,
            bytes: 0,
            bytes_over: 0,
            since_ms: now_ms,
            shown: false,
        };
        *(if into { &mut self.into } else { &mut self.out }) = Some(told);
    }

    /// So much it is in all.
    pub(super) fn counted(&mut self, into: bool, items: u32, bytes: u64) {
        if let Some(told) = self.of(into) {
            (told.items, told.bytes) = (items, bytes);
            self.moved = true;
        }
    }

    /// The operator announces one. What it is called here is what tells of all of them.
    pub(super) fn announced(&mut self, item: &proto::FileItem) {
        if let Some(told) = self.into.as_mut().filter(|told| told.name.is_empty())
            && let Some(name) = safe_path(&item.path)
                .ok()
                .and_then(|path| path.into_iter().next())
        {
            told.name = name;
            self.moved = true;
        }
    }

    /// What a half of it does next: counts what is over, and looks again what is on the disk.
    pub(super) fn follows(&mut self, into: bool, step: &Step) {
        if let (Step::Over(over), Some(told)) = (step, self.of(into)) {
            told.items_over = told.items_over.saturating_add(1);
            told.bytes_over = told.bytes_over.saturating_add(over.size);
            self.moved = true;
        }
    }

    /// Some of it is on a disk by now.
    pub(super) const fn moves(&mut self) {
        self.moved = true;
    }

    /// It is over, whichever way.
    pub(super) fn ends(&mut self, into: bool) {
        *(if into { &mut self.into } else { &mut self.out }) = None;
    }

    fn both(&self) -> impl Iterator<Item = &Told> {
        self.into.iter().chain(&self.out)
    }

    /// When something has to be shown.
    pub(super) fn at(&self) -> Option<u64> {
        let new = self.both().filter(|told| !told.shown);
        let new = new.map(|told| told.since_ms.saturating_add(BRIEF_MS)).min();
        let moved = self.moved && self.both().any(|told| told.shown);
        let moves = moved.then_some(self.shown_ms.saturating_add(SHOWN_EVERY_MS));
        new.into_iter().chain(moves).min()
    }

    /// Everything is about to be shown; `false` if nothing of this has to be.
    pub(super) fn due(&mut self, now_ms: u64, shows: bool) -> bool {
        let due = shows || self.at().is_some_and(|at| now_ms >= at);
        if due {
            for told in self.into.iter_mut().chain(&mut self.out) {
                told.shown |= now_ms >= told.since_ms.saturating_add(BRIEF_MS);
            }
            (self.moved, self.shown_ms) = (false, now_ms);
        }
        due
    }
}

impl Agent {
    /// The customer wants no more of this transfer. Of one that is over by now nothing is left to stop.
    pub(in crate::agent) fn stop_transfer(&mut self, now_ms: u64, transfer: u32) {
        self.stop_receiving(now_ms, transfer, Fault::Canceled);
        if self.sending(transfer).is_some() || self.files.gathering == Some(transfer) {
            self.drop_sender();
            self.say_stop(now_ms, transfer, Fault::Canceled);
        }
    }

    /// What is shown of transfers.
    pub(in crate::agent) fn under_way(&self) -> Vec<UnderWayView> {
        let files = &self.files;
        // A disk has it in whole blocks, which would be shown as leaps.
        let here = files.receiver.as_ref();
        let here = here.map(|receiver| receiver.current().1.saturating_add(receiver.ahead()));
        let there = files.sender.as_ref();
        let there = there.map(|sender| sender.current().1.saturating_add(sender.ahead()));
        let held = files.sender.as_ref().map_or(files.held, Sender::is_held);
        let shown = |told: &Told, way, bytes: Option<u64>, held| UnderWayView {
            transfer: told.transfer,
            way,
            state: match bytes {
                _ if held => "held",
                None => "preparing",
                Some(_) => "running",
            },
            name: told.name.clone(),
            items: told.items,
            items_over: told.items_over,
            bytes: told.bytes,
            bytes_done: told.bytes_over.saturating_add(bytes.unwrap_or(0)).min(told.bytes),
        };
        let into = files.under_way.into.iter().filter(|told| told.shown);
        let out = files.under_way.out.iter().filter(|told| told.shown);
        into.map(|told| shown(told, "in", here, false))
            .chain(out.map(|told| shown(told, "out", there, held)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brief_is_never_shown_and_what_is_not_four_times_a_second() {
        let mut files = UnderWay::default();
        assert_eq!(files.at(), None);
        files.begins(1_000, true, 1, String::new());
        files.counted(true, 1, 1_000);
        assert_eq!(files.at(), Some(1_500));
        assert!(!files.due(1_499, false) && files.into.as_ref().is_some_and(|told| !told.shown));
        files.ends(true);
        assert_eq!(files.at(), None);

        files.begins(2_000, false, 2, "a".to_owned());
        let mut shown = 0;
        for now in 2_000..4_000 {
            files.moves();
            shown += u32::from(files.due(now, false));
        }
        assert_eq!(shown, 6, "at 2500, and every 250 ms from then on");
        // What is shown for another reason counts as shown.
        files.moves();
        assert!(files.due(4_000, true));
        files.moves();
        assert_eq!(files.at(), Some(4_250));
    }
}
