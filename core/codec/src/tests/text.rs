//! Text: what it costs, and that it is exact whatever stands around it.

use temoto_geometry::{Point, Rect, Region};

use super::{Ends, scenes};
use crate::{Decoder, EncodeLimits, Encoder, Framebuffer, Hints, Parts};

/// Bytes of showing one page after the other, without the first.
fn pages(parts: Parts) -> usize {
    let (mut encoder, mut decoder) = (Encoder::with_parts(parts), Decoder::with_parts(parts));
    let mut bytes = 0;
    for seed in 1..6 {
        let page = scenes::page(640, 360, seed);
        let update = encoder.encode(page.view().unwrap(), &Hints::default()).unwrap();
        decoder.decode(&update.bytes).unwrap();
        assert_eq!(decoder.framebuffer(), &page);
        bytes += if seed > 1 { update.bytes.len() } else { 0 };
    }
    bytes
}

#[test]
fn a_page_of_known_letters_costs_what_they_say() {
    let mut without = Parts::ALL;
    without.text = false;
    let (by_columns, by_lines) = (pages(Parts::ALL), pages(without));
    assert!(by_columns * 4 < by_lines * 3, "{by_columns} {by_lines}");
    // 51 letters or, in 9 of 60 cases, none, and two distances: that alone is 6.4 bits for each place.
    let letters = 4 * 20 * 600 / 8;
    assert!(by_columns < letters * 2, "{by_columns}");
}

#[test]
fn a_typed_letter_costs_a_few_bytes() {
    let mut ends = Ends::new();
    let mut page = scenes::page(640, 360, 1);
    page.fill(Rect::new(0, 183, 640, 11), 0x00fa_fafa);
    ends.show(&page);
    let mut bytes = 0;
    for letter in 0..40 {
        scenes::glyph(&mut page, letter * 7 % 50, 24 + letter * 8, 183, 0x0022_2222);
        bytes += ends.show(&page);
    }
    assert!(bytes < 40 * 25, "{bytes}");
}

/// Text in pieces: a photograph in it, letters in other colors, and parts that are not as high as a block.
fn patchwork(seed: u64) -> Framebuffer {
    let mut dice = scenes::Dice::new(seed);
    let mut picture = scenes::page(333, 201, seed % 3);
    for piece in 0..6 {
        let at = Point::new(dice.roll(300) as i32, dice.roll(190) as i32);
        let (width, height) = (dice.roll(90) + 1, dice.roll(60) + 1);
        let part = match piece % 3 {
            0 => scenes::photo(width, height, seed),
            1 => scenes::page(width, height, seed),
            _ => scenes::gradient(width, height),
        };
        picture.blit(at, part.view().unwrap());
    }
    picture
}

#[test]
fn text_in_pieces_is_exact() {
    let mut ends = Ends::new();
    for seed in 1..25 {
        ends.show(&patchwork(seed));
    }
}

#[test]
fn text_beside_blocks_that_wait_is_exact() {
    for (max_pixels, max_bytes) in [(4_000, usize::MAX), (u64::MAX, 500), (9_000, 900)] {
        let limits = EncodeLimits {
            max_pixels,
            max_bytes,
        };
        let mut ends = Ends::new();
        for seed in 1..12 {
            // Two frames in a row, the first of which does not get through.
            ends.step(&patchwork(seed + 100), &Hints::default(), limits);
            let last = patchwork(seed);
            for step in 0.. {
                assert!(step < 200, "the frame never arrives");
                match ends.step(&last, &Hints::default(), limits) {
                    Some(update) if !update.complete => {}
                    _ => break,
                }
            }
            assert!(ends.decoder.framebuffer() == &last);
        }
    }
}

#[test]
fn text_beside_changes_that_nobody_told_keeps_both_ends_alike() {
    let mut ends = Ends::new();
    ends.show(&patchwork(1));
    for seed in 2..20u32 {
        let part = Rect::new((seed * 13 % 200) as i32, (seed * 7 % 100) as i32, 100, 40);
        let hints = Hints {
            damage: Some(Region::from(part)),
            moves: Vec::new(),
        };
        // `step` compares what both ends have; the frame is not what they show.
        ends.encoder
            .encode(patchwork(seed.into()).view().unwrap(), &hints)
            .into_iter()
            .for_each(|update| {
                ends.decoder.decode(&update.bytes).unwrap();
            });
        assert!(ends.encoder.reference() == Some(ends.decoder.framebuffer()));
    }
    ends.show(&patchwork(1));
}

#[test]
fn a_page_of_text_that_costs_more_than_thought_is_cut_short() {
    let limits = EncodeLimits {
        max_pixels: u64::MAX,
        max_bytes: 1_500,
    };
    let mut ends = Ends::new();
    // One color over and over: the next page is expected to be as cheap.
    for color in 0..20 {
        let mut plain = super::black(640, 720);
        plain.fill(Rect::new(0, 0, 640, 720), color);
        ends.step(&plain, &Hints::default(), limits);
    }
    let page = scenes::page(640, 720, 3);
    let mut portions = Vec::new();
    while ends.decoder.framebuffer() != &page {
        let update = ends.step(&page, &Hints::default(), limits).unwrap();
        portions.push(update.bytes.len());
    }
    assert!(portions.len() > 2, "{portions:?}");
    let most = portions.iter().max().unwrap();
    assert!(*most < 2 * limits.max_bytes, "{portions:?}");
}
