//! The history of sessions: what may be written about one, how many ran at once, and a cell of a table that no
//! spreadsheet takes for a formula.

use crate::Timestamp;

/// Longest note of a session, in characters.
pub const NOTE_CHARS: usize = 2_000;
/// Longest ticket number, name of a customer or of a system, in characters.
pub const WORD_CHARS: usize = 100;
/// Longest name of a file that is kept, in bytes.
pub const FILE_NAME_BYTES: usize = 255;
/// Most receipts of files that are kept for one session.
pub const FILES: u32 = 1_000;
/// Most moments that are kept for one session.
pub const MOMENTS: u32 = 500;
/// Longest time that a history may be kept for, in days.
pub const KEEP_DAYS: u32 = 36_500;
/// Most points of a chart.
pub const POINTS: u32 = 400;

/// What happened in a session besides what the trail tells, as far as the operator's console says. Only that it did: never what was
/// copied, shown or pictured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// The operator took a picture of the screen.
    Screenshot,
    /// The operator put a text on the customer's clipboard.
    ClipboardPut,
    /// The operator put a picture there.
    ClipboardPutImage,
    /// The operator took the text that was copied.
    ClipboardTaken,
    /// The operator took the picture that was copied.
    ClipboardTakenImage,
    /// The operator began to show a screen of the own.
    ShowStarted,
    /// The operator ended that.
    ShowStopped,
    /// The customer closed it.
    ShowClosed,
    /// The customer began to share something from the browser.
    BrowserShared,
    /// The customer ended that.
    BrowserUnshared,
    /// The operator ended it.
    BrowserEnded,
    /// The customer said no.
    Declined,
    /// The customer paused.
    Paused,
    /// The customer went on.
    Resumed,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Screenshot,
        Self::ClipboardPut,
        Self::ClipboardPutImage,
        Self::ClipboardTaken,
        Self::ClipboardTakenImage,
        Self::ShowStarted,
        Self::ShowStopped,
        Self::ShowClosed,
        Self::BrowserShared,
        Self::BrowserUnshared,
        Self::BrowserEnded,
        Self::Declined,
        Self::Paused,
        Self::Resumed,
    ];

    /// Its name in the database and in the interface: the code of the event in the session's chat.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screenshot => "screenshot",
            Self::ClipboardPut => "clipboard_put",
            Self::ClipboardPutImage => "clipboard_put_image",
            Self::ClipboardTaken => "clipboard_taken",
            Self::ClipboardTakenImage => "clipboard_taken_image",
            Self::ShowStarted => "show_started",
            Self::ShowStopped => "show_stopped",
            Self::ShowClosed => "show_closed",
            Self::BrowserShared => "browser_shared",
            Self::BrowserUnshared => "browser_unshared",
            Self::BrowserEnded => "browser_ended",
            Self::Declined => "declined",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|moment| moment.as_str() == name)
    }
}

/// What was done in a session, as far as the operator's console says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Used {
    /// The customer's screen was seen.
    Screen,
    /// Mouse and keyboard were used.
    Control,
    /// Something was written.
    Chat,
    /// Files were transferred.
    Files,
    /// There was a call.
    Call,
    /// It was recorded.
    Recording,
    /// Something was printed.
    Print,
    /// Texts went over by clipboard.
    Clipboard,
    /// Pictures were taken of the screen.
    Screenshot,
    /// The operator showed a screen of the own.
    Show,
}

impl Used {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Screen,
        Self::Control,
        Self::Chat,
        Self::Files,
        Self::Call,
        Self::Recording,
        Self::Print,
        Self::Clipboard,
        Self::Screenshot,
        Self::Show,
    ];

    /// Its name in the interface and in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Control => "control",
            Self::Chat => "chat",
            Self::Files => "files",
            Self::Call => "call",
            Self::Recording => "recording",
            Self::Print => "print",
            Self::Clipboard => "clipboard",
            Self::Screenshot => "screenshot",
            Self::Show => "show",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|used| used.as_str() == name)
    }

    /// Its bit where several are kept.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << (self as u32)
    }

    /// Those whose bits are set.
    pub fn of(bits: u32) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |used| bits & used.bit() != 0)
    }
}

/// A short word as people type it: trimmed, without what cannot be seen; `None` if it is too long.
#[must_use]
pub fn word(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = text.chars().count() <= WORD_CHARS && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// The name of a file as it may be shown anywhere: one name without folders, in one line, read in the order in which it is written.
/// What would break that is replaced; `None` for what is no name, or one that is too long.
#[must_use]
pub fn file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.trim().is_empty() || name.len() > FILE_NAME_BYTES {
        return None;
    }
    let strange =
        |c: char| c.is_control() || is_direction(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let shown = last.chars().map(|c| if strange(c) { '_' } else { c });
    Some(shown.collect())
}

/// Whether this sign turns the order of others.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A note as people type it: lines are kept; `None` if it is too long.
#[must_use]
pub fn note(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let fits = text.chars().count() <= NOTE_CHARS && text.chars().all(plain);
    fits.then(|| text.to_owned())
}

/// When a session ran.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interval {
    /// A customer joined.
    pub from: Timestamp,
    /// It ended; `None`: it runs.
    pub to: Option<Timestamp>,
}

/// How many sessions ran at once, at most, in each of so many equal parts of a time.
#[must_use]
pub fn peaks(intervals: &[Interval], from: Timestamp, to: Timestamp, points: u32) -> Vec<u32> {
    let points = i64::from(points.clamp(1, POINTS));
    let (start, end) = (
        from.as_millis(),
        to.as_millis().max(from.as_millis().saturating_add(1)),
    );
    let part = (end - start).div_euclid(points).max(1);
    let mut changes: Vec<(i64, i32)> = Vec::with_capacity(intervals.len() * 2);
    for interval in intervals {
        let until = interval.to.map_or(i64::MAX, Timestamp::as_millis);
        // What began and ended in the same moment ran in it.
        let until = until.max(interval.from.as_millis().saturating_add(1));
        changes.push((interval.from.as_millis(), 1));
        changes.push((until, -1));
    }
    // An end before a beginning at the same moment: one took the other's place.
    changes.sort_unstable();
    let mut changes = changes.into_iter().peekable();
    let mut running: i32 = 0;
    (0..points)
        .map(|point| {
            let begin = start.saturating_add(point.saturating_mul(part));
            let close = if point + 1 == points {
                end
            } else {
                begin.saturating_add(part)
            };
            while let Some((_, change)) = changes.next_if(|(at, _)| *at <= begin) {
                running += change;
            }
            let mut most = running;
            while let Some((_, change)) = changes.next_if(|(at, _)| *at < close) {
                running += change;
                most = most.max(running);
            }
            u32::try_from(most).unwrap_or(0)
        })
        .collect()
}

/// One cell of a table with commas, quoted. What a spreadsheet would calculate is made text by an apostrophe.
#[must_use]
pub fn cell(text: &str) -> String {
    let begins = text.trim_start_matches([' ', '\u{3000}']).chars().next();
    let formula = begins.is_some_and(|c| "=+-@\t\r\n|%＝＋－＠".contains(c));
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\"").replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_event_of_a_session_under_the_same_name() {
        for moment in Moment::ALL {
            assert_eq!(Moment::from_name(moment.as_str()), Some(moment));
            let mut events = temoto_session::Happened::ALL.iter();
            assert!(events.any(|event| event.code() == moment.as_str()), "{moment:?}");
        }
        assert_eq!(Moment::from_name("file_sent"), None);
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn the_name_of_a_file_is_one_name_in_one_line() {
        for (name, shown) in [
            ("見積書 2026年.pdf", Some("見積書 2026年.pdf")),
            ("C:\\letters\\a.txt", Some("a.txt")),
            ("/letters/a.txt", Some("a.txt")),
            ("evil\u{202e}fdp.exe", Some("evil_fdp.exe")),
            ("two\nlines\0", Some("two_lines_")),
            ("", None),
            (" ", None),
            ("folder/", None),
        ] {
            assert_eq!(file_name(name).as_deref(), shown, "{name:?}");
        }
        assert!(file_name(&"x".repeat(FILE_NAME_BYTES)).is_some());
        assert!(file_name(&"x".repeat(FILE_NAME_BYTES + 1)).is_none());
    }

    fn ran(from: i64, to: Option<i64>) -> Interval {
        Interval {
            from: at(from),
            to: to.map(at),
        }
    }

    #[test]
    fn the_most_that_ran_at_once_is_told_for_each_part() {
        let sessions = [
            ran(-50, Some(5)),
            ran(0, Some(10)),
            ran(10, Some(20)),
            ran(12, Some(13)),
            ran(15, None),
            ran(40, Some(40)),
        ];
        assert_eq!(peaks(&sessions, at(0), at(50), 5), [2, 2, 1, 1, 2]);
        assert_eq!(peaks(&[], at(0), at(50), 3), [0, 0, 0]);
        assert_eq!(peaks(&sessions, at(0), at(0), 1), [2]);
        assert_eq!(peaks(&sessions, at(0), at(7), u32::MAX).len(), 400);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "　＝1", "＋1", "|cmd", "\r=1",
        ] {
            assert!(cell(text).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(cell("佐藤 \"花子\", 1"), "\"佐藤 \"\"花子\"\", 1\"");
        assert_eq!(cell(""), "\"\"");
        assert_eq!(cell("a=b"), "\"a=b\"");
    }

    #[test]
    fn words_and_notes_have_a_length_and_can_be_seen() {
        assert_eq!(word(" #20418 "), Some("#20418".to_owned()));
        assert_eq!(word("a\nb"), None);
        assert_eq!(word(&"花".repeat(101)), None);
        assert_eq!(note("a\nb\tc"), Some("a\nb\tc".to_owned()));
        assert_eq!(note("a\0"), None);
        assert_eq!(note(&"花".repeat(2_001)), None);
    }

    #[test]
    fn what_was_used_is_kept_in_bits() {
        for used in Used::ALL {
            assert_eq!(Used::from_name(used.as_str()), Some(used));
            assert!(Used::of(used.bit()).eq([used]));
        }
    }
}
