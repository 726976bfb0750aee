//! The colors of a contrast theme: what the person's system says, in place of the design's own.

use slint::Color;

use crate::generated::Contrast;

/// Few colors, each `0x00RRGGBB`, that are told apart by people who see little.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ContrastColors {
    /// Behind everything.
    pub(crate) ground: u32,
    /// Text and lines on it.
    pub(crate) ink: u32,
    /// Behind a button's text.
    pub(crate) button: u32,
    /// A button's text.
    pub(crate) on_button: u32,
    /// What is chosen, focused or the first choice.
    pub(crate) highlight: u32,
    /// Text on it.
    pub(crate) on_highlight: u32,
    /// Text of what cannot be pressed.
    pub(crate) disabled: u32,
}

impl ContrastColors {
    /// Light on black, for looking at the windows on a system without such a theme.
    pub(crate) const NIGHT: Self = Self {
        ground: 0x00_00_00,
        ink: 0xff_ff_ff,
        button: 0x00_00_00,
        on_button: 0xff_ff_00,
        highlight: 0x1a_eb_ff,
        on_highlight: 0x00_00_00,
        disabled: 0x3f_f2_3f,
    };

    fn shown(self) -> Contrast {
        let color = |rgb: u32| {
            let [_, red, green, blue] = rgb.to_be_bytes();
            Color::from_rgb_u8(red, green, blue)
        };
        Contrast {
            on: true,
            ground: color(self.ground),
            ink: color(self.ink),
            button: color(self.button),
            on_button: color(self.on_button),
            highlight: color(self.highlight),
            on_highlight: color(self.on_highlight),
            disabled: color(self.disabled),
        }
    }
}

/// As the windows take it; `None` is the design's own colors.
pub(crate) fn shown(colors: Option<ContrastColors>) -> Contrast {
    colors.map_or_else(Contrast::default, ContrastColors::shown)
}
