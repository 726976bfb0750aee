//! The algebra against a bitmap: every operation must do to the bits what it says it does to the set.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Region;
use crate::rect::{Point, Rect};

type Bits = BTreeSet<(i32, i32)>;

fn bits_of_rects(rects: &[Rect]) -> Bits {
    rects.iter().flat_map(|rect| pixels(*rect)).collect()
}

fn pixels(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    let columns = rect.x..rect.x + i32::try_from(rect.width).unwrap();
    let rows = rect.y..rect.y + i32::try_from(rect.height).unwrap();
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

fn bits(region: &Region) -> Bits {
    bits_of_rects(region.rects())
}

fn small_rect() -> impl Strategy<Value = Rect> {
    (-8i32..8, -8i32..8, 0u32..9, 0u32..9).prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

fn rects() -> impl Strategy<Value = Vec<Rect>> {
    vec(small_rect(), 0..8)
}

/// Panics unless the rectangles have the one form that a set has.
fn assert_canonical(region: &Region) {
    let list = region.rects();
    assert_eq!(list.iter().map(|rect| rect.area()).sum::<u64>(), region.area());
    for pair in list.windows(2) {
        let [a, b] = pair else { unreachable!() };
        let same_band = a.y == b.y && a.height == b.height && a.right() < b.left();
        let next_band = a.bottom() <= b.top();
        assert!(same_band || next_band, "{a:?} before {b:?}");
    }
    let rebuilt: Region = list.iter().copied().collect();
    assert_eq!(&rebuilt, region, "another form of the same set exists");
    assert!(list.iter().all(|rect| !rect.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_region_holds_exactly_the_pixels_of_its_rectangles(list in rects()) {
        let region: Region = list.iter().copied().collect();
        assert_canonical(&region);
        let model = bits_of_rects(&list);
        prop_assert_eq!(bits(&region), model.clone());
        prop_assert_eq!(region.area(), model.len() as u64);
        prop_assert_eq!(region.is_empty(), model.is_empty());
        let mut one_by_one = Region::new();
        for rect in &list {
            one_by_one.insert(*rect);
        }
        prop_assert_eq!(&one_by_one, &region);
        for y in -10..20 {
            for x in -10..20 {
                prop_assert_eq!(region.contains(Point::new(x, y)), model.contains(&(x, y)));
            }
        }
    }

    #[test]
    fn union_intersection_and_difference_do_to_the_pixels_what_they_say(a in rects(), b in rects()) {
        let (ra, rb): (Region, Region) = (a.iter().copied().collect(), b.iter().copied().collect());
        let (ba, bb) = (bits_of_rects(&a), bits_of_rects(&b));
        for (got, want) in [
            (ra.union(&rb), ba.union(&bb).copied().collect::<Bits>()),
            (ra.intersect(&rb), ba.intersection(&bb).copied().collect()),
            (ra.subtract(&rb), ba.difference(&bb).copied().collect()),
        ] {
            assert_canonical(&got);
            prop_assert_eq!(bits(&got), want);
        }
        prop_assert_eq!(ra.union(&rb), rb.union(&ra));
        prop_assert_eq!(ra.subtract(&rb).union(&ra.intersect(&rb)), ra);
    }

    #[test]
    fn translation_moves_every_pixel(list in rects(), dx in -50i32..50, dy in -50i32..50) {
        let region: Region = list.iter().copied().collect();
        let moved = region.translate(dx, dy);
        assert_canonical(&moved);
        prop_assert_eq!(bits(&moved), bits(&region).into_iter().map(|(x, y)| (x + dx, y + dy)).collect::<Bits>());
        prop_assert_eq!(moved.translate(-dx, -dy), region);
    }

    #[test]
    fn bounds_and_rectangle_questions_agree_with_the_pixels(list in rects(), probe in small_rect()) {
        let region: Region = list.iter().copied().collect();
        let model = bits_of_rects(&list);
        let inside: Vec<bool> = pixels(probe).map(|at| model.contains(&at)).collect();
        prop_assert_eq!(region.contains_rect(probe), inside.iter().all(|&hit| hit));
        prop_assert_eq!(region.intersects_rect(probe), inside.iter().any(|&hit| hit));
        let bounds = region.bounds();
        prop_assert!(model.iter().all(|&(x, y)| bounds.contains(Point::new(x, y))));
        if !model.is_empty() {
            prop_assert_eq!(i64::from(model.iter().map(|at| at.0).min().unwrap()), bounds.left());
            prop_assert_eq!(i64::from(model.iter().map(|at| at.1).max().unwrap()) + 1, bounds.bottom());
        }
        prop_assert_eq!(bits(&region.clip(probe)).len(), inside.iter().filter(|&&hit| hit).count());
    }

    #[test]
    fn a_simplified_region_has_few_rectangles_and_loses_no_pixel(list in vec(small_rect(), 0..16), limit in 0usize..6) {
        let region: Region = list.into_iter().collect();
        let simple = region.simplify(limit);
        assert_canonical(&simple);
        prop_assert!(simple.rects().len() <= limit.max(1));
        prop_assert!(region.subtract(&simple).is_empty());
        prop_assert!(region.bounds() == simple.bounds());
    }

    #[test]
    fn no_rectangle_however_far_out_breaks_the_algebra(
        list in vec((any::<i32>(), any::<i32>(), any::<u32>(), any::<u32>()), 0..6),
        dx in any::<i32>(),
        dy in any::<i32>(),
    ) {
        let region: Region = list.iter().map(|&(x, y, w, h)| Rect::new(x, y, w, h)).collect();
        let moved = region.translate(dx, dy);
        assert_canonical(&region);
        assert_canonical(&moved);
        assert_canonical(&region.union(&moved));
        assert_canonical(&region.subtract(&moved));
        assert_canonical(&region.union(&moved).simplify(3));
    }
}

#[test]
fn two_halves_become_the_whole() {
    let mut region = Region::from(Rect::new(0, 0, 10, 5));
    region.insert(Rect::new(0, 5, 10, 5));
    assert_eq!(region.rects(), [Rect::new(0, 0, 10, 10)]);
}

#[test]
fn a_hole_leaves_four_rectangles_in_three_bands() {
    let frame = Region::from(Rect::new(0, 0, 9, 9)).subtract(&Region::from(Rect::new(3, 3, 3, 3)));
    assert_eq!(
        frame.rects(),
        [
            Rect::new(0, 0, 9, 3),
            Rect::new(0, 3, 3, 3),
            Rect::new(6, 3, 3, 3),
            Rect::new(0, 6, 9, 3)
        ]
    );
}
