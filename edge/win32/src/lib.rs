//! What several borders need on Windows alike. It touches nothing that a border is for; elsewhere it is empty.

#[cfg(windows)]
mod desktop;
#[cfg(windows)]
mod dpi;

#[cfg(windows)]
pub use desktop::desktop_name;
#[cfg(windows)]
pub use dpi::PhysicalPixels;
