//! The one native loop around an [`Agent`](temoto_session::Agent): the line and the machine's edges in, the machine's edges and
//! the person's view out.
//!
//! The session runs on a thread of its own; screen, input and the watch for the customer's own hand have one each, because their
//! window systems block. Everything between them is bounded. Nothing is decided here.

mod clipboard;
mod edges;
mod files;
mod hands;
mod line;
mod numbers;
mod records;
mod screen;
mod session;
mod workers;

pub use records::Records;
use temoto_codec::Framebuffer;
/// Removes what was put on the clipboard in sessions whose program died. It may take its time.
pub use temoto_files::sweep as sweep_clipboard;
use temoto_geometry::Region;
use temoto_input::{OwnWindows, Rescue};
use temoto_session::channel::pictures::Settled;
use temoto_session::view::AgentView;
use temoto_session::{AgentCommand, AgentSettings};
use temoto_transport::Endpoint;
use tokio::sync::mpsc;

/// What the driver needs to know.
pub struct Settings {
    /// The machine's display; `None` takes that of the environment.
    pub display: Option<String>,
    /// What this agent is.
    pub agent: AgentSettings,
    /// Windows that never take remote input.
    pub own: OwnWindows,
}

/// What the shell tells the driver.
pub enum Order {
    /// Where the relay is; before the first join, and again when the customer names another server.
    Endpoint(Endpoint),
    /// What the customer does.
    Customer(AgentCommand),
}

/// What the driver tells the shell, from a thread of its own.
pub enum Report<'a> {
    /// What to show.
    View(Box<AgentView>),
    /// What the operator shows changed there. The picture is lent for the moment of the call: whoever shows it takes what changed
    /// out of it, and asks for all of it with [`AgentCommand::Repaint`] when that is needed.
    Painted(&'a Framebuffer, &'a Region),
    /// The operator shows nothing any more: nothing of the picture may stay.
    Blank,
    /// The picture of a line of the chat.
    Picture(Settled),
    /// The last try to reach the server failed; the next one follows by itself.
    Unreachable(String),
    /// From now on keys can be held down: what lets go of them if the program dies before it is done.
    Hands(Rescue),
    /// The session is over and everything is closed; the driver's thread ends.
    Done,
}

/// Orders that may wait.
const ORDERS: usize = 64;

/// The shell's end of a running driver. Dropping it ends the session.
pub struct Driver {
    orders: mpsc::Sender<Order>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Why a driver could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// A thread or the event loop could not be started.
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

impl Driver {
    /// Starts the threads; `report` is called from one of them.
    ///
    /// # Errors
    /// See [`DriverError`]. A machine without a screen is none: the operator is told, and chat works.
    pub fn start(
        settings: Settings,
        report: impl FnMut(Report<'_>) + Send + 'static,
    ) -> Result<Self, DriverError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(DriverError::Random)?;
        let (orders, inbox) = mpsc::channel(ORDERS);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(DriverError::Start)?;
        let thread = std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || {
                runtime.block_on(session::run(settings, seed, inbox, Box::new(report)));
            })
            .map_err(DriverError::Start)?;
        Ok(Self {
            orders,
            thread: Some(thread),
        })
    }

    /// Gives an order; `false` if the driver is done or hopelessly behind.
    pub fn order(&self, order: Order) -> bool {
        self.orders.try_send(order).is_ok()
    }

    /// Waits until the driver's thread is done. Give the order to end before.
    pub fn join(mut self) {
        let thread = self.thread.take();
        drop(self);
        if let Some(thread) = thread {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}
