//! The window in which the customer sees what the operator shows. It comes without taking the keyboard away from whatever the
//! customer, or the operator in control, writes into.

use std::rc::Rc;
use std::time::Duration;

use i_slint_backend_winit::WinitWindowAccessor;
use slint::{
    CloseRequestResponse, ComponentHandle, Image, PhysicalPosition, PhysicalSize, Rgb8Pixel,
    SharedPixelBuffer, Timer, Window,
};

use super::{Presenter, set_shown};
use crate::generated::{Actions, ShownModel};
use crate::{ShownView, UiEvent, placement, platform, sentences};

/// A window that was shown is on the screen after this.
const APPEARED: Duration = Duration::from_millis(80);
/// So long after the last change of its size the picture is made anew.
const STEADY: Duration = Duration::from_millis(25);

/// What the window knows.
pub(super) struct Shown {
    view: Option<ShownView>,
    /// The picture as it is seen; shared with the window from one look at it to the next.
    pixels: SharedPixelBuffer<Rgb8Pixel>,
    steady: Timer,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            view: None,
            pixels: SharedPixelBuffer::new(0, 0),
            steady: Timer::default(),
        }
    }
}

impl Presenter {
    pub(super) fn listen_to_shown(self: &Rc<Self>) {
        let actions = self.shown.global::<Actions>();
        actions.on_close_shown(self.calling(|me| me.emit(UiEvent::CloseShown)));
        self.shown.on_staged(self.calling(Self::measure_stage));
        self.shown.on_zoomed(self.calling(Self::take_zoom));
        let weak = Rc::downgrade(self);
        self.shown.window().on_close_requested(move || {
            if let Some(me) = weak.upgrade() {
                me.emit(UiEvent::CloseShown);
            }
            // It goes when the session says that nothing is shown any more.
            CloseRequestResponse::KeepWindowShown
        });
    }

    pub(super) fn set_shown_view(self: &Rc<Self>, view: Option<ShownView>) {
        self.seen.borrow_mut().view = view;
        self.fill_shown();
    }

    /// The words over the picture, in the language that stands.
    pub(super) fn fill_shown(self: &Rc<Self>) {
        let lang = self.state.borrow().lang;
        let model = self.seen.borrow().view.as_ref().map(|view| ShownModel {
            title: sentences::shown_title(lang, view.operator.as_ref()).into(),
            note: sentences::shown_note(lang, view.stale).into(),
            stale: view.stale,
            columns: view.size.0.cast_signed(),
            rows: view.size.1.cast_signed(),
        });
        let there = model.is_some();
        self.shown.set_shown(there);
        self.shown.set_model(model.unwrap_or_default());
        if there == self.shown.window().is_visible() {
            self.compare_stage();
            return;
        }
        if there {
            // One that was put away the last time is there again.
            self.shown.window().set_minimized(false);
            self.size_shown();
            self.shown.window().with_winit_window(platform::come_quietly);
            set_shown(&self.shown, true);
            self.shown.window().with_winit_window(platform::came_quietly);
            self.measure_stage();
            self.place_shown();
        } else {
            set_shown(&self.shown, false);
            // The next one is seen as a whole at first.
            self.shown.set_whole(false);
            self.mailbox.canvas().see_whole(false);
            self.mailbox.canvas().make_room((0, 0));
            self.drop_picture();
        }
    }

    /// As large as the picture, if the display has room for that.
    fn size_shown(&self) {
        let (Some(area), Some(picture)) = (self.area(), self.seen.borrow().view.as_ref().map(|v| v.size))
        else {
            return;
        };
        let scale = self.shown.window().scale_factor();
        let least = (physical(self.shown.get_least(), scale), 0);
        let around = (0, physical(self.shown.get_around(), scale));
        let (width, height) = placement::window_around(area, picture, around, least, scale);
        self.shown.window().set_size(PhysicalSize::new(width, height));
    }

    /// Puts it beneath the bar now, and once more when it is on the screen: window managers choose a place of their own for a
    /// window that appears.
    fn place_shown(&self) {
        let Some(area) = self.area() else { return };
        let place = move |window: &Window| {
            let size = window.size();
            let (x, y) = placement::beneath_bar(area, (size.width, size.height), window.scale_factor());
            window.set_position(PhysicalPosition::new(x, y));
        };
        place(self.shown.window());
        let shown = self.shown.as_weak();
        Timer::single_shot(APPEARED, move || {
            if let Some(shown) = shown.upgrade().filter(|shown| shown.window().is_visible()) {
                place(shown.window());
            }
        });
    }

    /// How much room there is for the picture, in physical pixels.
    fn stage(&self) -> (u32, u32) {
        let scale = self.shown.window().scale_factor();
        let room = |length: f32| (length * scale + 0.01).max(0.0) as u32;
        (
            room(self.shown.get_stage_width()),
            room(self.shown.get_stage_height()),
        )
    }

    /// Only what the window has no room for can be seen in two ways.
    fn compare_stage(&self) {
        let (stage, size) = (
            self.stage(),
            self.seen.borrow().view.as_ref().map(|view| view.size),
        );
        let larger = size.is_some_and(|size| size.0 > stage.0 || size.1 > stage.1);
        self.shown.set_larger(larger);
    }

    /// Another room asks for all of the picture again.
    pub(super) fn measure_stage(self: &Rc<Self>) {
        if !self.shown.window().is_visible() {
            return;
        }
        let stage = self.stage();
        self.compare_stage();
        if self.mailbox.canvas().make_room(stage) {
            self.paint_soon();
        }
    }

    /// The person wants every pixel, or all of the picture at once.
    fn take_zoom(self: &Rc<Self>) {
        if self.mailbox.canvas().see_whole(self.shown.get_whole()) {
            self.paint_soon();
        }
    }

    /// Asks for all of the picture.
    fn paint_soon(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.seen
            .borrow()
            .steady
            .start(slint::TimerMode::SingleShot, STEADY, move || {
                if let Some(me) = weak.upgrade() {
                    me.emit(UiEvent::Repaint);
                }
            });
    }

    /// What was painted since the last look.
    pub(super) fn look_at_canvas(&self) {
        if !self.shown.window().is_visible() {
            return;
        }
        let mut canvas = self.mailbox.canvas();
        if !canvas.is_fresh() {
            return;
        }
        // The window lets go of the picture first: what is held by two is copied as a whole.
        self.shown.set_picture(Image::default());
        let mut seen = self.seen.borrow_mut();
        canvas.take(&mut seen.pixels);
        drop(canvas);
        self.shown.set_picture(Image::from_rgb8(seen.pixels.clone()));
    }

    fn drop_picture(&self) {
        self.shown.set_picture(Image::default());
        self.seen.borrow_mut().pixels = SharedPixelBuffer::new(0, 0);
    }
}

/// Pixels of the display; saturates, a window has a few thousand at most.
fn physical(length: f32, scale: f32) -> u32 {
    (length * scale).max(0.0).ceil() as u32
}
