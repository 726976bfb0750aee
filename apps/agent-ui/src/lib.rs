//! The windows of the customer's program: one that changes with what is going on, and the bar on top of the screen.
//!
//! Views go in as plain structs ([`View`], [`BarView`], [`ChatLine`]), what the person did comes out as [`UiEvent`].
//! Nothing here knows a session, a socket or a key, and nothing here decides: the program (`apps/agent`) does.
//! The thread that calls [`AgentUi::run`] owns the windows; every other thread speaks through a [`UiHandle`].

mod app;
mod canvas;
mod clean;
mod code;
mod contrast;
mod event;
mod generated;
mod happened;
mod lang;
mod mailbox;
mod messages;
mod picture;
mod placement;
mod platform;
mod presenter;
mod sentences;
mod view;
mod wrap;

pub use app::{AgentUi, Theme, UiError, UiOptions, displays_have_names};
pub use code::spoken_digits;
pub use event::{Capabilities, Capability, UiEvent};
pub use happened::event_sentence;
pub use lang::Lang;
pub use mailbox::UiHandle;
pub use picture::ChatPicture;
pub use placement::Area;
pub use view::{
    AskReason, BarState, BarView, ChatFrom, ChatLine, CodeTrouble, ConnectPhase, Copying, CopyingState,
    EndReason, Operator, PermissionView, Problem, Protection, Question, Right, ShownView, View,
};
