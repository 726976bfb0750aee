//! What the customer grants one by one, and what an operator may ask for: the names of the rows in both tables of grants.

use std::collections::BTreeSet;

use temoto_wire::proto;
use temoto_wire::relay::Role;

use crate::happened::Happened;

/// What the customer grants one by one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// The operator sees the screen.
    View,
    /// The operator uses mouse and keyboard.
    Control,
    /// The operator puts text on the customer's clipboard.
    ClipboardIn,
    /// The operator takes what the customer copies.
    ClipboardOut,
    /// The operator puts files on the customer's computer, makes folders, renames and removes.
    FilesIn,
    /// The operator sees the customer's folders and takes files.
    FilesOut,
}

impl Capability {
    /// Every capability, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::View,
        Self::Control,
        Self::ClipboardIn,
        Self::ClipboardOut,
        Self::FilesIn,
        Self::FilesOut,
    ];

    /// What a session begins with: the rest is asked for when it is needed.
    pub const FIRST: [Self; 2] = [Self::View, Self::Control];

    /// From its number on the wire; unknown ones of a newer peer are `None`.
    #[must_use]
    pub fn from_proto(n: i32) -> Option<Self> {
        match proto::Capability::try_from(n).ok()? {
            proto::Capability::View => Some(Self::View),
            proto::Capability::Control => Some(Self::Control),
            proto::Capability::ClipboardIn => Some(Self::ClipboardIn),
            proto::Capability::ClipboardOut => Some(Self::ClipboardOut),
            proto::Capability::FilesIn => Some(Self::FilesIn),
            proto::Capability::FilesOut => Some(Self::FilesOut),
            proto::Capability::Unspecified => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn to_proto(self) -> i32 {
        match self {
            Self::View => proto::Capability::View as i32,
            Self::Control => proto::Capability::Control as i32,
            Self::ClipboardIn => proto::Capability::ClipboardIn as i32,
            Self::ClipboardOut => proto::Capability::ClipboardOut as i32,
            Self::FilesIn => proto::Capability::FilesIn as i32,
            Self::FilesOut => proto::Capability::FilesOut as i32,
        }
    }

    /// What has to be granted before or with this one: nobody steers blind.
    #[must_use]
    pub const fn needs(self) -> Option<Self> {
        match self {
            Self::View => None,
            Self::Control | Self::ClipboardIn | Self::ClipboardOut | Self::FilesIn | Self::FilesOut => {
                Some(Self::View)
            }
        }
    }

    /// The events that tell in the chat that it was granted and that it was withdrawn.
    #[must_use]
    pub const fn events(self) -> (Happened, Happened) {
        match self {
            Self::View => (Happened::ViewGranted, Happened::ViewWithdrawn),
            Self::Control => (Happened::ControlGranted, Happened::ControlWithdrawn),
            Self::ClipboardIn => (Happened::ClipboardInGranted, Happened::ClipboardInWithdrawn),
            Self::ClipboardOut => (Happened::ClipboardOutGranted, Happened::ClipboardOutWithdrawn),
            Self::FilesIn => (Happened::FilesInGranted, Happened::FilesInWithdrawn),
            Self::FilesOut => (Happened::FilesOutGranted, Happened::FilesOutWithdrawn),
        }
    }
}

/// What an operator may ask an agent of this role for: a page shares only what its customer begins to share.
#[must_use]
pub const fn may_ask(capability: Capability, role: Role) -> bool {
    match capability {
        Capability::View
        | Capability::Control
        | Capability::ClipboardIn
        | Capability::ClipboardOut
        | Capability::FilesIn
        | Capability::FilesOut => matches!(role, Role::Program),
    }
}

/// What an agent of this role can grant: a page shares what its browser lets the customer pick, to be looked at.
#[must_use]
pub const fn may_grant(capability: Capability, role: Role) -> bool {
    match capability {
        Capability::View => true,
        Capability::Control
        | Capability::ClipboardIn
        | Capability::ClipboardOut
        | Capability::FilesIn
        | Capability::FilesOut => matches!(role, Role::Program),
    }
}

/// `wanted` without what lacks its base among `wanted`.
#[must_use]
pub fn founded(wanted: impl IntoIterator<Item = Capability>) -> BTreeSet<Capability> {
    let wanted: BTreeSet<_> = wanted.into_iter().collect();
    wanted
        .iter()
        .copied()
        .filter(|capability| capability.needs().is_none_or(|base| wanted.contains(&base)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_rests_on_seeing_the_screen() {
        for capability in Capability::ALL {
            let base = capability.needs();
            assert_eq!(base, (capability != Capability::View).then_some(Capability::View));
        }
        assert_eq!(founded(Capability::ALL), Capability::ALL.into_iter().collect());
        assert!(founded([Capability::Control]).is_empty());
    }

    #[test]
    fn numbers_on_the_wire_come_back_as_the_same_capability() {
        for capability in Capability::ALL {
            assert_eq!(Capability::from_proto(capability.to_proto()), Some(capability));
        }
        assert_eq!(Capability::from_proto(0), None);
        assert_eq!(Capability::from_proto(9_999), None);
    }

    #[test]
    fn a_page_is_asked_for_nothing_and_a_program_for_everything() {
        for capability in Capability::ALL {
            assert!(!may_ask(capability, Role::Page), "{capability:?}");
            assert!(may_ask(capability, Role::Program), "{capability:?}");
            assert!(may_grant(capability, Role::Program), "{capability:?}");
            assert_eq!(may_grant(capability, Role::Page), capability == Capability::View);
        }
    }
}
