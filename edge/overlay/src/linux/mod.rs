//! Linux: X11. (Wayland's layer shell is a sibling of `x11` once it comes.)

mod x11;

pub use x11::X11Overlay as NativeOverlay;

#[cfg(test)]
mod tests;
