//! Windows: the registry, the person's display language, a console or a message box, and the end of the person's session.

mod end;
mod names;
mod settle;
mod terminal;

pub(crate) use end::on_end;
pub(crate) use names::{computer_name, language, system_name};
pub(crate) use settle::settle;
pub(crate) use terminal::{Tone, say};
