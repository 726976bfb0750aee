//! What the console knows of one agent.

use std::collections::{BTreeSet, VecDeque};

use temoto_wire::proto;
use temoto_wire::relay::Role;

use crate::peer::Peer;
use crate::permission::{Capability, Grants};
use crate::view::Level;

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
    /// The person in front of it said yes or no.
    pub(super) answered: bool,
    pub(super) yielded: bool,
    /// What hides its desktop.
    pub(super) obstacle: Option<&'static str>,
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
            answered: false,
            yielded: false,
            obstacle: None,
            greeted: false,
            root_kept: false,
            run: 0,
            pending: VecDeque::new(),
        }
    }
}
