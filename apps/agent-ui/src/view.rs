//! What can be shown, as plain values. Names and texts from the other end come in as they are: this crate makes them safe
//! to show (one line, no control or direction characters, cut at a length).

use crate::{Capabilities, Capability, ChatPicture};

/// Who is at the other end, as the server's signed statement says. Where there is none the views take `None`
/// and say "not confirmed"; a name that only somebody claims is never shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operator {
    /// The person's name.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
}

/// What the window shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum View {
    /// Waiting for something.
    Connecting {
        /// The server, `host[:port]`.
        host: String,
        /// For what.
        phase: ConnectPhase,
    },
    /// Server and code are wanted.
    AskCode {
        /// Why they are asked for.
        reason: AskReason,
        /// The server if it is known; then only the code is asked for.
        server: Option<String>,
        /// Why the last try failed.
        trouble: Option<CodeTrouble>,
        /// A try is running: nothing can be changed or pressed.
        busy: bool,
    },
    /// It does not go on without the person.
    Problem {
        /// What happened.
        problem: Problem,
        /// Technical detail in any language, folded at first; empty for none. At most 2,000 characters are shown.
        details: String,
        /// The number to read to support; empty for none.
        report: String,
    },
    /// The question before anything is shared.
    Permission(PermissionView),
    /// A session runs: the bar is what is seen, and the chat when it is opened.
    Session,
    /// It is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// What could not be removed from this computer, each in a few words (a path). Empty: nothing was left behind.
        remains: Vec<String>,
    },
}

/// What is waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConnectPhase {
    /// The server's answer.
    Reaching,
    /// The secure line to the operator's console.
    Securing,
    /// The operator.
    Waiting,
    /// The operator, who has to let this program in once more.
    AskingAgain,
}

/// Why server and code are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AskReason {
    /// The program's name told no place in a session.
    NoPlace,
    /// The place in the session was lost; a new code from the operator leads back into it.
    LostPlace,
}

/// Why a code did not lead anywhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CodeTrouble {
    /// Unknown, wrong, used or expired: they are not told apart.
    NotFound,
    /// Too many misses: only a new code helps.
    NewCodeNeeded,
    /// The server's name cannot be one, or nobody answers there.
    NoServer,
    /// The operator's console is at another server.
    OtherServer,
    /// The code is right, but the operator's organization runs as many sessions as it may.
    NoLicence,
    /// Too many people try just now.
    Busy,
}

/// What keeps the program from going on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Problem {
    /// No answer from the server.
    NoAnswer {
        /// The server, `host[:port]`.
        host: String,
    },
    /// The server's certificate is not trusted, or the clock is off.
    NotTrusted {
        /// The server, `host[:port]`.
        host: String,
    },
    /// This file's place in the session was taken by another program.
    AlreadyUsed,
    /// This file is too old to lead into a session.
    Expired,
    /// Program and server speak different versions.
    UpdateNeeded,
    /// This computer's screen cannot be shared.
    NoScreen,
    /// Anything else.
    Other,
}

/// How far the protection of a session goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    /// As far as the server is trusted that handed out a page or an unsigned program.
    Standard,
    /// Signed programs at both ends.
    High,
}

/// The question before anything is shared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PermissionView {
    /// The server's domain as it was dialled.
    pub domain: String,
    /// Who asks; `None`: not confirmed.
    pub operator: Option<Operator>,
    /// How the line is protected.
    pub protection: Protection,
    /// What is asked for; ticked at first.
    pub asked: Capabilities,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndReason {
    /// The customer pressed End or the key combination.
    ByCustomer,
    /// The operator ended it.
    ByOperator,
    /// The customer declined.
    Declined,
    /// The operator's administrator ended it.
    ByAdministrator,
    /// The operator signed out.
    SignedOut,
    /// Another program took this one's place, or the operator parted from it.
    Replaced,
    /// The line did not come back in time.
    LineLost,
    /// Something at the other end or between did not keep to the rules.
    Unsafe,
}

/// What the line does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BarState {
    /// The operator sees the screen.
    Sharing,
    /// The same, and the operator's mouse rests because the customer uses the own one.
    Yielded,
    /// Connected, but the operator may not see the screen now.
    Connected,
    /// The customer paused.
    Paused,
    /// The line is lost; it is being tried.
    Reconnecting,
}

/// How a capability stands that was asked for or allowed at least once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Right {
    /// Which.
    pub capability: Capability,
    /// Allowed, and can be taken back; else taken back, or not allowed when asked.
    pub allowed: bool,
}

/// How far copying is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CopyingState {
    /// It is being looked what there is to copy.
    Preparing,
    /// It goes on.
    Running,
    /// The operator lets it wait.
    Held,
}

/// Files that are being copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copying {
    /// Which transfer, for [`UiEvent::StopCopying`](crate::UiEvent::StopCopying).
    pub transfer: u32,
    /// Onto this computer, or from here to the operator.
    pub here: bool,
    /// How far it is.
    pub state: CopyingState,
    /// What is being copied: the first name; empty while that is not known.
    pub name: String,
    /// Files and folders in all, and those that are over.
    pub items: (u32, u32),
    /// Bytes in all, and those that went over.
    pub bytes: (u64, u64),
}

/// The bar on top of the screen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BarView {
    /// What the line does.
    pub state: BarState,
    /// Who is connected; `None`: not confirmed.
    pub operator: Option<Operator>,
    /// What may be done, in the order in which it is shown.
    pub rights: Vec<Right>,
    /// What is being copied, one of each way at the most.
    pub copying: Vec<Copying>,
    /// What the operator asks for, if anything.
    pub question: Option<Question>,
}

/// What the operator shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShownView {
    /// Who shows it; `None`: not confirmed.
    pub operator: Option<Operator>,
    /// Columns and rows of the picture.
    pub size: (u32, u32),
    /// The line is lost: the picture may be old.
    pub stale: bool,
}

/// A capability asked for during the session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Question {
    /// Which.
    pub capability: Capability,
}

/// Whose line it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChatFrom {
    /// The customer's own.
    Mine,
    /// The operator's.
    Operator,
    /// Nobody's: something that happened.
    Event,
}

/// One line of the chat.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChatLine {
    /// Whose.
    pub from: ChatFrom,
    /// The words. At most [`ChatLine::LONGEST`] characters are shown.
    pub text: String,
    /// The time of day as `10:24`; empty for none.
    pub time: String,
    /// Whether the line perhaps did not arrive.
    pub doubtful: bool,
    /// What it brings.
    pub picture: Option<ChatPicture>,
}

impl ChatLine {
    /// Characters of one message, at most.
    pub const LONGEST: usize = 4_000;
    /// Lines that are kept in sight; older ones go.
    pub const KEPT: usize = 500;
}
