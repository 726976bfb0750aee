//! What the lobby knows of an attempt and of those who wait behind it.

use std::collections::VecDeque;
use std::net::IpAddr;

use temoto_model::SessionId;
use temoto_wire::relay::{Id, Role, Selector};

use crate::event::{ConnId, Spare};
use crate::opaque::Letter;

/// An attempt lives so long from its turn.
pub const ATTEMPT_MS: u64 = 15_000;
/// A console that has not answered a knock by then is stood in for.
pub const PATIENCE_MS: u64 = 4_000;
/// Attempts that wait behind the one that is judged.
pub const LANE: usize = 4;

/// Who stands at one door.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) judged: Option<Id>,
    pub(super) waiting: VecDeque<Id>,
}

/// A console that has been told of an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Live {
    pub(super) session: SessionId,
    pub(super) conn: ConnId,
}

/// Something to say at a moment.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: u64,
    pub(super) letter: Letter,
}

#[derive(Debug)]
pub(super) enum Stage {
    Waiting,
    Asked {
        at: u64,
        held: Option<Held>,
    },
    Answered,
    /// The proof waits until it is counted on the disk.
    Counting {
        at: u64,
        proof: Letter,
    },
    Proved {
        at: u64,
        held: Option<Held>,
    },
    Admitting,
}

#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) conn: ConnId,
    pub(super) role: Role,
    pub(super) address: IpAddr,
    pub(super) selector: Selector,
    pub(super) knock: Letter,
    pub(super) spare: Spare,
    /// What a dummy would take for answer and verdict.
    pub(super) delays: (u64, u64),
    pub(super) stage: Stage,
    pub(super) deadline: u64,
    pub(super) live: Option<Live>,
    /// The proof was counted for the code.
    pub(super) counted: bool,
}
