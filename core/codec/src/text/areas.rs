//! Areas of text: rectangles of blocks that are cut apart where nothing is coded column by column.

use std::ops::Range;

use crate::blocks::{BlockMap, Kind};

/// A rectangle of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) columns: Range<usize>,
    pub(crate) rows: Range<usize>,
}

/// All areas of a map: cut at rows without text, then at columns, then at rows again.
pub(crate) fn areas(map: &BlockMap) -> Vec<Area> {
    let whole = Area {
        columns: 0..map.columns(),
        rows: 0..map.rows(),
    };
    let text = |column, row| map.get(column, row) == Kind::Text;
    by_rows(whole, text)
        .into_iter()
        .flat_map(|area| by_columns(area, text))
        .flat_map(|area| by_rows(area, text))
        .collect()
}

fn by_rows(area: Area, text: impl Fn(usize, usize) -> bool) -> Vec<Area> {
    let used = |row: usize| area.columns.clone().any(|column| text(column, row));
    let cut = |rows| Area {
        columns: area.columns.clone(),
        rows,
    };
    stretches(area.rows.clone(), used).map(cut).collect()
}

fn by_columns(area: Area, text: impl Fn(usize, usize) -> bool) -> Vec<Area> {
    let used = |column: usize| area.rows.clone().any(|row| text(column, row));
    let cut = |columns| Area {
        columns,
        rows: area.rows.clone(),
    };
    stretches(area.columns.clone(), used).map(cut).collect()
}

/// The parts of a range all of whose members are used.
fn stretches(range: Range<usize>, used: impl Fn(usize) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let start = (at..range.end).find(|&member| used(member))?;
        at = (start..range.end)
            .find(|&member| !used(member))
            .unwrap_or(range.end);
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;

    fn of(rows: &[&str]) -> Vec<[usize; 4]> {
        let size = Size::new(rows[0].len() as u32 * 16, rows.len() as u32 * 16);
        let mut map = BlockMap::new(size);
        for (y, row) in rows.iter().enumerate() {
            for (x, block) in row.bytes().enumerate() {
                if block == b'#' {
                    map.set(x, y, Kind::Text);
                }
            }
        }
        areas(&map)
            .into_iter()
            .map(|area| {
                [
                    area.columns.start,
                    area.columns.end,
                    area.rows.start,
                    area.rows.end,
                ]
            })
            .collect()
    }

    #[test]
    fn areas_are_cut_apart_where_nothing_is() {
        assert_eq!(of(&["....", "...."]), Vec::<[usize; 4]>::new());
        assert_eq!(of(&["##..", "####"]), [[0, 4, 0, 2]]);
        assert_eq!(
            of(&["#..#", "....", "#..."]),
            [[0, 1, 0, 1], [3, 4, 0, 1], [0, 1, 2, 3]]
        );
        // Side by side, one of them in two pieces.
        assert_eq!(
            of(&["#.#", "#..", "#.#"]),
            [[0, 1, 0, 3], [2, 3, 0, 1], [2, 3, 2, 3]]
        );
    }

    #[test]
    fn no_block_of_text_is_left_out() {
        let rows = ["#.##.", ".#..#", "#...#", "..#..", "#####"];
        let covered: usize = of(&rows)
            .iter()
            .map(|&[left, right, top, bottom]| {
                let blocks = rows[top..bottom]
                    .iter()
                    .map(|row| row[left..right].matches('#').count());
                blocks.sum::<usize>()
            })
            .sum();
        assert_eq!(covered, rows.concat().matches('#').count());
    }
}
