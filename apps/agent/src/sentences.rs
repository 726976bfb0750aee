//! What happened in a session, as lines of the chat. Codes travel; the sentences are here, in both languages.

use temoto_agent_ui::Lang;

/// Code, Japanese, English.
const EVENTS: &[(&str, &str, &str)] = &[
    ("customer_joined", "つながりました", "Connected"),
    (
        "program_joined",
        "プログラムがつながりました",
        "The program connected",
    ),
    ("program_left", "プログラムが終了しました", "The program closed"),
    ("page_left", "ページが閉じられました", "The page was closed"),
    (
        "view_granted",
        "画面の共有が許可されました",
        "Seeing the screen was allowed",
    ),
    ("control_granted", "操作が許可されました", "Control was allowed"),
    (
        "view_withdrawn",
        "画面の共有が取り消されました",
        "Seeing the screen was stopped",
    ),
    (
        "control_withdrawn",
        "操作が取り消されました",
        "Control was withdrawn",
    ),
    ("declined", "許可されませんでした", "It was not allowed"),
    ("paused", "一時停止しました", "Paused"),
    ("resumed", "再開しました", "Resumed"),
    (
        "line_back",
        "回線が切れました → {0}秒で復帰",
        "The line broke → back after {0} s",
    ),
    (
        "failures_differ",
        "コードの誤りの回数が両側で異なります",
        "The two ends counted different numbers of wrong codes",
    ),
];

/// The sentence of an event; `None` for one that only a newer server or only the operator knows.
pub fn event(code: &str, arguments: &[String], lang: Lang) -> Option<String> {
    let (_, ja, en) = EVENTS.iter().find(|(known, _, _)| *known == code)?;
    let sentence = if lang == Lang::Ja { ja } else { en };
    let first = arguments.first().map_or("", String::as_str);
    Some(sentence.replace("{0}", first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_sentence_in_both_languages() {
        for (code, ja, en) in EVENTS {
            assert!(!ja.is_empty() && !en.is_empty() && ja != en, "{code}");
            assert_eq!(ja.contains("{0}"), en.contains("{0}"), "{code}");
        }
        assert_eq!(
            event("line_back", &["3".to_owned()], Lang::En).as_deref(),
            Some("The line broke → back after 3 s")
        );
        assert_eq!(event("of_the_future", &[], Lang::Ja), None);
    }
}
