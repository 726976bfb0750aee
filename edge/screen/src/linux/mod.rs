//! Linux: X11. (Wayland's portal is a sibling of `x11` once it comes.)

mod x11;

pub use x11::X11Screen as NativeScreen;

#[cfg(test)]
mod tests;
