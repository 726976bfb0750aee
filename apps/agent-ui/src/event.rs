//! What the person in front of the program did.

use crate::Lang;

/// Something the customer can allow and take back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Capability {
    /// See the screen.
    View,
    /// Use mouse and keyboard.
    Control,
    /// Put text on the clipboard.
    ClipboardIn,
    /// Take what is copied.
    ClipboardOut,
    /// Put files on this computer, and change what is in its folders.
    FilesIn,
    /// Look into folders, and take files.
    FilesOut,
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// See the screen.
    pub view: bool,
    /// Use mouse and keyboard.
    pub control: bool,
}

/// What the person did. Delivered on the windows' thread: whoever takes it must hand it on without waiting.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UiEvent {
    /// Server and code were entered and 接続 / Connect was pressed.
    Connect {
        /// What was typed, without surrounding space; not checked further.
        server: String,
        /// 8 to 10 ASCII digits.
        code: String,
    },
    /// 許可 / Allow was pressed with these ticked.
    Allow(Capabilities),
    /// 拒否 / Decline was pressed, or the window with the question was closed.
    Decline,
    /// The question during the session was answered: which, and how.
    Answer(Capability, bool),
    /// One capability was taken back.
    Withdraw(Capability),
    /// One capability that was taken back or declined is allowed after all.
    Give(Capability),
    /// 中止 / Stop was pressed beside what is being copied: this transfer.
    StopCopying(u32),
    /// 一時停止 / Pause was pressed.
    Pause,
    /// 再開 / Resume was pressed.
    Resume,
    /// 終了 / End was pressed on the bar.
    End,
    /// A chat message was sent: not empty, at most [`crate::ChatLine::LONGEST`] characters.
    Say(String),
    /// The chat came into sight (`true`) or left it.
    ChatShown(bool),
    /// もう一度試す / Try again was pressed.
    Retry,
    /// The person wants out: cancelled, closed the window or pressed 閉じる / Close.
    Leave,
    /// What the operator shows was closed.
    CloseShown,
    /// All of what the operator shows is to be painted again: there is another room for it.
    Repaint,
    /// The language was switched in the window, which already shows it.
    Language(Lang),
    /// The windows of this program as the system numbers them (X11 window, Windows handle). Sent whenever they change:
    /// remote input must never reach them.
    OwnWindows(Vec<u64>),
}
