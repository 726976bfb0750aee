//! X11: the bar is a dock, which window managers keep above, on every desktop, out of the task list and without focus.

use i_slint_backend_winit::winit::platform::x11::{WindowAttributesExtX11, WindowType};
use i_slint_backend_winit::winit::window::WindowAttributes;

use crate::Lang;

/// The face that has both Japanese and Latin. Where it is missing fontconfig's own choice for the system's language stands in.
pub(crate) fn font_family(_lang: Lang) -> &'static str {
    "Noto Sans CJK JP"
}

/// Makes a window the bar.
pub(crate) fn bar_attributes(attributes: WindowAttributes) -> WindowAttributes {
    attributes
        .with_active(false)
        .with_x11_window_type(vec![WindowType::Dock])
}

/// Makes `name` the display of everything that this process shows. The toolkit takes it from the environment only.
#[expect(unsafe_code, reason = "the toolkit asks nothing but the environment")]
pub(crate) fn use_display(name: &str) {
    // SAFETY: the program calls this through `AgentUi::new` before it starts threads, so nobody reads the environment now.
    unsafe { std::env::set_var("DISPLAY", name) };
}
