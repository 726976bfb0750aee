//! HTML as Windows has it on the clipboard: a head that says, in bytes, where the fragment begins and ends, then the whole document.

/// How long the head may be before the document begins, in bytes.
const HEAD_BYTES: usize = 1_024;
const BEFORE: &str = "<html><body>\r\n<!--StartFragment-->";
const AFTER: &str = "<!--EndFragment-->\r\n</body></html>";

/// A fragment as Windows wants it, with the zero at its end.
#[must_use]
pub fn for_windows(fragment: &str) -> Vec<u8> {
    let head = |html: usize, start: usize, end: usize, whole: usize| {
        format!(
            "Version:0.9\r\nStartHTML:{html:010}\r\nEndHTML:{whole:010}\r\nStartFragment:{start:010}\r\nEndFragment:{end:010}\r\n"
        )
    };
    // The head has one length, whatever the numbers are.
    let html = head(0, 0, 0, 0).len();
    let start = html + BEFORE.len();
    let end = start + fragment.len();
    let head = head(html, start, end, end + AFTER.len());
    [head.as_str(), BEFORE, fragment, AFTER, "\0"]
        .concat()
        .into_bytes()
}

/// The fragment, or the whole document where no fragment is said; `None` if it is not as Windows wants it.
#[must_use]
pub fn fragment(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let bytes = bytes.get(..end)?;
    let head = bytes.get(..bytes.len().min(HEAD_BYTES))?;
    let head_end = head.iter().position(|&byte| byte == b'<').unwrap_or(head.len());
    let head = std::str::from_utf8(head.get(..head_end)?).ok()?;
    let number = |name: &str| {
        let lines = head.split(['\r', '\n']);
        let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        values.next()?.trim().parse::<usize>().ok()
    };
    let part = |from: &str, to: &str| {
        let part = bytes.get(number(from)?..number(to)?)?;
        // Where it begins within a letter, the offsets are wrong.
        let text = std::str::from_utf8(part).ok()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    part("StartFragment", "EndFragment").or_else(|| part("StartHTML", "EndHTML"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_comes_back_and_its_offsets_count_bytes() {
        for text in ["<b>手元</b>", "x", "<!-- -->\r\n😀"] {
            let made = for_windows(text);
            assert_eq!(fragment(&made).as_deref(), Some(text));
            let made = String::from_utf8(made).expect("UTF-8");
            let at: usize = made[made.find("StartFragment:").expect("a head") + 14..][..10]
                .parse()
                .expect("a number");
            assert!(made[at..].starts_with(text));
        }
    }

    #[test]
    fn heads_of_other_programs_are_read() {
        // As Chrome and Word write it: a source, spaces, more fields.
        let body = "<html><body><!--StartFragment--><p>a</p><!--EndFragment--></body></html>";
        let head = |numbers: [usize; 4]| {
            let [a, b, c, d] = numbers;
            format!(
                "Version:1.0\nStartHTML: {a:09}\nEndHTML:{b:09}\nStartFragment:{c:09}\nEndFragment:{d:09}\nSourceURL:https://example.org/\n"
            )
        };
        let length = head([0; 4]).len();
        let at = length + body.find("<p>").expect("it");
        let all = head([length, length + body.len(), at, at + 8]) + body;
        assert_eq!(fragment(all.as_bytes()).as_deref(), Some("<p>a</p>"));
        let none = format!("Version:0.9\r\nStartHTML:{:08}\r\nEndHTML:{:08}\r\n<p>", 51, 54);
        assert_eq!(fragment(none.as_bytes()).as_deref(), Some("<p>"));
    }

    #[test]
    fn offsets_that_lie_give_nothing() {
        let made = |start: &str, end: &str| {
            let all = format!("Version:0.9\r\nStartFragment:{start}\r\nEndFragment:{end}\r\n<p>手元</p>");
            fragment(all.as_bytes())
        };
        assert_eq!(made("999999", "1000000"), None);
        assert_eq!(made("60", "20"), None);
        assert_eq!(made("-1", "20"), None);
        assert_eq!(made("99999999999999999999999", "20"), None);
        // Three bytes a letter, of which the first stands at 52.
        assert_eq!(made("052", "058").as_deref(), Some("手元"));
        assert_eq!(made("053", "058"), None, "within a letter");
        assert_eq!(fragment(b""), None);
        assert_eq!(fragment(b"<p>no head</p>"), None);
    }
}
