//! What each block showed before: windows that come back, menus that close, what a dragged window uncovers.
//!
//! For every block position a short list of different contents, the one that left last in front. Both ends fill the
//! lists from the picture alone, so nothing is sent for them. The memory is bounded: contents beyond it push out those of
//! the same position, else of the next one, that were shown for the shortest time.

use temoto_geometry::{Rect, Size};

use crate::blocks::{BLOCK, Kind};
use crate::damage::unequal;
use crate::framebuffer::{COLOR, FrameView, Framebuffer};

/// Memory for what blocks showed before, in MiB.
pub const HISTORY_MIB: u8 = 64;
/// Most contents of one position.
pub(crate) const DEPTH: usize = 16;
/// So many contents of a position, the latest ones, are looked at for a likeness.
const ALIKE: usize = 8;
/// Pixels of a block, and of its place in the pool.
const AREA: usize = BLOCK * BLOCK;
/// Bytes of a place in the pool.
const PLACE_BYTES: usize = AREA * 4;
/// What a shown update adds to the weight of a content.
const SHOWN: u32 = 16;

/// One content of one position.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Its own among all that were ever remembered (for as long as it matters: 2^32 of them).
    id: u32,
    hash: u32,
    content: Content,
    /// How long it was shown, in updates times [`SHOWN`]; fades.
    weight: u32,
    /// The update in which it left last.
    left: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// One color.
    Flat(u32),
    /// A place in the pool.
    Place(u32),
}

/// The contents of all positions.
pub(crate) struct History {
    columns: usize,
    lists: Vec<Vec<Entry>>,
    /// Per position, the update in which its present content came.
    since: Vec<u32>,
    /// Per position, whether it came with a move.
    moved: Vec<bool>,
    /// Per position, the content of its list that it shows, by [`Entry::id`]; 0 when that is not known.
    shows: Vec<u32>,
    last_id: u32,
    pool: Vec<u32>,
    free: Vec<u32>,
    /// Most places in the pool.
    places: usize,
    /// Contents in all lists, and the most there may be.
    entries: usize,
    most_entries: usize,
    /// Counts updates.
    now: u32,
    /// Where the search for a content to push out goes on.
    cursor: usize,
}

impl History {
    /// Nothing remembered, for a picture of this size, in at most `mebibytes` MiB of pixels.
    pub(crate) fn new(size: Size, mebibytes: u8) -> Self {
        let columns = (size.width as usize).div_ceil(BLOCK);
        let positions = columns * (size.height as usize).div_ceil(BLOCK);
        let places = (usize::from(mebibytes) << 20) / PLACE_BYTES;
        Self {
            columns,
            lists: vec![Vec::new(); positions],
            since: vec![0; positions],
            moved: vec![false; positions],
            shows: vec![0; positions],
            last_id: 0,
            pool: Vec::new(),
            free: Vec::new(),
            places,
            entries: 0,
            most_entries: places * 2,
            now: 0,
            cursor: 0,
        }
    }

    /// How many contents a position has.
    pub(crate) fn depth(&self, column: usize, row: usize) -> usize {
        self.lists[row * self.columns + column].len()
    }

    /// When a content left its position last.
    pub(crate) fn left_at(&self, column: usize, row: usize, index: u8) -> Option<u32> {
        let list = &self.lists[row * self.columns + column];
        list.get(usize::from(index)).map(|entry| entry.left)
    }

    /// The content of a position that left in a certain update; blocks of one window left together.
    pub(crate) fn that_left(&self, column: usize, row: usize, at: u32) -> Option<u8> {
        let list = &self.lists[row * self.columns + column];
        list.iter()
            .position(|entry| entry.left == at)
            .map(|index| index as u8)
    }

    /// The content that equals a block of a frame.
    pub(crate) fn find(&self, column: usize, row: usize, rect: Rect, frame: FrameView<'_>) -> Option<u8> {
        let list = &self.lists[row * self.columns + column];
        if list.is_empty() {
            return None;
        }
        let rows = |y: usize| part(frame.row(y), rect);
        let hash = hash(rect, rows);
        list.iter()
            .position(|entry| entry.hash == hash && self.equals(entry, rect, rows))
            .map(|index| index as u8)
    }

    /// The content that has most pixels of a frame's block that the picture `before` has not, if it has at least
    /// `least` of them.
    pub(crate) fn most_alike(
        &self,
        column: usize,
        row: usize,
        rect: Rect,
        frame: FrameView<'_>,
        before: &Framebuffer,
        least: u32,
    ) -> Option<u8> {
        let list = &self.lists[row * self.columns + column];
        let mut best = None;
        let mut most = least.saturating_sub(1);
        for (index, entry) in list.iter().take(ALIKE).enumerate() {
            let lines = rect.y as usize..rect.bottom() as usize;
            let alike: u32 = match entry.content {
                Content::Flat(color) => lines
                    .map(|y| {
                        gained(
                            part(frame.row(y), rect),
                            part(before.row(y), rect),
                            &[color; BLOCK],
                        )
                    })
                    .sum(),
                Content::Place(place) => {
                    let start = place as usize * AREA;
                    let stored = self.pool[start..start + AREA].as_chunks::<BLOCK>().0;
                    lines
                        .zip(stored)
                        .map(|(y, line)| gained(part(frame.row(y), rect), part(before.row(y), rect), line))
                        .sum()
                }
            };
            if alike > most {
                (best, most) = (Some(index as u8), alike);
            }
        }
        best
    }

    /// Line `y` of a content, whole; a content that does not exist leaves `line` as it is.
    pub(crate) fn content_line(
        &self,
        column: usize,
        row: usize,
        index: u8,
        y: usize,
        line: &mut [u32; BLOCK],
    ) {
        if let Some(entry) = self.lists[row * self.columns + column].get(usize::from(index)) {
            self.line(entry, y, line);
        }
    }

    /// Draws a content where it was.
    pub(crate) fn draw(&self, column: usize, row: usize, index: u8, rect: Rect, picture: &mut Framebuffer) {
        let mut line = [0; BLOCK];
        for y in 0..rect.height as usize {
            self.content_line(column, row, index, y, &mut line);
            let target = picture.row_mut(rect.y as usize + y);
            let x = rect.x as usize;
            if let Some(target) = target.get_mut(x..x + rect.width as usize) {
                target.copy_from_slice(&line[..rect.width as usize]);
            }
        }
    }

    /// An update is over.
    pub(crate) fn tick(&mut self) {
        self.now = self.now.wrapping_add(1);
    }

    /// The block that `before` shows leaves; `comes` says how its next content is sent.
    pub(crate) fn leaves(
        &mut self,
        column: usize,
        row: usize,
        rect: Rect,
        before: &Framebuffer,
        comes: Kind,
    ) {
        let position = row * self.columns + column;
        let moved = matches!(comes, Kind::Copy(_));
        let coming = if let Kind::Remembered(index) = comes {
            self.lists[position].get(usize::from(index)).map(|entry| entry.id)
        } else {
            None
        };
        let showed = std::mem::replace(&mut self.shows[position], coming.unwrap_or_default());
        let shown = self.now.wrapping_sub(self.since[position]).clamp(1, 1 << 16);
        self.since[position] = self.now;
        let passes = std::mem::replace(&mut self.moved[position], moved) && moved && shown == 1;
        // What is scrolled or dragged through is seldom seen again in the same place.
        if self.places == 0 || passes {
            return;
        }
        let shown = shown * SHOWN;
        let rows = |y: usize| part(before.row(y), rect);
        // What came from the list is there still, mostly.
        let mut sum = None;
        let mut list = self.lists[position].iter();
        let known = list
            .position(|entry| showed != 0 && entry.id == showed)
            .or_else(|| {
                let hash = *sum.insert(hash(rect, rows));
                let mut list = self.lists[position].iter();
                list.position(|entry| entry.hash == hash && self.equals(entry, rect, rows))
            });
        if let Some(index) = known {
            let list = &mut self.lists[position];
            list[..=index].rotate_right(1);
            list[0].weight = list[0].weight.saturating_add(shown);
            list[0].left = self.now;
            return;
        }
        let color = rows(rect.y as usize).first().copied().unwrap_or_default();
        let flat = (rect.y as usize..rect.bottom() as usize).all(|y| rows(y).iter().all(|&p| p == color));
        if self.lists[position].len() == DEPTH || self.entries == self.most_entries {
            self.push_out(position);
        }
        let content = if flat {
            Content::Flat(color)
        } else {
            self.store(position, rect, rows)
        };
        self.last_id = self.last_id.wrapping_add(1).max(1);
        let entry = Entry {
            id: self.last_id,
            hash: sum.unwrap_or_else(|| hash(rect, rows)),
            content,
            weight: shown,
            left: self.now,
        };
        self.lists[position].insert(0, entry);
        self.entries += 1;
    }

    /// Puts a content into the pool, pushing out another where there is no room.
    fn store<'a>(&mut self, position: usize, rect: Rect, rows: impl Fn(usize) -> &'a [u32]) -> Content {
        while self.free.is_empty() && self.pool.len() / AREA >= self.places {
            self.push_out(position);
        }
        let place = self.free.pop().unwrap_or_else(|| {
            let place = self.pool.len() / AREA;
            // Twice as much, but never more than there may be.
            let most = self.places * AREA - self.pool.len();
            self.pool.reserve_exact(self.pool.len().clamp(AREA, most));
            self.pool.resize(self.pool.len() + AREA, 0);
            // There are at most 2^18 places.
            place as u32
        });
        let start = place as usize * AREA;
        let lines = self.pool[start..start + AREA].chunks_exact_mut(BLOCK);
        for (y, line) in (rect.y as usize..rect.bottom() as usize).zip(lines) {
            line[..rect.width as usize].copy_from_slice(rows(y));
        }
        Content::Place(place)
    }

    /// Removes the lightest content of the position, or, where it has none, of the next one that has.
    fn push_out(&mut self, position: usize) {
        let from = if self.lists[position].is_empty() {
            let positions = self.lists.len();
            let Some(from) = (0..positions)
                .map(|step| (self.cursor + step) % positions)
                .find(|&at| !self.lists[at].is_empty())
            else {
                return;
            };
            self.cursor = (from + 1) % positions;
            from
        } else {
            position
        };
        let list = &mut self.lists[from];
        // Of equals the one that left first, which is the last.
        let lightest = (0..list.len()).rev().min_by_key(|&index| list[index].weight);
        if let Some(index) = lightest {
            if let Content::Place(place) = list.remove(index).content {
                self.free.push(place);
            }
            self.entries -= 1;
        }
        for entry in list.iter_mut() {
            entry.weight -= entry.weight >> 5;
        }
    }

    fn equals<'a>(&self, entry: &Entry, rect: Rect, rows: impl Fn(usize) -> &'a [u32]) -> bool {
        let lines = rect.y as usize..rect.bottom() as usize;
        match entry.content {
            Content::Flat(color) => lines
                .into_iter()
                .all(|y| rows(y).iter().all(|&p| p & COLOR == color)),
            Content::Place(place) => {
                let start = place as usize * AREA;
                let stored = self.pool[start..start + AREA].chunks_exact(BLOCK);
                lines
                    .zip(stored)
                    .all(|(y, line)| !unequal(rows(y), &line[..rect.width as usize]))
            }
        }
    }

    fn line(&self, entry: &Entry, y: usize, line: &mut [u32; BLOCK]) {
        match entry.content {
            Content::Flat(color) => line.fill(color),
            Content::Place(place) => {
                let start = place as usize * AREA + y * BLOCK;
                line.copy_from_slice(&self.pool[start..start + BLOCK]);
            }
        }
    }
}

/// The pixels of a row that belong to a block.
fn part(row: &[u32], rect: Rect) -> &[u32] {
    let x = rect.x as usize;
    row.get(x..x + rect.width as usize).unwrap_or_default()
}

/// How many pixels `known` has right that `old` has not.
fn gained(new: &[u32], old: &[u32], known: &[u32; BLOCK]) -> u32 {
    let count = |((new, old), known): ((&u32, &u32), &u32)| {
        let new = new & COLOR;
        u32::from(new == *known) & u32::from(new != *old)
    };
    match (new.as_array::<BLOCK>(), old.as_array::<BLOCK>()) {
        // Of a length that the compiler knows: compared all at once.
        (Some(new), Some(old)) => new.iter().zip(old).zip(known).map(count).sum(),
        _ => new.iter().zip(old).zip(known).map(count).sum(),
    }
}

/// A sum over a block, by which contents are told apart quickly; equality is always checked.
fn hash<'a>(rect: Rect, rows: impl Fn(usize) -> &'a [u32]) -> u32 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    // Four sums, so that none waits for another.
    let mut sums = [PRIME, !PRIME, PRIME >> 1, !PRIME >> 1];
    for y in rect.y as usize..rect.bottom() as usize {
        let (eights, rest) = rows(y).as_chunks::<8>();
        for eight in eights {
            for (sum, pair) in sums.iter_mut().zip(eight.as_chunks::<2>().0) {
                let both = u64::from(pair[0] & COLOR) << 32 | u64::from(pair[1] & COLOR);
                *sum = (*sum ^ both).wrapping_mul(PRIME).rotate_left(31);
            }
        }
        for &pixel in rest {
            sums[0] = (sums[0] ^ u64::from(pixel & COLOR))
                .wrapping_mul(PRIME)
                .rotate_left(31);
        }
    }
    let all = sums
        .into_iter()
        .fold(0, |all: u64, sum| (all ^ sum).wrapping_mul(PRIME).rotate_left(31));
    (all >> 32) as u32
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Point;

    use super::*;

    fn picture(color: u32) -> Framebuffer {
        let mut picture = Framebuffer::new(Size::new(40, 20)).unwrap();
        picture.fill(picture.bounds(), color);
        picture
    }

    fn dotted(color: u32) -> Framebuffer {
        let mut picture = picture(color);
        picture.fill(Rect::new(3, 3, 1, 1), !color);
        picture
    }

    const FIRST: Rect = Rect::new(0, 0, 16, 16);

    #[test]
    fn what_left_last_stands_in_front_and_comes_once() {
        let mut history = History::new(Size::new(40, 20), 1);
        for color in [1, 2, 3, 1] {
            history.leaves(0, 0, FIRST, &dotted(color), Kind::Exact);
            history.tick();
        }
        assert_eq!(history.depth(0, 0), 3);
        let find = |color| history.find(0, 0, FIRST, dotted(color).view().unwrap());
        assert_eq!([1, 3, 2, 4].map(find), [Some(0), Some(1), Some(2), None]);
        assert_eq!(history.left_at(0, 0, 0), Some(3));
        assert_eq!(history.that_left(0, 0, 1), Some(2));
    }

    #[test]
    fn blocks_that_the_edge_cuts_come_back_as_they_were() {
        let mut history = History::new(Size::new(40, 20), 1);
        let corner = Rect::new(32, 16, 8, 4);
        let mut shown = picture(5);
        shown.fill(Rect::new(39, 19, 1, 1), 9);
        history.leaves(2, 1, corner, &shown, Kind::Exact);
        let mut target = picture(0);
        history.draw(2, 1, 0, corner, &mut target);
        assert_eq!(target.pixel(Point::new(39, 19)), Some(9));
        assert_eq!(target.pixel(Point::new(38, 19)), Some(5));
        assert_eq!(target.pixel(Point::new(31, 19)), Some(0));
    }

    #[test]
    fn what_was_shown_long_outlives_what_only_passed_by() {
        let mut history = History::new(Size::new(40, 20), 1);
        for _ in 0..200 {
            history.tick();
        }
        history.leaves(0, 0, FIRST, &dotted(0x77), Kind::Exact);
        for color in 0..60 {
            history.tick();
            history.leaves(0, 0, FIRST, &dotted(0x100 + color), Kind::Exact);
        }
        assert_eq!(history.depth(0, 0), DEPTH);
        assert!(history.find(0, 0, FIRST, dotted(0x77).view().unwrap()).is_some());
        assert!(history.find(0, 0, FIRST, dotted(0x100).view().unwrap()).is_none());
        assert!(
            history
                .find(0, 0, FIRST, dotted(0x100 + 59).view().unwrap())
                .is_some()
        );
    }

    #[test]
    fn the_memory_is_bounded_and_nothing_is_remembered_without_any() {
        let size = Size::new(1024, 512);
        let mut history = History::new(size, 1);
        let mut shown = Framebuffer::new(size).unwrap();
        for round in 0..4u32 {
            for row in 0..32usize {
                for column in 0..64usize {
                    let rect = Rect::new(column as i32 * 16, row as i32 * 16, 16, 16);
                    shown.fill(
                        Rect::new(rect.x, rect.y, 3, 3),
                        round * 10_000 + (row * 64 + column) as u32,
                    );
                    history.leaves(column, row, rect, &shown, Kind::Exact);
                }
            }
            history.tick();
        }
        assert_eq!(history.pool.len() / AREA, 1024);
        assert!(history.entries <= 2048);
        let mut nothing = History::new(size, 0);
        nothing.leaves(0, 0, FIRST, &shown, Kind::Exact);
        assert_eq!(nothing.depth(0, 0), 0);
    }
}
