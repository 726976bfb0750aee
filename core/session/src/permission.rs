//! The two tables of grants, and the only gate for every message that arrives from a peer.
//!
//! What the customer granted is enforced by the agent ([`agent_accepts`]); what the operator accepts by the console
//! ([`console_accepts`]). Both are total: a new message does not compile without a row.

mod kind;

use std::collections::BTreeSet;

use temoto_wire::relay::Role;

pub use self::kind::MessageKind;
pub use crate::capability::{Capability, founded, may_ask, may_grant};

/// What a message needs in order to be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Always taken.
    Nothing,
    /// Taken while this is granted and the customer has not paused.
    Granted(Capability),
    /// Taken while the operator shows a screen of the own to this agent and the customer has not closed it.
    Shown,
    /// Never taken from this peer: a broken or hostile one sends it.
    Never,
}

/// What an agent of this role takes from a console.
#[must_use]
pub const fn agent_accepts(kind: MessageKind, role: Role) -> Need {
    use MessageKind as K;
    let program = matches!(role, Role::Program);
    match kind {
        K::Hello
        | K::Ack
        | K::Echo
        | K::EchoReply
        | K::Welcome
        | K::Companion
        | K::Showing
        | K::Chat
        | K::PicturePiece
        | K::Leave
        | K::FailuresSeen => Need::Nothing,
        // The operator's own screen; what comes back for the customer's is below.
        K::ScreenBegin | K::ScreenChunk => Need::Shown,
        K::AskGrant if program => Need::Nothing,
        K::StepUp | K::Unshare if !program => Need::Nothing,
        K::ShowDisplay | K::AskWindows | K::ScreenGlance if program => Need::Granted(Capability::View),
        K::Colors | K::ScreenAck | K::ScreenRefresh => Need::Granted(Capability::View),
        K::Input if program => Need::Granted(Capability::Control),
        K::ClipOffer | K::ClipPiece if program => Need::Granted(Capability::ClipboardIn),
        K::ClipFetch if program => Need::Granted(Capability::ClipboardOut),
        K::FileStop if program => Need::Nothing,
        // The operator sends, or changes something in a folder.
        K::FileOffer
        | K::FileItem
        | K::FileEnd
        | K::FileLost
        | K::FileChoice
        | K::FileBlock
        | K::FileChange
            if program =>
        {
            Need::Granted(Capability::FilesIn)
        }
        // The operator looks, or takes.
        K::FileList | K::FileFetch | K::FileTake | K::FileHave | K::FileOver | K::FileHold if program => {
            Need::Granted(Capability::FilesOut)
        }
        K::FileStop
        | K::FileOffer
        | K::FileItem
        | K::FileEnd
        | K::FileLost
        | K::FileChoice
        | K::FileBlock
        | K::FileChange
        | K::FileList
        | K::FileFetch
        | K::FileTake
        | K::FileHave
        | K::FileOver
        | K::FileHold => Need::Never,
        K::AskGrant
        | K::StepUp
        | K::Unshare
        | K::ShowDisplay
        | K::AskWindows
        | K::ScreenGlance
        | K::Input
        | K::ClipOffer
        | K::ClipFetch
        | K::ClipPiece => Need::Never,
        K::About
        | K::Grants
        | K::Declined
        | K::Step
        | K::Paused
        | K::Yielded
        | K::Displays
        | K::Obstacle
        | K::Windows
        | K::Refused
        | K::NotMine
        | K::ShowClosed
        | K::Exact
        | K::ScreenThumbnail
        | K::CursorPlace
        | K::CursorShape
        | K::FilePlaces
        | K::FilePart
        | K::FileChanged
        | K::FileExists
        | K::FileGot
        | K::PictureFetch => Need::Never,
    }
}

/// What a console takes from an agent of this role. `Granted` here is what the operator accepts: a picture only from an
/// agent that said that it grants one.
#[must_use]
pub const fn console_accepts(kind: MessageKind, role: Role) -> Need {
    use MessageKind as K;
    let program = matches!(role, Role::Program);
    match kind {
        K::Hello
        | K::Ack
        | K::Echo
        | K::EchoReply
        | K::About
        | K::Grants
        | K::ShowClosed
        | K::Chat
        | K::PictureFetch
        | K::Leave
        | K::FailuresSeen => Need::Nothing,
        K::Displays | K::Exact | K::ScreenBegin | K::ScreenChunk => Need::Granted(Capability::View),
        // How far the operator's own screen is there; that of the customer comes in BEGIN and CHUNK.
        K::ScreenAck | K::ScreenRefresh => Need::Shown,
        K::Declined | K::Paused | K::Yielded | K::Refused if program => Need::Nothing,
        K::Obstacle | K::Windows | K::ScreenThumbnail | K::CursorPlace | K::CursorShape if program => {
            Need::Granted(Capability::View)
        }
        K::ClipOffer | K::ClipPiece if program => Need::Granted(Capability::ClipboardOut),
        K::ClipFetch if program => Need::Granted(Capability::ClipboardIn),
        K::FileStop | K::FileGot | K::FilePlaces if program => Need::Nothing,
        K::FilePart | K::FileOffer | K::FileItem | K::FileEnd | K::FileLost | K::FileBlock if program => {
            Need::Granted(Capability::FilesOut)
        }
        K::FileChanged | K::FileTake | K::FileHave | K::FileExists | K::FileOver if program => {
            Need::Granted(Capability::FilesIn)
        }
        K::FileStop
        | K::FileGot
        | K::FilePlaces
        | K::FilePart
        | K::FileOffer
        | K::FileItem
        | K::FileEnd
        | K::FileLost
        | K::FileBlock
        | K::FileChanged
        | K::FileTake
        | K::FileHave
        | K::FileExists
        | K::FileOver => Need::Never,
        K::Step | K::NotMine if !program => Need::Nothing,
        K::Declined
        | K::Paused
        | K::Yielded
        | K::Refused
        | K::Obstacle
        | K::Windows
        | K::ScreenThumbnail
        | K::CursorPlace
        | K::CursorShape
        | K::ClipOffer
        | K::ClipFetch
        | K::ClipPiece
        | K::Step
        | K::NotMine => Need::Never,
        K::Welcome
        | K::AskGrant
        | K::StepUp
        | K::Unshare
        | K::Companion
        | K::ShowDisplay
        | K::AskWindows
        | K::Colors
        | K::Showing
        | K::ScreenGlance
        | K::FileList
        | K::FileFetch
        | K::FileChange
        | K::FileChoice
        | K::FileHold
        | K::PicturePiece
        | K::Input => Need::Never,
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Take it.
    Take,
    /// Drop it: it was sent before the sender could know of the change.
    Drop,
    /// Drop it and tell the sender.
    Report,
    /// Only a broken or hostile peer sends it.
    Violation,
}

/// How long messages under an older grant are dropped without a word.
const GRACE_MS: u64 = 2_000;

/// What is granted now, with the number of the last change.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Grants {
    number: u32,
    granted: BTreeSet<Capability>,
    paused: bool,
    changed_ms: Option<u64>,
    /// The operator shows a screen of the own in this pair.
    shown: bool,
    shown_changed_ms: Option<u64>,
}

impl Grants {
    /// Number of the last change; 0 before the first.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Whether `capability` is granted, pause aside.
    #[must_use]
    pub fn has(&self, capability: Capability) -> bool {
        self.granted.contains(&capability)
    }

    /// Whether `capability` may be used now.
    #[must_use]
    pub fn allows(&self, capability: Capability) -> bool {
        self.has(capability) && !self.paused
    }

    /// Whether the customer paused.
    #[must_use]
    pub const fn paused(&self) -> bool {
        self.paused
    }

    /// What is granted, in order.
    pub fn iter(&self) -> impl Iterator<Item = Capability> {
        self.granted.iter().copied()
    }

    /// Replaces what is granted. Control without view is never granted: nobody steers blind.
    pub fn set(&mut self, now_ms: u64, granted: impl IntoIterator<Item = Capability>) {
        self.granted = founded(granted);
        self.change(now_ms);
    }

    /// The customer pauses or goes on.
    pub fn pause(&mut self, now_ms: u64, paused: bool) {
        self.paused = paused;
        self.change(now_ms);
    }

    /// Takes over what a peer told, with its number; an older number than the known one is ignored.
    pub fn follow(&mut self, now_ms: u64, number: u32, granted: impl IntoIterator<Item = Capability>) {
        if number >= self.number {
            self.granted = founded(granted);
            self.number = number;
            self.changed_ms = Some(now_ms);
        }
    }

    /// Takes over that the peer paused, without a number of its own.
    pub fn follow_pause(&mut self, now_ms: u64, paused: bool) {
        self.paused = paused;
        self.changed_ms = Some(now_ms);
    }

    /// Whether the operator shows a screen of the own in this pair, and the customer looks.
    #[must_use]
    pub const fn shown(&self) -> bool {
        self.shown
    }

    /// The operator begins to show a screen of the own, or one of both ends it.
    pub fn show(&mut self, now_ms: u64, shown: bool) {
        if std::mem::replace(&mut self.shown, shown) != shown {
            self.shown_changed_ms = Some(now_ms);
        }
    }

    fn change(&mut self, now_ms: u64) {
        self.number = self.number.saturating_add(1);
        self.changed_ms = Some(now_ms);
    }

    /// Judges a message. `under` is the number of the grant it relies on, where it carries one.
    #[must_use]
    pub fn judge(&self, now_ms: u64, need: Need, under: Option<u32>) -> Verdict {
        match need {
            Need::Nothing => Verdict::Take,
            Need::Never => Verdict::Violation,
            Need::Granted(capability) => {
                let current = under.is_none_or(|n| n == self.number);
                verdict(self.allows(capability) && current, now_ms, self.changed_ms)
            }
            Need::Shown => verdict(self.shown, now_ms, self.shown_changed_ms),
        }
    }
}

/// Whoever sends what is not usable could not know it for a moment after a change.
fn verdict(usable: bool, now_ms: u64, changed_ms: Option<u64>) -> Verdict {
    if usable {
        Verdict::Take
    } else if changed_ms.is_some_and(|at| now_ms < at + GRACE_MS) {
        Verdict::Drop
    } else {
        Verdict::Report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_without_view_is_not_granted() {
        let mut grants = Grants::default();
        grants.set(0, [Capability::Control]);
        assert!(!grants.has(Capability::Control));
    }

    #[test]
    fn input_under_an_older_grant_is_dropped_for_two_seconds_then_reported() {
        let mut grants = Grants::default();
        grants.set(0, Capability::ALL);
        let under = Some(grants.number());
        let need = Need::Granted(Capability::Control);
        assert_eq!(grants.judge(10, need, under), Verdict::Take);
        grants.set(5_000, [Capability::View]);
        grants.set(5_000, Capability::ALL);
        assert_eq!(grants.judge(6_999, need, under), Verdict::Drop);
        assert_eq!(grants.judge(7_000, need, under), Verdict::Report);
        assert_eq!(grants.judge(7_000, need, Some(grants.number())), Verdict::Take);
    }

    #[test]
    fn a_pause_stops_everything_that_needs_a_grant() {
        let mut grants = Grants::default();
        grants.set(0, Capability::ALL);
        grants.pause(100, true);
        for capability in Capability::ALL {
            assert_eq!(
                grants.judge(9_000, Need::Granted(capability), None),
                Verdict::Report
            );
        }
        grants.pause(9_000, false);
        assert_eq!(
            grants.judge(20_000, Need::Granted(Capability::View), None),
            Verdict::Take
        );
    }

    #[test]
    fn no_message_is_taken_in_both_directions_unless_both_ends_send_it() {
        use MessageKind as K;
        let both = [
            K::Hello,
            K::Ack,
            K::Echo,
            K::EchoReply,
            K::Chat,
            K::Leave,
            K::FailuresSeen,
        ];
        // Each end offers its own clipboard to the other and is asked for it, each direction under its own grant.
        let clipboards = [K::ClipOffer, K::ClipFetch, K::ClipPiece];
        // An agent and a console may each show the other a screen: under a grant of the customer there, while the operator shows one here.
        let screens = [K::ScreenBegin, K::ScreenChunk, K::ScreenAck, K::ScreenRefresh];
        // Each end sends and receives files, under different grants.
        let files = [
            K::FileOffer,
            K::FileItem,
            K::FileTake,
            K::FileHave,
            K::FileEnd,
            K::FileOver,
            K::FileLost,
            K::FileStop,
            K::FileBlock,
        ];
        for kind in MessageKind::ALL {
            for role in [Role::Page, Role::Program] {
                let to_agent = agent_accepts(kind, role) != Need::Never;
                let to_console = console_accepts(kind, role) != Need::Never;
                let expected = both.contains(&kind)
                    || screens.contains(&kind)
                    || (role == Role::Program && (clipboards.contains(&kind) || files.contains(&kind)));
                assert_eq!(to_agent && to_console, expected, "{kind:?} {role:?}");
            }
        }
    }

    #[test]
    fn what_is_shown_is_taken_while_it_is_and_for_two_seconds_dropped_without_a_word() {
        let mut grants = Grants::default();
        assert_eq!(grants.judge(5_000, Need::Shown, None), Verdict::Report);
        grants.show(5_000, true);
        assert_eq!(grants.judge(5_000, Need::Shown, None), Verdict::Take);
        // What the customer grants has nothing to do with it.
        grants.pause(5_000, true);
        assert_eq!(grants.judge(9_000, Need::Shown, None), Verdict::Take);
        grants.show(9_000, false);
        grants.show(10_000, false);
        assert_eq!(grants.judge(10_999, Need::Shown, None), Verdict::Drop);
        assert_eq!(grants.judge(11_000, Need::Shown, None), Verdict::Report);
    }

    /// The whole table, written out: a change of a row has to be made here too.
    #[test]
    fn the_grant_table_is_exactly_this() {
        let mut table = String::new();
        for kind in MessageKind::ALL {
            for (name, need) in [
                ("page", agent_accepts(kind, Role::Page)),
                ("program", agent_accepts(kind, Role::Program)),
                ("console<-page", console_accepts(kind, Role::Page)),
                ("console<-program", console_accepts(kind, Role::Program)),
            ] {
                table.push_str(&format!("{kind:?} {name} {need:?}\n"));
            }
        }
        assert_eq!(
            table,
            include_str!("permission_table.txt"),
            "see core/session/src/permission_table.txt"
        );
    }

    /// The states of a table of grants, by name, with what may be used in them, at 100 s.
    fn states() -> Vec<(&'static str, Grants, &'static [Capability], bool)> {
        const ALL: &[Capability] = &Capability::ALL;
        const VIEW: &[Capability] = &[Capability::View];
        type Steps = fn(&mut Grants, u64);
        let rows: [(&str, Steps, &'static [Capability]); 7] = [
            ("nothing yet", |_, _| {}, &[]),
            ("view", |g, at| g.set(at, [Capability::View]), VIEW),
            ("view and control", |g, at| g.set(at, Capability::ALL), ALL),
            (
                "control withdrawn",
                |g, at| {
                    g.set(0, Capability::ALL);
                    g.set(at, [Capability::View]);
                },
                VIEW,
            ),
            (
                "view withdrawn",
                |g, at| {
                    g.set(0, Capability::ALL);
                    g.set(at, [Capability::Control]);
                },
                &[],
            ),
            (
                "paused",
                |g, at| {
                    g.set(0, Capability::ALL);
                    g.pause(at, true);
                },
                &[],
            ),
            (
                "resumed",
                |g, at| {
                    g.set(0, Capability::ALL);
                    g.pause(0, true);
                    g.pause(at, false);
                },
                ALL,
            ),
        ];
        let mut out = Vec::new();
        for (name, steps, usable) in rows {
            for (at, recent) in [(99_000, true), (98_000, false)] {
                let mut grants = Grants::default();
                steps(&mut grants, at);
                out.push((name, grants, usable, recent && name != "nothing yet"));
            }
        }
        out
    }

    /// Every message × direction and role × state × grant number: what the written table says, and nothing else.
    #[test]
    fn every_message_in_every_state_is_judged_exactly_as_the_table_says() {
        let mut judged = 0;
        for row in include_str!("permission_table.txt").lines() {
            let mut words = row.split(' ');
            let (message, who, need) = (words.next(), words.next(), words.next());
            let kind = MessageKind::ALL
                .into_iter()
                .find(|kind| Some(format!("{kind:?}").as_str()) == message);
            let kind = kind.expect("a kind of message");
            let actual = match who {
                Some("page") => agent_accepts(kind, Role::Page),
                Some("program") => agent_accepts(kind, Role::Program),
                Some("console<-page") => console_accepts(kind, Role::Page),
                _ => console_accepts(kind, Role::Program),
            };
            for (state, grants, usable, recent) in states() {
                let number = grants.number();
                for under in [None, Some(number), Some(number.wrapping_sub(1)), Some(number + 1)] {
                    let fits = under.is_none_or(|n| n == number);
                    let granted = |capability| match (usable.contains(&capability) && fits, recent) {
                        (true, _) => Verdict::Take,
                        (false, true) => Verdict::Drop,
                        (false, false) => Verdict::Report,
                    };
                    let expected = match need {
                        Some("Nothing") => Verdict::Take,
                        Some("Never") => Verdict::Violation,
                        Some("Granted(View)") => granted(Capability::View),
                        Some("Granted(Control)") => granted(Capability::Control),
                        Some("Granted(ClipboardIn)") => granted(Capability::ClipboardIn),
                        Some("Granted(ClipboardOut)") => granted(Capability::ClipboardOut),
                        Some("Shown") => Verdict::Report,
                        Some("Granted(FilesIn)") => granted(Capability::FilesIn),
                        Some("Granted(FilesOut)") => granted(Capability::FilesOut),
                        other => panic!("{other:?} in the table"),
                    };
                    assert_eq!(
                        grants.judge(100_000, actual, under),
                        expected,
                        "{row}: {state} {under:?}"
                    );
                    judged += 1;
                }
            }
        }
        assert_eq!(judged, MessageKind::ALL.len() * 4 * 14 * 4);
    }
}
