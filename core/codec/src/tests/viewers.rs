//! Several viewers of one display: each has an encoder of its own, and none waits for another.

use temoto_geometry::Point;

use super::{Ends, black, scenes};
use crate::{EncodeLimits, Framebuffer, Hints};

/// A window that wanders over a page.
fn frame(step: i32) -> Framebuffer {
    let mut picture = scenes::page(320, 240, 7);
    let window = scenes::page(120, 90, 9);
    picture.blit(Point::new(20 + 6 * step, 10 + 4 * step), window.view().unwrap());
    picture
}

const FRAMES: i32 = 24;

#[test]
fn a_fast_a_slow_and_a_late_viewer_all_end_exact() {
    let limits = EncodeLimits {
        max_pixels: 4_000,
        max_bytes: 900,
    };
    let (mut fast, mut slow, mut late) = (Ends::new(), Ends::new(), Ends::new());
    let mut fast_alone = Ends::new();
    for step in 0..FRAMES {
        let picture = frame(step);
        let of_all = fast.step(&picture, &Hints::default(), EncodeLimits::NONE);
        // The same bytes as if nobody else looked on.
        assert_eq!(
            of_all,
            fast_alone.step(&picture, &Hints::default(), EncodeLimits::NONE)
        );
        assert_eq!(fast.decoder.framebuffer(), &picture);
        // One picture of three, and only a part of it.
        if step % 3 == 0 {
            slow.step(&picture, &Hints::default(), limits);
        }
        if step >= FRAMES / 2 {
            let first = late.step(&picture, &Hints::default(), EncodeLimits::NONE);
            assert_eq!(first.unwrap().reset, step == FRAMES / 2);
            assert_eq!(late.decoder.framebuffer(), &picture);
        }
    }
    let last = frame(FRAMES - 1);
    assert_ne!(slow.decoder.framebuffer(), &last);
    let portions = (0..200).take_while(|_| slow.step(&last, &Hints::default(), limits).is_some());
    assert!(portions.count() < 200);
    assert_eq!(slow.decoder.framebuffer(), &last);
}

#[test]
fn a_viewer_that_forgot_costs_the_others_nothing() {
    let (mut one, mut other) = (Ends::new(), Ends::new());
    for step in 0..4 {
        one.step(&frame(step), &Hints::default(), EncodeLimits::NONE);
        other.step(&frame(step), &Hints::default(), EncodeLimits::NONE);
    }
    one.encoder.reset();
    one.decoder = crate::Decoder::new();
    let again = one
        .step(&frame(4), &Hints::default(), EncodeLimits::NONE)
        .unwrap();
    let next = other
        .step(&frame(4), &Hints::default(), EncodeLimits::NONE)
        .unwrap();
    assert!(again.reset && !next.reset);
    assert!(next.bytes.len() * 4 < again.bytes.len());
    assert_eq!(one.decoder.framebuffer(), other.decoder.framebuffer());
    assert_ne!(one.decoder.framebuffer(), &black(320, 240));
}
