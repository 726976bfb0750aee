//! The encoder's choice: which blocks are coded as text.

use crate::blocks::{BLOCK, Kind};
use crate::framebuffer::{COLOR, FrameView};
use crate::recall;
use crate::stream::{Plan, Shared};
use crate::strip::{NONE, vector_of};
use crate::text::lines::changes;

/// Of 100 pixels, how many of a block of text are at least what their left neighbor is. Photographs have fewer.
const FLAT: usize = 30;
/// Of 256 pixels, how many may be like in a photograph, and how many must be what no guess of time has, where columns
/// were not known lately.
const GRAIN: usize = 30;
const FRESH: usize = 4;
/// Most difference of green between neighbors in a photograph, mostly.
const CLOSE: u8 = 16;

/// Makes text of the exact blocks that look like it, and gives the others the earlier content that they resemble. As long
/// as most columns are known, all that are flat enough; else only those that have no photograph and are not explained
/// by what was there before.
pub(crate) fn choose(plan: &mut Plan, frame: FrameView<'_>, shared: &Shared) {
    if shared.model.columns.knows() {
        mark(plan, frame, shared, false);
        recall::resemble(&mut plan.map, frame, shared);
    } else {
        recall::resemble(&mut plan.map, frame, shared);
        mark(plan, frame, shared, true);
    }
}

/// Makes text of the exact blocks that are flat, and fresh if they must be. What a block is guessed from depends on the kinds of its neighbors, but not on whether they
/// are exact or text.
fn mark(plan: &mut Plan, frame: FrameView<'_>, shared: &Shared, must_be_fresh: bool) {
    for row in 0..plan.map.rows() {
        for column in 0..plan.map.columns() {
            let look = Look {
                plan,
                frame,
                shared,
                column,
                row,
            };
            if plan.map.get(column, row) == Kind::Exact && look.flat() && (!must_be_fresh || look.fresh()) {
                plan.map.set(column, row, Kind::Text);
                plan.map.set_like(column, row, None);
            }
        }
    }
}

/// A look at one block.
struct Look<'a> {
    plan: &'a Plan,
    frame: FrameView<'a>,
    shared: &'a Shared,
    column: usize,
    row: usize,
}

impl<'a> Look<'a> {
    fn rows(&self) -> impl Iterator<Item = &'a [u32]> {
        let rect = self.plan.map.rect(self.column, self.row);
        let (x, y, frame) = (rect.x as usize, rect.y as usize, self.frame);
        (y..y + rect.height as usize)
            .map(move |y| frame.row(y).get(x..x + rect.width as usize).unwrap_or_default())
    }

    fn area(&self) -> usize {
        self.plan.map.rect(self.column, self.row).area() as usize
    }

    fn flat(&self) -> bool {
        let changes: u64 = self.rows().map(changes).sum();
        let pairs = self.rows().map(|row| row.len().saturating_sub(1)).sum::<usize>();
        (pairs - changes as usize) * 100 >= FLAT * self.area()
    }

    /// Whether the block has little grain and enough that is new.
    fn fresh(&self) -> bool {
        let rect = self.plan.map.rect(self.column, self.row);
        let (x, width) = (rect.x as usize, rect.width as usize);
        let like = self.plan.map.like(self.column, self.row);
        let vector = vector_of(&self.plan.map, self.column, self.row, &self.plan.vectors);
        let before = |x: usize, y: usize| {
            let row = self.shared.before.row(y).get(x..x + width);
            row.filter(|_| self.shared.remembers).unwrap_or_default()
        };
        let mut content = [NONE; BLOCK];
        let mut upper: &[u32] = &[];
        let (mut grain, mut fresh) = (0, 0);
        for (line, pixels) in self.rows().enumerate() {
            let y = rect.y as usize + line;
            let moved = vector.and_then(|vector| {
                let x = usize::try_from(rect.x + vector.dx).ok()?;
                Some(before(x, usize::try_from(y as i32 + vector.dy).ok()?))
            });
            let guesses = [before(x, y), moved.unwrap_or_default()];
            if let Some(like) = like {
                let history = &self.shared.history;
                history.content_line(self.column, self.row, like, line, &mut content);
            }
            for x in 1..pixels.len() {
                let [west, pixel] = [pixels[x - 1], pixels[x]].map(|pixel| pixel & COLOR);
                if pixel != west {
                    let guessed = guesses.iter().any(|guess| guess.get(x) == Some(&pixel));
                    fresh += usize::from(!guessed && content[x] != pixel);
                    let north = upper.get(x).map_or(0, |north| north & COLOR);
                    grain += usize::from(pixel != north && close(pixel, west, north));
                }
            }
            upper = pixels;
        }
        grain * 256 <= GRAIN * self.area() && fresh * 256 >= FRESH * self.area()
    }
}

fn close(pixel: u32, west: u32, north: u32) -> bool {
    let green = |pixel: u32| (pixel >> 8) as u8;
    [west, north]
        .iter()
        .any(|&near| green(pixel).abs_diff(green(near)) <= CLOSE)
}
