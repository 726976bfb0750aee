//! The fixed words, Japanese and English side by side. A word that the interface uses and the table lacks, or the other way
//! round, does not compile. Sentences with names in them are in `sentences.rs`.

use crate::Lang;
use crate::generated::Messages;

macro_rules! table {
    ($($key:ident: $ja:literal, $en:literal;)*) => {
        /// Every word of the interface in one language.
        pub(crate) fn messages(lang: Lang) -> Messages {
            let pick = |ja: &str, en: &str| match lang {
                Lang::Ja => ja.into(),
                Lang::En => en.into(),
            };
            Messages { $($key: pick($ja, $en),)* }
        }

        #[cfg(test)]
        const TABLE: &[(&str, &str, &str)] = &[$((stringify!($key), $ja, $en),)*];
    };
}

table! {
    about: "Temoto について", "About Temoto";
    about_licence: "ライセンス:", "Licence:";
    about_purpose: "離れた場所の担当者が、あなたの許可のもとで画面を見たり操作したりして手助けするためのプログラムです。インストールは不要で、終わると何も残りません。",
        "Lets a support person see and operate this computer, with your permission and only while you allow it. Nothing is installed and nothing stays behind.";
    allow: "許可", "Allow";
    back: "戻る", "Back";
    bar_hide: "バーを小さくする", "Make the bar smaller";
    bar_show: "バーを広げる", "Show the whole bar";
    cancel: "やめる", "Cancel";
    chat: "チャット", "Chat";
    chat_empty: "まだメッセージはありません", "No messages yet";
    chat_hide: "閉じる", "Close";
    clip_in_off: "コピーを受け取らない", "Gets no copies";
    clip_in_short: "コピーを受け取る", "Gets copies";
    clip_out_off: "コピーを渡さない", "Gives no copies";
    clip_out_short: "コピーを渡す", "Gives copies";
    close: "閉じる", "Close";
    code: "セッションコード", "Session code";
    connect: "接続", "Connect";
    control: "マウスとキーボードを使う", "Use mouse and keyboard";
    control_off: "操作なし", "No control";
    control_short: "操作", "Control";
    control_what: "あなたが動かすと、いつでもあなたが優先です", "Whenever you move your mouse, you come first";
    decline: "拒否", "Decline";
    details_hide: "詳細を閉じる", "Hide details";
    details_show: "詳細を見る", "Show details";
    end: "終了", "End";
    end_session: "セッションを終了", "End session";
    files_in_off: "ファイルを受け取らない", "Gets no files";
    files_in_short: "ファイルを受け取る", "Gets files";
    files_out_off: "ファイルを渡さない", "Gives no files";
    files_out_short: "ファイルを渡す", "Gives files";
    give_clip_in: "クリップボードに文字や画像を入れることを許可する", "Allow putting text and pictures on your clipboard";
    give_clip_out: "コピーした内容を渡すことを許可する", "Allow taking what you copy";
    give_control: "操作を許可する", "Allow control";
    give_files_in: "ファイルを置くことと、フォルダーの変更を許可する", "Allow putting files here and changing folders";
    give_files_out: "フォルダーを見ることと、ファイルを渡すことを許可する", "Allow looking into folders and taking files";
    give_view: "表示を許可する", "Allow view";
    how_to_stop: "止めるとき: 画面の上の「終了」、または Ctrl + Alt + E", "To stop: “End” at the top of the screen, or Ctrl + Alt + E";
    licence_name: "MIT または Apache-2.0", "MIT or Apache-2.0";
    message: "メッセージ", "Message";
    other_language: "English", "日本語";
    pause: "一時停止", "Pause";
    picture: "担当者が送った画像", "The picture from your support person";
    picture_enlarge: "画像を大きく表示", "Show the picture larger";
    report: "お問い合わせ番号:", "Number for support:";
    resume: "再開", "Resume";
    retry: "もう一度試す", "Try again";
    send: "送信", "Send";
    server: "サーバー", "Server";
    shown_close: "担当者の画面を閉じる", "Close the operator’s screen";
    shown_fit: "全体", "Fit";
    shown_fit_name: "画面全体をウィンドウに収める", "Fit the whole screen into the window";
    shown_screen: "担当者の画面", "Operator’s screen";
    shown_whole: "等倍", "100%";
    shown_whole_name: "等倍で表示する（ドラッグまたは矢印キーで動かせます）", "Show at 100%, to be moved by dragging or with the arrow keys";
    stop: "中止", "Stop";
    version: "バージョン", "Version";
    view: "画面を見る", "See your screen";
    view_off: "表示なし", "No view";
    view_short: "見る", "View";
    view_what: "あなたの画面がそのまま見えます", "They see your screen exactly as you do";
    wait: "お待ちください", "Please wait";
    warning: "銀行、警察、有名な会社が、突然の電話で画面を見せるよう頼むことはありません。心当たりがなければ「拒否」を押して電話を切ってください。",
        "No bank, police or well-known company calls unasked to see your screen. If you did not ask for help, press Decline and hang up.";
    withdraw_clip_in: "クリップボードに文字や画像を入れる許可を取り消す", "Withdraw putting text and pictures on your clipboard";
    withdraw_clip_out: "コピーした内容を渡す許可を取り消す", "Withdraw taking what you copy";
    withdraw_control: "操作を取り消す", "Withdraw control";
    withdraw_files_in: "ファイルを置く許可を取り消す", "Withdraw putting files here";
    withdraw_files_out: "ファイルを渡す許可を取り消す", "Withdraw taking files";
    withdraw_view: "表示を取り消す", "Withdraw view";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_japanese(text: &str) -> bool {
        text.chars()
            .any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        for (key, ja, en) in TABLE {
            assert!(!ja.trim().is_empty() && !en.trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn japanese_is_japanese_and_english_is_english() {
        for (key, ja, en) in TABLE {
            // The switch names the language it leads to.
            let (ja, en) = if *key == "other_language" {
                (en, ja)
            } else {
                (ja, en)
            };
            assert!(has_japanese(ja), "{key}: {ja}");
            assert!(!has_japanese(en), "{key}: {en}");
        }
    }

    #[test]
    fn the_names_other_programs_look_for_are_these() {
        let word = |key: &str| TABLE.iter().find(|row| row.0 == key).map(|row| (row.1, row.2));
        assert_eq!(word("allow"), Some(("許可", "Allow")));
        assert_eq!(word("decline"), Some(("拒否", "Decline")));
        assert_eq!(word("chat"), Some(("チャット", "Chat")));
        assert_eq!(word("message"), Some(("メッセージ", "Message")));
        assert_eq!(word("send"), Some(("送信", "Send")));
        assert_eq!(word("code"), Some(("セッションコード", "Session code")));
        assert_eq!(word("connect"), Some(("接続", "Connect")));
        assert_eq!(word("end_session"), Some(("セッションを終了", "End session")));
        assert_eq!(word("view"), Some(("画面を見る", "See your screen")));
        assert_eq!(
            word("control"),
            Some(("マウスとキーボードを使う", "Use mouse and keyboard"))
        );
    }

    #[test]
    fn every_word_of_the_table_is_shown_somewhere() {
        let shown: String = [
            include_str!("../ui/about.slint"),
            include_str!("../ui/ask_code.slint"),
            include_str!("../ui/bar.slint"),
            include_str!("../ui/chat.slint"),
            include_str!("../ui/connecting.slint"),
            include_str!("../ui/copying.slint"),
            include_str!("../ui/ended.slint"),
            include_str!("../ui/main.slint"),
            include_str!("../ui/permission.slint"),
            include_str!("../ui/problem.slint"),
            include_str!("../ui/shown.slint"),
            // The rows of the bar are filled from the program.
            &include_str!("presenter/rights.rs")
                .replace("words.", "Words.t.")
                .replace('_', "-"),
        ]
        .concat();
        for (key, _, _) in TABLE {
            let used = format!("Words.t.{}", key.replace('_', "-"));
            let found = shown.match_indices(&used).any(|(at, _)| {
                !shown[at + used.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
            });
            assert!(found, "{key} is not shown");
        }
    }

    #[test]
    fn no_view_says_words_of_its_own() {
        for (file, text) in [
            ("ask_code", include_str!("../ui/ask_code.slint")),
            ("bar", include_str!("../ui/bar.slint")),
            ("bar_parts", include_str!("../ui/bar_parts.slint")),
            ("chat", include_str!("../ui/chat.slint")),
            ("connecting", include_str!("../ui/connecting.slint")),
            ("copying", include_str!("../ui/copying.slint")),
            ("ended", include_str!("../ui/ended.slint")),
            ("permission", include_str!("../ui/permission.slint")),
            ("problem", include_str!("../ui/problem.slint")),
        ] {
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(!has_japanese(line), "{file}: {line}");
                let plain = line.contains("text: \"") && !line.contains("text: \"\"");
                assert!(!plain, "{file}: {line}");
            }
        }
    }
}
