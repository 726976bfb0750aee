//! Linux: X11. (Wayland's portal for clipboards is a sibling of `x11` once it comes.)

mod outgoing;
mod x11;

pub use x11::X11Clipboard as NativeClipboard;

#[cfg(test)]
mod tests;
