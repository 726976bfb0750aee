//! Where Japanese sentences may be broken. Left alone, a line ends in the middle of a word (確/かめて); here it ends only where a
//! phrase does, as far as the script tells: after punctuation, and where kana ends and something else begins.

/// Forbids a break; not seen.
const JOINER: char = '\u{2060}';
/// More letters than this without a place to break are left alone: they might not fit on a line.
const LONGEST_PHRASE: usize = 16;

/// The text with joiners wherever a line must not end. Text without kana comes back as it is.
pub(crate) fn held(text: &str) -> String {
    if !text.chars().any(is_hiragana) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    for phrase in phrases(text) {
        let loose = phrase.chars().count() > LONGEST_PHRASE;
        let mut chars = phrase.chars().peekable();
        while let Some(c) = chars.next() {
            out.push(c);
            if let Some(next) = chars.peek()
                && !loose
                && is_japanese(c)
                && is_japanese(*next)
            {
                out.push(JOINER);
            }
        }
    }
    out
}

fn phrases(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for pair in chars.windows(2) {
        if let [(_, before), (at, after)] = pair
            && ends_phrase(*before, *after)
            && !is_lead(
                text.get(starts.last().copied().unwrap_or_default()..*at)
                    .unwrap_or_default(),
            )
        {
            starts.push(*at);
        }
    }
    starts.push(text.len());
    starts
        .windows(2)
        .filter_map(|pair| text.get(pair[0]..pair[1]))
        .collect()
}

fn ends_phrase(before: char, after: char) -> bool {
    let opens = matches!(after, '「' | '『' | '（' | '“');
    let closes = matches!(
        after,
        '、' | '。' | '」' | '』' | '）' | '，' | '．' | '…' | '？' | '！'
    );
    // A particle after a bracket belongs to what is in it.
    let closed = matches!(before, '」' | '』' | '）') && !is_hiragana(after);
    let pause = matches!(before, '、' | '。' | ' ' | '　');
    // お and ご lead into the word they honor.
    let word_begins = is_hiragana(before) && !matches!(before, 'お' | 'ご') && !is_hiragana(after);
    !closes && (opens || closed || pause || word_begins)
}

/// One or two kana (この, もう) lead into what follows.
fn is_lead(phrase: &str) -> bool {
    phrase.chars().count() <= 2 && phrase.chars().all(is_hiragana)
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> String {
        phrases(text).join("|")
    }

    #[test]
    fn a_line_ends_where_a_phrase_does() {
        assert_eq!(
            split("数字をもう一度確かめてください。"),
            "数字をもう|一度確かめてください。"
        );
        assert_eq!(
            split("心当たりがなければ「拒否」を押して"),
            "心当たりがなければ|「拒否」を|押して"
        );
        assert_eq!(split("お問い合わせ"), "お問い|合わせ");
        assert_eq!(
            split("確かめて、もう一度試してください。"),
            "確かめて、|もう一度試してください。"
        );
    }

    #[test]
    fn nothing_is_changed_but_the_joiners() {
        for text in [
            "銀行、警察、有名な会社が、突然の電話で画面を見せるよう",
            "Allow Hanako",
            "佐藤 花子 さんに許可しますか",
            "",
        ] {
            assert_eq!(held(text).replace(JOINER, ""), text);
        }
        assert_eq!(held("Nothing was left behind."), "Nothing was left behind.");
    }

    #[test]
    fn a_particle_after_a_quote_is_not_left_to_begin_a_line() {
        assert!(held("「拒否」を押して").contains("」\u{2060}を"));
    }

    #[test]
    fn what_might_not_fit_on_a_line_stays_breakable() {
        let endless = "あ".repeat(40);
        assert_eq!(held(&endless), endless);
    }
}
