//! Windows: fonts by what is installed, the bar without a place in the task bar and outside of the picture, and the colors
//! of a contrast theme.

mod bar;
mod contrast;
mod fonts;
mod front;
mod news;

use i_slint_backend_winit::winit::platform::windows::{IconExtWindows, WindowAttributesExtWindows};
use i_slint_backend_winit::winit::window::{Icon, Window, WindowAttributes};
use windows::Win32::Foundation::HWND;

pub(crate) use bar::keep_above;
pub(crate) use contrast::contrast;
pub(crate) use fonts::font_family;
pub(crate) use front::{came_quietly, come_forward, come_quietly};
pub(crate) use news::listen;

/// Whether a display is chosen by name: a person has one desktop.
pub(crate) const DISPLAYS_HAVE_NAMES: bool = false;

/// The number of the program's icon among its resources.
const ICON: u16 = 1;

/// What every window has: the program's own icon.
pub(crate) fn attributes(attributes: WindowAttributes) -> WindowAttributes {
    // A program without resources, such as an example, has none.
    let icon = Icon::from_resource(ICON, None).ok();
    attributes.with_taskbar_icon(icon.clone()).with_window_icon(icon)
}

/// Makes a window the bar.
pub(crate) fn bar_attributes(attributes: WindowAttributes) -> WindowAttributes {
    attributes.with_active(false).with_skip_taskbar(true)
}

/// The bar has a window of the system's now, perhaps not its first.
pub(crate) fn bar_appeared(window: &Window) {
    bar::leave_out_of_pictures(handle(window));
}

/// There is one desktop.
pub(crate) fn use_display(_name: &str) {}

/// The toolkit numbers windows by their handles.
fn handle(window: &Window) -> HWND {
    HWND(u64::from(window.id()) as *mut _)
}
