//! Names from the other end, reduced to names that mean one plain file on Windows, macOS and Linux alike.
//!
//! A receiver never uses another name than one of these, whatever its own system would allow. What is replaced becomes `_`, so that a
//! person sees that something was there.

use unicode_normalization::UnicodeNormalization;

use temoto_wire::limits::{GIVEN_NAME_BYTES, NAME_BYTES, PATH_BYTES, PATH_NAMES};

use super::Fault;

/// Ends of names that are the receiver's own.
pub const PART: &str = ".temoto-part";
/// What tells of a part.
pub const JOURNAL: &str = ".temoto-journal";

/// Names of devices on Windows, without the ones that end in a digit.
const DEVICES: [&str; 9] = [
    "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", "KEYBD$", "SCREEN$",
];
/// An extension that is kept when a name is cut has at most so many bytes.
const EXTENSION_BYTES: usize = 24;
/// A name that is too long is cut to so many bytes: some put an end of their own behind it while the file is written, as we do, and
/// where a system counts in other units it is short enough as well.
const CUT_BYTES: usize = 240;

/// One name, safe on every system. Never empty.
#[must_use]
pub fn safe_name(name: &str) -> String {
    // Longer ones are cut before anything is done with them, which costs time for each character.
    let name = temoto_wire::input::cut(name, NAME_BYTES);
    let mut out: String = name.nfc().map(|c| if is_unsafe(c) { '_' } else { c }).collect();
    if is_device(&out) {
        out.insert(0, '_');
    }
    if is_own(&out) {
        out.push('_');
    }
    out = shortened(&out);
    trim(&mut out);
    if !is_safe(&out) {
        // Cutting or trimming brought something back.
        trim(&mut out);
        out.insert(0, '_');
        out = shortened(&out);
        trim(&mut out);
        if out.len() == GIVEN_NAME_BYTES {
            out.pop();
        }
        out.push('_');
    }
    out
}

/// A path of safe names.
///
/// # Errors
/// There is no name, there are too many, or they are too long together.
pub fn safe_path(path: &[String]) -> Result<Vec<String>, Fault> {
    if path.is_empty() {
        return Err(Fault::BadName);
    }
    if path.len() > PATH_NAMES {
        return Err(Fault::TooLong);
    }
    let safe: Vec<String> = path.iter().map(|name| safe_name(name)).collect();
    let bytes: usize = safe.iter().map(|name| name.len() + 1).sum();
    if bytes > PATH_BYTES {
        return Err(Fault::TooLong);
    }
    Ok(safe)
}

/// Whether a name is one of those that [`safe_name`] makes.
#[must_use]
pub fn is_safe(name: &str) -> bool {
    name.len() <= GIVEN_NAME_BYTES && means_one(name)
}

/// The same of a name that is there already, and may be longer than one that is given.
#[must_use]
pub fn means_one(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(is_unsafe)
        && !name.ends_with(['.', ' '])
        && !name.starts_with(' ')
        && !is_device(name)
        && !is_own(name)
}

/// What two names have in common that a system could take for the same one.
#[must_use]
pub fn folded(path: &[String]) -> String {
    let mut out = String::new();
    for name in path {
        out.extend(name.nfkc().flat_map(char::to_lowercase));
        out.push('/');
    }
    out
}

/// The name with a number: `name (2).txt`, short enough.
#[must_use]
pub fn numbered(name: &str, number: u32) -> String {
    let digits = number.checked_ilog10().unwrap_or(0) + 1;
    let (stem, extension) = around(name, digits);
    format!("{stem} ({number}){extension}")
}

/// What stands before and behind a number of so many digits.
#[must_use]
pub fn around(name: &str, digits: u32) -> (String, &str) {
    let (stem, extension) = split(name);
    let number = " ()".len() + digits as usize;
    let room = GIVEN_NAME_BYTES.saturating_sub(number + extension.len());
    let mut stem = temoto_wire::input::cut(stem, room).to_owned();
    trim(&mut stem);
    (stem, extension)
}

/// Characters that separate, select a stream or stand for others somewhere, control ones, and those that change the direction of
/// text or are not seen at all. Joiners stay: emoji and some scripts are written with them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e001f}')
        || (u32::from(c) & 0xfffe) == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// Whether Windows takes it for a device, whatever stands behind the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_uppercase();
    if DEVICES.contains(&stem.as_str()) {
        return true;
    }
    let Some(rest) = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) else {
        return false;
    };
    let mut rest = rest.chars();
    matches!(
        (rest.next(), rest.next()),
        (Some('0'..='9' | '¹' | '²' | '³'), None)
    )
}

/// Whether it ends as the receiver's own files do.
fn is_own(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.ends_with(PART) || lower.ends_with(JOURNAL)
}

fn trim(name: &mut String) {
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    let spaces = name.len() - name.trim_start_matches(' ').len();
    name.drain(..spaces);
}

/// Stem and extension with its dot; a name that begins with its only dot has no extension.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= EXTENSION_BYTES => name.split_at(at),
        Some(_) | None => (name, ""),
    }
}

/// Short enough, with its extension. Characters of UTF-16 are never more than bytes of UTF-8.
fn shortened(name: &str) -> String {
    if name.len() <= GIVEN_NAME_BYTES {
        return name.to_owned();
    }
    let (stem, extension) = split(name);
    let stem = temoto_wire::input::cut(stem, CUT_BYTES.saturating_sub(extension.len()));
    format!("{}{extension}", stem.trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        for name in [
            "報告書 2026年.xlsx",
            "👩‍👩‍👧 家族.jpg",
            ".gitignore",
            "a..b",
            "COM10.txt",
            "console.log",
            "ＣＯＮ",
            "Übersicht.pdf",
            "名前（改）／最終.txt",
            "temoto-part",
            "a b",
        ] {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn what_a_system_would_understand_as_something_else_is_replaced() {
        for (name, safe) in [
            ("", "__"),
            (".", "__"),
            ("..", "__"),
            ("...", "__"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("C:\\Windows\\x.dll", "C__Windows_x.dll"),
            ("\\\\server\\share", "__server_share"),
            ("a.txt:stream", "a.txt_stream"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1 .tar.gz", "_com1 .tar.gz"),
            ("LPT³", "_LPT³"),
            ("a.exe. . .", "a.exe"),
            ("  a  ", "a"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("a\u{0}b\n", "a_b_"),
            ("e\u{301}", "é"),
            ("x.temoto-part", "x.temoto-part_"),
            ("x.TEMOTO-JOURNAL", "x.TEMOTO-JOURNAL_"),
            (" con", "_con_"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_extension() {
        let long = safe_name(&format!("{}.xlsx", "あ".repeat(200)));
        assert!(
            long.len() <= GIVEN_NAME_BYTES && long.ends_with("あ.xlsx"),
            "{long}"
        );
        assert!(safe_name(&"x".repeat(100_000)).len() <= GIVEN_NAME_BYTES);
        assert_eq!(numbered("a.txt", 2), "a (2).txt");
        assert_eq!(numbered(".bashrc", 3), ".bashrc (3)");
        assert!(numbered(&long, 12).len() <= GIVEN_NAME_BYTES);
        assert!(is_safe(&numbered(&long, 12)));
        // As long as Windows has them, and as long as they are told; those that fit stay as they are.
        for (name, safe) in [
            (
                format!("{}.xlsx", "長".repeat(250)),
                format!("{}.xlsx", "長".repeat(78)),
            ),
            (
                format!("{}.txt", "y".repeat(NAME_BYTES - 4)),
                format!("{}.txt", "y".repeat(236)),
            ),
            ("🌊".repeat(127), "🌊".repeat(60)),
            (
                format!("{}.txt", "が".repeat(83)),
                format!("{}.txt", "が".repeat(83)),
            ),
            ("か\u{3099}".repeat(127), "が".repeat(80)),
            (" ".repeat(254) + "a", "a".to_owned()),
            (
                format!("{}.txt", "x".repeat(252)),
                format!("{}.txt", "x".repeat(236)),
            ),
        ] {
            assert_eq!(safe_name(&name), safe, "{name}");
            assert!(is_safe(&safe));
        }
    }

    #[test]
    fn names_that_a_system_could_take_for_the_same_one_fold_to_the_same() {
        let fold = |name: &str| folded(&[name.to_owned()]);
        assert_eq!(fold("README.txt"), fold("readme.TXT"));
        assert_eq!(fold("が"), fold("か\u{3099}"));
        assert_ne!(fold("a"), fold("b"));
    }

    #[test]
    fn paths_that_are_none_or_have_no_end_are_refused() {
        assert_eq!(safe_path(&[]), Err(Fault::BadName));
        assert_eq!(safe_path(&vec!["a".to_owned(); 65]), Err(Fault::TooLong));
        assert_eq!(safe_path(&vec!["a".repeat(250); 20]), Err(Fault::TooLong));
    }

    /// Every hostile beginning with every end, in every dress: never a name that is more than one plain file.
    #[test]
    fn no_hostile_name_is_ever_more_than_one_plain_name() {
        const CORES: [&str; 40] = [
            "",
            ".",
            "..",
            "...",
            "/",
            "\\",
            "//",
            "../",
            "..\\",
            "../..",
            "/etc/passwd",
            "\\Windows",
            "C:",
            "C:\\",
            "c:/x",
            "\\\\?\\C:\\x",
            "\\\\.\\pipe\\x",
            "//server/share",
            "~",
            "~/x",
            "con",
            "PRN",
            "aux",
            "NuL",
            "COM1",
            "com9",
            "LPT0",
            "lpt¹",
            "CONIN$",
            "conout$",
            "CLOCK$",
            "a:b",
            "a::$DATA",
            "$MFT",
            "x.temoto-part",
            "x.temoto-journal",
            "%2e%2e%2f",
            "\u{ff0e}\u{ff0e}\u{ff0f}",
            "\u{2025}",
            "\u{0}",
        ];
        const ENDS: [&str; 18] = [
            "",
            ".",
            " ",
            ". .",
            ".txt",
            " .txt",
            ":s",
            "\u{0}",
            "\n",
            "\u{202e}",
            "\u{200b}",
            "/",
            "\\",
            "/..",
            "\\..\\x",
            "?",
            "*",
            ".temoto-part",
        ];
        let mut tried = 0;
        for core in CORES {
            for end in ENDS {
                for start in ["", " ", "\u{feff}", "\u{202d}", "./"] {
                    let name = format!("{start}{core}{end}");
                    let safe = safe_name(&name);
                    assert!(is_safe(&safe), "{name:?} became {safe:?}");
                    assert_eq!(safe_name(&safe), safe, "{name:?}");
                    // As the two families of systems read a path: one plain component.
                    let parts: Vec<_> = std::path::Path::new(&safe).components().collect();
                    assert!(matches!(parts[..], [std::path::Component::Normal(_)]), "{safe:?}");
                    assert_eq!(safe.split(['/', '\\']).count(), 1);
                    tried += 1;
                }
            }
        }
        assert!(tried >= 3_000, "{tried}");
    }
}
