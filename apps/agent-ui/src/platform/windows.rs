//! Windows: the bar has no place in the task bar and does not take the focus when it appears.

use i_slint_backend_winit::winit::platform::windows::WindowAttributesExtWindows;
use i_slint_backend_winit::winit::window::WindowAttributes;

use crate::Lang;

/// The system's own faces. Yu Gothic UI comes with every Windows 10 and newer; Meiryo and the rest stand in by the system's fallback.
pub(crate) fn font_family(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "Yu Gothic UI",
        Lang::En => "Segoe UI",
    }
}

/// Makes a window the bar.
pub(crate) fn bar_attributes(attributes: WindowAttributes) -> WindowAttributes {
    attributes.with_active(false).with_skip_taskbar(true)
}

/// There is one display.
pub(crate) fn use_display(_name: &str) {}
