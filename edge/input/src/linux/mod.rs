//! Linux: X11 with the XTEST extension. (Wayland's portal and uinput are siblings of `x11` once they come.)

mod x11;

pub(crate) use x11::layout::keyboard_layout;
pub(crate) use x11::open;
pub use x11::{X11Sink as NativeSink, X11Watch as NativeWatch};

#[cfg(test)]
mod tests;
