//! The border to what lies over the screen: the frame around a shared display.
