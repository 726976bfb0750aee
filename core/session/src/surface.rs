//! What of a computer a browser captures: all of a display, a window or a tab.

use serde::{Deserialize, Serialize};
use temoto_wire::proto;

/// What the person picked in the browser's own question.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A whole display.
    Monitor,
    /// A window of a program.
    Window,
    /// A tab of the browser.
    Tab,
    /// The browser does not say.
    #[default]
    Unknown,
}

impl Surface {
    /// From its number on the wire; unknown ones of a newer peer are [`Surface::Unknown`].
    #[must_use]
    pub fn from_proto(n: i32) -> Self {
        match proto::Surface::try_from(n) {
            Ok(proto::Surface::Monitor) => Self::Monitor,
            Ok(proto::Surface::Window) => Self::Window,
            Ok(proto::Surface::Tab) => Self::Tab,
            Ok(proto::Surface::Unspecified) | Err(_) => Self::Unknown,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn to_proto(self) -> i32 {
        match self {
            Self::Monitor => proto::Surface::Monitor as i32,
            Self::Window => proto::Surface::Window as i32,
            Self::Tab => proto::Surface::Tab as i32,
            Self::Unknown => proto::Surface::Unspecified as i32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_on_the_wire_come_back_as_the_same_surface() {
        for surface in [Surface::Monitor, Surface::Window, Surface::Tab, Surface::Unknown] {
            assert_eq!(Surface::from_proto(surface.to_proto()), surface);
        }
        assert_eq!(Surface::from_proto(9_999), Surface::Unknown);
    }
}
