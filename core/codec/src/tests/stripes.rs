//! Stripes: the same picture whoever does the work, and however it is cut.

use std::sync::Arc;

use proptest::prelude::*;
use temoto_geometry::{Point, Rect};

use super::{Ends, scenes};
use crate::{CodecError, Decoder, EncodeLimits, Encoder, Framebuffer, Hints, InTurn, Job, Workers};

/// First byte of an update in two stripes.
const TWO: u8 = 0xc2;

/// Does the last job first. (Threads are tried where they are, in the driver.)
struct Backwards;

impl Workers for Backwards {
    fn run(&self, jobs: Vec<Job<'_>>) {
        for job in jobs.into_iter().rev() {
            job();
        }
    }
}

/// Does the first job only.
struct Lazy;

impl Workers for Lazy {
    fn run(&self, jobs: Vec<Job<'_>>) {
        jobs.into_iter().take(1).for_each(|job| job());
    }
}

fn ends(workers: Arc<dyn Workers>, stripes: usize) -> Ends {
    let mut ends = Ends::new();
    ends.encoder.set_workers(workers.clone(), stripes);
    ends.decoder.set_workers(workers);
    ends
}

/// Photographs with text, a flat part, and a part that stays.
fn pictures() -> Vec<Framebuffer> {
    (0..4)
        .map(|seed| {
            let mut picture = scenes::photo(601, 403, seed);
            picture.blit(Point::new(40, 190), scenes::page(300, 60, seed).view().unwrap());
            picture.fill(Rect::new(0, 0, 601, 37), 0x0033_6699);
            picture
        })
        .collect()
}

#[test]
fn every_number_of_stripes_shows_the_same() {
    let alone: usize = pictures().iter().map(|picture| Ends::new().show(picture)).sum();
    for stripes in 2..=5 {
        let mut ends = ends(Arc::new(Backwards), stripes);
        for picture in pictures() {
            ends.show(&picture);
        }
        let bytes: usize = pictures()
            .iter()
            .map(|picture| {
                let mut fresh = Ends::new();
                fresh.encoder.set_workers(Arc::new(InTurn), stripes);
                fresh.show(picture)
            })
            .sum();
        assert!(bytes * 100 < alone * 103, "{bytes} instead of {alone}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_who_works() {
    let film = |workers: Arc<dyn Workers>| -> Vec<Vec<u8>> {
        let mut encoder = Encoder::new();
        encoder.set_workers(workers, 2);
        let updates = pictures()
            .into_iter()
            .map(|picture| encoder.encode(picture.view().unwrap(), &Hints::default()));
        updates.map(|update| update.unwrap().bytes).collect()
    };
    let updates = film(Arc::new(Backwards));
    assert!(updates.iter().all(|update| update[0] == TWO));
    assert_eq!(updates, film(Arc::new(InTurn)));
}

#[test]
fn a_small_change_is_not_striped() {
    let mut ends = ends(Arc::new(InTurn), 2);
    let mut picture = scenes::photo(600, 400, 1);
    ends.show(&picture);
    picture.blit(Point::new(100, 100), scenes::photo(200, 200, 2).view().unwrap());
    let update = ends
        .step(&picture, &Hints::default(), EncodeLimits::NONE)
        .unwrap();
    assert_ne!(update.bytes[0], TWO);
}

#[test]
fn what_does_not_fit_waits_in_every_stripe() {
    let mut ends = ends(Arc::new(Backwards), 2);
    let picture = scenes::photo(640, 400, 7);
    // What a pixel costs is not known yet, so the first updates are cut while they are coded.
    let limits = EncodeLimits {
        max_pixels: u64::MAX,
        max_bytes: 120_000,
    };
    ends.show(&scenes::gradient(640, 400));
    let noisy = scenes::noise(640, 400, 3);
    let first = ends.step(&noisy, &Hints::default(), limits).unwrap();
    assert!(first.bytes[0] == TWO && !first.complete, "{}", first.bytes.len());
    assert!(first.bytes.len() < 150_000, "{}", first.bytes.len());
    let steps = (1..20).find(|_| {
        ends.step(&picture, &Hints::default(), limits)
            .is_some_and(|update| update.complete)
    });
    assert!(steps.is_some() && ends.decoder.framebuffer() == &picture);
}

#[test]
fn work_that_is_left_undone_costs_a_fresh_start_and_nothing_else() {
    let picture = scenes::photo(600, 400, 1);
    let mut ends = ends(Arc::new(Backwards), 2);
    let update = ends
        .step(&picture, &Hints::default(), EncodeLimits::NONE)
        .unwrap();
    let mut decoder = Decoder::new();
    decoder.set_workers(Arc::new(Lazy));
    assert_eq!(decoder.decode(&update.bytes), Err(CodecError::Unfinished));
    assert!(decoder.needs_reset());

    ends.encoder.set_workers(Arc::new(Lazy), 2);
    let other = scenes::photo(600, 400, 2);
    assert_eq!(
        ends.encoder.encode(other.view().unwrap(), &Hints::default()),
        None
    );
    assert!(ends.encoder.has_waiting());
    ends.encoder.set_workers(Arc::new(InTurn), 2);
    let again = ends.step(&other, &Hints::default(), EncodeLimits::NONE).unwrap();
    assert!(again.reset && again.complete);
}

#[test]
fn stripes_that_do_not_exist_are_refused() {
    let picture = scenes::photo(600, 400, 1);
    let update = ends(Arc::new(InTurn), 2)
        .step(&picture, &Hints::default(), EncodeLimits::NONE)
        .unwrap();
    for number in [0, 1, 5, 63] {
        let mut bytes = update.bytes.clone();
        bytes[0] = 0xc0 | number;
        let error = Decoder::new().decode(&bytes);
        assert!(matches!(error, Err(CodecError::Malformed(_))), "{number}");
    }
    for cut in [1, 5, 8, 40] {
        assert_eq!(
            Decoder::new().decode(&update.bytes[..cut]),
            Err(CodecError::Truncated)
        );
    }
    let mut longer = update.bytes.clone();
    longer[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(Decoder::new().decode(&longer), Err(CodecError::Truncated));
    let padded = [&update.bytes[..], &[0; 8]].concat();
    assert!(Decoder::new().decode(&padded).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn changed_bytes_never_break_the_decoder(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let picture = scenes::photo(513, 272, 5);
        let update = ends(Arc::new(InTurn), 3).step(&picture, &Hints::default(), EncodeLimits::NONE).unwrap();
        let mut bytes = update.bytes.clone();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        let mut decoder = Decoder::with_max_pixels(1 << 18);
        let result = decoder.decode(&bytes);
        prop_assert_eq!(result.is_err(), decoder.needs_reset());
        prop_assert!(decoder.decode(&update.bytes).is_ok());
    }
}
