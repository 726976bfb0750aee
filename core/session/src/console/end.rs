//! What the console knows of one agent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use temoto_wire::proto;
use temoto_wire::relay::Role;

use crate::channel::screen::ScreenHost;
use crate::peer::Peer;
use crate::permission::{Capability, Grants};
use crate::surface::Surface;
use crate::view::Level;

/// No program is believed that its customer wants to be left in peace for longer.
const LONGEST_REST_MS: u64 = 600_000;

/// One agent.
pub struct End {
    pub(super) role: Role,
    pub(super) peer: Peer,
    /// The relay says that it is attached: a hint for what is shown.
    pub(super) present: bool,
    /// Its line is down since.
    pub(super) lost_ms: Option<u64>,
    /// The host that it dialed.
    pub(super) host: String,
    pub(super) level: Level,
    /// Whether it joined by the code, and wrong secrets seen for it before.
    pub(super) by_code: Option<u32>,
    /// What it claims to be.
    pub(super) about: proto::About,
    /// What the customer grants through it.
    pub(super) grants: Grants,
    pub(super) asked: BTreeSet<Capability>,
    /// What the customer said no to, and until when it is not asked for again.
    pub(super) resting: BTreeMap<Capability, u64>,
    /// The person in front of it said yes or no.
    pub(super) answered: bool,
    pub(super) yielded: bool,
    /// What a page shares of its computer.
    pub(super) surface: Surface,
    /// What a page shares under this number of its grants, it was asked to stop.
    pub(super) unshared: Option<u32>,
    /// What hides its desktop.
    pub(super) obstacle: Option<&'static str>,
    /// The stream of what the operator shows to it, from the first time on.
    pub(super) show: Option<Box<ScreenHost>>,
    /// It greeted at least once: the pairing is confirmed.
    pub(super) greeted: bool,
    /// Its root is where it outlives this load of the page.
    pub(super) root_kept: bool,
    /// Last run number, for the store.
    pub(super) run: u32,
    /// Chat lines on their way: stream number and id.
    pub(super) pending: VecDeque<(u64, String)>,
}

impl End {
    pub(super) fn new(role: Role, peer: Peer, host: String, level: Level, by_code: Option<u32>) -> Self {
        Self {
            role,
            peer,
            present: true,
            lost_ms: None,
            host,
            level,
            by_code,
            about: proto::About::default(),
            grants: Grants::default(),
            asked: BTreeSet::new(),
            resting: BTreeMap::new(),
            answered: false,
            yielded: false,
            surface: Surface::Unknown,
            unshared: None,
            obstacle: None,
            show: None,
            greeted: false,
            root_kept: false,
            run: 0,
            pending: VecDeque::new(),
        }
    }

    /// The program says how long its customer is left in peace.
    pub(super) fn rest(&mut self, now_ms: u64, resting: &[proto::Rest]) {
        let known = resting.iter().take(Capability::ALL.len());
        self.resting = known
            .filter_map(|rest| {
                let until = now_ms + u64::from(rest.ms).min(LONGEST_REST_MS);
                Some((Capability::from_proto(rest.capability)?, until))
            })
            .collect();
    }

    /// Until when asking for this, or for what it needs and is not granted, makes no sense.
    pub(super) fn rests_until(&self, now_ms: u64, capability: Capability) -> Option<u64> {
        let base = capability.needs().filter(|&base| !self.grants.has(base));
        [Some(capability), base]
            .into_iter()
            .flatten()
            .filter_map(|c| self.resting.get(&c).copied())
            .filter(|&until| now_ms < until)
            .max()
    }
}
