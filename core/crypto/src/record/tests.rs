//! Records: the bytes, rekeying, limits, and what does not open.

use super::*;
use proptest::prelude::*;

fn key() -> Secret32 {
    Secret32::new([0x11; 32])
}

fn pair() -> (Sealer, Opener) {
    (Sealer::new(7, &key(), 0), Opener::new(7, &key()))
}

fn seal(sealer: &mut Sealer, now_ms: u64, bytes: &[u8], padding: Padding) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    sealer
        .seal(
            now_ms,
            Outgoing::Application([bytes, b""], padding),
            false,
            |sealed| match sealed {
                Sealed::Message(message) => messages.push(message),
                Sealed::Outside(_) => panic!("nobody asked for it"),
            },
        )
        .unwrap();
    messages
}

/// The same for a caller that computes large records itself and keeps the newest key in `kept`.
fn seal_outside(
    sealer: &mut Sealer,
    kept: &mut Option<Secret32>,
    now_ms: u64,
    bytes: &[u8],
    padding: Padding,
) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    sealer
        .seal(
            now_ms,
            Outgoing::Application([bytes, b""], padding),
            true,
            |sealed| match sealed {
                Sealed::Message(message) => messages.push(message),
                Sealed::Outside(Unsealed { head, work }) => {
                    *kept = work.key.clone().or(kept.take());
                    messages.push([head, work.seal(kept.as_ref().unwrap()).unwrap()].concat());
                }
            },
        )
        .unwrap();
    messages
}

fn open(opener: &mut Opener, message: &[u8]) -> Result<Option<Content>, OpenError> {
    assert_eq!(message[0], RECORD);
    let (head, ciphertext) = read_head(&message[1..]).unwrap();
    opener.open(head, ciphertext)
}

fn opened(content: Option<Content>) -> Vec<u8> {
    match content {
        Some(Content::Application(bytes)) => bytes,
        _ => panic!("no application record"),
    }
}

#[test]
fn the_bytes_on_the_wire_are_those_of_the_document() {
    let (mut sealer, _) = pair();
    let message = seal(&mut sealer, 0, b"hello", Padding::None).remove(0);
    assert_eq!(message[..8], [16, 1, 0, 0, 0, 7, 0, 0]);
    // AES-256-GCM, key 0x11.., nonce 0, associated data = bytes 1 to 7, plaintext 01 "hello": by a second
    // implementation.
    let hex: String = message[8..].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "c5a27b0b8dc05fa0f8e34ff9e541990c5a9eb17fb0d6");
}

#[test]
fn a_rekey_changes_the_key_as_noise_has_it_and_the_counter_goes_on() {
    let (mut sealer, mut opener) = pair();
    seal(&mut sealer, 0, b"a", Padding::None);
    let messages = seal(&mut sealer, REKEY_MS, b"hello", Padding::None);
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0][6..8], [0, 0]);
    assert_eq!(messages[1][6..8], [0, 1]);
    let hex: String = messages[1][8..]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hex, "34e51cb57a4b9e9ecff5e2150d09073c2424900d6d67");
    // A receiver that missed the first record opens neither.
    assert!(open(&mut opener, &messages[0]) == Err(OpenError::Tag));
}

#[test]
fn a_rekey_comes_with_the_65536th_record() {
    let (mut sealer, mut opener) = pair();
    let mut records = 0;
    for sent in 0..REKEY_RECORDS {
        let messages = seal(&mut sealer, 0, b"", Padding::None);
        records += messages.len();
        for message in &messages {
            assert!(open(&mut opener, message).is_ok());
        }
        assert_eq!(messages.len() == 2, sent == REKEY_RECORDS - 1, "{sent}");
    }
    assert_eq!(records, usize::try_from(REKEY_RECORDS).unwrap() + 1);
    assert_eq!(sealer.direction.head.epoch, 1);
    assert_eq!(sealer.direction.counter, REKEY_RECORDS + 1);
}

#[test]
fn a_rekey_comes_before_a_gibibyte() {
    let (mut sealer, _) = pair();
    sealer.epoch_bytes = REKEY_BYTES - 40;
    assert_eq!(seal(&mut sealer, 0, b"small", Padding::None).len(), 1);
    assert_eq!(seal(&mut sealer, 0, &[0; 100], Padding::None).len(), 2);
    assert!(sealer.epoch_bytes < 200);
}

#[test]
fn a_run_without_epochs_or_counters_seals_no_more() {
    let (mut sealer, _) = pair();
    sealer.direction.head.epoch = u16::MAX;
    let outgoing = Outgoing::Application([b"x", b""], Padding::None);
    assert!(sealer.seal(REKEY_MS, outgoing, false, |_| {}).is_err());
    let (mut sealer, _) = pair();
    sealer.direction.counter = u64::MAX - 1;
    assert!(
        sealer
            .seal(0, outgoing, false, |_| panic!(
                "sealed under the nonce of the rekey"
            ))
            .is_err()
    );
}

#[test]
fn an_epoch_that_was_not_announced_is_not_opened() {
    let (mut sealer, mut opener) = pair();
    sealer.direction.rekey().unwrap();
    let message = seal(&mut sealer, 0, b"x", Padding::None).remove(0);
    assert!(open(&mut opener, &message) == Err(OpenError::Tag));
    // Nor with the epoch written back.
    let mut lying = message;
    lying[7] = 0;
    assert!(open(&mut opener, &lying) == Err(OpenError::Tag));
}

#[test]
fn sizes_are_checked_before_anything_is_opened() {
    let long = vec![1; MAX_MESSAGE + 1];
    for body in [&[][..], &[1; 7], &[1; 7 + 16], &long] {
        assert!(read_head(body).is_err(), "{}", body.len());
    }
    assert!(read_head(&[1; 7 + 17]).is_ok());
    assert!(read_head(&[2; 7 + 17]).is_err(), "another version");
}

#[test]
fn plaintexts_of_wrong_type_size_or_padding_are_refused() {
    let long_share = [&[ROOT_SHARE][..], &[0; 33]].concat();
    for (plaintext, wanted) in [
        (&[0][..], OpenError::Type),
        (&[7], OpenError::Type),
        (&[255, 1, 2], OpenError::Type),
        (&[CONFIRM, 0], OpenError::Size),
        (&[END, 0], OpenError::Size),
        (&[REKEY, 0], OpenError::Size),
        (&[ROOT_SHARE], OpenError::Size),
        (&long_share, OpenError::Size),
        (&[APPLICATION_PADDED], OpenError::Size),
        (&[APPLICATION_PADDED, 0, 2, 1], OpenError::Size),
        (&[APPLICATION_PADDED, 0, 1, 1, 1], OpenError::Size),
        (&[APPLICATION_PADDED, 255, 255, 0], OpenError::Size),
    ] {
        let (mut sealer, mut opener) = pair();
        let mut message = vec![RECORD; HEADER];
        message.extend_from_slice(plaintext);
        let message = sealer.encrypt(message).unwrap();
        assert!(open(&mut opener, &message) == Err(wanted), "{plaintext:?}");
    }
}

#[test]
fn size_classes_never_pass_what_a_record_holds() {
    for (length, class) in [
        (0, 64),
        (64, 64),
        (65, 128),
        (4096, 4096),
        (4097, 8192),
        (65_000, 65_511),
    ] {
        assert_eq!(size_class(length), class);
    }
}

proptest! {
    #[test]
    fn what_was_sealed_opens_in_order(
        texts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..3000), any::<bool>()), 1..20)
    ) {
        let (mut sealer, mut opener) = pair();
        for (text, padded) in texts {
            let padding = if padded { Padding::SizeClass } else { Padding::None };
            for message in seal(&mut sealer, 0, &text, padding) {
                let content = open(&mut opener, &message);
                prop_assert!(content.is_ok());
                prop_assert_eq!(opened(content.unwrap_or(None)), text.clone());
            }
        }
    }
}

#[test]
fn who_computes_a_record_does_not_show_on_the_wire() {
    let (mut inside, _) = pair();
    let (mut outside, mut opener) = pair();
    let mut kept = None;
    let sizes = [
        0,
        100,
        LEAST_OUTSIDE - 2,
        LEAST_OUTSIDE - 1,
        20_000,
        1,
        MAX_APPLICATION,
    ];
    for (turn, size) in sizes.into_iter().cycle().take(30).enumerate() {
        // Every tenth is so late that a new key comes first.
        let now_ms = (turn as u64 / 10) * REKEY_MS;
        let padding = [Padding::None, Padding::SizeClass][turn % 2];
        let bytes = vec![turn as u8; size];
        let messages = seal(&mut inside, now_ms, &bytes, padding);
        assert_eq!(
            messages,
            seal_outside(&mut outside, &mut kept, now_ms, &bytes, padding)
        );
        for (at, message) in messages.iter().enumerate() {
            let content = open(&mut opener, message).unwrap();
            assert_eq!(at + 1 == messages.len(), content.is_some());
            if let Some(Content::Application(opened)) = content {
                assert!(opened == bytes);
            }
        }
    }
    assert_eq!(outside.epoch_bytes, inside.epoch_bytes);
    assert_eq!(outside.direction.counter, inside.direction.counter);
}

#[test]
fn a_key_is_given_out_once_and_again_when_it_is_another_one() {
    let (mut sealer, mut opener) = pair();
    let mut given = Vec::new();
    for now_ms in [0, 0, REKEY_MS, REKEY_MS] {
        let outgoing = Outgoing::Application([&[7; 12_000], &[7; 8_000]], Padding::None);
        sealer
            .seal(now_ms, outgoing, true, |sealed| {
                let message = match sealed {
                    Sealed::Message(marker) => marker,
                    Sealed::Outside(Unsealed { mut head, work }) => {
                        given.push(work.key.clone());
                        head.extend(work.seal(given.iter().rev().flatten().next().unwrap()).unwrap());
                        head
                    }
                };
                let (head, ciphertext) = read_head(&message[1..]).unwrap();
                let key = opener.direction.key.clone();
                match opener.begin(head, ciphertext).unwrap() {
                    Begun::Whole(content) => assert!(content.is_none()),
                    Begun::Outside(work) => {
                        let plaintext = work.open(&key).unwrap();
                        assert!(opened(opener.content(plaintext).unwrap()) == [7; 20_000]);
                    }
                }
            })
            .unwrap();
    }
    let there: Vec<bool> = given.iter().map(Option::is_some).collect();
    assert_eq!(there, [true, false, true, false]);
    assert!(given[0] != given[2]);
}
