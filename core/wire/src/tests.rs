//! Every message comes back as it was written; whatever else arrives is refused or is exactly one message.

use proptest::prelude::*;

use crate::Reader;
use crate::frame::{self, Channel, Frame};
use crate::input::{Action, Event, cut};
use crate::limits::{DATA_BYTES, FRAME_BYTES, HELD_KEYS, LOBBY_BYTES, TICKET_BYTES, UPDATE_BYTES};
use crate::relay::{Credential, FromServer, Peer, Role, Selector, ToServer};
use crate::screen::{Ack, Begin, CursorPlace};

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Held),
        (0..32u8, any::<i32>(), any::<i32>()).prop_map(|(display, x, y)| Action::Pointer { display, x, y }),
        (any::<u16>(), any::<bool>()).prop_map(|(code, down)| Action::Key { code, down }),
        (0..5u8, any::<bool>()).prop_map(|(button, down)| Action::Button { button, down }),
        (any::<i16>(), any::<i16>()).prop_map(|(dx, dy)| Action::Wheel { dx, dy }),
        "\\PC{1,200}".prop_map(Action::Text),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let held = proptest::collection::vec(any::<u16>(), 0..=HELD_KEYS);
    (any::<u32>(), any::<u32>(), 0..32u8, held, action()).prop_map(
        |(stamp_ms, grant, buttons, held, action)| Event {
            stamp_ms,
            grant,
            buttons,
            held,
            action,
        },
    )
}

fn lobby() -> impl Strategy<Value = Box<[u8; LOBBY_BYTES]>> {
    any::<u8>().prop_map(|fill| Box::new([fill; LOBBY_BYTES]))
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Page), Just(Role::Program)]
}

fn selector() -> impl Strategy<Value = Selector> {
    prop_oneof![
        "[0-9]{4,5}".prop_map(|digits| Selector::routing(&digits).expect("routing digits")),
        any::<[u8; 16]>().prop_map(Selector::Token),
    ]
}

fn to_server() -> impl Strategy<Value = ToServer> {
    let bytes = proptest::collection::vec(any::<u8>(), 1..300);
    let ticket = proptest::collection::vec(any::<u8>(), 1..TICKET_BYTES);
    prop_oneof![
        (any::<u16>(), ticket).prop_map(|(version, t)| ToServer::Attach {
            version,
            credential: Credential::Ticket(t)
        }),
        any::<[u8; 32]>().prop_map(|token| ToServer::attach(Credential::Resume(token))),
        (0..8u8, bytes).prop_map(|(to, bytes)| ToServer::Data { to, bytes }),
        any::<[u8; 8]>().prop_map(ToServer::Ping),
        (any::<u16>(), role(), selector(), lobby()).prop_map(|(version, role, selector, lobby)| {
            ToServer::Knock {
                version,
                role,
                selector,
                lobby,
            }
        }),
        (any::<[u8; 16]>(), any::<bool>(), lobby()).prop_map(|(attempt, counted, lobby)| ToServer::Refuse {
            attempt,
            counted,
            lobby
        }),
        any::<[u8; 16]>().prop_map(|token| ToServer::Arm { token }),
        any::<u64>().prop_map(|nonce| ToServer::Worked { nonce }),
        Just(ToServer::Leave),
        Just(ToServer::End),
    ]
}

fn from_server() -> impl Strategy<Value = FromServer> {
    let peer = (0..8u8, role(), any::<bool>()).prop_map(|(participant, role, present)| Peer {
        participant,
        role,
        present,
    });
    let peers = proptest::collection::vec(peer, 0..8);
    let resume = proptest::option::of(any::<[u8; 32]>().prop_filter("zeros mean none", |t| *t != [0; 32]));
    prop_oneof![
        (0..8u8, any::<[u8; 16]>(), resume, peers).prop_map(|(participant, session, resume, peers)| {
            FromServer::Attached {
                participant,
                session,
                resume,
                peers,
            }
        }),
        (any::<[u8; 16]>(), role(), selector(), lobby()).prop_map(|(attempt, role, selector, lobby)| {
            FromServer::Attempt {
                attempt,
                role,
                selector,
                lobby,
            }
        }),
        (0..8u8, role()).prop_map(|(participant, role)| FromServer::Joined { participant, role }),
        (any::<[u8; 16]>(), lobby()).prop_map(|(attempt, lobby)| FromServer::Answer { attempt, lobby }),
        any::<u32>().prop_map(|after_ms| FromServer::Drain { after_ms }),
        (any::<[u8; 16]>(), any::<u8>()).prop_map(|(challenge, bits)| FromServer::Work { challenge, bits }),
    ]
}

#[test]
fn data_is_handed_on_as_it_was_and_nothing_else_is_taken_for_it() {
    let bytes = vec![7; DATA_BYTES];
    let sent = ToServer::Data {
        to: 3,
        bytes: bytes.clone(),
    }
    .encode();
    assert_eq!(ToServer::data_to(&sent), Some(3));
    let handed = FromServer::hand_on(sent, 5);
    assert_eq!(FromServer::data_from(&handed), Some((5, bytes.as_slice())));
    assert_eq!(
        FromServer::decode(&handed),
        Ok(FromServer::Data { from: 5, bytes })
    );
    let long = [&[0x02, 3][..], &[7; DATA_BYTES + 1]].concat();
    for wrong in [&[0x02, 3][..], &[0x02, 8, 7], &[0x02], &[], &[0x01, 3, 7], &long] {
        assert_eq!(ToServer::data_to(wrong), None);
    }
    assert_eq!(FromServer::data_from(&[0x02, 3, 7]), None);
}

#[test]
fn an_update_that_goes_on_is_longer_than_its_beginning_and_has_a_limit() {
    let begin = |length| Begin {
        number: 1,
        display: 0,
        reset: false,
        complete: true,
        taken_ms: 0,
        length: Some(length),
    };
    let most = u32::try_from(UPDATE_BYTES).expect("small");
    for (length, good) in [(3, false), (4, true), (most, true), (most + 1, false)] {
        let payload = [begin(length).encode(), vec![0; 3]].concat();
        assert_eq!(Begin::decode(&payload).is_ok(), good, "{length}");
    }
}

proptest! {
    #[test]
    fn input_comes_back_as_it_was_written_and_never_shorter(event in event()) {
        let bytes = event.encode();
        prop_assert_eq!(Event::decode(&bytes), Ok(event.clone()));
        if !matches!(event.action, Action::Text(_)) {
            for end in 0..bytes.len() {
                prop_assert!(Event::decode(&bytes[..end]).is_err());
            }
            prop_assert!(Event::decode(&[&bytes[..], &[0]].concat()).is_err());
        }
    }

    #[test]
    fn screen_headers_come_back_as_they_were_written(
        number in any::<u32>(), display in 0..32u8, flags in 0..4u8, taken_ms in any::<u16>(),
        length in proptest::option::of(4..=u32::try_from(UPDATE_BYTES).expect("small")), bytes in proptest::collection::vec(any::<u8>(), 0..4), received in any::<u64>(), x in any::<i32>(), y in any::<i32>(),
    ) {
        let low = number as u16;
        let begin = Begin { number: low, display, reset: flags & 1 != 0, complete: flags & 2 != 0, taken_ms, length };
        let payload = [begin.encode(), bytes.clone()].concat();
        prop_assert_eq!(Begin::decode(&payload), Ok((begin, &bytes[..])));
        let ack = Ack { drawn: number, received };
        prop_assert_eq!(Ack::decode(&ack.encode()), Ok(ack));
        let place = CursorPlace { x, y, visible: flags & 1 != 0, shape: received };
        prop_assert_eq!(CursorPlace::decode(&place.encode()), Ok(place));
    }

    #[test]
    fn frames_come_back_as_they_were_written(
        frames in proptest::collection::vec((0..6u8, any::<u8>(), proptest::collection::vec(any::<u8>(), 0..200)), 0..20),
    ) {
        let mut record = Vec::new();
        for (channel, kind, payload) in &frames {
            let channel = Channel::from_number(*channel).expect("a channel");
            frame::write(&mut record, channel, *kind, payload).expect("it fits");
        }
        let read = Frame::read_all(&record).expect("whole frames");
        prop_assert_eq!(read.len(), frames.len());
        for (read, (channel, kind, payload)) in read.iter().zip(&frames) {
            prop_assert_eq!((read.channel.number(), read.kind, read.payload), (*channel, *kind, &payload[..]));
        }
    }

    #[test]
    fn relay_messages_come_back_as_they_were_written(to in to_server(), from in from_server()) {
        prop_assert_eq!(ToServer::decode(&to.encode()), Ok(to));
        prop_assert_eq!(FromServer::decode(&from.encode()), Ok(from));
    }

    #[test]
    fn what_is_read_from_anything_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..700), verb in any::<u8>()) {
        let mut bytes = bytes;
        if let Some(first) = bytes.first_mut() {
            *first = if verb % 2 == 0 { verb % 0x10 } else { 0x80 | (verb % 0x12) };
        }
        if let Ok(message) = ToServer::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes.clone());
        }
        if let Ok(message) = FromServer::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes.clone());
        }
        if let Ok(event) = Event::decode(&bytes) {
            prop_assert_eq!(event.encode(), bytes.clone());
        }
        if let Ok(frames) = Frame::read_all(&bytes) {
            let total: usize = frames.iter().map(|f| f.payload.len() + frame::FRAME_HEADER_BYTES).sum();
            prop_assert_eq!(total, bytes.len());
        }
        let mut reader = Reader::new(&bytes);
        let _any = reader.take(usize::from(verb));
    }

    #[test]
    fn a_cut_text_is_a_prefix_of_whole_characters(text in "\\PC{0,50}", bytes in 0..120usize) {
        let short = cut(&text, bytes);
        prop_assert!(short.len() <= bytes && text.starts_with(short));
        prop_assert!(text.len() - short.len() < 4 || short.len() + 3 >= bytes);
    }
}

#[test]
fn what_is_too_long_is_refused_on_both_ways() {
    let mut record = Vec::new();
    assert!(frame::write(&mut record, Channel::Screen, 2, &vec![0; FRAME_BYTES + 1]).is_err());
    assert!(record.is_empty());
    assert!(frame::write(&mut record, Channel::Screen, 2, &vec![0; FRAME_BYTES]).is_ok());
    let data = |n| ToServer::decode(&[&[2, 1][..], &vec![7; n]].concat());
    assert!(data(DATA_BYTES).is_ok());
    assert!(data(DATA_BYTES + 1).is_err() && data(0).is_err());
}
