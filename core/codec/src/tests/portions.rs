//! Limited updates: how a change comes in portions.

use temoto_geometry::{Point, Rect, Region};

use super::{Ends, scenes};
use crate::{EncodeLimits, Framebuffer, Hints};

#[test]
fn a_large_change_comes_in_portions_from_the_top() {
    let mut ends = Ends::new();
    let picture = scenes::noise(160, 160, 8);
    let limits = EncodeLimits {
        max_pixels: 160 * 16 * 2,
        max_bytes: usize::MAX,
    };
    let hints = Hints {
        damage: Some(Region::new()),
        moves: Vec::new(),
    };
    for portion in 1..=5 {
        let update = ends.step(&picture, &hints, limits).unwrap();
        assert_eq!(update.complete, portion == 5);
        let shown = (0..160)
            .take_while(|&row| ends.decoder.framebuffer().row(row) == picture.row(row))
            .count();
        assert_eq!(shown, portion * 32);
    }
}

/// A video at the top, in changing noise, over a page that is new to the viewer.
fn video_over_page(step: u64) -> Framebuffer {
    let mut picture = scenes::page(320, 320, 4);
    picture.blit(Point::ORIGIN, scenes::noise(320, 64, step).view().unwrap());
    picture
}

#[test]
fn what_changes_all_the_time_does_not_starve_the_rest() {
    for limits in [
        EncodeLimits {
            max_pixels: 320 * 32,
            max_bytes: usize::MAX,
        },
        EncodeLimits {
            max_pixels: u64::MAX,
            max_bytes: 6_000,
        },
    ] {
        let mut ends = Ends::new();
        let mut steps = 0;
        let shown = |ends: &Ends, step| {
            let picture = video_over_page(step);
            (64..320).all(|row| ends.decoder.framebuffer().row(row) == picture.row(row))
        };
        while steps == 0 || !shown(&ends, 0) {
            steps += 1;
            assert!(steps < 150, "the page never arrives");
            ends.step(&video_over_page(steps), &Hints::default(), limits);
        }
    }
}

#[test]
fn a_letter_typed_while_a_picture_is_on_its_way_arrives_with_the_next_update() {
    let mut picture = scenes::page(640, 640, 5);
    let mut ends = Ends::new();
    ends.show(&picture);
    picture.blit(Point::new(0, 320), scenes::noise(640, 320, 1).view().unwrap());
    let limits = EncodeLimits {
        max_pixels: 640 * 32,
        max_bytes: usize::MAX,
    };
    assert!(!ends.step(&picture, &Hints::default(), limits).unwrap().complete);
    let at = Point::new(200, 636);
    picture.fill(Rect::new(at.x, at.y, 3, 3), 0x00ff_0000);
    // Within the part that waits: the letter is one of its pixels. Above it: fresh.
    picture.fill(Rect::new(30, 30, 3, 3), 0x00ff_0000);
    assert!(!ends.step(&picture, &Hints::default(), limits).unwrap().complete);
    assert_eq!(
        ends.decoder.framebuffer().pixel(Point::new(31, 31)),
        Some(0x00ff_0000)
    );
    assert_ne!(ends.decoder.framebuffer().pixel(at), Some(0x00ff_0000));
}

#[test]
fn updates_keep_to_the_bytes_that_are_aimed_at() {
    let picture = scenes::noise(640, 640, 5);
    let limits = EncodeLimits {
        max_pixels: u64::MAX,
        max_bytes: 40_000,
    };
    let mut ends = Ends::new();
    let mut sizes = Vec::new();
    while !sizes.last().is_some_and(|&(_, complete)| complete) {
        let update = ends.step(&picture, &Hints::default(), limits).unwrap();
        sizes.push((update.bytes.len(), update.complete));
    }
    // The first one is planned without knowing what noise costs; a row of blocks is the least that is stopped.
    let row = 640 * 16 * 3;
    assert!(sizes[0].0 < 40_000 + row + 3_000, "{sizes:?}");
    assert!(
        sizes.iter().skip(3).all(|&(bytes, _)| bytes < 45_000),
        "{sizes:?}"
    );
    assert!(sizes.len() < 45, "{sizes:?}");
}
