//! Two owners on one desktop, each on its own thread as two programs would be. Runs where the tests of Windows run, Wine included.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use temoto_codec::png::{self, Picture};
use temoto_geometry::Size;

use super::*;

const LIMITS: Longest = Longest {
    text: 1 << 20,
    html: 1 << 20,
    image: 8 << 20,
    files: 2,
};

/// What somebody else's program is told to put there.
enum Order {
    Parts(Vec<Part>, Supply),
    Files(Vec<PathBuf>),
}

/// Somebody else's program: puts there what it is told to, and answers until it ends.
struct Other {
    orders: Option<Sender<Order>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Other {
    fn start() -> Self {
        let (orders, inbox) = channel();
        let (tell, done) = channel();
        let thread = std::thread::spawn(move || {
            let mut clipboard = NativeClipboard::open(None, LIMITS).unwrap();
            loop {
                match inbox.try_recv() {
                    Ok(order) => {
                        match order {
                            Order::Parts(parts, supply) => clipboard.set(parts, supply).unwrap(),
                            Order::Files(paths) => clipboard.set_files(paths).unwrap(),
                        }
                        tell.send(()).unwrap();
                    }
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                    Err(std::sync::mpsc::TryRecvError::Empty) => {
                        clipboard.wait(Duration::from_millis(10)).unwrap();
                    }
                }
            }
        });
        Self {
            orders: Some(orders),
            done,
            thread: Some(thread),
        }
    }

    fn set(&self, parts: Vec<Part>, supply: Supply) {
        self.order(Order::Parts(parts, supply));
    }

    fn set_files(&self, paths: &[&str]) {
        self.order(Order::Files(paths.iter().map(PathBuf::from).collect()));
    }

    fn order(&self, order: Order) {
        self.orders.as_ref().unwrap().send(order).unwrap();
        self.done.recv().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.orders = None;
        self.thread.take().unwrap().join().unwrap();
    }
}

fn part(kind: Kind, data: impl Into<Vec<u8>>) -> Part {
    let data = Some(data.into());
    Part { kind, data }
}

fn picture() -> Picture {
    let rgba = (0..40 * 30_u32).flat_map(|n| {
        [
            n as u8,
            (n >> 2) as u8,
            7,
            if n.is_multiple_of(4) { 128 } else { 255 },
        ]
    });
    Picture {
        size: Size::new(40, 30),
        rgba: rgba.collect(),
    }
}

/// What is there, marks for onlookers aside: what we put there ourselves has them.
fn read(ours: &NativeClipboard) -> Option<Copied> {
    ours.read(Board::open(&ours.owner).unwrap())
}

/// One test, since there is one clipboard.
#[test]
fn texts_html_and_pictures_cross_and_what_is_promised_comes_when_it_is_pasted() {
    let ours = NativeClipboard::open(None, LIMITS).unwrap();
    let other = Other::start();
    let html = "<b>手元</b>".to_owned();
    let text = "手元\nby hand".to_owned();
    other.set(
        vec![part(Kind::Text, text.as_str()), part(Kind::Html, html.as_str())],
        Box::new(|_| None),
    );
    let both = Copied::Text {
        text: text.clone(),
        html: Some(html.clone()),
    };
    assert_eq!(read(&ours), Some(both.clone()));

    // As a picture of a program that knows PNG, and of one that does not.
    let png = png::encode(picture().size, &picture().rgba, LIMITS.image).unwrap();
    other.set(vec![part(Kind::Image, png.clone())], Box::new(|_| None));
    assert_eq!(read(&ours), Some(Copied::Image(png.clone())));
    let board = Board::open(&ours.owner).unwrap();
    let dib = board.dib().unwrap().expect("made of the other");
    drop(board);
    let seen = png::decode(&dib::to_png(dib, LIMITS.image).unwrap()).unwrap();
    assert_eq!(seen, picture());

    // Promised only: asked for when it is read, once.
    let (tell, asked) = channel();
    let (later, gave) = ((text.clone(), html.clone(), png.clone()), png.clone());
    let supply = move |kind| {
        tell.send(kind).unwrap();
        Some(match kind {
            Kind::Text => later.0.clone().into_bytes(),
            Kind::Html => later.1.clone().into_bytes(),
            Kind::Image => later.2.clone(),
        })
    };
    let promised = |kind| Part { kind, data: None };
    other.set(
        vec![promised(Kind::Text), promised(Kind::Html)],
        Box::new(supply.clone()),
    );
    assert_eq!(read(&ours), Some(both));
    assert_eq!(asked.try_iter().collect::<Vec<_>>(), [Kind::Text, Kind::Html]);
    other.set(vec![promised(Kind::Image)], Box::new(supply));
    assert_eq!(read(&ours), Some(Copied::Image(gave)));
    assert_eq!(asked.try_iter().collect::<Vec<_>>(), [Kind::Image]);

    // Files, as a file manager tells them: whatever text stands beside them, and no device.
    let drop_files = |paths: &[&str], beside: &[(u32, &[u8])]| {
        let list = crate::hdrop::for_windows(paths);
        let forms: Vec<(u32, &[u8])> = [(15, list.as_slice())].iter().chain(beside).copied().collect();
        Board::open(&ours.owner).unwrap().put_forms(&forms);
        read(&ours)
    };
    let wide: Vec<u8> = "C:\\a\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let share = "\\\\server\\share\\請求書 #2.pdf";
    let files = |paths: &[&str], more| {
        let paths = paths.iter().map(std::path::PathBuf::from).collect();
        Some(Copied::Files { paths, more })
    };
    assert_eq!(
        drop_files(&["C:\\a", share], &[(13, &wide)]),
        files(&["C:\\a", share], false)
    );
    assert_eq!(
        drop_files(&["C:\\a", "C:\\b", "C:\\c"], &[]),
        files(&["C:\\a", "C:\\b"], true)
    );
    for device in ["\\\\.\\pipe\\a", "\\\\?\\C:\\a", "C:a", "C:\\..\\a", "\\a", "a"] {
        assert_eq!(drop_files(&[device], &[(13, &wide)]), None, "{device}");
    }
    let dib = dib::for_windows(&picture());
    let shown = drop_files(&["C:\\a.png"], &[(17, &dib)]);
    assert!(matches!(shown, Some(Copied::Image(_))));

    // Files of ours, as a file manager pastes them: to be copied, under marks for onlookers.
    let paths = ["C:\\Users\\請求書 #2.pdf", "C:\\写真"];
    other.set_files(&paths);
    assert_eq!(read(&ours), files(&paths, false));
    let board = Board::open(&ours.owner).unwrap();
    assert!(board.copies() && board.is_secret() && !board.has_text());
    drop(board);

    // What does not come is nothing, and nobody waits for ever.
    other.set(vec![promised(Kind::Text)], Box::new(|_| None));
    assert_eq!(read(&ours), None);

    // Nothing stays.
    drop(other);
    let board = Board::open(&ours.owner).unwrap();
    assert!(!board.has_text() && board.picture(LIMITS.image).unwrap().is_none());
}
