//! The machine on a system that replays what Windows is documented to do.

mod duplication;
mod gdi;
mod obstacles;
mod replay;
