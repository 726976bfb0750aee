//! Makes text from the other end safe to show: nothing that hides, reorders or overflows what stands beside it.

/// Characters of a name or a domain, at most.
pub(crate) const NAME: usize = 64;

/// One line: control characters and line ends become single spaces, direction and joining controls vanish, at most `longest`
/// characters, the last an ellipsis where something was cut.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    cut(
        &words
            .join(" ")
            .chars()
            .filter(|c| !deceives(*c))
            .collect::<String>(),
        longest,
    )
}

/// Several lines: as [`one_line`], but line ends stay.
pub(crate) fn lines(text: &str, longest: usize) -> String {
    let kept: String = text
        .chars()
        .filter(|c| *c == '\n' || !(c.is_control() || deceives(*c)))
        .collect();
    cut(kept.trim_end(), longest)
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(longest.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

/// Characters that change the order of others or are not seen at all.
fn deceives(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_turn_the_line_around() {
        assert_eq!(
            one_line("moc.elpmaxe\u{202E} Sato\u{200F}", NAME),
            "moc.elpmaxe Sato"
        );
    }

    #[test]
    fn a_name_stays_on_one_line() {
        assert_eq!(one_line("  Sato\n\n\tHanako \u{0007}", NAME), "Sato Hanako");
    }

    #[test]
    fn a_long_name_is_cut_with_a_sign_that_it_was() {
        let shown = one_line(&"あ".repeat(200), 10);
        assert_eq!(shown.chars().count(), 10);
        assert!(shown.ends_with('…'));
        assert_eq!(one_line(&"あ".repeat(10), 10), "あ".repeat(10));
    }

    #[test]
    fn chat_keeps_its_line_ends_and_loses_its_controls() {
        assert_eq!(
            lines("一行目\r\n二\u{2067}行目\u{1b}[31m\n", 100),
            "一行目\n二行目[31m"
        );
    }
}
