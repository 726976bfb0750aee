//! Where the two windows stand on the shared display.

use std::time::Duration;

use i_slint_backend_winit::WinitWindowAccessor;
use slint::{ComponentHandle, PhysicalPosition, PhysicalSize, Timer, Window};

use super::Presenter;
use crate::{Area, placement};

/// A window that was shown is on the screen after this.
const APPEARED: Duration = Duration::from_millis(80);

impl Presenter {
    fn bar_width(&self) -> u32 {
        let physical = self.bar.get_wide() * self.bar.window().scale_factor();
        // Saturates; a width is a few thousand at most.
        physical.max(0.0).round() as u32
    }

    pub(super) fn area(&self) -> Option<Area> {
        self.state.borrow().area.or_else(|| {
            self.bar
                .window()
                .with_winit_window(|window| {
                    let monitor = window
                        .primary_monitor()
                        .or_else(|| window.available_monitors().next())?;
                    let (at, size) = (monitor.position(), monitor.size());
                    Some(Area {
                        x: at.x,
                        y: at.y,
                        width: size.width,
                        height: size.height,
                    })
                })
                .flatten()
        })
    }

    /// Puts the main window there now, and once more when it is on the screen: window managers choose a place of their own for a
    /// window that appears.
    pub(super) fn place_main(&self, corner: fn(Area, (u32, u32)) -> (i32, i32)) {
        let Some(area) = self.area() else { return };
        let place = move |window: &Window| {
            let size = window.size();
            let (x, y) = corner(area, (size.width, size.height));
            window.set_position(PhysicalPosition::new(x, y));
        };
        place(self.main.window());
        let main = self.main.as_weak();
        Timer::single_shot(APPEARED, move || {
            if let Some(main) = main.upgrade().filter(|main| main.window().is_visible()) {
                place(main.window());
            }
        });
    }

    /// Makes the main window small enough for the display it is on; its middle part scrolls, its buttons must be in sight.
    pub(super) fn fit_main(&self) {
        let window = self.main.window();
        let display =
            window.with_winit_window(|window| window.current_monitor().map(|monitor| monitor.size()));
        let Some(display) = display.flatten() else { return };
        let size = window.size();
        let shrunk = placement::shrunk(
            (display.width, display.height),
            (size.width, size.height),
            window.scale_factor(),
        );
        if let Some((width, height)) = shrunk {
            window.set_size(PhysicalSize::new(width, height));
        }
    }

    pub(super) fn place_bar(&self) {
        if let Some(area) = self.area() {
            self.bar
                .set_room(placement::room(area, self.bar.window().scale_factor()));
            let slid = self.state.borrow().slid;
            let (x, y) = placement::corner(area, self.bar_width(), slid);
            self.bar.window().set_position(PhysicalPosition::new(x, y));
        }
    }

    pub(super) fn slide_bar(&self, by: f32) {
        if let Some(area) = self.area() {
            let by = (by * self.bar.window().scale_factor()).round() as i32;
            {
                let mut state = self.state.borrow_mut();
                state.slid = placement::slide(area, self.bar_width(), state.slid.saturating_add(by));
            }
            self.place_bar();
        }
    }
}
