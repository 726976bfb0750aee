//! What follows the system while the program runs: the windows it has, their colors, and the bar's place above the others.

use std::rc::Rc;
use std::time::Duration;

use i_slint_backend_winit::WinitWindowAccessor;
use slint::{ComponentHandle, Timer, TimerMode};

use super::Presenter;
use crate::app::Theme;
use crate::contrast::{self, ContrastColors};
use crate::generated::Tokens;
use crate::{UiEvent, platform};

/// How often the bar looks whether another window covers it.
const LOOK: Duration = Duration::from_millis(500);

impl Presenter {
    /// The windows of the system's, if they are others than before.
    pub(super) fn tell_own_windows(self: &Rc<Self>) {
        let mut ids = Vec::new();
        for window in self.windows() {
            ids.extend(window.with_winit_window(|window| u64::from(window.id())));
        }
        let before = self.state.borrow().own_windows.clone();
        if before == ids {
            return;
        }
        self.state.borrow_mut().own_windows.clone_from(&ids);
        for window in self.windows() {
            window.with_winit_window(|window| {
                if !before.contains(&u64::from(window.id())) {
                    let weak = Rc::downgrade(self);
                    platform::listen(window, move || {
                        // Not within the system's call: the toolkit may be in the middle of something.
                        let weak = weak.clone();
                        Timer::single_shot(Duration::ZERO, move || {
                            if let Some(me) = weak.upgrade() {
                                me.take_colors();
                                me.fit_main();
                                me.place_bar();
                            }
                        });
                    });
                }
            });
        }
        self.bar.window().with_winit_window(platform::bar_appeared);
        self.fit_main();
        // Only now the system can be asked for its displays and the scale is known for sure.
        self.place_bar();
        self.emit(UiEvent::OwnWindows(ids));
    }

    /// The colors of a contrast theme, or the design's own.
    pub(super) fn take_colors(&self) {
        let colors = match self.state.borrow().theme {
            Theme::System => platform::contrast(),
            Theme::Light | Theme::Dark => None,
            Theme::Contrast => platform::contrast().or(Some(ContrastColors::NIGHT)),
        };
        let shown = contrast::shown(colors);
        self.main.global::<Tokens>().set_contrast(shown.clone());
        self.bar.global::<Tokens>().set_contrast(shown.clone());
        self.shown.global::<Tokens>().set_contrast(shown);
    }

    /// As long as the bar is in sight.
    pub(super) fn keep_bar_above(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.look
            .start(TimerMode::Repeated, LOOK, move || match weak.upgrade() {
                Some(me) if me.bar.window().is_visible() => {
                    me.bar.window().with_winit_window(platform::keep_above);
                }
                Some(me) => me.look.stop(),
                None => {}
            });
    }
}
