//! All outputs of a desktop, duplicated: what their frames say becomes damage of the desktop, and their surfaces,
//! which may lie on their side, become pictures.

use std::time::Duration;

use temoto_codec::cursor::CursorShape;
use temoto_codec::{FrameView, Framebuffer, Move};
use temoto_geometry::{Point, Rect, Region};

use super::rotation::{Rotation, move_target};
use super::system::{Damage, Duplication, Fault, Frame, Place, System};

/// How long the first picture of an output is waited for, and how often: pointers and empty frames may come before.
const FIRST: (usize, Duration) = (3, Duration::from_millis(50));

struct Output<O> {
    duplication: O,
    place: Place,
    /// Whether it has a picture. A desktop where nothing moves may leave it without for a while.
    ready: bool,
}

/// What frames said.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Desktop coordinates.
    pub(super) damage: Region,
    /// The same, of upright displays.
    pub(super) moves: Vec<Move>,
    pub(super) shape: Option<CursorShape>,
    /// Whether there was any frame, be it of the pointer only.
    pub(super) any: bool,
}

pub(super) struct Duplicated<O> {
    outputs: Vec<Output<O>>,
    /// Used again for each part that is turned.
    turned: Vec<u32>,
}

impl<O: Duplication> Duplicated<O> {
    /// Takes over outputs that were just opened, and their first frames.
    pub(super) fn new(duplications: Vec<O>) -> Result<(Self, News), Fault> {
        let outputs = duplications.into_iter().map(|duplication| Output {
            place: duplication.place(),
            duplication,
            ready: false,
        });
        let mut this = Self {
            outputs: outputs.collect(),
            turned: Vec::new(),
        };
        let mut news = News::default();
        let (times, patience) = FIRST;
        for output in &mut this.outputs {
            for _ in 0..times {
                if !output.ready {
                    output.acquire(patience, &mut news)?;
                }
            }
        }
        Ok((this, news))
    }

    /// Whether each of these rectangles is one of an output.
    pub(super) fn covers(&self, mut rects: impl Iterator<Item = Rect>) -> bool {
        rects.all(|rect| self.outputs.iter().any(|output| output.place.rect == rect))
    }

    /// Takes what is new on every output, waiting up to `patience` in total while there is nothing.
    pub(super) fn acquire(&mut self, patience: Duration, news: &mut News) -> Result<(), Fault> {
        let share = patience / u32::try_from(self.outputs.len()).unwrap_or(u32::MAX).max(1);
        for output in &mut self.outputs {
            let patience = if news.any { Duration::ZERO } else { share };
            output.acquire(patience, news)?;
        }
        Ok(())
    }

    /// Copies a part of the desktop. An output without a picture is asked by GDI: its first picture damages all of it.
    /// Returns whether there was one.
    pub(super) fn copy(
        &mut self,
        system: &mut impl System,
        rect: Rect,
        origin: Point,
        frame: &mut Framebuffer,
    ) -> Result<bool, Fault> {
        let mut asked_gdi = false;
        for output in &mut self.outputs {
            let Some(part) = rect.intersect(output.place.rect) else {
                continue;
            };
            let at = Point::new(part.x.saturating_sub(origin.x), part.y.saturating_sub(origin.y));
            if output.ready {
                output.copy(part, at, frame, &mut self.turned)?;
            } else {
                frame.blit(at, system.grab(part)?);
                asked_gdi = true;
            }
        }
        Ok(asked_gdi)
    }
}

impl<O: Duplication> Output<O> {
    fn acquire(&mut self, patience: Duration, news: &mut News) -> Result<(), Fault> {
        let Some(Frame { picture, shape }) = self.duplication.acquire(patience)? else {
            return Ok(());
        };
        news.any = true;
        if shape.is_some() {
            news.shape = shape;
        }
        match picture {
            None => {}
            Some(Damage::Parts { dirty, moves }) if self.ready => {
                news.moves
                    .extend(moves.iter().filter_map(|&(from, to)| self.moved(from, to)));
                let moved = moves.into_iter().filter_map(|(from, to)| move_target(from, to));
                news.damage.extend(
                    dirty
                        .into_iter()
                        .chain(moved)
                        .filter_map(|rect| self.on_desktop(rect)),
                );
            }
            Some(Damage::Parts { .. } | Damage::Everything) => {
                self.ready = true;
                news.damage.insert(self.place.rect);
            }
        }
        Ok(())
    }

    /// A move on the desktop. On a display that lies on its side the search of the codec finds it as well.
    fn moved(&self, from: Point, to: Rect) -> Option<Move> {
        let Place {
            rect: place,
            rotation,
        } = self.place;
        let from = Rect::at(from, to.size()).translate(place.x, place.y);
        let to = to.translate(place.x, place.y);
        let inside = place.contains_rect(from) && place.contains_rect(to);
        (rotation == Rotation::None && inside && from != to).then_some(Move {
            from,
            to: to.origin(),
        })
    }

    fn on_desktop(&self, rect: Rect) -> Option<Rect> {
        let Place {
            rect: place,
            rotation,
        } = self.place;
        let upright = rotation.upright(rect, place.size())?;
        upright.translate(place.x, place.y).intersect(place)
    }

    fn copy(
        &mut self,
        part: Rect,
        at: Point,
        frame: &mut Framebuffer,
        turned: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let Place {
            rect: place,
            rotation,
        } = self.place;
        let inner = part.translate(place.x.wrapping_neg(), place.y.wrapping_neg());
        let surface = rotation.surface(inner, place.size()).ok_or(Fault::AccessLost)?;
        self.duplication.read(surface, &mut |view| {
            if rotation == Rotation::None {
                return frame.blit(at, view);
            }
            rotation.turn_pixels(view, turned);
            // Pixels of a part, turned, are as many as the part has.
            if let Ok(view) = FrameView::new(part.size(), part.width as usize, turned) {
                frame.blit(at, view);
            }
        })
    }
}
