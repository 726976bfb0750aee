//! Content that moved is not coded again.

use temoto_geometry::{Point, Rect};

use super::{Ends, black, scenes};
use crate::{EncodeLimits, Framebuffer, Hints, Move};

/// Pixels coded by value in the second of two frames.
fn coded(first: &Framebuffer, second: &Framebuffer, hints: &Hints) -> u64 {
    let mut ends = Ends::new();
    ends.show(first);
    ends.step(second, hints, EncodeLimits::NONE).unwrap().exact_pixels
}

#[test]
fn of_a_scrolled_page_only_the_new_lines_are_coded() {
    let page = scenes::page(640, 900, 3);
    let part = |from: i32| {
        let mut picture = black(640, 400);
        picture.blit(Point::new(0, -from), page.view().unwrap());
        picture
    };
    for by in [1, 7, 18, 53, 120] {
        for (from, to) in [(200, 200 + by), (200 + by, 200)] {
            let pixels = coded(&part(from), &part(to), &Hints::default());
            assert!(
                pixels <= 640 * (by as u64 + 16),
                "scrolled by {by}: {pixels} pixels"
            );
        }
    }
}

#[test]
fn of_a_dragged_window_only_the_edges_are_coded_whatever_its_direction() {
    let background = scenes::gradient(640, 480);
    let window = scenes::window(300, 200, 4);
    let place = |x: i32, y: i32| {
        let mut picture = background.clone();
        picture.blit(Point::new(x, y), window.view().unwrap());
        picture
    };
    for (dx, dy) in [(9, 4), (-30, 17), (1, -1), (0, 60), (-120, -100)] {
        let pixels = coded(&place(120, 100), &place(120 + dx, 100 + dy), &Hints::default());
        // The uncovered background and a ring of partly covered blocks.
        let (width, height) = (300 + 32, 200 + 32);
        let (dx, dy) = (dx.unsigned_abs() + 16, dy.unsigned_abs() + 16);
        let most = width * height - (width - dx) * (height - dy) + 32 * (300 + 200);
        assert!(
            pixels <= most.into(),
            "moved by {dx}, {dy}: {pixels} pixels of at most {most}"
        );
    }
}

#[test]
fn content_that_repeats_everywhere_does_not_hide_a_move() {
    let stripe = |x: u32, y: u32| {
        if (x / 3 + y / 5) & 1 == 0 {
            0x0011_2233
        } else {
            0x00ee_ddcc
        }
    };
    let background = scenes::draw(480, 480, stripe);
    let window = scenes::page(240, 200, 8);
    let place = |x: i32| {
        let mut picture = background.clone();
        picture.blit(Point::new(x, 90), window.view().unwrap());
        picture
    };
    let pixels = coded(&place(100), &place(123), &Hints::default());
    assert!(pixels <= 2 * (23 + 32) * 232 + 2 * 32 * 272, "{pixels} pixels");
}

#[test]
fn a_move_that_the_platform_names_is_taken_even_where_no_search_would_find_it() {
    // One color change per line: nothing that a search could hold on to.
    let before = scenes::draw(320, 320, |x, y| if x < (y * 57) % 320 { 0x40 } else { 0 });
    let mut after = before.clone();
    let hint = Move {
        from: Rect::new(0, 0, 320, 300),
        to: Point::new(0, 20),
    };
    after.copy_within(hint.from, hint.to);
    let hints = Hints {
        damage: None,
        moves: vec![hint],
    };
    assert_eq!(coded(&before, &after, &hints), 320 * 16);
    assert!(coded(&before, &after, &Hints::default()) > 320 * 200);
}

#[test]
fn the_vector_of_the_last_update_is_tried_first() {
    // A scroll goes on over content that a search cannot hold on to.
    let tall = scenes::draw(
        320,
        900,
        |x, y| if y > 400 && x < (y * 57) % 320 { 0x40 } else { 0 },
    );
    let mut ends = Ends::new();
    for from in [0, 12, 24, 36, 48] {
        let mut picture = black(320, 600);
        picture.blit(Point::new(0, -from), tall.view().unwrap());
        let moves = vec![Move {
            from: Rect::new(0, 12, 320, 588),
            to: Point::ORIGIN,
        }];
        let hints = Hints {
            damage: None,
            moves: if from == 12 { moves } else { Vec::new() },
        };
        let update = ends.step(&picture, &hints, EncodeLimits::NONE).unwrap();
        if from > 0 {
            assert!(
                update.exact_pixels <= 320 * 24,
                "at {from}: {} pixels",
                update.exact_pixels
            );
        }
    }
}
