//! What differs between the window systems: fonts and what a bar is to the window manager. Chosen by the build script.

#[cfg(window_system = "windows")]
mod windows;
#[cfg(window_system = "x11")]
mod x11;

#[cfg(window_system = "windows")]
pub(crate) use windows::{bar_attributes, font_family, use_display};
#[cfg(window_system = "x11")]
pub(crate) use x11::{bar_attributes, font_family, use_display};
