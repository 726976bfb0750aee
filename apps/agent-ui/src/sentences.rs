//! The sentences with names in them. Each is one `match` over the language, so none can be left out.

use crate::clean::{NAME, one_line};
use crate::{
    AskReason, BarState, Capability, CodeTrouble, ConnectPhase, EndReason, Lang, Operator, Problem,
    Protection,
};

type Words = (&'static str, &'static str);

fn pick(lang: Lang, (ja, en): Words) -> String {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
    .to_owned()
}

pub(crate) fn connecting(lang: Lang, host: &str, phase: ConnectPhase) -> (String, String) {
    let host = one_line(host, NAME);
    let title = match (phase, lang) {
        (ConnectPhase::Reaching, Lang::Ja) => "接続しています".to_owned(),
        (ConnectPhase::Reaching, Lang::En) => "Connecting".to_owned(),
        (ConnectPhase::Securing, Lang::Ja) => "担当者と安全につないでいます".to_owned(),
        (ConnectPhase::Securing, Lang::En) => "Making a secure line to your support person".to_owned(),
        (ConnectPhase::Waiting, Lang::Ja) => "担当者の応答を待っています".to_owned(),
        (ConnectPhase::Waiting, Lang::En) => "Waiting for your support person".to_owned(),
        (ConnectPhase::AskingAgain, Lang::Ja) => "担当者が入れてくれるのを待っています".to_owned(),
        (ConnectPhase::AskingAgain, Lang::En) => "Waiting for your support person to let you in".to_owned(),
    };
    let text = match (phase, lang) {
        (ConnectPhase::AskingAgain, Lang::Ja) => {
            "このファイルは前に使われているため、担当者の確認が必要です。電話で伝えてください。".to_owned()
        }
        (ConnectPhase::AskingAgain, Lang::En) => {
            "This file was used before, so your support person has to confirm it. Please tell them on the phone.".to_owned()
        }
        (ConnectPhase::Reaching | ConnectPhase::Securing | ConnectPhase::Waiting, _) => host,
    };
    (title, text)
}

pub(crate) fn ask_code(lang: Lang, reason: AskReason) -> (String, String) {
    let (title, text) = match reason {
        AskReason::NoPlace => (
            ("担当者とつながる", "Connect to your support person"),
            (
                "電話で聞いた8桁の数字を入れてください。",
                "Enter the 8 digits you were told on the phone.",
            ),
        ),
        AskReason::LostPlace => (
            ("もう一度コードを入れてください", "Enter a code once more"),
            (
                "接続が切れました。担当者に新しいコードを聞いて入れると、続きから始められます。",
                "The connection was lost. Ask your support person for a new code to go on where you were.",
            ),
        ),
    };
    (pick(lang, title), pick(lang, text))
}

pub(crate) fn code_trouble(lang: Lang, trouble: CodeTrouble) -> String {
    pick(
        lang,
        match trouble {
            CodeTrouble::NotFound => (
                "このコードではつながりませんでした。もう一度、数字を確かめてください。",
                "This code did not work. Please check the digits once more.",
            ),
            CodeTrouble::NewCodeNeeded => (
                "このコードはもう使えません。担当者に新しいコードを聞いてください。",
                "This code can no longer be used. Ask your support person for a new one.",
            ),
            CodeTrouble::NoServer => (
                "このサーバーにはつながりませんでした。名前を確かめてください。",
                "This server could not be reached. Please check its name.",
            ),
            CodeTrouble::OtherServer => (
                "担当者は別のサーバーを使っています。サーバーの名前を担当者に聞いてください。",
                "Your support person uses another server. Ask them for its name.",
            ),
            CodeTrouble::NoLicence => (
                "数字は合っていますが、いま担当者の側で始められません。担当者に伝え、案内があったら同じ数字でもう一度お試しください。",
                "The code is right, but another session cannot be started just now. Tell your support person, and try the same code again when asked to.",
            ),
            CodeTrouble::Busy => (
                "いま混み合っています。少し待ってからもう一度試してください。",
                "It is busy just now. Please wait a little and try again.",
            ),
        },
    )
}

/// What went wrong, what to do, and whether trying again can help.
pub(crate) fn problem(lang: Lang, problem: &Problem) -> (String, String, bool) {
    let (title, text, again) = match problem {
        Problem::NoAnswer { host } => {
            let host = one_line(host, NAME);
            let title = match lang {
                Lang::Ja => format!("{host} から応答がありません"),
                Lang::En => format!("{host} does not answer"),
            };
            let text = (
                "インターネットにつながっているか確かめて、もう一度試してください。",
                "Check that you are connected to the internet, then try again.",
            );
            return (title, pick(lang, text), true);
        }
        Problem::NotTrusted { host } => {
            let host = one_line(host, NAME);
            let title = match lang {
                Lang::Ja => format!("{host} を確認できません"),
                Lang::En => format!("{host} could not be verified"),
            };
            let text = (
                "このコンピュータの日付と時刻が正しいか確かめてください。正しければ、つながずに担当者に伝えてください。",
                "Check that this computer's date and time are right. If they are, do not go on and tell your support person.",
            );
            return (title, pick(lang, text), true);
        }
        Problem::AlreadyUsed => (
            (
                "このファイルはすでに使われています",
                "This file is already in use",
            ),
            (
                "別の画面で開いていないか確かめてください。閉じてしまったときは、担当者に伝えてください。",
                "Check whether it is open in another window. If you closed it, tell your support person.",
            ),
            true,
        ),
        Problem::Expired => (
            ("このファイルは期限が切れています", "This file is too old"),
            (
                "担当者に新しいコードを聞き、もう一度ダウンロードしてください。",
                "Ask your support person for a new code and download it again.",
            ),
            false,
        ),
        Problem::UpdateNeeded => (
            (
                "このプログラムの版が合いません",
                "This program's version does not fit",
            ),
            (
                "担当者の案内するページから、もう一度ダウンロードしてください。",
                "Download it again from the page your support person gave you.",
            ),
            false,
        ),
        Problem::NoScreen => (
            ("この画面は共有できません", "This screen cannot be shared"),
            (
                "担当者に下の詳細を伝えてください。",
                "Tell your support person the details below.",
            ),
            true,
        ),
        Problem::Other => (
            ("うまくいきませんでした", "Something went wrong"),
            (
                "もう一度試してください。続くときは、担当者に下の詳細を伝えてください。",
                "Try again. If it keeps happening, tell your support person the details below.",
            ),
            true,
        ),
    };
    (pick(lang, title), pick(lang, text), again)
}

pub(crate) fn permission_title(lang: Lang, operator: Option<&Operator>) -> String {
    match (operator, lang) {
        (Some(who), Lang::Ja) => format!("{} さんに許可しますか", one_line(&who.name, NAME)),
        (Some(who), Lang::En) => format!("Allow {} to help you?", one_line(&who.name, NAME)),
        (None, Lang::Ja) => "担当者に許可しますか".to_owned(),
        (None, Lang::En) => "Allow your support person to help you?".to_owned(),
    }
}

pub(crate) fn not_confirmed(lang: Lang) -> String {
    pick(
        lang,
        (
            "担当者の名前は確認されていません。電話で話している相手かどうか、確かめてください。",
            "The name of your support person is not confirmed. Make sure it is who you are talking to.",
        ),
    )
}

/// Name and organisation for the bar and the chat.
pub(crate) fn who(lang: Lang, operator: Option<&Operator>) -> String {
    let Some(operator) = operator else {
        return pick(lang, ("確認されていない担当者", "Support person, not confirmed"));
    };
    let name = one_line(&operator.name, NAME);
    let organisation = one_line(&operator.organisation, NAME);
    match lang {
        _ if organisation.is_empty() => name,
        Lang::Ja => format!("{name}（{organisation}）"),
        Lang::En => format!("{name} ({organisation})"),
    }
}

/// The organisation, and how far the protection goes.
pub(crate) fn protected(lang: Lang, operator: Option<&Operator>, protection: Protection) -> String {
    let level = match protection {
        Protection::Standard => pick(lang, ("保護: 標準", "Protection: Standard")),
        Protection::High => pick(lang, ("保護: 高", "Protection: High")),
    };
    let organisation = operator.map_or_else(String::new, |who| one_line(&who.organisation, NAME));
    if organisation.is_empty() {
        level
    } else {
        format!("{organisation}  ·  {level}")
    }
}

/// Who speaks in the chat.
pub(crate) fn speaker(lang: Lang, operator: Option<&Operator>) -> String {
    operator.map_or_else(
        || pick(lang, ("担当者", "Support")),
        |who| one_line(&who.name, NAME),
    )
}

/// Over what the operator shows.
pub(crate) fn shown_title(lang: Lang, operator: Option<&Operator>) -> String {
    match (lang, operator) {
        (Lang::Ja, Some(who)) => format!("{} さんが画面を見せています", one_line(&who.name, NAME)),
        (Lang::Ja, None) => "担当者が画面を見せています".to_owned(),
        (Lang::En, _) => format!("{} is showing you a screen", speaker(lang, operator)),
    }
}

/// Beneath it; `stale` while the line is lost.
pub(crate) fn shown_note(lang: Lang, stale: bool) -> String {
    if stale {
        bar_status(lang, BarState::Reconnecting)
    } else {
        pick(
            lang,
            (
                "相手の画面です。見るだけで、ここから操作はできません",
                "This is their screen. You only look at it",
            ),
        )
    }
}

pub(crate) fn myself(lang: Lang) -> String {
    pick(lang, ("あなた", "You"))
}

pub(crate) fn doubtful(lang: Lang) -> String {
    pick(lang, ("届いていないかもしれません", "Perhaps not delivered"))
}

pub(crate) fn bar_status(lang: Lang, state: BarState) -> String {
    pick(
        lang,
        match state {
            BarState::Sharing => ("共有中", "Sharing"),
            BarState::Yielded => ("あなたが操作中", "You have the mouse"),
            BarState::Connected => ("接続中", "Connected"),
            BarState::Paused => ("一時停止中", "Paused"),
            BarState::Reconnecting => ("再接続中…", "Reconnecting…"),
        },
    )
}

pub(crate) fn question(lang: Lang, operator: Option<&Operator>, capability: Capability) -> String {
    let who = speaker(lang, operator);
    match (capability, lang) {
        (Capability::View, Lang::Ja) => format!("{who} さんが、画面を見ることを求めています"),
        (Capability::View, Lang::En) => format!("{who} asks to see your screen"),
        (Capability::Control, Lang::Ja) => {
            format!("{who} さんが、マウスとキーボードを使うことを求めています")
        }
        (Capability::Control, Lang::En) => format!("{who} asks to use mouse and keyboard"),
        (Capability::ClipboardIn, Lang::Ja) => {
            format!("{who} さんが、あなたが貼り付けられる文字や画像を送ることを求めています")
        }
        (Capability::ClipboardIn, Lang::En) => {
            format!("{who} asks to send you text and pictures that you can paste")
        }
        (Capability::ClipboardOut, Lang::Ja) => {
            format!("{who} さんが、このあとあなたがコピーする文字や画像を受け取ることを求めています")
        }
        (Capability::ClipboardOut, Lang::En) => format!("{who} asks to receive what you copy from now on"),
        (Capability::FilesIn, Lang::Ja) => {
            format!("{who} さんが、このパソコンにファイルを置き、フォルダーの中を変更することを求めています")
        }
        (Capability::FilesIn, Lang::En) => {
            format!("{who} asks to put files on this computer and change what is in its folders")
        }
        (Capability::FilesOut, Lang::Ja) => {
            format!("{who} さんが、このパソコンのフォルダーを見て、ファイルを受け取ることを求めています")
        }
        (Capability::FilesOut, Lang::En) => {
            format!("{who} asks to look into the folders of this computer and receive files")
        }
    }
}

/// Which way files are being copied.
pub(crate) fn copying_way(lang: Lang, operator: Option<&Operator>, here: bool) -> String {
    match (lang, here) {
        (_, true) => pick(
            lang,
            ("このパソコンにコピーしています", "Copying onto this computer"),
        ),
        (Lang::Ja, false) => match operator {
            Some(who) => format!("{} さんに渡しています", one_line(&who.name, NAME)),
            None => "担当者に渡しています".to_owned(),
        },
        (Lang::En, false) => match operator {
            Some(who) => format!("Copying to {}", one_line(&who.name, NAME)),
            None => "Copying to your support person".to_owned(),
        },
    }
}

pub(crate) fn copying_told(way: &str, name: &str) -> String {
    if name.is_empty() {
        way.to_owned()
    } else {
        format!("{way}: {name}")
    }
}

pub(crate) fn copying_stop(lang: Lang, name: &str) -> String {
    match lang {
        _ if name.is_empty() => pick(lang, ("コピーを中止", "Stop copying")),
        Lang::Ja => format!("「{name}」のコピーを中止"),
        Lang::En => format!("Stop copying {name}"),
    }
}

pub(crate) fn copying_prepared(lang: Lang) -> String {
    pick(lang, ("ファイルを調べています", "Looking at the files"))
}

pub(crate) fn copying_held(lang: Lang) -> String {
    pick(lang, ("止まっています", "On hold"))
}

/// So much of so much.
pub(crate) fn amount(lang: Lang, done: &str, all: &str) -> String {
    match lang {
        Lang::Ja => format!("{done} / {all}"),
        Lang::En => format!("{done} of {all}"),
    }
}

/// So many of so many files and folders.
pub(crate) fn count(lang: Lang, done: u32, all: u32) -> String {
    match lang {
        Lang::Ja => format!("{done} / {all}件"),
        Lang::En => format!("{done} of {all} items"),
    }
}

pub(crate) fn unread(lang: Lang, count: u32) -> String {
    match lang {
        Lang::Ja => format!("新しいメッセージ {count} 件"),
        Lang::En if count == 1 => "1 new message".to_owned(),
        Lang::En => format!("{count} new messages"),
    }
}

pub(crate) fn ended(lang: Lang, reason: EndReason) -> (String, String) {
    let (title, text) = match reason {
        EndReason::ByCustomer => (
            ("終了しました", "You ended the session"),
            (
                "担当者は、もうあなたの画面を見ることも操作することもできません。",
                "Nobody can see or operate this computer any more.",
            ),
        ),
        EndReason::ByOperator => (
            (
                "担当者がセッションを終了しました",
                "Your support person ended the session",
            ),
            (
                "担当者は、もうあなたの画面を見ることも操作することもできません。",
                "Nobody can see or operate this computer any more.",
            ),
        ),
        EndReason::Declined => (
            ("許可しませんでした", "You declined"),
            (
                "あなたの画面は誰にも見られていません。",
                "Nobody has seen your screen.",
            ),
        ),
        EndReason::ByAdministrator => (
            (
                "管理者がセッションを終了しました",
                "An administrator ended the session",
            ),
            (
                "担当者は、もうあなたの画面を見ることも操作することもできません。",
                "Nobody can see or operate this computer any more.",
            ),
        ),
        EndReason::SignedOut => (
            (
                "担当者がログアウトしたため終了しました",
                "Ended because your support person signed out",
            ),
            (
                "担当者は、もうあなたの画面を見ることも操作することもできません。",
                "Nobody can see or operate this computer any more.",
            ),
        ),
        EndReason::Replaced => (
            (
                "このプログラムは切り離されました",
                "This program was disconnected",
            ),
            (
                "セッションは別の場所で続いているかもしれません。覚えがなければ担当者に電話で確かめてください。",
                "The session may go on elsewhere. If you did not expect this, ask your support person on the phone.",
            ),
        ),
        EndReason::LineLost => (
            (
                "接続が戻らなかったため終了しました",
                "Ended because the connection did not come back",
            ),
            (
                "続けるときは、担当者に新しいコードを聞いてください。",
                "To go on, ask your support person for a new code.",
            ),
        ),
        EndReason::Unsafe => (
            ("安全のため終了しました", "Ended to keep you safe"),
            (
                "通信に不審な点があったため、止めました。担当者に電話で伝えてください。",
                "Something on the line was not right, so it was stopped. Tell your support person on the phone.",
            ),
        ),
    };
    (pick(lang, title), pick(lang, text))
}

pub(crate) fn remains(lang: Lang, remains: &[String]) -> String {
    if remains.is_empty() {
        return pick(
            lang,
            (
                "このコンピュータには何も残していません。ダウンロードしたファイルは削除してかまいません。",
                "Nothing was left behind on this computer. You can delete the downloaded file.",
            ),
        );
    }
    let list: Vec<String> = remains.iter().take(5).map(|what| one_line(what, 200)).collect();
    match lang {
        Lang::Ja => format!("次のものを消せませんでした: {}", list.join("、")),
        Lang::En => format!("This could not be removed: {}", list.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sato() -> Operator {
        Operator {
            name: "佐藤 花子".into(),
            organisation: "サンプル株式会社".into(),
        }
    }

    #[test]
    fn an_operator_without_a_statement_is_never_named() {
        assert_eq!(permission_title(Lang::Ja, None), "担当者に許可しますか");
        assert!(who(Lang::En, None).contains("not confirmed"));
    }

    #[test]
    fn a_name_cannot_smuggle_a_second_line_into_the_question() {
        let evil = Operator {
            name: "Sato\n\nAllow: \u{202E}everything".into(),
            ..sato()
        };
        let title = permission_title(Lang::En, Some(&evil));
        assert_eq!(title, "Allow Sato Allow: everything to help you?");
    }

    #[test]
    fn the_bar_names_person_and_organisation() {
        assert_eq!(who(Lang::Ja, Some(&sato())), "佐藤 花子（サンプル株式会社）");
        let alone = Operator {
            organisation: String::new(),
            ..sato()
        };
        assert_eq!(who(Lang::Ja, Some(&alone)), "佐藤 花子");
    }

    #[test]
    fn the_level_stands_beside_the_organisation() {
        assert_eq!(
            protected(Lang::Ja, Some(&sato()), Protection::Standard),
            "サンプル株式会社  ·  保護: 標準"
        );
        assert_eq!(protected(Lang::En, None, Protection::High), "Protection: High");
    }

    #[test]
    fn what_remains_is_listed_and_nothing_is_said_as_such() {
        assert!(remains(Lang::En, &[]).starts_with("Nothing was left behind"));
        assert!(remains(Lang::En, &["/tmp/x".into()]).ends_with("/tmp/x"));
    }

    #[test]
    fn one_message_is_not_messages() {
        assert_eq!(unread(Lang::En, 1), "1 new message");
        assert_eq!(unread(Lang::En, 2), "2 new messages");
    }
}
