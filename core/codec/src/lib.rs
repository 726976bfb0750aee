//! The screen codec: framebuffer, damage, exact coding, encoder and decoder side by side.
