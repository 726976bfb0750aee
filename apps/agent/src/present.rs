//! From the session's state to what the windows show. Pure: the same state always shows the same.

use temoto_agent_ui::{
    AskReason, BarState, BarView, Capabilities, Capability as Shown, ChatFrom, ChatLine, CodeTrouble,
    ConnectPhase, Copying, CopyingState, EndReason, Lang, Operator, PermissionView, Problem, Protection,
    Question, Right, ShownView, View, event_sentence,
};
use temoto_session::channel::chat::{Delivery, From, Line};
use temoto_session::channel::pictures::PICTURE;
use temoto_session::permission::Capability;
use temoto_session::view::{AgentView, Level, UnderWayView};

use crate::pictures::Pictures;

/// What the windows show.
pub struct Picture {
    /// The main window.
    pub view: View,
    /// The bar on top of the screen.
    pub bar: Option<BarView>,
    /// What the operator shows.
    pub shown: Option<ShownView>,
    /// The chat.
    pub chat: Vec<ChatLine>,
}

/// What the session does not know.
pub struct Context<'a> {
    /// The server as the customer knows it.
    pub host: &'a str,
    /// Language of the windows.
    pub lang: Lang,
    /// The customer typed a code: refusals lead back to the field.
    pub by_code: bool,
    /// The permission was answered, one way or the other.
    pub answered: bool,
    /// Why the server could not be reached, the last time.
    pub unreachable: Option<&'a str>,
    /// The time of day of a moment (Unix milliseconds) as people here write it.
    pub time_of_day: fn(u64) -> String,
    /// The picture that a line of the chat brings, once it is here.
    pub pictures: &'a Pictures,
}

/// What to show now.
pub fn picture(view: &AgentView, context: &Context<'_>) -> Picture {
    let main = main_window(view, context);
    let session = matches!(main, View::Session);
    let bar = session.then(|| bar(view));
    Picture {
        view: main,
        bar,
        shown: shown_screen(view).filter(|_| session),
        chat: chat(&view.chat, context),
    }
}

fn main_window(view: &AgentView, context: &Context<'_>) -> View {
    match view.phase {
        "paired" if !context.answered => match &view.operator {
            // Nothing is asked before it is known what for.
            Some(_) if view.asked.is_empty() => connecting(context, ConnectPhase::Waiting),
            Some(operator) => View::Permission(PermissionView {
                domain: context.host.to_owned(),
                operator: operator
                    .confirmed
                    .then(|| named(&operator.name, &operator.organisation)),
                protection: match view.level {
                    Some(Level::High) => Protection::High,
                    // Before both ends have compared, the lesser is said.
                    Some(Level::Standard) | None => Protection::Standard,
                },
                asked: capabilities(&view.asked),
            }),
            None => connecting(context, ConnectPhase::Securing),
        },
        "paired" => match view.link.closed {
            // A line that does not come back by itself.
            Some(closed) => View::Ended {
                reason: end_reason(Some(closed)),
                remains: Vec::new(),
            },
            None => View::Session,
        },
        "ended" => View::Ended {
            reason: end_reason(view.reason),
            remains: Vec::new(),
        },
        "refused" => refused(view, context),
        _ => match context.unreachable {
            Some(why) if !view.link.up => View::Problem {
                problem: problem_of(why, context.host),
                details: why.to_owned(),
                report: String::new(),
            },
            _ => connecting(context, ConnectPhase::Reaching),
        },
    }
}

fn refused(view: &AgentView, context: &Context<'_>) -> View {
    if context.by_code {
        let trouble = match view.reason {
            _ if view.new_code_needed => CodeTrouble::NewCodeNeeded,
            Some("forbidden") => CodeTrouble::OtherServer,
            Some("no_licence") => CodeTrouble::NoLicence,
            Some("update") => return problem(Problem::UpdateNeeded),
            _ => CodeTrouble::NotFound,
        };
        return View::AskCode {
            reason: AskReason::NoPlace,
            server: Some(context.host.to_owned()),
            trouble: Some(trouble),
            busy: false,
        };
    }
    match view.reason {
        // The operator is asked to let this program in again; it knocks by itself meanwhile.
        Some("token_asks") => connecting(context, ConnectPhase::AskingAgain),
        Some("update") => problem(Problem::UpdateNeeded),
        Some("wrong") => problem(Problem::Expired),
        _ => problem(Problem::Other),
    }
}

const fn problem(problem: Problem) -> View {
    View::Problem {
        problem,
        details: String::new(),
        report: String::new(),
    }
}

/// Which sentence fits a failure to reach the server.
fn problem_of(why: &str, host: &str) -> Problem {
    if why.contains("certificate") {
        Problem::NotTrusted {
            host: host.to_owned(),
        }
    } else {
        Problem::NoAnswer {
            host: host.to_owned(),
        }
    }
}

fn connecting(context: &Context<'_>, phase: ConnectPhase) -> View {
    View::Connecting {
        host: context.host.to_owned(),
        phase,
    }
}

fn end_reason(who: Option<&str>) -> EndReason {
    match who {
        Some("customer" | "closed") => EndReason::ByCustomer,
        Some("operator") => EndReason::ByOperator,
        Some("administrator") => EndReason::ByAdministrator,
        Some("signed_out") => EndReason::SignedOut,
        Some("replaced") => EndReason::Replaced,
        Some("protocol") => EndReason::Unsafe,
        _ => EndReason::LineLost,
    }
}

fn named(name: &str, organisation: &str) -> Operator {
    Operator {
        name: name.to_owned(),
        organisation: organisation.to_owned(),
    }
}

fn capabilities(list: &[Capability]) -> Capabilities {
    Capabilities {
        view: list.contains(&Capability::View),
        control: list.contains(&Capability::Control),
    }
}

/// One question at a time. What needs another capability comes before it: allowing it allows that too.
fn question(asked: &[Capability]) -> Option<Question> {
    let brings = |c: Capability| asked.iter().any(|other| other.needs() == Some(c));
    let first = asked.iter().find(|&&c| !brings(c))?;
    Some(Question {
        capability: shown(*first),
    })
}

/// As the windows call it.
pub const fn shown(capability: Capability) -> Shown {
    match capability {
        Capability::View => Shown::View,
        Capability::Control => Shown::Control,
        Capability::ClipboardIn => Shown::ClipboardIn,
        Capability::ClipboardOut => Shown::ClipboardOut,
        Capability::FilesIn => Shown::FilesIn,
        Capability::FilesOut => Shown::FilesOut,
    }
}

/// As the session calls it.
pub const fn meant(shown: Shown) -> Capability {
    match shown {
        Shown::View => Capability::View,
        Shown::Control => Capability::Control,
        Shown::ClipboardIn => Capability::ClipboardIn,
        Shown::ClipboardOut => Capability::ClipboardOut,
        Shown::FilesIn => Capability::FilesIn,
        Shown::FilesOut => Capability::FilesOut,
    }
}

/// Beside a question or the end nothing is shown, and nothing before there is a picture.
fn shown_screen(view: &AgentView) -> Option<ShownView> {
    let picture = view.showing?.picture?;
    Some(ShownView {
        operator: confirmed(view),
        size: (picture.width, picture.height),
        stale: !view.link.up || !view.operator_present,
    })
}

fn confirmed(view: &AgentView) -> Option<Operator> {
    let operator = view.operator.as_ref().filter(|operator| operator.confirmed)?;
    Some(named(&operator.name, &operator.organisation))
}

fn bar(view: &AgentView) -> BarView {
    let sees = view.granted.contains(&Capability::View);
    let state = if !view.link.up || !view.operator_present {
        BarState::Reconnecting
    } else if view.paused {
        BarState::Paused
    } else if view.yielded && view.granted.contains(&Capability::Control) {
        BarState::Yielded
    } else if sees {
        BarState::Sharing
    } else {
        BarState::Connected
    };
    let rights = view.met.iter().map(|&capability| Right {
        capability: shown(capability),
        allowed: view.granted.contains(&capability),
    });
    BarView {
        state,
        operator: confirmed(view),
        rights: rights.collect(),
        copying: view.under_way.iter().map(copying).collect(),
        question: question(&view.asked),
    }
}

fn copying(one: &UnderWayView) -> Copying {
    Copying {
        transfer: one.transfer,
        here: one.way == "in",
        state: match one.state {
            "preparing" => CopyingState::Preparing,
            "held" => CopyingState::Held,
            _ => CopyingState::Running,
        },
        name: one.name.clone(),
        items: (one.items, one.items_over),
        bytes: (one.bytes, one.bytes_done),
    }
}

fn chat(lines: &[Line], context: &Context<'_>) -> Vec<ChatLine> {
    lines
        .iter()
        .filter_map(|line| {
            let (from, text) = match line.from {
                From::Customer => (ChatFrom::Mine, line.text.clone()),
                From::Operator => (ChatFrom::Operator, line.text.clone()),
                From::Event => (
                    // A picture is something that the operator says.
                    if line.text == PICTURE {
                        ChatFrom::Operator
                    } else {
                        ChatFrom::Event
                    },
                    event_sentence(context.lang, &line.text, &line.arguments)?,
                ),
            };
            let doubtful = line.state == Delivery::Perhaps;
            Some(ChatLine {
                from,
                text,
                time: (context.time_of_day)(line.at_ms),
                doubtful,
                picture: context.pictures.get(&line.id),
            })
        })
        .collect()
}
