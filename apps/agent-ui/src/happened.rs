//! What happened in a session, as a line of the chat: codes travel, the sentences stand here.

use crate::Lang;
use crate::clean::{NAME, one_line};

/// Characters of an argument that are shown.
const ARGUMENT: usize = 8;

/// The sentence for an event; `None` for one that this version does not know.
pub fn event_sentence(lang: Lang, code: &str, arguments: &[String]) -> Option<String> {
    let (ja, en) = match code {
        "customer_joined" => ("つながりました", "Connected"),
        "program_joined" => ("プログラムがつながりました", "The program connected"),
        "program_left" => ("プログラムが閉じました", "The program closed"),
        "page_left" => ("ブラウザのページが閉じました", "The page in the browser closed"),
        "view_granted" => ("画面の共有を許可しました", "You allowed seeing the screen"),
        "control_granted" => ("操作を許可しました", "You allowed control"),
        "view_withdrawn" => ("画面の共有を止めました", "You stopped showing the screen"),
        "control_withdrawn" => ("操作の許可を取り消しました", "You withdrew control"),
        "declined" => (
            "許可しませんでした。チャットは続けられます。上のバーから、あとで許可できます",
            "You declined. You can go on chatting, and allow it later in the bar above",
        ),
        "paused" => (
            "一時停止しました。担当者には何も見えず、操作もできません",
            "Paused. Your support person sees nothing and cannot do anything",
        ),
        "screenshot" => (
            "担当者が画面を撮影しました",
            "Your support person took a screenshot",
        ),
        "picture" => ("画面の画像を送ります", "Here is a picture of the screen"),
        "display_gone" => (
            "見せていた画面がなくなったため、メインの画面を見せています",
            "The display that was shown is gone; the primary one is shown now",
        ),
        "resumed" => ("再開しました", "Resumed"),
        "clipboard_in_granted" => (
            "担当者が文字や画像を送ることを許可しました",
            "You allowed being sent text and pictures to paste",
        ),
        "clipboard_in_withdrawn" => (
            "担当者が文字や画像を送ることを止めました",
            "You stopped being sent text and pictures to paste",
        ),
        "clipboard_out_granted" => (
            "コピーした内容を担当者に渡すことを許可しました",
            "You allowed taking what you copy",
        ),
        "clipboard_out_withdrawn" => (
            "コピーした内容を担当者に渡すことを止めました",
            "You stopped giving what you copy",
        ),
        "clipboard_put" => {
            return Some(counted(
                lang,
                arguments.first(),
                (
                    "担当者が文字を送りました",
                    "Your support person sent text to paste",
                ),
            ));
        }
        "clipboard_put_image" => (
            "担当者が画像を送りました",
            "Your support person sent a picture to paste",
        ),
        "clipboard_taken_image" => (
            "担当者がコピーした画像を受け取りました",
            "Your support person received the picture you copied",
        ),
        "clipboard_taken" => {
            return Some(counted(
                lang,
                arguments.first(),
                (
                    "担当者がコピーした文字を受け取りました",
                    "Your support person received what you copied",
                ),
            ));
        }
        "files_in_granted" => (
            "ファイルを置くことを許可しました",
            "You allowed putting files on this computer",
        ),
        "files_in_withdrawn" => (
            "ファイルを置くことを止めました",
            "You stopped files being put on this computer",
        ),
        "files_out_granted" => (
            "フォルダーを見ることとファイルを渡すことを許可しました",
            "You allowed looking into folders and taking files",
        ),
        "files_out_withdrawn" => (
            "フォルダーを見ることとファイルを渡すことを止めました",
            "You stopped looking into folders and taking files",
        ),
        "file_sent" | "file_taken" | "files_sent" | "files_taken" => {
            return Some(files(lang, code, arguments));
        }
        "file_put" | "files_put" => return Some(put(lang, code, arguments)),
        "files_sent_part" | "files_taken_part" => return Some(partly(lang, code, arguments)),
        "folder_made" | "file_renamed" | "file_trashed" | "files_trashed" | "file_restored"
        | "files_restored" => return Some(folders(lang, code, arguments)),
        "browser_shared" => (
            "ブラウザから画面を見せ始めました",
            "The screen is being shown from the browser",
        ),
        "browser_unshared" => (
            "ブラウザから画面を見せるのをやめました",
            "The screen is no longer shown from the browser",
        ),
        "browser_ended" => (
            "担当者が、ブラウザからの表示を終わらせました",
            "Your support person ended showing from the browser",
        ),
        "show_started" => (
            "担当者が画面を見せ始めました",
            "Your support person began to show a screen",
        ),
        "show_stopped" => (
            "担当者が画面を見せるのをやめました",
            "Your support person stopped showing a screen",
        ),
        "show_closed" => (
            "担当者の画面を閉じました",
            "You closed your support person's screen",
        ),
        "line_back" => return Some(line_back(lang, arguments.first())),
        "code_burnt" => (
            "数字が3回間違えられたため、コードを無効にしました",
            "The code was wrong three times and is no longer valid",
        ),
        "failures_differ" => (
            "数字の入力ミスの回数が両側で合いません。ほかの人が試した可能性があります",
            "The two ends counted different numbers of wrong codes: somebody else may have tried",
        ),
        _ => return None,
    };
    Some(match lang {
        Lang::Ja => ja.to_owned(),
        Lang::En => en.to_owned(),
    })
}

/// A sentence with the number of characters that it is about, if that is a number.
fn counted(lang: Lang, count: Option<&String>, (ja, en): (&str, &str)) -> String {
    let count = count.filter(|s| s.len() <= ARGUMENT && s.bytes().all(|b| b.is_ascii_digit()));
    match (lang, count) {
        (Lang::Ja, Some(count)) => format!("{ja}（{count}文字）"),
        (Lang::Ja, None) => ja.to_owned(),
        (Lang::En, Some(count)) => format!("{en} ({count} characters)"),
        (Lang::En, None) => en.to_owned(),
    }
}

/// What files came or went: `name` for one, `count` and the first name for more.
fn files(lang: Lang, code: &str, arguments: &[String]) -> String {
    let argument = |at: usize| arguments.get(at).map_or("", String::as_str);
    let came = code.ends_with("_sent");
    let one = code.starts_with("file_");
    let name = one_line(argument(if one { 0 } else { 2 }), NAME);
    let count = one_line(argument(0), ARGUMENT);
    match (lang, came, one) {
        (Lang::Ja, true, true) => format!("担当者がファイルを送りました: {name}"),
        (Lang::Ja, true, false) => format!("担当者がファイルを送りました: {name} など {count} 件"),
        (Lang::Ja, false, true) => format!("担当者がファイルを受け取りました: {name}"),
        (Lang::Ja, false, false) => format!("担当者がファイルを受け取りました: {name} など {count} 件"),
        (Lang::En, true, true) => format!("Your support person sent a file: {name}"),
        (Lang::En, true, false) => format!("Your support person sent {count} files: {name} and more"),
        (Lang::En, false, true) => format!("Your support person took a file: {name}"),
        (Lang::En, false, false) => format!("Your support person took {count} files: {name} and more"),
    }
}

/// What files can be pasted now: as above.
fn put(lang: Lang, code: &str, arguments: &[String]) -> String {
    let argument = |at: usize, longest| one_line(arguments.get(at).map_or("", String::as_str), longest);
    let (first, count, last) = (argument(0, NAME), argument(0, ARGUMENT), argument(2, NAME));
    match (lang, code == "file_put") {
        (Lang::Ja, true) => format!("担当者がファイルを送りました。貼り付けられます: {first}"),
        (Lang::Ja, false) => {
            format!("担当者がファイルを送りました。貼り付けられます: {last} など {count} 件")
        }
        (Lang::En, true) => format!("Your support person sent a file to paste: {first}"),
        (Lang::En, false) => format!("Your support person sent {count} files to paste: {last} and more"),
    }
}

/// A transfer that ended early: how many of how many came, and the first name.
fn partly(lang: Lang, code: &str, arguments: &[String]) -> String {
    let argument = |at: usize, longest| one_line(arguments.get(at).map_or("", String::as_str), longest);
    let (came, all, name) = (argument(0, ARGUMENT), argument(1, ARGUMENT), argument(3, NAME));
    let (ja, en) = if code == "files_sent_part" {
        (
            "担当者の送信が途中で終わりました（届いたファイル",
            "Your support person's sending ended early",
        )
    } else {
        (
            "担当者の受け取りが途中で終わりました（渡したファイル",
            "Your support person's taking files ended early",
        )
    };
    match lang {
        Lang::Ja => format!("{ja}: {name} など、{all} 件のうち {came} 件）"),
        Lang::En => format!("{en}: {came} of {all} arrived, {name} among them"),
    }
}

/// What was changed in a folder.
fn folders(lang: Lang, code: &str, arguments: &[String]) -> String {
    let argument = |at: usize, longest| one_line(arguments.get(at).map_or("", String::as_str), longest);
    let (first, second) = (argument(0, NAME), argument(1, NAME));
    let count = argument(0, ARGUMENT);
    match (lang, code) {
        (Lang::Ja, "folder_made") => format!("担当者がフォルダーを作りました: {first}"),
        (Lang::Ja, "file_renamed") => format!("担当者が名前を変えました: {first} → {second}"),
        (Lang::Ja, "file_trashed") => format!("担当者がゴミ箱に入れました: {first}"),
        (Lang::Ja, "files_trashed") => format!("担当者がゴミ箱に入れました: {second} など {count} 件"),
        (Lang::Ja, "file_restored") => format!("担当者がゴミ箱から戻しました: {first}"),
        (Lang::Ja, _) => format!("担当者がゴミ箱から戻しました: {second} など {count} 件"),
        (Lang::En, "folder_made") => format!("Your support person made a folder: {first}"),
        (Lang::En, "file_renamed") => format!("Your support person changed a name: {first} → {second}"),
        (Lang::En, "file_trashed") => format!("Your support person moved to the trash: {first}"),
        (Lang::En, "files_trashed") => {
            format!("Your support person moved {count} items to the trash: {second} and more")
        }
        (Lang::En, "file_restored") => format!("Your support person took back out of the trash: {first}"),
        (Lang::En, _) => {
            format!("Your support person took {count} items back out of the trash: {second} and more")
        }
    }
}

fn line_back(lang: Lang, seconds: Option<&String>) -> String {
    let seconds = seconds.filter(|s| s.len() <= ARGUMENT && s.bytes().all(|b| b.is_ascii_digit()));
    match (lang, seconds) {
        (Lang::Ja, Some(seconds)) => format!("回線が切れました → {seconds}秒で復帰"),
        (Lang::Ja, None) => "回線が切れましたが、復帰しました".to_owned(),
        (Lang::En, Some(seconds)) => format!("The line broke → back after {seconds} s"),
        (Lang::En, None) => "The line broke and is back".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_a_console_has_a_sentence_in_both_languages() {
        for code in temoto_session::Happened::ALL.iter().map(|event| event.code()) {
            let ja = event_sentence(Lang::Ja, code, &[]).expect(code);
            let en = event_sentence(Lang::En, code, &[]).expect(code);
            assert!(!ja.is_ascii() && en.replace('→', "").is_ascii(), "{code}");
        }
        assert_eq!(event_sentence(Lang::En, "of_the_future", &[]), None);
    }

    #[test]
    fn what_happened_to_files_is_told_with_numbers_and_names_that_cannot_deceive() {
        let told = |lang, code: &str, arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|&one| one.to_owned()).collect();
            event_sentence(lang, code, &arguments).expect(code)
        };
        assert_eq!(
            told(Lang::En, "files_sent_part", &["3", "10", "99", "a.txt"]),
            "Your support person's sending ended early: 3 of 10 arrived, a.txt among them"
        );
        assert_eq!(
            told(Lang::Ja, "files_taken_part", &["3", "10", "99", "写真"]),
            "担当者の受け取りが途中で終わりました（渡したファイル: 写真 など、10 件のうち 3 件）"
        );
        assert_eq!(
            told(Lang::En, "files_put", &["2", "99", "a.txt"]),
            "Your support person sent 2 files to paste: a.txt and more"
        );
        assert_eq!(
            told(Lang::Ja, "file_put", &["写真", "0"]),
            "担当者がファイルを送りました。貼り付けられます: 写真"
        );
        assert_eq!(
            told(Lang::En, "file_renamed", &["a\n\u{202e}b", "c"]),
            "Your support person changed a name: a b → c"
        );
        assert_eq!(
            told(Lang::Ja, "files_trashed", &["12", "a"]),
            "担当者がゴミ箱に入れました: a など 12 件"
        );
    }

    #[test]
    fn the_seconds_of_a_lost_line_are_digits_or_left_out() {
        let told = |seconds: &str| event_sentence(Lang::En, "line_back", &[seconds.to_owned()]);
        assert_eq!(told("2").as_deref(), Some("The line broke → back after 2 s"));
        assert_eq!(
            told("2 years, call 0120-000-000").as_deref(),
            Some("The line broke and is back")
        );
    }
}
