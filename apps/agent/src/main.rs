//! temoto: the program on the customer's computer.
//!
//! It finds its session by its own name, asks the customer what may be done, shares the screen while it is allowed, and leaves
//! nothing behind: it writes no file and no setting, and neither does anything it is made of. What it keeps are files that the operator
//! put on the clipboard, until the session ends, or, after a crash, until the next start. The windows are `apps/agent-ui`, the work is `edge/driver`; here is the wiring.

// Where programs are built for a console or for windows this one is for windows: no console opens beside it.
#![windows_subsystem = "windows"]

mod app;
mod no_window;
mod options;
mod pictures;
mod present;
mod start;
mod system;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use temoto_agent_ui::{AgentUi, Lang, Theme, UiOptions};
use temoto_instance::{Acquired, Request};

use app::App;
use options::{Asked, Options};
use start::Start;

/// The thread that waits for later starts looks up this often.
const LOOK_UP: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    temoto_host::settle();
    let options = match Options::parse(std::env::args_os(), system::language()) {
        Ok(Asked::Run(options)) => options,
        Ok(Asked::Tell(text)) => return tell(text),
        Err(error) => return fail(&format!("{error:#}")),
    };
    let start = match (Start::of_name(&options.name), &options.on_disk) {
        (Start::Ask, Some(name)) => Start::of_name(name),
        (found, _) => found,
    };
    // Held until the end: a second start of the same file finds this one and brings it forward.
    let place = match &start {
        Start::Token(server) => temoto_instance::acquire(&server.token),
        Start::Ask => temoto_instance::acquire("ask"),
    };
    if let Ok(Acquired::Running { told: true }) = place {
        return ExitCode::SUCCESS;
    }
    match run(options, start, place.ok()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}")),
    }
}

fn run(options: Options, start: Start, place: Option<Acquired>) -> anyhow::Result<()> {
    let app = Arc::new(App::new(&options));
    watch_panics(&app, options.lang);
    std::thread::spawn(temoto_driver::sweep_clipboard);
    let ui_options = UiOptions {
        lang: options.lang,
        theme: Theme::System,
        calm: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        display: options.display.clone(),
    };
    let ui = AgentUi::new(ui_options, {
        let app = Arc::clone(&app);
        move |event| app.ui_event(event)
    })
    .map_err(|_| anyhow::anyhow!(no_window::sentence_here(options.display.as_deref(), options.lang)))?;
    app.attach(ui.handle());
    if let Some(Acquired::First(mut listener)) = place {
        let handle = ui.handle();
        std::thread::spawn(move || {
            while let Ok(asked) = listener.wait(LOOK_UP) {
                if asked == Some(Request::ComeForward) {
                    handle.bring_forward();
                }
            }
        });
    }
    temoto_host::on_end({
        let app = Arc::clone(&app);
        move || app.quit()
    })?;
    app.begin(start)?;
    let shown = ui.run();
    app.close();
    Ok(shown?)
}

/// Where a panic aborts nothing is dropped: what is pressed would stay pressed. And where the toolkit panics because the system lacks a
/// library, the person reads which.
fn watch_panics(app: &Arc<App>, lang: Lang) {
    let usual = std::panic::take_hook();
    let app = Arc::clone(app);
    std::panic::set_hook(Box::new(move |info| {
        app.let_go();
        if let Some(library) = info.payload_as_str().and_then(no_window::missing_library) {
            let _said = fail(&no_window::without_library(library, lang));
            std::process::exit(2);
        }
        usual(info);
        // Where nobody can be told that it ended, it ends at once: with the process.
        if cfg!(panic = "abort") && app.cut() {
            // Without a terminal the windows would vanish without a word.
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let _said = fail(&no_window::broken(&place, lang));
        }
    }));
}

fn tell(text: &str) -> ExitCode {
    match temoto_host::tell(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// One sentence where the person who started the program reads it.
fn fail(sentence: &str) -> ExitCode {
    // With nobody there it is not read; the code says that something is wrong.
    let _unheard = temoto_host::complain(sentence);
    ExitCode::from(2)
}
