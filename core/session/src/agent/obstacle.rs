//! What hides the customer's desktop from the program: the console is told in a word, so that nobody looks at a picture that
//! stands still and wonders, and nothing is pressed where nobody sees it.

use temoto_wire::proto::{self, control::Body, obstacle::Kind};

use super::Agent;
use crate::permission::Capability;

/// What the system shows instead of the desktop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obstacle {
    /// A prompt for an administrator's consent, or the screen of Ctrl+Alt+Del.
    SecureDesktop,
    /// The computer is locked.
    Locked,
    /// The person's session is on no monitor.
    Away,
}

impl Obstacle {
    const fn to_proto(self) -> Kind {
        match self {
            Self::SecureDesktop => Kind::SecureDesktop,
            Self::Locked => Kind::Locked,
            Self::Away => Kind::Away,
        }
    }
}

/// The word for the console's view; `None` for none and for kinds of later versions.
pub fn word(kind: i32) -> Option<&'static str> {
    match Kind::try_from(kind) {
        Ok(Kind::SecureDesktop) => Some("secure_desktop"),
        Ok(Kind::Locked) => Some("locked"),
        Ok(Kind::Away) => Some("away"),
        Ok(Kind::Unspecified) | Err(_) => None,
    }
}

/// What hides the desktop, and what the console knows of it.
#[derive(Debug, Default)]
pub struct Hidden {
    by: Option<Obstacle>,
    told: Option<Obstacle>,
}

impl Hidden {
    /// Whether there is neither a picture nor input.
    pub(super) const fn is_hidden(&self) -> bool {
        self.by.is_some()
    }

    /// A console that was started anew knows of nothing.
    pub(super) const fn forget(&mut self) {
        self.told = None;
    }
}

impl Agent {
    /// Something hides the desktop from now on, or nothing does any more. What is pressed is let go of; after the obstacle the
    /// shell reports everything as damaged.
    pub fn set_obstacle(&mut self, now_ms: u64, obstacle: Option<Obstacle>) {
        if self.hidden.by == obstacle {
            return;
        }
        self.hidden.by = obstacle;
        if obstacle.is_some() {
            self.release_input();
        }
        self.say_obstacle(now_ms);
        self.settle(now_ms);
    }

    /// Tells the console, where it may know and does not yet.
    pub(super) fn say_obstacle(&mut self, now_ms: u64) {
        let may = self.grants.allows(Capability::View)
            && self.peer.as_ref().is_some_and(crate::peer::Peer::is_ready);
        if !may || self.hidden.told == self.hidden.by {
            return;
        }
        self.hidden.told = self.hidden.by;
        let kind = self.hidden.by.map_or(Kind::Unspecified, Obstacle::to_proto);
        self.tell_console(now_ms, Body::Obstacle(proto::Obstacle { kind: kind.into() }));
    }
}
