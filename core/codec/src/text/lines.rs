//! The encoder's choice: where the lines of text of an area are.

use std::ops::Range;

use crate::framebuffer::{COLOR, FrameView};
use crate::model::{BAND, LOW_BAND};

/// The bands of an area.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Rows above the area that the first band has.
    pub(crate) lead: usize,
    pub(crate) heights: Vec<usize>,
}

/// Per row of the picture, whether a band began there lately: a letter that is typed is cut like the line it belongs to.
/// Only an encoder has use for it.
#[derive(Default)]
pub(crate) struct Seams(Vec<bool>);

impl Seams {
    fn note(&mut self, mut y: usize, heights: &[usize]) {
        self.0[y] = true;
        for height in heights {
            self.0[y + 1..y + height].fill(false);
            y += height;
            self.0[y] = true;
        }
    }
}

/// What is weighed, in thousandths of how often the color changes along a row of the area on the mean: a cut costs what
/// changes in the row above it, half of what changes in the row below, and a little in any case; a band costs more the
/// higher it is, so that two lines do not become one, and more if it is not as high as most; a cut where there was none costs more.
const CUT: u64 = 200;
const ABOVE: u64 = 1000;
const BELOW: u64 = 500;
const HIGH: u64 = 500;
const UNUSUAL: u64 = 200;
const NEW: u64 = 200;
/// The height at which a band costs [`HIGH`].
const USUAL: u64 = 16;

/// Cuts an area of the frame, `columns` x `rows`, where rows have the fewest changes of color.
pub(crate) fn find(
    frame: FrameView<'_>,
    columns: &Range<usize>,
    rows: &Range<usize>,
    seams: &mut Seams,
) -> Lines {
    let top = rows.start.saturating_sub(BAND - 1);
    let bottom = (rows.end + BAND - 1).min(frame.size().height as usize);
    let changes: Vec<u64> = (top..bottom)
        .map(|y| changes(frame.row(y).get(columns.clone()).unwrap_or_default()))
        .collect();
    let at_bottom = bottom == frame.size().height as usize;
    seams.0.resize(frame.size().height as usize + 1, false);
    let area = rows.start - top..rows.end - top;
    let cuts = Cuts::new(&changes, &seams.0[top..=bottom], area, at_bottom);
    let first = cuts.cheapest(None);
    let mut counts = [0usize; BAND + 1];
    for &height in &first.heights {
        counts[height] += 1;
    }
    let most = (1..=BAND).max_by_key(|&height| counts[height]);
    let lines = cuts.cheapest(most);
    seams.note(rows.start - lines.lead, &lines.heights);
    lines
}

/// How often the color changes along a row.
pub(super) fn changes(row: &[u32]) -> u64 {
    let pairs = row.iter().zip(row.get(1..).unwrap_or_default());
    let changes: u32 = pairs
        .map(|(west, pixel)| u32::from((west ^ pixel) & COLOR != 0))
        .sum();
    u64::from(changes)
}

/// Costs of cutting between rows.
struct Cuts {
    /// Before each row, and after the last.
    costs: Vec<u64>,
    /// Whether the last row is the last of the picture, where a band may be cut.
    at_bottom: bool,
    /// The rows that must be in a band.
    area: Range<usize>,
}

impl Cuts {
    fn new(changes: &[u64], seams: &[bool], area: Range<usize>, at_bottom: bool) -> Self {
        let inked = changes.iter().filter(|&&changes| changes > 0).count() as u64;
        let mean = (changes.iter().sum::<u64>() / inked.max(1)).max(1);
        let mut costs: Vec<u64> = seams.iter().map(|&seam| if seam { 0 } else { NEW }).collect();
        for (cost, pair) in costs[1..].iter_mut().zip(changes.windows(2)) {
            *cost += (pair[0] * ABOVE + pair[1] * BELOW) / mean;
        }
        Self {
            costs,
            at_bottom,
            area,
        }
    }

    /// The bands that cost least, all of them (dynamic programming over where they end).
    fn cheapest(&self, usual: Option<usize>) -> Lines {
        // Per row: what the bands that end before it cost, and how high the last one is; 0 = none has begun yet.
        let mut best: Vec<(u64, usize)> = Vec::with_capacity(self.costs.len());
        for (end, &cut) in self.costs.iter().enumerate() {
            let begins = (if end <= self.area.start { cut } else { u64::MAX }, 0);
            let cut_short = self.at_bottom && end + 1 == self.costs.len();
            let low = if cut_short { 1 } else { LOW_BAND };
            // What ends above the area or begins below it serves nothing.
            let lowest = end.saturating_sub(self.area.end.saturating_sub(1)).max(low);
            let heights = (lowest..=BAND.min(end)).filter(|_| end > self.area.start);
            let ends = heights.map(|height| {
                let high = (height * height) as u64 * HIGH / (USUAL * USUAL);
                let unusual = if usual == Some(height) { 0 } else { UNUSUAL };
                let cost = high + unusual + CUT + cut;
                (best[end - height].0.saturating_add(cost), height)
            });
            best.push(ends.min().unwrap_or(begins));
        }
        let ends = self.area.end..best.len();
        let mut end = ends.min_by_key(|&end| best[end].0).unwrap_or(self.area.end);
        let mut heights = Vec::new();
        while best[end].1 > 0 {
            heights.push(best[end].1);
            end -= best[end].1;
        }
        heights.reverse();
        Lines {
            lead: self.area.start.saturating_sub(end),
            heights,
        }
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;
    use crate::Framebuffer;
    use crate::tests::scenes::page;

    /// Lines of 18 pixels, whose letters begin 3 pixels below.
    const LINE: usize = 18;

    fn cut(frame: &Framebuffer, columns: Range<usize>, rows: Range<usize>) -> Lines {
        find(frame.view().unwrap(), &columns, &rows, &mut Seams::default())
    }

    #[test]
    fn lines_of_text_are_found() {
        let frame = page(640, 480, 1);
        let lines = cut(&frame, 0..640, 96..336);
        let most = lines.heights.iter().filter(|&&height| height == LINE).count();
        assert!(most + 2 >= lines.heights.len(), "{lines:?}");
        assert!(
            96 - lines.lead + lines.heights.iter().sum::<usize>() >= 336,
            "{lines:?}"
        );
    }

    #[test]
    fn a_part_of_a_line_is_cut_like_the_line() {
        let frame = page(640, 480, 2);
        let mut seams = Seams::default();
        let mut starts = |columns: Range<usize>, rows: Range<usize>| -> Vec<usize> {
            let lines = find(frame.view().unwrap(), &columns, &rows, &mut seams);
            let top = rows.start - lines.lead;
            let starts = lines
                .heights
                .iter()
                .scan(top, |y, height| Some(std::mem::replace(y, *y + height)));
            starts.collect()
        };
        let whole = starts(0..640, 32..448);
        for rows in [64..96, 112..144, 160..208] {
            for x in [96, 160, 304] {
                let part = starts(x..x + 64, rows.clone());
                // Where the line ends before the part does, one cut may be elsewhere.
                let others = part.iter().filter(|y| !whole.contains(y)).count();
                assert!(others <= 1, "{part:?} {whole:?}");
            }
        }
    }

    #[test]
    fn bands_reach_from_the_top_to_the_bottom_of_any_area() {
        for height in 1..70 {
            let frame = page(40, height, 3);
            let height = height as usize;
            for rows in [0..height, height / 2..height, 0..height.div_ceil(2)] {
                if rows.is_empty() {
                    continue;
                }
                let lines = cut(&frame, 0..40, rows.clone());
                let top = rows.start.checked_sub(lines.lead).unwrap();
                let (last, others) = lines.heights.split_last().unwrap();
                assert!(
                    others.iter().all(|height| (LOW_BAND..=BAND).contains(height)),
                    "{lines:?}"
                );
                let above = top + others.iter().sum::<usize>();
                assert!(above < rows.end && above + last >= rows.end, "{rows:?} {lines:?}");
                assert!(above + last <= height, "{rows:?} {lines:?}");
            }
        }
    }

    #[test]
    fn nothing_but_one_color_has_lines_too() {
        let frame = Framebuffer::new(Size::new(64, 64)).unwrap();
        let lines = cut(&frame, 0..64, 16..48);
        assert!(lines.heights.iter().sum::<usize>() >= 32 + lines.lead);
    }
}
