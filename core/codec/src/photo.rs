//! The encoder's choice: which blocks are coded as photographs, whose pixels nothing but their neighbors foretells.

use crate::blocks::{BLOCK, Kind};
use crate::framebuffer::{COLOR, FrameView};
use crate::stream::{Plan, Shared};
use crate::strip::{NONE, vector_of};

/// Of 256 pixels, how many of a photograph may be what a neighbor is, or a guess of time has.
const FORETOLD: usize = 90;

/// Makes photographs of the exact blocks that look like it.
pub(crate) fn choose(plan: &mut Plan, frame: FrameView<'_>, shared: &Shared) {
    for row in 0..plan.map.rows() {
        for column in 0..plan.map.columns() {
            if plan.map.get(column, row) == Kind::Exact && is_photo(plan, frame, shared, column, row) {
                plan.map.set(column, row, Kind::Photo);
                plan.map.set_like(column, row, None);
            }
        }
    }
}

/// Whether few enough pixels of a block are foretold: equal to their neighbors, to the picture before, here or where the
/// block comes from, or to what it resembles.
fn is_photo(plan: &Plan, frame: FrameView<'_>, shared: &Shared, column: usize, row: usize) -> bool {
    let rect = plan.map.rect(column, row);
    let (x, width) = (rect.x as usize, rect.width as usize);
    let most = FORETOLD * rect.area() as usize / (BLOCK * BLOCK);
    let like = plan.map.like(column, row);
    let vector = vector_of(&plan.map, column, row, &plan.vectors);
    let before = |x: usize, y: usize| {
        let line = shared.before.row(y).get(x..x + width);
        line.filter(|_| shared.remembers).unwrap_or_default()
    };
    let mut content = [NONE; BLOCK];
    let mut above = [NONE; BLOCK];
    let mut foretold = 0;
    for y in rect.y as usize..rect.bottom() as usize {
        let mut line = [NONE; BLOCK];
        for (pixel, new) in line.iter_mut().zip(&frame.row(y)[x..x + width]) {
            *pixel = new & COLOR;
        }
        let moved = vector.and_then(|vector| {
            let x = usize::try_from(rect.x + vector.dx).ok()?;
            Some(before(x, usize::try_from(y as i32 + vector.dy).ok()?))
        });
        if let Some(like) = like {
            shared
                .history
                .content_line(column, row, like, y - rect.y as usize, &mut content);
        }
        let mut known = [0_u32; BLOCK];
        let mut ask = |guess: &[u32]| {
            for ((known, pixel), guess) in known.iter_mut().zip(&line).zip(guess) {
                *known |= u32::from(pixel == guess);
            }
        };
        ask(before(x, y));
        ask(moved.unwrap_or_default());
        ask(&content);
        ask(&above);
        for x in 1..BLOCK {
            known[x] |= u32::from(line[x] == line[x - 1]) | u32::from(line[x] == above[x - 1]);
        }
        foretold += known[..width].iter().sum::<u32>() as usize;
        above = line;
        if foretold > most {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use temoto_geometry::{Point, Rect};

    use super::*;
    use crate::blocks::BlockMap;
    use crate::framebuffer::Framebuffer;
    use crate::header::Start;
    use crate::parts::Parts;
    use crate::tests::scenes;

    /// Which blocks of a frame are photographs, seen from the picture `before`.
    fn chosen(before: &Framebuffer, frame: &Framebuffer) -> Vec<bool> {
        let size = frame.size();
        let mut shared = Shared::new(Start { size, history: 0 }, Parts::ALL).unwrap();
        shared.before = before.clone();
        shared.remembers = true;
        let mut plan = Plan::nothing();
        plan.map = BlockMap::new(size);
        for (column, row) in [(0, 0), (1, 0), (2, 0)] {
            plan.map.set(column, row, Kind::Exact);
        }
        choose(&mut plan, frame.view().unwrap(), &shared);
        plan.map
            .strip(0)
            .iter()
            .map(|&kind| kind == Kind::Photo)
            .collect()
    }

    #[test]
    fn grain_is_a_photograph_where_time_does_not_foretell_it() {
        let mut black = scenes::photo(48, 16, 1);
        black.fill(black.bounds(), 0);
        let mut frame = scenes::photo(48, 16, 1);
        // The second block is flat, the third half a photograph and half flat.
        frame.fill(Rect::new(16, 0, 24, 16), 0x00ff_8800);
        assert_eq!(chosen(&black, &frame), [true, false, false]);
        assert_eq!(chosen(&frame, &frame), [false; 3]);
        let mut partly = black.clone();
        partly.blit(Point::new(0, 0), frame.view().unwrap());
        partly.fill(Rect::new(0, 0, 16, 4), 0);
        assert_eq!(chosen(&partly, &frame), [false; 3]);
    }
}
