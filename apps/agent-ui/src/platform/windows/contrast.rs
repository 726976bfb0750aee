//! The colors of a contrast theme, while the person has one.

#![expect(unsafe_code, reason = "the calls of the system take raw pointers")]

use windows::Win32::Graphics::Gdi::{
    COLOR_BTNFACE, COLOR_BTNTEXT, COLOR_GRAYTEXT, COLOR_HIGHLIGHT, COLOR_HIGHLIGHTTEXT, COLOR_WINDOW,
    COLOR_WINDOWTEXT, GetSysColor, SYS_COLOR_INDEX,
};
use windows::Win32::UI::Accessibility::{HCF_HIGHCONTRASTON, HIGHCONTRASTW};
use windows::Win32::UI::WindowsAndMessaging::{
    SPI_GETHIGHCONTRAST, SYSTEM_PARAMETERS_INFO_UPDATE_FLAGS, SystemParametersInfoW,
};

use crate::contrast::ContrastColors;

pub(crate) fn contrast() -> Option<ContrastColors> {
    is_on().then(|| ContrastColors {
        ground: color(COLOR_WINDOW),
        ink: color(COLOR_WINDOWTEXT),
        button: color(COLOR_BTNFACE),
        on_button: color(COLOR_BTNTEXT),
        highlight: color(COLOR_HIGHLIGHT),
        on_highlight: color(COLOR_HIGHLIGHTTEXT),
        disabled: color(COLOR_GRAYTEXT),
    })
}

fn is_on() -> bool {
    let size = size_of::<HIGHCONTRASTW>() as u32;
    let mut setting = HIGHCONTRASTW {
        cbSize: size,
        ..HIGHCONTRASTW::default()
    };
    // SAFETY: the structure says its size and outlives the call; the name of the theme that it points to is not read.
    let told = unsafe {
        SystemParametersInfoW(
            SPI_GETHIGHCONTRAST,
            size,
            Some((&raw mut setting).cast()),
            SYSTEM_PARAMETERS_INFO_UPDATE_FLAGS(0),
        )
    };
    told.is_ok() && setting.dwFlags.contains(HCF_HIGHCONTRASTON)
}

/// `0x00RRGGBB`; the system has them the other way round.
fn color(index: SYS_COLOR_INDEX) -> u32 {
    // SAFETY: any index may be asked for.
    let [red, green, blue, _] = unsafe { GetSysColor(index) }.to_le_bytes();
    u32::from_be_bytes([0, red, green, blue])
}
