//! The border to keyboard and mouse.
