//! Round trips of every kind of change.

use proptest::prelude::*;
use temoto_geometry::{Point, Rect, Region};

use super::scenes::{self, Dice};
use super::{Ends, black};
use crate::{Decoder, EncodeLimits, Encoder, Framebuffer, Hints, Move, Parts};

/// Sizes around the edges of blocks.
fn sides() -> impl Strategy<Value = (u32, u32)> {
    let side = || prop_oneof![Just(1u32), Just(2), Just(15), Just(16), Just(17), 1u32..80];
    (side(), side())
}

/// Changes a picture the way displays do.
fn mutate(picture: &mut Framebuffer, dice: &mut Dice) -> Option<Move> {
    let (width, height) = (picture.width(), picture.height());
    let at = Point::new(dice.roll(width) as i32, dice.roll(height) as i32);
    let rect = Rect::new(at.x, at.y, 1 + dice.roll(width), 1 + dice.roll(height));
    let small = scenes::noise(1 + dice.roll(20), 1 + dice.roll(20), u64::from(dice.roll(1000)));
    match dice.roll(7) {
        0 => picture.fill(Rect::at(at, temoto_geometry::Size::new(1, 1)), dice.roll(1 << 24)),
        1 => picture.fill(rect, dice.roll(1 << 24)),
        2 => picture.blit(at, small.view().unwrap()),
        3 => scenes::glyph(picture, dice.roll(50), at.x as u32, at.y as u32, 0),
        4 => picture.blit(Point::ORIGIN, scenes::gradient(width, height).view().unwrap()),
        5 => {
            let to = rect
                .origin()
                .offset(dice.roll(40) as i32 - 20, dice.roll(40) as i32 - 20);
            picture.copy_within(rect, to);
            return Some(Move { from: rect, to });
        }
        _ => {
            let bounds = picture.bounds();
            picture.copy_within(bounds, Point::new(0, dice.roll(30) as i32 - 15));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_change_arrives_exactly((width, height) in sides(), seed in any::<u32>(), steps in 1usize..12) {
        let mut dice = Dice::new(seed.into());
        let mut ends = Ends::new();
        let mut picture = black(width, height);
        for _ in 0..steps {
            mutate(&mut picture, &mut dice);
            ends.show(&picture);
            prop_assert_eq!(ends.show(&picture), 0, "a still screen costs nothing");
        }
    }

    #[test]
    fn hints_and_limits_change_how_but_not_what(
        (width, height) in sides(),
        seed in any::<u32>(),
        max_pixels in 0u64..3000,
        max_bytes in prop_oneof![Just(usize::MAX), 0usize..2000],
    ) {
        let mut dice = Dice::new(seed.into());
        let mut ends = Ends::new();
        let mut picture = scenes::noise(width, height, seed.into());
        let limits = EncodeLimits { max_pixels, max_bytes };
        let mut rounds = 0;
        let mut changes = 0;
        let mut hints = Hints::default();
        // The display goes on changing while portions are under way.
        loop {
            let update = ends.step(&picture, &hints, limits);
            hints = Hints { damage: Some(Region::new()), moves: Vec::new() };
            if update.is_none_or(|update| update.complete) && changes > 4 {
                break;
            }
            rounds += 1;
            prop_assert!(rounds < 2000, "portions do not come to an end");
            if dice.roll(3) == 0 && changes < 5 {
                changes += 1;
                let before = picture.clone();
                hints.moves.extend(mutate(&mut picture, &mut dice));
                hints.moves.push(Move { from: picture.bounds(), to: Point::new(dice.roll(9) as i32, -3) });
                let differs = |at: &Point| before.pixel(*at) != picture.pixel(*at);
                let all = (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| Point::new(x, y)));
                let damage = all.filter(differs).map(|at| Rect::new(at.x, at.y, 1, 1)).collect();
                hints.damage = Some(damage);
            }
        }
        prop_assert!(ends.decoder.framebuffer() == &picture);
    }
}

#[test]
fn pictures_of_every_character_arrive_exactly() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (16, 16), (255, 130), (321, 241)] {
        let mut ends = Ends::new();
        for picture in [
            scenes::noise(width, height, 3),
            scenes::gradient(width, height),
            scenes::photo(width, height, 1),
            scenes::page(width, height, 9),
            black(width, height),
        ] {
            ends.show(&picture);
        }
    }
}

#[test]
fn a_new_size_starts_afresh() {
    let mut ends = Ends::new();
    for (width, height) in [(100, 50), (50, 100), (50, 100), (1, 1), (640, 480)] {
        ends.show(&scenes::page(width, height, 1));
        assert_eq!(ends.decoder.framebuffer().width(), width);
    }
}

#[test]
fn after_a_reset_a_new_viewer_can_begin() {
    let mut ends = Ends::new();
    let picture = scenes::desktop(&scenes::gradient(320, 200), 100, 40);
    ends.show(&picture);
    ends.encoder.reset();
    assert!(ends.encoder.has_waiting());
    ends.decoder = crate::Decoder::new();
    assert!(ends.show(&picture) > 0);
}

#[test]
fn even_an_all_black_first_frame_is_an_update() {
    let mut ends = Ends::new();
    let bytes = ends.show(&black(1920, 1080));
    assert!((6..20).contains(&bytes), "{bytes}");
    assert_eq!(ends.show(&black(1920, 1080)), 0);
}

#[test]
fn the_top_byte_of_a_captured_pixel_does_not_matter() {
    let mut ends = Ends::new();
    let picture = scenes::page(64, 64, 2);
    ends.show(&picture);
    let dirty: Vec<u32> = picture.pixels().iter().map(|pixel| pixel | 0xff00_0000).collect();
    let view = crate::FrameView::new(picture.size(), 64, &dirty).unwrap();
    assert_eq!(ends.encoder.encode(view, &Hints::default()), None);
    ends.encoder.reset();
    let update = ends.encoder.encode(view, &Hints::default()).unwrap();
    ends.decoder.decode(&update.bytes).unwrap();
    assert!(ends.decoder.framebuffer() == &picture);
}

#[test]
fn one_changed_pixel_costs_a_few_bytes() {
    let mut ends = Ends::new();
    let mut picture = scenes::page(640, 480, 3);
    ends.show(&picture);
    for step in 0..5 {
        picture.fill(Rect::new(100 + step * 30, 200, 1, 1), 0x00ff_0000);
        let bytes = ends.show(&picture);
        assert!(bytes < 60, "{bytes}");
    }
}

/// Every kind of content, moves, limits and a change of size: all kinds of blocks.
fn film() -> Vec<(Framebuffer, EncodeLimits)> {
    let photo = scenes::photo(150, 110, 3);
    let page = scenes::page(150, 300, 5);
    let scrolled = |by: i32| {
        let mut picture = black(150, 110);
        picture.blit(Point::new(0, -by), page.view().unwrap());
        picture
    };
    let small = EncodeLimits {
        max_pixels: 5_000,
        max_bytes: 3_000,
    };
    let mut film: Vec<_> = [(10, 10), (14, 10), (40, 31), (-3, 5)]
        .map(|(x, y)| (scenes::desktop(&photo, x, y), EncodeLimits::NONE))
        .into();
    film.push((scenes::noise(150, 110, 5), small));
    film.extend([0, 7, 14, 40, 90, 60].map(|by| (scrolled(by), EncodeLimits::NONE)));
    film.push((scenes::gradient(33, 47), small));
    film
}

/// A sum over all bytes of a film.
fn sum_of(ends: &mut Ends, film: impl IntoIterator<Item = (Framebuffer, EncodeLimits)>) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for (picture, limits) in film {
        while let Some(update) = ends.step(&picture, &Hints::default(), limits) {
            sum = update.bytes.iter().fold(sum, |sum, &byte| {
                (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            if update.complete {
                break;
            }
        }
    }
    sum
}

/// More contents than a small history holds, some of which come back, and some places that have none yet.
fn turmoil() -> Vec<(Framebuffer, EncodeLimits)> {
    let side = 640;
    let mut picture = black(side, side);
    let mut film = Vec::new();
    let mut show = |number: u32| {
        // Dots are enough to tell contents apart, and are coded fast; each rests for another time.
        let band = Rect::new(0, (number % 5 * 128) as i32, side, 128 + number % 3 * 64);
        for x in (0..side).step_by(16) {
            for y in (0..band.height).step_by(16) {
                let dot = Rect::new(x as i32 + 3, band.y + y as i32 + 3, 2, 2);
                let color = number.wrapping_mul(0x0001_2345).wrapping_add(x << 8 | y);
                picture.fill(dot, if number % 7 == 6 { 0 } else { color });
            }
        }
        film.push((picture.clone(), EncodeLimits::NONE));
        let rest = if number == 20 { 300 } else { number % 4 * 2 };
        for step in 0..rest {
            picture.fill(Rect::new(600, 600, 1, 1), step + 1);
            film.push((picture.clone(), EncodeLimits::NONE));
        }
    };
    (0..45).for_each(&mut show);
    [40, 41, 5, 0, 44, 38, 12, 39].into_iter().for_each(&mut show);
    film
}

/// One block with more contents than a list holds, each shown for long, and some again; the other block passes the time.
fn patience() -> Vec<(Framebuffer, EncodeLimits)> {
    let mut picture = black(32, 16);
    let mut film = Vec::new();
    let mut show = |number: u32, rest: u32| {
        picture.fill(Rect::new(0, 0, 16, 16), number * 0x0007_0b0d + 1);
        picture.fill(Rect::new(3, 3, 2, 2), number);
        for step in 0..=rest {
            picture.fill(Rect::new(20, 4, 1, 1), step);
            film.push((picture.clone(), EncodeLimits::NONE));
        }
    };
    (0..18).for_each(|number| show(number, 300 - number * 2));
    [4, 17, 0, 16, 1, 9]
        .into_iter()
        .for_each(|number| show(number, 2));
    film
}

#[test]
fn the_history_pushes_out_what_it_did() {
    let mut ends = Ends::new();
    ends.encoder.set_history(1);
    let sum = sum_of(&mut ends, turmoil());
    assert_eq!(sum, 0x77b1_1f0b_0949_85a7, "{sum:#018x}");
    let sum = sum_of(&mut Ends::new(), patience());
    assert_eq!(sum, 0x6c7a_ef6e_0372_62e5, "{sum:#018x}");
}

#[test]
fn the_bytes_of_format_2_stay_what_they_are() {
    let sum = sum_of(&mut Ends::new(), film());
    // Another sum means that a decoder of yesterday cannot read today's updates (then the format needs a new
    // number), or only that the encoder decides otherwise (then the sum may change).
    assert_eq!(sum, 0x3988_06e3_d7c8_9e38, "{sum:#018x}");
}

#[test]
fn whatever_is_left_out_the_picture_is_the_same() {
    let leave_out: [fn(&mut Parts); 10] = [
        |_| {},
        |parts| parts.moves = false,
        |parts| parts.history = false,
        |parts| parts.time = false,
        |parts| parts.runs = false,
        |parts| parts.wide = false,
        |parts| parts.near = false,
        |parts| parts.text = false,
        |parts| parts.colors = false,
        |parts| parts.photo = false,
    ];
    let sizes = leave_out.map(|leave| {
        let mut parts = Parts::ALL;
        leave(&mut parts);
        let (mut encoder, mut decoder) = (Encoder::with_parts(parts), Decoder::with_parts(parts));
        let mut bytes = 0;
        for (frame, _) in film() {
            if let Some(update) = encoder.encode(frame.view().unwrap(), &Hints::default()) {
                decoder.decode(&update.bytes).unwrap();
                bytes += update.bytes.len();
            }
            assert_eq!(decoder.framebuffer(), &frame);
        }
        bytes
    });
    let [all, without_moves, ..] = sizes;
    assert!(without_moves > all, "{sizes:?}");
}
