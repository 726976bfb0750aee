//! What other products need for the same pixels.

pub mod images;
pub mod tigervnc;
pub mod video;
