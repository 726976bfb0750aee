//! One job: what the operator asked for, how far it is, and what is shown of it.

use std::collections::{BTreeSet, VecDeque};

use super::Questions;
use crate::channel::files::receive::Receiver;
use crate::channel::files::send::Sender;
use crate::channel::files::{Choice, Fault, Item, Over, Place, pasted};
use crate::permission::Capability;
use crate::view::{FileView, ProblemView, QuestionView, TransferView};

/// Problems that are kept.
const PROBLEMS: usize = 20;
/// Interrupted attempts that are remembered.
const INTERRUPTED: usize = 32;
/// The rate is measured over this long.
const RATE_MS: u64 = 5_000;

/// Where the files come from.
#[derive(Debug)]
pub enum Way {
    /// From the operator to this folder of the customer's.
    Send { place: Place, items: Vec<Item> },
    /// From this folder of the customer's to the operator.
    Fetch {
        place: Place,
        names: Vec<String>,
        /// What arrived with an earlier attempt: hashes of path, size and time.
        done: BTreeSet<[u8; 32]>,
    },
}

/// How far it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    Waiting,
    Preparing,
    Running,
    Interrupted,
    Done,
    Failed(Fault),
    /// By the operator.
    Canceled,
    /// By the customer, who stopped it or took the permission back.
    Withdrawn,
}

impl State {
    /// Nothing comes after it.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Done | Self::Failed(_) | Self::Canceled | Self::Withdrawn
        )
    }
}

/// One job.
#[derive(Debug)]
pub struct Job {
    /// The page's number.
    pub number: u32,
    /// The number of the attempt that runs; 0 while none does.
    pub wire: u32,
    /// The attempts that were interrupted: what they left unfinished goes when this is over.
    pub interrupted: VecDeque<u32>,
    pub way: Way,
    pub name: String,
    pub state: State,
    pub held: bool,
    /// What was said for all.
    pub choice: Choice,
    pub questions: Questions,
    /// Of what is sent: which item each number of the attempt is.
    pub map: Vec<u32>,
    /// Of what is sent: the items that are over.
    pub over: BTreeSet<u32>,
    pub items: u32,
    pub bytes: u64,
    pub items_over: u32,
    /// Bytes of the items that are over.
    pub bytes_over: u64,
    /// Files and folders that arrived, each once, whatever attempt brought it.
    pub came: u32,
    /// Files that arrived, and their bytes, and the last of them.
    pub arrived: u32,
    pub arrived_bytes: u64,
    pub last: Option<(String, String)>,
    problems: Vec<ProblemView>,
    problem_count: u32,
    samples: VecDeque<(u64, u64)>,
}

impl Job {
    pub fn new(number: u32, way: Way, name: String) -> Self {
        let (items, bytes) = match &way {
            Way::Send { items, .. } => Sender::totals(items),
            Way::Fetch { .. } => (0, 0),
        };
        Self {
            number,
            wire: 0,
            interrupted: VecDeque::new(),
            way,
            name,
            state: State::Waiting,
            held: false,
            choice: Choice::Ask,
            questions: VecDeque::new(),
            map: Vec::new(),
            over: BTreeSet::new(),
            items,
            bytes,
            items_over: 0,
            bytes_over: 0,
            came: 0,
            arrived: 0,
            arrived_bytes: 0,
            last: None,
            problems: Vec::new(),
            problem_count: 0,
            samples: VecDeque::new(),
        }
    }

    pub const fn sends(&self) -> bool {
        matches!(self.way, Way::Send { .. })
    }

    /// The files are for the customer's clipboard.
    pub fn pastes(&self) -> bool {
        matches!(&self.way, Way::Send { place, .. } if pasted::is_root(&place.root))
    }

    /// What has to be allowed for it.
    pub fn needs(&self) -> &'static [Capability] {
        if self.pastes() {
            &[Capability::FilesIn, Capability::ClipboardIn]
        } else if self.sends() {
            &[Capability::FilesIn]
        } else {
            &[Capability::FilesOut]
        }
    }

    /// How it ends once nothing more is to come. A part of what was to be pasted is put on no clipboard.
    pub fn outcome(&self) -> State {
        let missing = self.items.saturating_sub(self.came);
        match self.problems.first() {
            _ if !self.pastes() || missing == 0 => State::Done,
            Some(problem) => State::Failed(problem.fault),
            None => State::Failed(Fault::Skipped),
        }
    }

    /// It ends like this; what was asked is not asked any more.
    pub fn end(&mut self, state: State) {
        if !self.state.is_over() {
            self.state = state;
        }
        if state == State::Interrupted && self.wire != 0 {
            if self.interrupted.len() >= INTERRUPTED {
                // What is left of so old a one goes with the session.
                self.interrupted.pop_front();
            }
            self.interrupted.push_back(self.wire);
        }
        self.wire = 0;
        self.questions.clear();
        self.samples.clear();
        if self.state.is_over() {
            // What can be many is not kept for a line that only tells how it ended.
            (self.map, self.over) = (Vec::new(), BTreeSet::new());
            match &mut self.way {
                Way::Send { items, .. } => *items = Vec::new(),
                Way::Fetch { done, .. } => done.clear(),
            }
        }
    }

    /// The operator decided the question that is shown; returns which one that is.
    pub fn answer(&mut self, choice: Choice, all: bool) -> Option<u32> {
        if choice == Choice::Ask {
            return None;
        }
        let (index, _, _) = self.questions.pop_front()?;
        if all {
            self.choice = choice;
            self.questions.clear();
        }
        Some(index)
    }

    /// An attempt begins. What is fetched is announced again, what is here already and what cannot be had among it; of what is to be
    /// pasted nothing is there any more.
    pub fn begins(&mut self) {
        if self.pastes() {
            self.over.clear();
            (self.came, self.arrived, self.arrived_bytes) = (0, 0, 0);
        } else if self.sends() {
            return;
        }
        (self.items_over, self.bytes_over) = (0, 0);
        (self.problems, self.problem_count) = (Vec::new(), 0);
    }

    /// One is over.
    pub fn item_over(&mut self, over: &Over) {
        self.questions.retain(|&(index, _, _)| index != over.index);
        if let Some(&original) = usize::try_from(over.index).ok().and_then(|n| self.map.get(n))
            && self.sends()
        {
            self.over.insert(original);
        }
        self.items_over = self.items_over.saturating_add(1);
        self.bytes_over = self.bytes_over.saturating_add(over.size);
        self.came = self.came.saturating_add(u32::from(over.fault.is_none()));
        match over.fault {
            None if !over.folder => {
                self.arrived = self.arrived.saturating_add(1);
                self.arrived_bytes = self.arrived_bytes.saturating_add(over.size);
                let hash = over.hash.map(hex::encode).unwrap_or_default();
                self.last = Some((over.name.clone(), hash));
            }
            None | Some(Fault::Skipped) => {}
            Some(fault) => {
                self.problem_count = self.problem_count.saturating_add(1);
                if self.problems.len() < PROBLEMS {
                    self.problems.push(ProblemView {
                        path: over.path.clone(),
                        fault,
                    });
                }
            }
        }
    }

    /// Notes what the line has carried in this attempt, for the rate: what was there before it came at no speed at all.
    pub fn measure(&mut self, now_ms: u64, carried: u64) {
        self.samples.push_back((now_ms, carried));
        while self.samples.len() > 64 || self.samples.front().is_some_and(|&(at, _)| at + RATE_MS < now_ms) {
            self.samples.pop_front();
        }
    }

    fn rate(&self) -> u64 {
        match (self.samples.front(), self.samples.back()) {
            (Some(&(from, before)), Some(&(to, after))) if to > from => {
                after.saturating_sub(before).saturating_mul(1_000) / (to - from)
            }
            _ => 0,
        }
    }

    /// What is shown of it.
    pub fn view(&self, sender: Option<&Sender>, receiver: Option<&Receiver>, ready: bool) -> TransferView {
        let (current, open_bytes) = sender
            .map(Sender::current)
            .or_else(|| receiver.map(Receiver::current))
            .unwrap_or((None, 0));
        let about = |index: u32| {
            let sent = sender.and_then(|s| s.item(index));
            let sent = sent.map(|item| (item.path.clone(), item.size, item.modified_ms));
            sent.or_else(|| {
                let (path, size, modified_ms) = receiver?.coming(index)?;
                Some((path.to_vec(), size, modified_ms))
            })
        };
        let bytes_done = self.bytes_over.saturating_add(open_bytes);
        let rate = self.rate();
        let question = self.questions.front().and_then(|&(index, size, modified_ms)| {
            let (path, comes, when) = about(index)?;
            Some(QuestionView {
                path,
                size: comes,
                modified_ms: when,
                there_size: size,
                there_modified_ms: modified_ms,
            })
        });
        let (state, fault) = match self.state {
            State::Done => ("done", None),
            State::Failed(fault) => ("failed", Some(fault)),
            State::Canceled | State::Withdrawn => ("canceled", None),
            _ if self.held => ("held", None),
            State::Waiting => ("waiting", None),
            State::Interrupted => ("interrupted", None),
            State::Preparing | State::Running if !ready => ("interrupted", None),
            State::Preparing => ("preparing", None),
            State::Running if question.is_some() => ("asking", None),
            State::Running => ("running", None),
        };
        // What is only to be written needs no line; a disk has it in whole blocks, which would count down by leaps.
        let ahead = sender
            .map(Sender::ahead)
            .or_else(|| receiver.map(Receiver::ahead));
        let left = self
            .bytes
            .saturating_sub(bytes_done.saturating_add(ahead.unwrap_or(0)));
        TransferView {
            transfer: self.number,
            way: if self.sends() { "send" } else { "fetch" },
            state,
            fault,
            by_customer: self.state == State::Withdrawn,
            name: self.name.clone(),
            items: self.items,
            items_over: self.items_over,
            bytes: self.bytes,
            bytes_done: bytes_done.min(self.bytes),
            current: current.and_then(|(index, bytes_done)| {
                let (path, bytes, _) = about(index)?;
                Some(FileView {
                    path,
                    bytes,
                    bytes_done,
                })
            }),
            bytes_per_second: rate,
            seconds_left: (rate > 0 && state == "running").then(|| left.div_ceil(rate)),
            question,
            problems: self.problems.clone(),
            problem_count: self.problem_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    /// A running job of so many bytes, and the page's look at it four times a second.
    struct Watch {
        job: Job,
        now_ms: u64,
        carried: u64,
    }

    impl Watch {
        fn new(bytes: u64) -> Self {
            let place = Place::default();
            let (names, done) = (Vec::new(), BTreeSet::new());
            let mut job = Job::new(1, Way::Fetch { place, names, done }, "a".to_owned());
            (job.wire, job.items, job.bytes, job.state) = (1, 1, bytes, State::Running);
            let mut watch = Self {
                job,
                now_ms: 1_000,
                carried: 0,
            };
            watch.job.measure(watch.now_ms, 0);
            watch
        }

        /// So long it goes at so many bytes per second. Gives what is shown at the end of it: the rate, and the seconds left.
        fn goes(&mut self, ms: u64, rate: u64) -> (u64, Option<u64>) {
            for _ in 0..ms / 250 {
                self.now_ms += 250;
                self.carried += rate / 4;
                self.job.bytes_over += rate / 4;
                self.job.measure(self.now_ms, self.carried);
            }
            self.shown()
        }

        fn shown(&self) -> (u64, Option<u64>) {
            let view = self.job.view(None, None, true);
            (view.bytes_per_second, view.seconds_left)
        }
    }

    #[test]
    fn a_steady_line_shows_its_rate_and_counts_down() {
        let mut watch = Watch::new(100 * MB);
        for left in (80..=98).rev().step_by(2) {
            assert_eq!(watch.goes(2_000, MB), (MB, Some(left)));
        }
    }

    #[test]
    fn nothing_is_said_before_there_is_anything_to_say_it_from() {
        let mut watch = Watch::new(100 * MB);
        assert_eq!(watch.shown(), (0, None));
        // Looked at again in the same moment.
        watch.job.measure(watch.now_ms, 5_000);
        assert_eq!(watch.shown(), (0, None));
        assert_eq!(watch.goes(250, MB).0, MB);
    }

    #[test]
    fn a_line_that_slows_down_is_believed_within_five_seconds_and_the_time_left_grows_meanwhile() {
        let mut watch = Watch::new(100 * MB);
        let (_, mut left) = watch.goes(10_000, 2 * MB);
        assert_eq!(left, Some(40));
        for _ in 0..5 {
            let (rate, now) = watch.goes(1_000, MB / 2);
            assert!(rate > MB / 2 - 1 && rate < 2 * MB, "{rate}");
            assert!(now > left, "{now:?} after {left:?}");
            left = now;
        }
        assert_eq!(watch.shown(), (MB / 2, Some(155)));
    }

    #[test]
    fn a_line_that_stands_has_no_rate_and_no_time_left_and_comes_back() {
        let mut watch = Watch::new(100 * MB);
        watch.goes(10_000, 2 * MB);
        let (rate, left) = watch.goes(2_500, 0);
        assert_eq!((rate, left), (MB, Some(80)), "half of what counts");
        assert_eq!(watch.goes(2_500, 0), (0, None));
        assert_eq!(watch.goes(60_000, 0), (0, None), "it does not guess");
        assert_eq!(watch.goes(5_000, MB), (MB, Some(75)));
    }

    #[test]
    fn near_the_end_it_is_one_second_and_then_none() {
        let mut watch = Watch::new(10 * MB + 1);
        assert_eq!(watch.goes(9_750, MB), (MB, Some(1)));
        assert_eq!(watch.goes(250, MB), (MB, Some(1)), "one byte");
        watch.job.bytes_over += 1;
        assert_eq!(watch.shown(), (MB, Some(0)));
        // More than was announced is not less than nothing.
        watch.job.bytes_over += MB;
        assert_eq!(watch.shown(), (MB, Some(0)));
    }

    #[test]
    fn what_was_there_before_is_no_speed() {
        let mut watch = Watch::new(100 * MB);
        watch.job.bytes_over += 60 * MB;
        assert_eq!(watch.goes(1_000, MB), (MB, Some(39)));
    }

    #[test]
    fn an_attempt_that_is_over_says_nothing_of_the_next() {
        let mut watch = Watch::new(100 * MB);
        watch.goes(5_000, 2 * MB);
        watch.job.end(State::Interrupted);
        (watch.job.wire, watch.job.state, watch.carried) = (2, State::Running, 0);
        assert_eq!(watch.shown(), (0, None));
        assert_eq!(watch.goes(1_000, MB).0, MB);
    }

    #[test]
    fn who_waits_is_told_no_time() {
        let mut watch = Watch::new(100 * MB);
        watch.goes(5_000, MB);
        watch.job.held = true;
        assert_eq!(watch.shown().1, None);
    }
}
