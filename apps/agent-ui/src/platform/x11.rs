//! X11: the bar is a dock, which window managers keep above, on every desktop, out of the task list and without focus.

use i_slint_backend_winit::winit::platform::x11::{WindowAttributesExtX11, WindowType};
use i_slint_backend_winit::winit::window::{Icon, Window, WindowAttributes};

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use crate::Lang;
use crate::contrast::ContrastColors;

/// The program's sign as plain pixels (red, green, blue, alpha), `ICON_PX` across and down; window managers scale it.
const ICON: &[u8] = include_bytes!("../../ui/mark.rgba");
const ICON_PX: u32 = 64;

/// Whether a display is chosen by name.
pub(crate) const DISPLAYS_HAVE_NAMES: bool = true;

/// The face that has both Japanese and Latin. Where it is missing fontconfig's own choice for the system's language stands in.
pub(crate) fn font_family(_lang: Lang) -> &'static str {
    "Noto Sans CJK JP"
}

/// What every window has: the program's own icon.
pub(crate) fn attributes(attributes: WindowAttributes) -> WindowAttributes {
    attributes.with_window_icon(Icon::from_rgba(ICON.to_vec(), ICON_PX, ICON_PX).ok())
}

/// Makes a window the bar.
pub(crate) fn bar_attributes(attributes: WindowAttributes) -> WindowAttributes {
    attributes
        .with_active(false)
        .with_x11_window_type(vec![WindowType::Dock])
}

/// A dock is what it has to be from the beginning; X11 has no way to leave it out of a picture.
pub(crate) fn bar_appeared(_window: &Window) {}

/// Window managers keep docks above.
pub(crate) fn keep_above(_window: &Window) {}

/// Brings a window to the front, as far as the window manager likes.
pub(crate) fn come_forward(window: &Window) {
    window.focus_window();
}

/// A window that is about to appear leaves the keyboard where it is: a time of zero says that nobody asked for it.
pub(crate) fn come_quietly(window: &Window) {
    let quiet = || -> Result<(), Box<dyn std::error::Error>> {
        let (connection, _) = x11rb::connect(None)?;
        let name = connection.intern_atom(false, b"_NET_WM_USER_TIME")?.reply()?.atom;
        let id = u32::try_from(u64::from(window.id()))?;
        connection
            .change_property32(PropMode::REPLACE, id, name, AtomEnum::CARDINAL, &[0])?
            .check()?;
        Ok(())
    };
    // Where it cannot be said the window is in front as any other.
    let _unsaid = quiet();
}

/// Window managers put a window that appears above the others.
pub(crate) fn came_quietly(_window: &Window) {}

/// There is no setting for it that desktops agree on.
pub(crate) fn contrast() -> Option<ContrastColors> {
    None
}

/// What changes here is told by the toolkit.
pub(crate) fn listen(_window: &Window, _told: impl Fn() + 'static) {}

/// Makes `name` the display of everything that this process shows. The toolkit takes it from the environment only.
#[expect(unsafe_code, reason = "the toolkit asks nothing but the environment")]
pub(crate) fn use_display(name: &str) {
    // SAFETY: the program calls this through `AgentUi::new` before it starts threads, so nobody reads the environment now.
    unsafe { std::env::set_var("DISPLAY", name) };
}
