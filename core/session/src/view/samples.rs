//! One view of each kind with every field filled, as the page gets it: `web/session/src/samples` holds both sides to it.
//! `TEMOTO_WRITE_SAMPLES=1` writes the files anew.

use super::*;
use crate::Happened;
use crate::channel::chat::{Delivery, From};
use crate::channel::files::RootKind;

fn line(from: From, text: &str, arguments: &[&str], state: Delivery) -> Line {
    Line {
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        from,
        text: text.to_owned(),
        arguments: arguments.iter().map(|&a| a.to_owned()).collect(),
        at_ms: 1_790_000_000_000,
        state,
    }
}

fn chat() -> Vec<Line> {
    vec![
        line(From::Event, "line_back", &["10"], Delivery::Sent),
        line(From::Customer, "印刷できません", &[], Delivery::Pending),
        line(From::Operator, "見てみましょう", &[], Delivery::Perhaps),
    ]
}

fn link() -> LinkView {
    LinkView {
        up: false,
        trying_since_ms: Some(1_790_000_001_000),
        closed: Some("replaced"),
    }
}

fn customer(computer: &str) -> CustomerEnd {
    CustomerEnd {
        present: true,
        lost_since_ms: Some(1_790_000_002_000),
        system: "Windows 11".to_owned(),
        software: "Edge 140".to_owned(),
        computer: computer.to_owned(),
        keyboard: "jp".to_owned(),
        host: "help.example.jp".to_owned(),
        level: Level::Standard,
    }
}

fn files() -> FilesView {
    let path = || vec!["写真".to_owned(), "海.jpg".to_owned()];
    FilesView {
        roots: vec![Root {
            id: "desktop".to_owned(),
            kind: RootKind::Desktop,
            name: "デスクトップ".to_owned(),
            free: 1 << 30,
            size: 1 << 36,
        }],
        transfers: vec![TransferView {
            transfer: 3,
            way: "send",
            state: "asking",
            fault: Some(Fault::Full),
            by_customer: false,
            name: "写真".to_owned(),
            items: 12,
            items_over: 3,
            bytes: 9_000_000,
            bytes_done: 2_000_000,
            current: Some(FileView {
                path: path(),
                bytes: 800_000,
                bytes_done: 200_000,
            }),
            bytes_per_second: 500_000,
            seconds_left: Some(14),
            question: Some(QuestionView {
                path: path(),
                size: 800_000,
                modified_ms: 1_790_000_000_000,
                there_size: 700_000,
                there_modified_ms: 1_780_000_000_000,
            }),
            problems: vec![ProblemView {
                path: path(),
                fault: Fault::InUse,
            }],
            problem_count: 1,
        }],
    }
}

fn console() -> ConsoleView {
    ConsoleView {
        session: "00112233445566778899aabbccddeeff".to_owned(),
        link: link(),
        code: Some(CodeView {
            digits: "48219037".to_owned(),
            expires_at_ms: 1_790_000_600_000,
            failures: 1,
        }),
        notice: Some(Notice {
            code: "foreign_host",
            arguments: vec!["other.example.net".to_owned()],
            number: 2,
        }),
        page: Some(customer("")),
        step: Some("downloading"),
        program: Some(customer("keiri-03")),
        waiting_for_permission: true,
        granted: vec![Capability::View],
        asked: vec![Capability::Control],
        resting: vec![RestView {
            capability: Capability::Control,
            until_ms: 1_790_000_010_000,
        }],
        paused: true,
        controlling: true,
        yielded: true,
        obstacle: Some("locked"),
        displays: vec![DisplayView {
            id: 0,
            name: "DP-1".to_owned(),
            x: -1_920,
            y: 120,
            width: 1_920,
            height: 1_080,
            scale_percent: 125,
            primary: true,
        }],
        shown: Some(0),
        side_by_side: true,
        changing: true,
        colors: Colors::Gray,
        exact: true,
        clipboard: ClipboardView {
            offered: Some(OfferedView {
                number: 2,
                kind: "rich",
                bytes: 120,
                too_long: false,
            }),
            coming_percent: Some(40),
            going_percent: Some(60),
        },
        files: files(),
        sharing: Some(Surface::Window),
        showing: Some(ShowView {
            surface: Surface::Monitor,
            to: "program",
        }),
        picture: Some(PictureView {
            width: 1_920,
            height: 1_080,
            look: 3,
        }),
        quality: Quality {
            round_trip_ms: Some(24),
            bits_per_second: 1_500_000,
            frames_per_second: 12,
        },
        chat: chat(),
        ended: Some(EndView {
            by: "customer",
            code: "emergency",
        }),
    }
}

fn agent() -> AgentView {
    AgentView {
        link: link(),
        phase: "refused",
        reason: Some("token_asks"),
        new_code_needed: true,
        failures_differ: true,
        operator: Some(OperatorView {
            name: "佐藤 花子".to_owned(),
            organisation: "サンプル株式会社".to_owned(),
            confirmed: true,
        }),
        level: Some(Level::High),
        download_name: Some("temoto_help.example.jp_0123456789abcdefghjkmnpqrs00".to_owned()),
        program: Some(ProgramView {
            present: true,
            computer: "keiri-03".to_owned(),
            system: "Windows 11".to_owned(),
            already_used: true,
        }),
        operator_present: true,
        showing: Some(WatchView {
            surface: Surface::Tab,
            picture: Some(PictureView {
                width: 1_280,
                height: 720,
                look: 1,
            }),
        }),
        granted: vec![Capability::View, Capability::Control],
        asked: vec![Capability::Control],
        met: vec![Capability::View, Capability::Control],
        paused: true,
        under_way: Vec::new(),
        yielded: true,
        chat: chat(),
    }
}

fn holds(name: &str, view: &impl Serialize) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../web/session/src/samples")
        .join(name);
    let mut text = serde_json::to_string_pretty(view).expect("a view is JSON");
    text.push('\n');
    if std::env::var_os("TEMOTO_WRITE_SAMPLES").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, text, "web/session/src/samples/{name}");
}

#[test]
fn the_console_s_view_is_what_the_page_expects() {
    holds("console-view.json", &console());
}

#[test]
fn the_agent_s_view_is_what_the_page_expects() {
    holds("agent-view.json", &agent());
}

#[test]
fn the_events_are_those_that_the_page_has_sentences_for() {
    let codes: Vec<_> = Happened::ALL.iter().map(|event| event.code()).collect();
    holds("events.json", &codes);
}
