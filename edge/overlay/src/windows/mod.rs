//! Windows: four thin windows of one color, above all others, without input and, where the system can, outside of the
//! picture that programs take of the screen.

mod frame;
mod sides;

pub use frame::WindowsOverlay as NativeOverlay;

#[cfg(test)]
mod tests;
