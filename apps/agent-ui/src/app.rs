//! Makes the windows and runs their loop.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use i_slint_backend_winit::Backend;
use slint::ComponentHandle;

use crate::generated::{BarWindow, MainWindow, ShownWindow};
use crate::mailbox::{Mailbox, UiHandle};
use crate::platform;
use crate::presenter::Presenter;
use crate::{Lang, UiEvent};

/// Light, dark or full of contrast.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Theme {
    /// As the system says, also when it changes.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// Always a contrast theme: that of the system, or one of our own where the system has none.
    Contrast,
}

/// How the interface starts.
#[derive(Clone, Debug)]
pub struct UiOptions {
    /// The first language; the person can switch.
    pub lang: Lang,
    /// Light, dark or full of contrast.
    pub theme: Theme,
    /// No motion at all.
    pub calm: bool,
    /// The program's version, for About.
    pub version: String,
    /// The X display to show them on; `None` for that of the environment. Elsewhere it says nothing.
    pub display: Option<String>,
}

/// Why there are no windows.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// No display to show them on, or the system refused; the text is the toolkit's.
    #[error("cannot open a window: {0}")]
    NoWindow(String),
}

impl From<slint::PlatformError> for UiError {
    fn from(error: slint::PlatformError) -> Self {
        Self::NoWindow(error.to_string())
    }
}

/// Whether this system's displays have names that [`UiOptions::display`] can choose by.
pub fn displays_have_names() -> bool {
    platform::DISPLAYS_HAVE_NAMES
}

/// Which window is being made.
#[derive(Clone, Copy)]
enum Making {
    Main,
    Bar,
    Shown,
}

/// The windows. One per process; stays on the thread that made it (the main thread, as some systems demand).
pub struct AgentUi {
    presenter: Rc<Presenter>,
    handle: UiHandle,
}

impl AgentUi {
    /// Prepares the windows without showing any. `events` is called on this thread and must not wait. To be called before
    /// the program starts threads.
    ///
    /// # Errors
    /// If there is no display, or a second interface is made in one process.
    pub fn new(options: UiOptions, events: impl Fn(UiEvent) + 'static) -> Result<Self, UiError> {
        if let Some(display) = &options.display {
            platform::use_display(display);
        }
        let making = Rc::new(Cell::new(Making::Main));
        let backend = Backend::builder()
            .with_renderer_name("software")
            .with_window_attributes_hook({
                let making = Rc::clone(&making);
                move |attributes| {
                    let attributes = platform::attributes(attributes);
                    match making.get() {
                        Making::Main => attributes,
                        Making::Bar => platform::bar_attributes(attributes),
                        // It does not take the keyboard when it comes.
                        Making::Shown => attributes.with_active(false),
                    }
                }
            })
            .build()?;
        slint::platform::set_platform(Box::new(backend))
            .map_err(|error| UiError::NoWindow(error.to_string()))?;

        let main = MainWindow::new()?;
        // The attributes are asked for when a component first touches its window.
        main.window();
        making.set(Making::Bar);
        let bar = BarWindow::new()?;
        bar.window();
        making.set(Making::Shown);
        let shown = ShownWindow::new()?;
        shown.window();
        making.set(Making::Main);

        let mailbox = Arc::<Mailbox>::default();
        let handle = UiHandle {
            mailbox: Arc::clone(&mailbox),
            window: main.as_weak(),
        };
        let presenter = Presenter::new((main, bar, shown), mailbox, &options, Box::new(events));
        Ok(Self { presenter, handle })
    }

    /// A handle for other threads.
    pub fn handle(&self) -> UiHandle {
        self.handle.clone()
    }

    /// Shows what was asked for and serves the windows until [`UiHandle::quit`].
    ///
    /// # Errors
    /// If the display goes away.
    pub fn run(self) -> Result<(), UiError> {
        self.presenter.read_mail();
        slint::run_event_loop_until_quit()?;
        Ok(())
    }
}
