//! Bytes that no encoder made.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Ends, scenes};
use crate::{CodecError, Decoder, EncodeLimits, Hints, MAX_SIDE};

/// Honest updates: a complete one and some that follow.
fn honest() -> Vec<Vec<u8>> {
    let mut ends = Ends::new();
    let background = scenes::gradient(120, 90);
    [(10, 10), (14, 10), (40, 31)]
        .into_iter()
        .filter_map(|(x, y)| {
            ends.step(
                &scenes::desktop(&background, x, y),
                &Hints::default(),
                EncodeLimits::NONE,
            )
        })
        .map(|update| update.bytes)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_never_break_the_decoder(
        which in 0usize..3,
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let updates = honest();
        let mut decoder = Decoder::with_max_pixels(1 << 16);
        for (number, update) in updates.iter().enumerate() {
            let mut bytes = update.clone();
            if number == which {
                for (at, value) in &flips {
                    let at = at.index(bytes.len());
                    bytes[at] ^= value;
                }
                if let Some(cut) = &cut {
                    bytes.truncate(cut.index(bytes.len()));
                }
            }
            let result = decoder.decode(&bytes);
            prop_assert_eq!(result.is_err(), decoder.needs_reset());
        }
        // Whatever happened: a complete update heals.
        prop_assert!(decoder.decode(&updates[0]).is_ok());
    }

    #[test]
    fn invented_bytes_never_break_the_decoder(body in vec(any::<u8>(), 0..300), width in 1u8..200, height in 1u8..200) {
        let mut decoder = Decoder::new();
        let _ = decoder.decode(&[&[0x82, 0, width, 0, height, 64], &body[..]].concat());
        let _ = decoder.decode(&body);
        // The same within a stream that has moves and a history.
        let mut decoder = Decoder::new();
        for update in &honest()[..2] {
            decoder.decode(update).unwrap();
        }
        let _ = decoder.decode(&[&[2], &body[..]].concat());
    }
}

#[test]
fn a_size_beyond_the_limit_is_refused_before_memory_is_taken() {
    let mut decoder = Decoder::with_max_pixels(1000);
    for (width, height) in [
        (0u16, 9u16),
        (9, 0),
        (u16::MAX, u16::MAX),
        (MAX_SIDE as u16, 5000),
        (40, 30),
    ] {
        let bytes = [&[0x82][..], &width.to_be_bytes(), &height.to_be_bytes(), &[0; 9]].concat();
        assert!(matches!(decoder.decode(&bytes), Err(CodecError::Size(_))));
    }
}

#[test]
fn more_memory_than_this_end_gives_is_refused_before_it_is_taken() {
    let bytes = [&[0x82, 0, 40, 0, 30, 65][..], &[0; 9]].concat();
    assert_eq!(Decoder::new().decode(&bytes), Err(CodecError::Memory(65)));
}

#[test]
fn a_lost_or_repeated_update_is_noticed() {
    let updates = honest();
    let mut decoder = Decoder::new();
    decoder.decode(&updates[0]).unwrap();
    assert_eq!(
        decoder.decode(&updates[2]),
        Err(CodecError::Sequence { expected: 1, got: 2 })
    );
    assert_eq!(decoder.decode(&updates[1]), Err(CodecError::NeedsReset));
    decoder.decode(&updates[0]).unwrap();
    decoder.decode(&updates[1]).unwrap();
    assert!(decoder.decode(&updates[1]).is_err());
}

#[test]
fn nothing_but_a_complete_update_begins() {
    let updates = honest();
    assert_eq!(Decoder::new().decode(&updates[1]), Err(CodecError::NeedsReset));
    assert_eq!(Decoder::new().decode(&[]), Err(CodecError::Truncated));
}

#[test]
fn a_truncated_or_padded_update_is_noticed() {
    let updates = honest();
    for cut in [7, 20, updates[0].len() / 2] {
        assert_eq!(
            Decoder::new().decode(&updates[0][..cut]),
            Err(CodecError::Truncated)
        );
    }
    let padded = [&updates[0][..], &[0; 8]].concat();
    assert_eq!(Decoder::new().decode(&padded), Err(CodecError::Trailing));
}

#[test]
fn a_huge_picture_without_content_is_given_up_at_once() {
    // The most work that a few bytes can buy is one picture of one color.
    let mut decoder = Decoder::new();
    for filler in [0x00, 0x55, 0xaa, 0xff] {
        let bytes = [&[0x82, 0x40, 0, 0x10, 0, 64][..], &[filler; 64]].concat();
        assert!(decoder.decode(&bytes).is_err(), "{filler:#x}");
    }
}
