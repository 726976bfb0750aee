//! A Windows that tests write: its clock moves when they say so, or when somebody waits for a frame.

use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, Framebuffer};
use temoto_geometry::{Point, Rect, Size};

use crate::win32::machine::Machine;
use crate::win32::rotation::Rotation;
use crate::win32::system::{Damage, Duplication, Fault, Frame, Place, Pointer, System};
use crate::{Changes, Display, Obstacle, ScreenError};

/// What acquiring a frame answers; a timeout once there is no more.
pub(super) type Answer = Result<Frame, Fault>;

pub(super) struct State {
    now: Instant,
    pub(super) displays: Vec<Display>,
    pub(super) obstacle: Option<Obstacle>,
    pub(super) pointer: Option<Pointer>,
    /// What it looks like, if that can be read.
    pub(super) shape: Option<CursorShape>,
    pub(super) last_input: u32,
    /// The desktop as it is now, its first pixel at the left upper corner of all displays.
    pub(super) desktop: Framebuffer,
    /// What opening duplication answers from now on.
    pub(super) duplicate: Result<Vec<Place>, Fault>,
    /// How often it was opened.
    pub(super) opened: u32,
    /// For the output of each place, what comes next.
    pub(super) answers: Vec<VecDeque<Answer>>,
    pub(super) grab: Result<(), Fault>,
    pub(super) grabs: u32,
}

impl State {
    fn corner(&self) -> Point {
        let all = self.displays.iter().map(|display| display.rect);
        all.fold(Rect::default(), Rect::hull).origin()
    }
}

/// The test's end.
#[derive(Clone)]
pub(super) struct Replay(Rc<RefCell<State>>);

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(super) fn display(id: u32, rect: Rect) -> Display {
    Display {
        id,
        name: format!("D{id}"),
        rect,
        scale_percent: 100,
        primary: id == 1,
    }
}

pub(super) fn upright(rect: Rect) -> Place {
    Place {
        rect,
        rotation: Rotation::None,
    }
}

/// A frame whose picture changed everywhere, as the first one does.
pub(super) fn everything() -> Answer {
    Ok(Frame {
        picture: Some(Damage::Everything),
        shape: None,
    })
}

/// A frame with these dirty and moved rectangles.
pub(super) fn parts(dirty: &[Rect], moves: &[(Point, Rect)]) -> Answer {
    let (dirty, moves) = (dirty.to_vec(), moves.to_vec());
    Ok(Frame {
        picture: Some(Damage::Parts { dirty, moves }),
        shape: None,
    })
}

impl Replay {
    /// A desktop of displays, the first one being primary, all of them duplicated.
    pub(super) fn new(places: &[Place]) -> Self {
        let displays: Vec<Display> = (1..)
            .zip(places)
            .map(|(id, place)| display(id, place.rect))
            .collect();
        let all = places
            .iter()
            .fold(Rect::default(), |all, place| all.hull(place.rect));
        Self(Rc::new(RefCell::new(State {
            now: Instant::now(),
            displays,
            obstacle: None,
            pointer: Some(Pointer {
                at: Point::ORIGIN,
                showing: true,
                shape: 1,
            }),
            shape: CursorShape::new(Size::new(1, 1), Point::ORIGIN, vec![1; 4]).ok(),
            last_input: 0,
            desktop: Framebuffer::new(all.size()).unwrap(),
            duplicate: Ok(places.to_vec()),
            opened: 0,
            answers: places.iter().map(|_| VecDeque::from([everything()])).collect(),
            grab: Ok(()),
            grabs: 0,
        })))
    }

    pub(super) fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    pub(super) fn machine(&self) -> Machine<Self> {
        Machine::new(self.clone()).unwrap()
    }

    /// Puts an answer behind those of an output.
    pub(super) fn answer(&self, output: usize, answer: Answer) {
        self.state().answers[output].push_back(answer);
    }

    pub(super) fn pass(&self, time: Duration) {
        self.state().now += time;
    }

    /// Draws a rectangle of the desktop in one color.
    pub(super) fn draw(&self, rect: Rect, color: u32) {
        let mut state = self.state();
        let corner = state.corner();
        state.desktop.fill(rect.translate(-corner.x, -corner.y), color);
    }

    /// Waits again and again for that long; the sum of what was told.
    pub(super) fn run(&self, machine: &mut Machine<Self>, time: Duration) -> Result<Changes, ScreenError> {
        let until = self.state().now + time;
        let mut sum = Changes::default();
        loop {
            let left = until.saturating_duration_since(self.state().now);
            let changes = machine.wait(left, |system, time| {
                // Every sleep takes a moment.
                system.pass(time.max(ms(1)));
                false
            })?;
            sum.damage = sum.damage.union(&changes.damage);
            sum.moves.extend(changes.moves);
            sum.cursor_moved = changes.cursor_moved.or(sum.cursor_moved);
            sum.cursor_shape |= changes.cursor_shape;
            sum.geometry |= changes.geometry;
            sum.obstacle |= changes.obstacle;
            if self.state().now >= until {
                return Ok(sum);
            }
        }
    }
}

impl System for Replay {
    type Output = Output;

    fn now(&self) -> Instant {
        self.0.borrow().now
    }

    fn displays(&mut self) -> Vec<Display> {
        self.state().displays.clone()
    }

    fn bounds(&mut self) -> Rect {
        let state = self.state();
        state
            .displays
            .iter()
            .fold(Rect::default(), |all, display| all.hull(display.rect))
    }

    fn obstacle(&mut self) -> Option<Obstacle> {
        self.state().obstacle
    }

    fn duplicate(&mut self) -> Result<Vec<Output>, Fault> {
        let mut state = self.state();
        state.opened += 1;
        let places = state.duplicate.clone()?;
        let open = |(index, place)| Output {
            replay: self.clone(),
            index,
            place,
        };
        Ok(places.into_iter().enumerate().map(open).collect())
    }

    fn grab(&mut self, rect: Rect) -> Result<FrameView<'_>, Fault> {
        let mut state = self.state();
        state.grab?;
        state.grabs += 1;
        let corner = state.corner();
        let inner = rect.translate(-corner.x, -corner.y);
        let mut pixels = Vec::new();
        for y in inner.y..inner.y + inner.height as i32 {
            let row = state.desktop.row(y as usize);
            pixels.extend_from_slice(&row[inner.x as usize..inner.x as usize + inner.width as usize]);
        }
        // Tests are short: what they look at may stay.
        Ok(FrameView::new(rect.size(), rect.width as usize, pixels.leak()).unwrap())
    }

    fn pointer(&mut self) -> Option<Pointer> {
        self.state().pointer
    }

    fn pointer_shape(&mut self) -> Option<CursorShape> {
        self.state().shape.clone()
    }

    fn arrow(&mut self) -> Option<CursorShape> {
        CursorShape::new(Size::new(2, 2), Point::ORIGIN, vec![1; 16]).ok()
    }

    fn last_input(&mut self) -> u32 {
        self.state().last_input
    }
}

pub(super) struct Output {
    replay: Replay,
    index: usize,
    place: Place,
}

impl Duplication for Output {
    fn place(&self) -> Place {
        self.place
    }

    fn acquire(&mut self, patience: Duration) -> Result<Option<Frame>, Fault> {
        let mut state = self.replay.state();
        let Some(answer) = state.answers[self.index].pop_front() else {
            state.now += patience;
            return Ok(None);
        };
        answer.map(Some)
    }

    /// The surface lies as the monitor has it: the desktop, turned back.
    fn read(&mut self, part: Rect, show: &mut dyn FnMut(FrameView<'_>)) -> Result<(), Fault> {
        let Place { rect, rotation } = self.place;
        let state = self.replay.state();
        let corner = state.corner();
        let mut pixels = Vec::new();
        for y in part.y..part.y + part.height as i32 {
            for x in part.x..part.x + part.width as i32 {
                let at = rotation.upright(Rect::new(x, y, 1, 1), rect.size()).unwrap();
                let at = at.translate(rect.x - corner.x, rect.y - corner.y);
                pixels.push(state.desktop.pixel(at.origin()).unwrap());
            }
        }
        show(FrameView::new(part.size(), part.width as usize, &pixels).unwrap());
        Ok(())
    }
}
