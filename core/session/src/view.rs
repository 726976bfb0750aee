//! What a person sees of a session: whole values, each replaces the last. The page's form of them is
//! `web/session/src/messages.ts`; a sample file holds both sides to the same shape.

use serde::Serialize;
use temoto_wire::relay::Detached;

use crate::channel::chat::Line;
use crate::channel::colors::Colors;
use crate::channel::files::{Fault, Root};
use crate::permission::Capability;
use crate::surface::Surface;

/// How much a pair promises.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A page, or an unsigned program, had part in it.
    Standard,
    /// Signed programs at both ends, and the code was typed into the program.
    High,
}

/// How the line to the relay is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// The place at the relay is taken.
    pub up: bool,
    /// Unix ms since when it is being tried again; `None` while it is up.
    pub trying_since_ms: Option<u64>,
    /// Why it does not come back by itself.
    pub closed: Option<&'static str>,
}

/// The code of a reason for which a line does not come back by itself.
#[must_use]
pub const fn closed_code(why: Detached) -> &'static str {
    match why {
        Detached::Replaced => "replaced",
        Detached::Credential => "credential",
        Detached::Protocol => "protocol",
        Detached::Over => "over",
        Detached::SignedOut => "signed_out",
        Detached::Version => "version",
        Detached::Forbidden => "forbidden",
        Detached::NoLicence => "no_licence",
        // These two come back by themselves and are never shown as closed.
        Detached::Slow | Detached::Busy => "protocol",
    }
}

/// One agent of the customer as the operator sees it. Everything in it is a claim of that agent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerEnd {
    /// Attached and paired.
    pub present: bool,
    /// Paired, but its line is down since (Unix ms).
    pub lost_since_ms: Option<u64>,
    /// Operating system.
    pub system: String,
    /// Browser or program with its version.
    pub software: String,
    /// Name of the computer; empty for a page.
    pub computer: String,
    /// Its keyboard layout, as XKB names it; empty if it is not known.
    pub keyboard: String,
    /// The host that it dialed.
    pub host: String,
    /// What the pair promises.
    pub level: Level,
}

/// The code that waits for a customer.
#[derive(Clone, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeView {
    /// All digits.
    pub digits: String,
    /// Unix ms.
    pub expires_at_ms: u64,
    /// Wrong secrets so far.
    pub failures: u32,
}

impl std::fmt::Debug for CodeView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeView")
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// A sentence that the operator should read now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Which sentence.
    pub code: &'static str,
    /// What it speaks of.
    pub arguments: Vec<String>,
    /// Counts notices: one that was closed is shown again when the same thing happens again.
    pub number: u32,
}

/// A question that rests, because the customer said no to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestView {
    /// What is not to be asked for.
    pub capability: Capability,
    /// Until then (Unix ms).
    pub until_ms: u64,
}

/// One display of the customer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisplayView {
    /// Its number.
    pub id: u32,
    /// Its name at the customer's system.
    pub name: String,
    /// Its place on the customer's desk, in physical pixels; it can be negative.
    pub x: i32,
    /// The same, downwards.
    pub y: i32,
    /// Physical pixels.
    pub width: u32,
    /// Physical pixels.
    pub height: u32,
    /// Scale of the customer's system.
    pub scale_percent: u32,
    /// Whether it is the primary one.
    pub primary: bool,
}

/// Size of the picture in physical pixels.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct PictureView {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Counts pictures of another display or size: a click names the one that it was made on.
    pub look: u32,
}

/// What the customer copied and the operator may get.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferedView {
    /// Counts what was copied.
    pub number: u32,
    /// `text`, `rich` (a text and how it looks) or `image`.
    pub kind: &'static str,
    /// So much.
    pub bytes: u32,
    /// It is more than is carried over.
    pub too_long: bool,
}

/// The customer's clipboard as far as the operator may know of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClipboardView {
    /// What the customer copied last.
    pub offered: Option<OfferedView>,
    /// So much of it is here.
    pub coming_percent: Option<u8>,
    /// So much of what the operator put there is on its way.
    pub going_percent: Option<u8>,
}

/// What the operator shows to the customer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShowView {
    /// What of the operator's computer.
    pub surface: Surface,
    /// Where the customer sees it: `page` or `program`.
    pub to: &'static str,
}

/// What the customer is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WatchView {
    /// What of the operator's computer.
    pub surface: Surface,
    /// Size of its picture, once there is one.
    pub picture: Option<PictureView>,
}

/// One transfer of files as the operator sees it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferView {
    /// The page's number of it.
    pub transfer: u32,
    /// `send` to the customer, or `fetch` from there.
    pub way: &'static str,
    /// `waiting` for another one, `preparing` (looking what there is), `running`, `held` (by the operator), `interrupted` (line,
    /// pause or program; goes on by itself), `asking` (see `question`), `done`, `failed` (see `fault`) or `canceled`.
    pub state: &'static str,
    /// Why it failed as a whole.
    pub fault: Option<Fault>,
    /// The customer canceled it, or took the permission back.
    pub by_customer: bool,
    /// The first name of what was chosen.
    pub name: String,
    /// Files and folders in all; 0 until that is known.
    pub items: u32,
    /// Of them, those that are over, well or not.
    pub items_over: u32,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes that are on the receiver's disk, or were there already.
    pub bytes_done: u64,
    /// The file that is being carried over now.
    pub current: Option<FileView>,
    /// Over the last seconds.
    pub bytes_per_second: u64,
    /// At this rate; `None` while that cannot be said.
    pub seconds_left: Option<u64>,
    /// What only a person can decide.
    pub question: Option<QuestionView>,
    /// The first of those that did not arrive.
    pub problems: Vec<ProblemView>,
    /// How many did not arrive.
    pub problem_count: u32,
}

/// The file that is being carried over.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// Names from what was chosen.
    pub path: Vec<String>,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes that are there.
    pub bytes_done: u64,
}

/// There is a file of this name already.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// Names from what was chosen.
    pub path: Vec<String>,
    /// Bytes of the one that comes.
    pub size: u64,
    /// Unix ms of the one that comes.
    pub modified_ms: u64,
    /// Bytes of the one that is there.
    pub there_size: u64,
    /// Unix ms of the one that is there.
    pub there_modified_ms: u64,
}

/// One that did not arrive.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ProblemView {
    /// Names from what was chosen.
    pub path: Vec<String>,
    /// Why.
    pub fault: Fault,
}

/// Files and folders.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct FilesView {
    /// Where paths on the customer's computer may begin; empty while nothing of files is granted.
    pub roots: Vec<Root>,
    /// Transfers, in the order in which they were asked for.
    pub transfers: Vec<TransferView>,
}

/// Figures of the line.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// End to end, in ms.
    pub round_trip_ms: Option<u64>,
    /// Received, over the last second or two.
    pub bits_per_second: u64,
    /// Whole changes of the picture.
    pub frames_per_second: u32,
}

/// How a session ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct EndView {
    /// `operator`, `customer` or `server`.
    pub by: &'static str,
    /// Which sentence.
    pub code: &'static str,
}

/// Everything the console shows.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is one light on the console")]
pub struct ConsoleView {
    /// Hexadecimal.
    pub session: String,
    /// The line.
    pub link: LinkView,
    /// The waiting code.
    pub code: Option<CodeView>,
    /// What should be read now.
    pub notice: Option<Notice>,
    /// The join page.
    pub page: Option<CustomerEnd>,
    /// How far the page is.
    pub step: Option<&'static str>,
    /// The program.
    pub program: Option<CustomerEnd>,
    /// The program runs and nobody answered its question yet.
    pub waiting_for_permission: bool,
    /// What the customer granted.
    pub granted: Vec<Capability>,
    /// What was asked for and not answered.
    pub asked: Vec<Capability>,
    /// What the customer said no to: asking again waits.
    pub resting: Vec<RestView>,
    /// The customer paused.
    pub paused: bool,
    /// The operator has control.
    pub controlling: bool,
    /// The customer uses the own mouse.
    pub yielded: bool,
    /// What the customer's system shows instead of the desktop, so that the picture stands still: `secure_desktop`, `locked` or
    /// `away`.
    pub obstacle: Option<&'static str>,
    /// The customer's displays.
    pub displays: Vec<DisplayView>,
    /// Which one is shown or was just chosen; 31 for all side by side.
    pub shown: Option<u32>,
    /// All of them can be shown side by side.
    pub side_by_side: bool,
    /// Another picture than the one that is seen is on its way: it stays until that is whole, and takes no clicks.
    pub changing: bool,
    /// The colors that the operator chose for the picture.
    pub colors: Colors,
    /// All of the picture has all its colors.
    pub exact: bool,
    /// What goes on with the two clipboards.
    pub clipboard: ClipboardView,
    /// Files and folders.
    pub files: FilesView,
    /// What the customer shares from the browser, to be looked at only.
    pub sharing: Option<Surface>,
    /// What the operator shows.
    pub showing: Option<ShowView>,
    /// The picture.
    pub picture: Option<PictureView>,
    /// The line's figures.
    pub quality: Quality,
    /// The chat.
    pub chat: Vec<Line>,
    /// How it ended.
    pub ended: Option<EndView>,
}

/// Who the customer talks to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct OperatorView {
    /// As the operator's account has it.
    pub name: String,
    /// As the server has it.
    pub organisation: String,
    /// Signed by the server for this very pair.
    pub confirmed: bool,
}

/// The program that joined, as its page sees it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgramView {
    /// It is connected.
    pub present: bool,
    /// Name of its computer.
    pub computer: String,
    /// Its system.
    pub system: String,
    /// Somebody else tried the same token.
    pub already_used: bool,
}

/// A transfer of files as the customer sees it while it runs, once it is longer than a moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnderWayView {
    /// Its number on the wire, by which the customer stops it.
    pub transfer: u32,
    /// `in` onto this computer, or `out` to the operator.
    pub way: &'static str,
    /// `preparing` (looking what there is), `running`, or `held` by the operator.
    pub state: &'static str,
    /// The first name of what was chosen; empty until it is known.
    pub name: String,
    /// Files and folders in all; 0 until that is known.
    pub items: u32,
    /// Of them, those that are over, well or not.
    pub items_over: u32,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes that went over the line, or were there already.
    pub bytes_done: u64,
}

/// Everything the customer's end shows.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one light on the customer's side"
)]
pub struct AgentView {
    /// The line.
    pub link: LinkView,
    /// `connecting`, `paired`, `refused` or `ended`.
    pub phase: &'static str,
    /// Why it was refused or who ended it.
    pub reason: Option<&'static str>,
    /// Three mismatches: the customer asks for a new code.
    pub new_code_needed: bool,
    /// The other end saw another number of wrong secrets for this code: somebody else tried.
    pub failures_differ: bool,
    /// Who is at the other end.
    pub operator: Option<OperatorView>,
    /// What the pair promises.
    pub level: Option<Level>,
    /// Name for the program's download, without extension.
    pub download_name: Option<String>,
    /// The program that joined.
    pub program: Option<ProgramView>,
    /// Whether the operator's end is there (for the bar: else "waiting for the line").
    pub operator_present: bool,
    /// What the operator shows.
    pub showing: Option<WatchView>,
    /// What is granted (program); what a page shares.
    pub granted: Vec<Capability>,
    /// What the operator asks for and was not answered yet (program).
    pub asked: Vec<Capability>,
    /// Whatever was asked for or granted since the program was started (program).
    pub met: Vec<Capability>,
    /// Paused by the customer (program).
    pub paused: bool,
    /// Files that are being copied (program). A page has none, so its form of the view has no place for them.
    #[serde(skip)]
    pub under_way: Vec<UnderWayView>,
    /// The customer uses the own mouse (program).
    pub yielded: bool,
    /// The chat.
    pub chat: Vec<Line>,
}

#[cfg(test)]
mod samples;
