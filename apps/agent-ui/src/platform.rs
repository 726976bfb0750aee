//! What differs between the window systems: fonts, contrast, and what a bar is to the window manager. Chosen by the build script.

#[cfg(window_system = "windows")]
mod windows;
#[cfg(window_system = "x11")]
mod x11;

#[cfg(window_system = "windows")]
pub(crate) use windows::{
    DISPLAYS_HAVE_NAMES, attributes, bar_appeared, bar_attributes, came_quietly, come_forward, come_quietly,
    contrast, font_family, keep_above, listen, use_display,
};
#[cfg(window_system = "x11")]
pub(crate) use x11::{
    DISPLAYS_HAVE_NAMES, attributes, bar_appeared, bar_attributes, came_quietly, come_forward, come_quietly,
    contrast, font_family, keep_above, listen, use_display,
};
