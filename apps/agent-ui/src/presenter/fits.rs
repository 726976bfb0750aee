//! All of the bar is on the display, whatever stands on it: nobody could press what is outside. And what is on it can be pressed
//! without a mouse.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use slint::ComponentHandle;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter, WindowEvent};

use super::Presenter;
use crate::app::Theme;
use crate::generated::{BarWindow, MainWindow, ShownWindow};
use crate::mailbox::{Mailbox, UiHandle};
use crate::{
    Area, BarState, BarView, Capability, ChatFrom, ChatLine, Copying, CopyingState, Lang, Operator, Question,
    Right, ShownView, UiEvent, UiOptions, View,
};

const ALL: [Capability; 6] = [
    Capability::View,
    Capability::Control,
    Capability::ClipboardIn,
    Capability::ClipboardOut,
    Capability::FilesIn,
    Capability::FilesOut,
];

/// Windows without a screen, measured with the fonts of this computer.
struct Nowhere;

impl Platform for Nowhere {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, slint::PlatformError> {
        Ok(MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer))
    }
}

fn windows(lang: Lang) -> (Rc<Presenter>, UiHandle) {
    windows_that(lang, |_| ())
}

fn windows_that(lang: Lang, tell: impl Fn(UiEvent) + 'static) -> (Rc<Presenter>, UiHandle) {
    let main = MainWindow::new().expect("a window");
    let bar = BarWindow::new().expect("a window");
    let shown = ShownWindow::new().expect("a window");
    let mailbox = Arc::<Mailbox>::default();
    let handle = UiHandle {
        mailbox: Arc::clone(&mailbox),
        window: main.as_weak(),
    };
    let options = UiOptions {
        lang,
        theme: Theme::Light,
        calm: true,
        version: String::new(),
        display: None,
    };
    let presenter = Presenter::new((main, bar, shown), mailbox, &options, Box::new(tell));
    (presenter, handle)
}

fn bar(lang: Lang, allowed: usize, state: BarState, asked: Option<Capability>) -> BarView {
    let (name, organisation) = match lang {
        Lang::Ja => ("佐藤 花子", "サンプル株式会社 東日本カスタマーサポートセンター"),
        Lang::En => (
            "Hanako Sato-Featherstonehaugh",
            "Example Corporation of the North",
        ),
    };
    let right = |(at, capability)| Right {
        capability,
        allowed: at < allowed,
    };
    BarView {
        state,
        operator: Some(Operator {
            name: name.into(),
            organisation: organisation.into(),
        }),
        rights: ALL.into_iter().enumerate().map(right).collect(),
        copying: copying(state == BarState::Sharing),
        question: asked.map(|capability| Question { capability }),
    }
}

/// One each way, called as long as a file can be called.
fn copying(any: bool) -> Vec<Copying> {
    let one = |here| Copying {
        transfer: 1,
        here,
        state: CopyingState::Running,
        name: "Rechnung ".repeat(28),
        items: (50_000, 49_999),
        bytes: (999_400_000_000, 999_300_000_000),
    };
    if any {
        [true, false].map(one).into()
    } else {
        Vec::new()
    }
}

/// How wide the bar is and what it needs side by side, both in logical pixels.
fn measured(presenter: &Rc<Presenter>) -> (f32, f32) {
    let bar = &presenter.bar;
    // An event makes what the bar is of now, as a picture of it would.
    bar.window().dispatch_event(WindowEvent::PointerExited);
    // Nobody gives a window that is nowhere its size: it is what it asks for.
    (bar.get_wanted(), bar.get_least())
}

#[test]
fn no_button_of_the_bar_is_off_the_display() {
    slint::platform::set_platform(Box::new(Nowhere)).expect("the first platform of this thread");
    for lang in [Lang::Ja, Lang::En] {
        let (presenter, ui) = windows(lang);
        ui.show(View::Session);
        for message in 0..120 {
            ui.chat(ChatLine {
                from: ChatFrom::Operator,
                text: message.to_string(),
                time: String::new(),
                doubtful: false,
                picture: None,
            });
        }
        for (width, scale) in [1920, 1280, 1024, 800]
            .into_iter()
            .flat_map(|width| [1.0, 1.25, 2.0].map(|scale| (width, scale)))
        {
            presenter
                .bar
                .window()
                .dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: scale });
            ui.area(Area {
                x: 0,
                y: 0,
                width,
                height: 600,
            });
            for allowed in [1, 3, ALL.len()] {
                for (state, asked, folded) in [
                    (BarState::Sharing, None, false),
                    (BarState::Yielded, Some(Capability::FilesIn), false),
                    (BarState::Paused, Some(Capability::ClipboardOut), false),
                    (BarState::Reconnecting, None, false),
                    (BarState::Reconnecting, Some(Capability::Control), true),
                    (BarState::Sharing, None, true),
                ] {
                    ui.bar(Some(bar(lang, allowed, state, asked)));
                    presenter.read_mail();
                    presenter.bar.set_folded(folded);
                    let (wide, least) = measured(&presenter);
                    let display = width as f32 / scale;
                    let what = format!(
                        "{lang:?} {width} at {scale}, {allowed} allowed, {state:?}, {asked:?}, folded {folded}"
                    );
                    assert!(wide <= display, "{what}: {wide} on {display}");
                    assert!(least <= wide, "{what}: {least} in {wide}");
                    // It is measured with what is on it: the rights alone take more than this.
                    assert!(folded || least > 256.0, "{what}: {least}");
                }
            }
        }
    }
}

#[test]
fn no_button_moves_because_a_file_comes() {
    slint::platform::set_platform(Box::new(Nowhere)).expect("the first platform of this thread");
    for lang in [Lang::Ja, Lang::En] {
        let (presenter, ui) = windows(lang);
        ui.show(View::Session);
        for (width, allowed, folded) in [
            (1920, 6, false),
            (1280, 6, false),
            (800, 3, false),
            (480, 6, false),
            (1280, 2, true),
        ] {
            let (x, y, height) = (0, 0, 600);
            ui.area(Area { x, y, width, height });
            let [without, with] = [false, true].map(|copies| {
                let mut view = bar(lang, allowed, BarState::Sharing, None);
                view.copying = copying(copies);
                ui.bar(Some(view));
                presenter.read_mail();
                presenter.bar.set_folded(folded);
                measured(&presenter).0
            });
            assert!(
                (without - with).abs() < 0.5,
                "{lang:?} {width} {allowed} {folded}: {without}, {with}"
            );
        }
    }
}

#[test]
fn what_is_being_copied_is_stopped_without_a_mouse() {
    slint::platform::set_platform(Box::new(Nowhere)).expect("the first platform of this thread");
    let told = Rc::<RefCell<Vec<UiEvent>>>::default();
    let (presenter, ui) = windows_that(Lang::Ja, {
        let told = Rc::clone(&told);
        move |event| told.borrow_mut().push(event)
    });
    ui.show(View::Session);
    let mut view = bar(Lang::Ja, 2, BarState::Sharing, None);
    view.copying = copying(true);
    for (transfer, one) in (8..).zip(&mut view.copying) {
        one.transfer = transfer;
    }
    ui.bar(Some(view));
    presenter.read_mail();
    let window = presenter.bar.window();
    window.dispatch_event(WindowEvent::WindowActiveChanged(true));
    for key in ["\t", " "].repeat(24) {
        let text: slint::SharedString = key.into();
        window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(WindowEvent::KeyReleased { text });
    }
    for transfer in [8, 9] {
        let stops = UiEvent::StopCopying(transfer);
        assert!(told.borrow().contains(&stops), "{:?}", told.borrow());
    }
}

#[test]
fn a_screen_that_is_larger_than_its_window_can_be_seen_pixel_for_pixel() {
    slint::platform::set_platform(Box::new(Nowhere)).expect("the first platform of this thread");
    let (presenter, ui) = windows(Lang::En);
    let picture = |size: (u32, u32)| vec![0x0012_3456_u32; (size.0 * size.1) as usize];
    let seen = |size: (u32, u32)| {
        presenter.mailbox.canvas().paint(size.0, &picture(size), []);
        presenter.read_mail();
        let seen = presenter.shown.get_picture().size();
        (seen.width, seen.height)
    };
    let shows = |size| {
        ui.shown(Some(ShownView {
            operator: None,
            size,
            stale: false,
        }));
        presenter.read_mail();
        let window = presenter.shown.window();
        window.dispatch_event(WindowEvent::Resized {
            size: slint::LogicalSize::new(700.0, 458.0),
        });
        presenter.measure_stage();
    };
    let press = |key: &str| {
        let text: slint::SharedString = key.into();
        let window = presenter.shown.window();
        window.dispatch_event(WindowEvent::WindowActiveChanged(true));
        window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(WindowEvent::KeyReleased { text });
    };
    ui.show(View::Session);
    shows((2_000, 1_000));
    assert!(presenter.shown.get_larger() && !presenter.shown.get_whole());
    assert_eq!(seen((2_000, 1_000)), (700, 350));
    press("\t");
    press(" ");
    assert!(presenter.shown.get_whole());
    assert_eq!(seen((2_000, 1_000)), (2_000, 1_000));
    press(" ");
    assert_eq!(seen((2_000, 1_000)), (700, 350));
    press(" ");
    assert_eq!(seen((2_000, 1_000)), (2_000, 1_000));
    // The next one is seen as a whole at first, and one that has room enough is seen in one way only.
    ui.shown(None);
    presenter.read_mail();
    shows((600, 300));
    assert!(!presenter.shown.get_larger() && !presenter.shown.get_whole());
    assert_eq!(seen((600, 300)), (600, 300));
    shows((3_000, 1_000));
    assert!(presenter.shown.get_larger());
}
