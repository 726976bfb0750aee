//! What is said when there is nowhere to show a window, or the windows are gone: which display was tried, and what helps.
//! The toolkit's own words name files of its source and are left out.

use temoto_agent_ui::Lang;

/// A sentence for whoever started the program. `display` is the X display that was asked for, or that of the
/// environment; `wayland` tells whether the desktop offers Wayland, which this program does not speak.
pub fn sentence(display: Option<&str>, wayland: bool, lang: Lang) -> String {
    match (display.filter(|display| !display.is_empty()), wayland, lang) {
        (Some(display), _, Lang::En) => format!(
            "no window can be opened on the display {display}: nothing answers there, or this user may not use it; start \
             the program on the desktop that is to be shared, as the user who is logged in there"
        ),
        (Some(display), _, Lang::Ja) => format!(
            "ディスプレイ {display} にウィンドウを開けません。応答がないか、このユーザーには使えません。\
             共有するデスクトップで、そこにログインしているユーザーとして起動してください"
        ),
        (None, true, Lang::En) => "no window can be opened: this desktop offers Wayland only (DISPLAY is not set), and \
                                   this program needs X11; log in to an X11 session (Xorg), or let the desktop run XWayland"
            .to_owned(),
        (None, true, Lang::Ja) => "ウィンドウを開けません。このデスクトップは Wayland だけで（DISPLAY がありません）、\
                                   このプログラムには X11 が必要です。X11（Xorg）のセッションでログインしてください"
            .to_owned(),
        (None, false, Lang::En) => "no window can be opened: there is no display (DISPLAY is not set); start the program on \
                                    the desktop that is to be shared, or name its display, like --display :0"
            .to_owned(),
        (None, false, Lang::Ja) => "ウィンドウを開けません。ディスプレイがありません（DISPLAY がありません）。\
                                    共有するデスクトップで起動するか、--display :0 のように指定してください"
            .to_owned(),
    }
}

/// A sentence for whoever started the program on a system whose desktops have no names.
pub fn without_desktop(lang: Lang) -> &'static str {
    match lang {
        Lang::En => {
            "no window can be opened: the system gives this program no desktop; start it as the person who is logged in"
        }
        Lang::Ja => {
            "ウィンドウを開けません。デスクトップを使えません。ログインしている人として起動してください"
        }
    }
}

/// The one of these that fits, with what the environment says.
pub fn sentence_here(display: Option<&str>, lang: Lang) -> String {
    if !temoto_agent_ui::displays_have_names() {
        return without_desktop(lang).to_owned();
    }
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let display = display.map(str::to_owned).or_else(|| set("DISPLAY"));
    sentence(display.as_deref(), set("WAYLAND_DISPLAY").is_some(), lang)
}

/// The library that a panic of the window toolkit says is missing.
pub fn missing_library(panic: &str) -> Option<&str> {
    let library = panic
        .strip_prefix("Library ")?
        .strip_suffix(" could not be loaded.")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    library.chars().all(plain).then_some(library)
}

/// A sentence for whoever started the program on a system that lacks a library.
pub fn without_library(library: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "no window can be opened: this computer lacks the library {library}; the desktop's package manager has it \
             (Debian and Ubuntu: libxkbcommon-x11-0)"
        ),
        Lang::Ja => format!(
            "ウィンドウを開けません。このコンピュータにはライブラリ {library} がありません。\
             パッケージ管理から入れてください（Debian と Ubuntu では libxkbcommon-x11-0）"
        ),
    }
}

/// A sentence for the person whose program broke off; `place` is where in its source.
pub fn broken(place: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "the program had to stop because of a fault of its own ({place}); nothing is shared any more, and starting the \
             file again after this leads back into the session"
        ),
        Lang::Ja => format!(
            "プログラムの不具合のため終了しました（{place}）。画面の共有は止まっています。\
             このあともう一度ファイルを開くと、続きから始められます"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named_and_other_panics_are_left_alone() {
        let panic = "Library libxkbcommon-x11.so could not be loaded.";
        let library = missing_library(panic).expect("a library");
        assert_eq!(library, "libxkbcommon-x11.so");
        for lang in [Lang::En, Lang::Ja] {
            assert!(without_library(library, lang).contains(library));
        }
        for other in ["index out of bounds", "Library a b could not be loaded.", ""] {
            assert_eq!(missing_library(other), None, "{other}");
        }
    }

    #[test]
    fn each_case_names_what_is_missing_in_both_languages() {
        for lang in [Lang::En, Lang::Ja] {
            assert!(sentence(Some(":7"), true, lang).contains(":7"));
            assert!(sentence(None, false, lang).contains("--display :0"));
            assert!(sentence(Some(""), true, lang).contains("Wayland"));
            assert!(!without_desktop(lang).contains("DISPLAY"));
        }
    }
}
