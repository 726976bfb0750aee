//! Shows one view of the program, with made-up people: `gallery --view permission --lang en --theme dark`.
//! Events are printed. Draws nothing that the program itself would not.

use std::cell::OnceCell;
use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use temoto_agent_ui::{
    AgentUi, Area, AskReason, BarState, BarView, Capabilities, Capability, ChatFrom, ChatLine, ChatPicture,
    CodeTrouble, ConnectPhase, Copying, CopyingState, EndReason, Lang, Operator, PermissionView, Problem,
    Protection, Question, Right, ShownView, Theme, UiEvent, UiHandle, UiOptions, View,
};

const VIEWS: &[&str] = &[
    "connecting",
    "waiting",
    "ask",
    "ask-trouble",
    "lost-place",
    "no-answer",
    "not-trusted",
    "no-screen",
    "permission",
    "not-confirmed",
    "view-only",
    "bar",
    "bar-paused",
    "bar-lost",
    "bar-withdrawn",
    "copying",
    "copying-held",
    "question",
    "all-rights",
    "all-rights-off",
    "chat",
    "shown",
    "shown-large",
    "shown-stale",
    "ended",
    "declined",
    "remains",
];

fn main() -> ExitCode {
    let mut view = "permission".to_owned();
    let mut options = UiOptions {
        lang: Lang::En,
        theme: Theme::System,
        calm: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        display: None,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.next()) {
            ("--lang", Some(lang)) if lang.parse::<Lang>().is_ok() => {
                options.lang = lang.parse().unwrap_or(Lang::En);
            }
            ("--theme", Some(theme)) if theme == "light" => options.theme = Theme::Light,
            ("--theme", Some(theme)) if theme == "dark" => options.theme = Theme::Dark,
            ("--theme", Some(theme)) if theme == "contrast" => options.theme = Theme::Contrast,
            ("--view", Some(name)) if VIEWS.contains(&name.as_str()) => view = name,
            _ => {
                say(&format!(
                    "gallery [--view {}] [--lang ja|en] [--theme light|dark|contrast]",
                    VIEWS.join("|")
                ));
                return ExitCode::FAILURE;
            }
        }
    }
    let lang = options.lang;
    let size = if view == "shown-large" {
        (3840, 2160)
    } else {
        (800, 500)
    };
    let painter = Rc::new(OnceCell::<UiHandle>::new());
    let ui = match AgentUi::new(options, {
        let painter = Rc::clone(&painter);
        move |event| {
            if let (UiEvent::Repaint, Some(ui)) = (&event, painter.get()) {
                paint(ui, size);
            }
            say(&format!("{event:?}"));
        }
    }) {
        Ok(ui) => ui,
        Err(error) => {
            say(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let handle = ui.handle();
    let _first = painter.set(ui.handle());
    if view.starts_with("shown") {
        let (ui, stale) = (ui.handle(), view == "shown-stale");
        std::thread::spawn(move || {
            // As in a session: the bar is there before it.
            std::thread::sleep(Duration::from_millis(500));
            ui.shown(Some(ShownView {
                operator: Some(operator(lang)),
                size,
                stale,
            }));
        });
    }
    show(&handle, &view, lang);
    match ui.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Somebody's screen: a window on a ground, and lines in it that show whether they stay apart.
fn paint(ui: &UiHandle, (width, height): (u32, u32)) {
    let color = |x: u32, y: u32| match (x * 16 / width, y * 16 / height) {
        (2..=12, 2) => 0x0034_49d6,
        (2..=12, 3..=12) if x % 7 < 2 && y % 24 < 12 => 0x0020_2020,
        (2..=12, 3..=12) => 0x00ff_ffff,
        _ => 0x0017_6b6b,
    };
    let pixels: Vec<u32> = (0..width * height)
        .map(|at| color(at % width, at / width))
        .collect();
    let (x, y) = (0, 0);
    ui.paint(width, &pixels, [Area { x, y, width, height }]);
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn operator(lang: Lang) -> Operator {
    match lang {
        Lang::Ja => Operator {
            name: "佐藤 花子".into(),
            organisation: "サンプル株式会社".into(),
        },
        Lang::En => Operator {
            name: "Hanako Sato".into(),
            organisation: "Example Corp.".into(),
        },
    }
}

fn show(ui: &UiHandle, view: &str, lang: Lang) {
    let host = "support.example.co.jp".to_owned();
    let both = Capabilities {
        view: true,
        control: true,
    };
    let permission = |operator, asked| {
        View::Permission(PermissionView {
            domain: "support.example.co.jp".into(),
            operator,
            protection: Protection::Standard,
            asked,
        })
    };
    let ask = |reason, server, trouble| View::AskCode {
        reason,
        server,
        trouble,
        busy: false,
    };
    let problem = |problem, details: &str| View::Problem {
        problem,
        details: details.into(),
        report: "T-2041".into(),
    };
    let bar = BarView {
        state: BarState::Sharing,
        operator: Some(operator(lang)),
        rights: rights([true, true]),
        copying: Vec::new(),
        question: None,
    };
    let session = |bar: BarView| {
        ui.bar(Some(bar));
        View::Session
    };
    let shown = match view {
        "connecting" => View::Connecting {
            host,
            phase: ConnectPhase::Reaching,
        },
        "waiting" => View::Connecting {
            host,
            phase: ConnectPhase::Waiting,
        },
        "ask" => ask(AskReason::NoPlace, None, None),
        "ask-trouble" => ask(AskReason::NoPlace, Some(host), Some(CodeTrouble::NotFound)),
        "lost-place" => ask(AskReason::LostPlace, Some(host), None),
        "no-answer" => problem(
            Problem::NoAnswer { host },
            "connect support.example.co.jp:443: timed out after 10 s (os error 110)",
        ),
        "not-trusted" => problem(Problem::NotTrusted { host }, "certificate expired"),
        "no-screen" => problem(Problem::NoScreen, "root window has depth 8"),
        "permission" => permission(Some(operator(lang)), both),
        "not-confirmed" => permission(None, both),
        "view-only" => permission(
            Some(operator(lang)),
            Capabilities {
                view: true,
                control: false,
            },
        ),
        "bar" => session(bar),
        "bar-paused" => session(BarView {
            state: BarState::Paused,
            ..bar
        }),
        "bar-lost" => session(BarView {
            state: BarState::Reconnecting,
            ..bar
        }),
        "bar-withdrawn" => session(BarView {
            rights: rights([true, false]),
            ..bar
        }),
        "copying" => session(BarView {
            rights: every_right(true),
            copying: copying(lang),
            ..bar
        }),
        "copying-held" => session(BarView {
            copying: copying(lang)
                .into_iter()
                .skip(1)
                .map(|one| Copying {
                    state: CopyingState::Held,
                    ..one
                })
                .collect(),
            ..bar
        }),
        "question" => session(BarView {
            rights: rights([true, false]),
            question: Some(Question {
                capability: Capability::Control,
            }),
            ..bar
        }),
        "all-rights" | "all-rights-off" => session(BarView {
            rights: every_right(view == "all-rights"),
            question: Some(Question {
                capability: Capability::FilesIn,
            }),
            ..bar
        }),
        "chat" => {
            ui.replace_chat(conversation(lang));
            let view = session(bar);
            ui.open_chat();
            view
        }
        "shown" | "shown-large" | "shown-stale" => session(bar),
        "declined" => View::Ended {
            reason: EndReason::Declined,
            remains: Vec::new(),
        },
        "remains" => View::Ended {
            reason: EndReason::ByOperator,
            remains: vec!["/tmp/temoto-3f9a".into()],
        },
        _ => View::Ended {
            reason: EndReason::ByOperator,
            remains: Vec::new(),
        },
    };
    if view.starts_with("bar") {
        conversation(lang).into_iter().for_each(|line| ui.chat(line));
    }
    ui.show(shown);
}

fn rights(allowed: [bool; 2]) -> Vec<Right> {
    [Capability::View, Capability::Control]
        .into_iter()
        .zip(allowed)
        .map(|(capability, allowed)| Right { capability, allowed })
        .collect()
}

/// All that can be allowed; `all` or only what every session begins with.
fn every_right(all: bool) -> Vec<Right> {
    [
        Capability::View,
        Capability::Control,
        Capability::ClipboardIn,
        Capability::ClipboardOut,
        Capability::FilesIn,
        Capability::FilesOut,
    ]
    .into_iter()
    .map(|capability| Right {
        capability,
        allowed: all || capability == Capability::View,
    })
    .collect()
}

/// A folder that comes, and a file that goes.
fn copying(lang: Lang) -> Vec<Copying> {
    let (folder, file) = match lang {
        Lang::Ja => (
            "プリンターの設定",
            "2026年11月の請求書と見積書の一覧（経理部の控え、改訂版）.xlsx",
        ),
        Lang::En => (
            "Printer settings",
            "Invoices and estimates of November 2026 (copy for accounting, revised).xlsx",
        ),
    };
    let one = |transfer, here, name: &str, items, bytes| Copying {
        transfer,
        here,
        state: CopyingState::Running,
        name: name.to_owned(),
        items,
        bytes,
    };
    vec![
        one(1, true, folder, (12, 3), (27_400_000, 12_300_000)),
        one(2, false, file, (1, 0), (1_480_000_000, 1_200_000_000)),
    ]
}

/// Something like a screen: a desktop with a window on it.
fn pictured() -> Option<ChatPicture> {
    let pixels: Vec<u32> = (0..600 * 338_u32)
        .map(|at| match (at % 600, at / 600) {
            (90..=420, 60..=80) => 0x0022_6699,
            (90..=420, 81..=270) => 0x00ff_ffff,
            (_, 310..) => 0x0011_1a24,
            (x, y) => 0x0030_5070 + (x / 12) + (y / 8) * 0x0100,
        })
        .collect();
    ChatPicture::new(600, &pixels)
}

fn conversation(lang: Lang) -> Vec<ChatLine> {
    let line = |from, text: &str, time: &str| ChatLine {
        from,
        text: text.into(),
        time: time.into(),
        doubtful: false,
        picture: None,
    };
    let mut lines = match lang {
        Lang::Ja => vec![
            line(ChatFrom::Event, "つながりました", "10:24"),
            line(
                ChatFrom::Operator,
                "こんにちは、佐藤です。プリンターの件ですね。",
                "",
            ),
            line(ChatFrom::Mine, "はい、昨日から印刷できません", ""),
            line(
                ChatFrom::Operator,
                "手順はこちらです: https://support.example.co.jp/help/printer\nいまから設定を見てみますね。",
                "10:25",
            ),
            line(ChatFrom::Event, "操作が許可されました", "10:26"),
            line(ChatFrom::Mine, "お願いします", "10:26"),
        ],
        Lang::En => vec![
            line(ChatFrom::Event, "Connected", "10:24"),
            line(
                ChatFrom::Operator,
                "Hello, this is Hanako. You called about the printer?",
                "",
            ),
            line(ChatFrom::Mine, "Yes, it has not printed since yesterday", ""),
            line(
                ChatFrom::Operator,
                "The steps are here: https://support.example.co.jp/help/printer\nLet me look at the settings.",
                "10:25",
            ),
            line(ChatFrom::Event, "Control was allowed", "10:26"),
            line(ChatFrom::Mine, "Please do", "10:26"),
        ],
    };
    if let Some(second) = lines.get_mut(3) {
        second.picture = pictured();
    }
    if let Some(last) = lines.last_mut() {
        last.doubtful = true;
    }
    lines
}
