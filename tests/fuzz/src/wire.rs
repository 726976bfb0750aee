//! The words on the wire: what was understood can be said again, and means the same.

use prost::Message;
use temoto_wire::PROTOCOL_VERSION;
use temoto_wire::frame::{self, Frame};
use temoto_wire::input::{Action, Event};
use temoto_wire::proto;
use temoto_wire::relay::{
    CloseCode, Credential, Detached, Ended, FromServer, Gone, Peer, Role, Selector, ToServer,
};
use temoto_wire::screen::{Ack, Begin, CursorPlace, Glance, Refresh, Thumbnail};

/// The server's parser. There is one way to write each message, so the bytes come back as they were; and the short way of what is handed on
/// takes the same messages as the long one.
pub fn to_server(bytes: &[u8]) {
    let message = ToServer::decode(bytes);
    let to = match &message {
        Ok(ToServer::Data { to, .. }) => Some(*to),
        Ok(_) | Err(_) => None,
    };
    assert_eq!(ToServer::data_to(bytes), to);
    if let Ok(message) = message {
        assert_eq!(message.encode(), bytes);
    }
}

/// The parser of consoles and agents.
pub fn from_server(bytes: &[u8]) {
    let message = FromServer::decode(bytes);
    let data = match &message {
        Ok(FromServer::Data { from, bytes }) => Some((*from, bytes.as_slice())),
        Ok(_) | Err(_) => None,
    };
    assert_eq!(FromServer::data_from(bytes), data);
    if let Ok(message) = message {
        assert_eq!(message.encode(), bytes);
    }
}

/// What a record carries.
pub fn frames(bytes: &[u8]) {
    let Ok(frames) = Frame::read_all(bytes) else {
        return;
    };
    let mut again = Vec::new();
    for frame in frames {
        let written = frame::write(&mut again, frame.channel, frame.kind, frame.payload);
        assert_eq!(written, Ok(()), "a frame that was read is not too large to write");
    }
    assert_eq!(again, bytes);
}

/// Protocol buffers: the first byte chooses the message. Unknown fields are dropped, so only meanings are compared.
pub fn messages(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    match which % 7 {
        0 => again::<proto::Hello>(body),
        1 => again::<proto::Ack>(body),
        2 => again::<proto::Control>(body),
        3 => again::<proto::Chat>(body),
        4 => again::<proto::Clipboard>(body),
        5 => again::<proto::Files>(body),
        _ => again::<proto::Displays>(body),
    }
}

fn again<M: Message + Default + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(message) = M::decode(bytes) {
        let second = M::decode(message.encode_to_vec().as_slice());
        assert_eq!(second.as_ref(), Ok(&message));
    }
}

/// Headers of the screen channel: the first byte chooses.
pub fn screen(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    match which % 6 {
        0 => {
            if let Ok((begin, rest)) = Begin::decode(body) {
                assert_eq!([&begin.encode(), rest].concat(), body);
            }
        }
        1 => {
            if let Ok(ack) = Ack::decode(body) {
                assert_eq!(Ack::decode(&ack.encode()), Ok(ack));
            }
        }
        3 => {
            if let Ok(refresh) = Refresh::decode(body) {
                assert_eq!(refresh.encode(), body);
            }
        }
        4 => {
            if let Ok(glance) = Glance::decode(body) {
                assert_eq!(glance.encode(), body);
            }
        }
        5 => {
            if let Ok((thumbnail, update)) = Thumbnail::decode(body) {
                assert_eq!(thumbnail.encode(update), body);
            }
        }
        _ => {
            if let Ok(place) = CursorPlace::decode(body) {
                assert_eq!(CursorPlace::decode(&place.encode()), Ok(place));
            }
        }
    }
}

/// Keys and pointer.
pub fn input(bytes: &[u8]) {
    if let Ok(event) = Event::decode(bytes) {
        assert_eq!(Event::decode(&event.encode()), Ok(event));
    }
}

const LOBBY: [u8; temoto_wire::limits::LOBBY_BYTES] = [7; temoto_wire::limits::LOBBY_BYTES];

pub fn to_server_seeds() -> Vec<Vec<u8>> {
    let lobby = || Box::new(LOBBY);
    let mut messages = vec![
        ToServer::attach(Credential::Ticket(b"a ticket".to_vec())),
        ToServer::attach(Credential::Resume([3; 32])),
        ToServer::Data {
            to: 1,
            bytes: b"sealed".to_vec(),
        },
        ToServer::Ping([1; 8]),
        ToServer::Pong([2; 8]),
        ToServer::Proof { lobby: lobby() },
        ToServer::Answer {
            attempt: [4; 16],
            lobby: lobby(),
        },
        ToServer::Admit {
            attempt: [4; 16],
            lobby: lobby(),
        },
        ToServer::Refuse {
            attempt: [4; 16],
            counted: true,
            lobby: lobby(),
        },
        ToServer::Arm { token: [5; 16] },
        ToServer::Disarm { token: [5; 16] },
        ToServer::Leave,
        ToServer::End,
        ToServer::Worked { nonce: 0x0123_4567 },
    ];
    if let Some(selector) = Selector::routing("4821") {
        messages.push(ToServer::CloseCode {
            why: CloseCode::Spent,
            selector,
        });
        messages.push(ToServer::Knock {
            version: PROTOCOL_VERSION,
            role: Role::Page,
            selector,
            lobby: lobby(),
        });
    }
    messages.iter().map(ToServer::encode).collect()
}

pub fn from_server_seeds() -> Vec<Vec<u8>> {
    let lobby = || Box::new(LOBBY);
    let peers = vec![Peer {
        participant: 1,
        role: Role::Program,
        present: true,
    }];
    let mut messages = vec![
        FromServer::Attached {
            participant: 0,
            session: [6; 16],
            resume: Some([3; 32]),
            peers,
        },
        FromServer::Data {
            from: 1,
            bytes: b"sealed".to_vec(),
        },
        FromServer::Ping([1; 8]),
        FromServer::Joined {
            participant: 2,
            role: Role::Program,
        },
        FromServer::Gone {
            participant: 2,
            why: Gone::Left,
        },
        FromServer::Proof {
            attempt: [4; 16],
            lobby: lobby(),
        },
        FromServer::AttemptGone { attempt: [4; 16] },
        FromServer::Answer {
            attempt: [4; 16],
            lobby: lobby(),
        },
        FromServer::Admitted {
            participant: 1,
            session: [6; 16],
            resume: [3; 32],
            console: 0,
            server_key: [8; 32],
            lobby: lobby(),
        },
        FromServer::Refused { lobby: lobby() },
        FromServer::Reset { participant: 1 },
        FromServer::Drain { after_ms: 500 },
        FromServer::Ended(Ended::Console),
        FromServer::Detached(Detached::Slow),
        FromServer::Work {
            challenge: [9; 16],
            bits: 18,
        },
    ];
    if let Some(selector) = Selector::routing("4821") {
        messages.push(FromServer::CodeClosed { selector });
        messages.push(FromServer::Attempt {
            attempt: [4; 16],
            role: Role::Page,
            selector,
            lobby: lobby(),
        });
    }
    messages.iter().map(FromServer::encode).collect()
}

pub fn frame_seeds() -> Vec<Vec<u8>> {
    let mut record = Vec::new();
    for channel in (0..=u8::MAX).filter_map(|number| frame::Channel::from_number(number).ok()) {
        let written = frame::write(&mut record, channel, 1, b"payload");
        assert_eq!(written, Ok(()), "seven bytes fit into a frame");
    }
    vec![record]
}

pub fn message_seeds() -> Vec<Vec<u8>> {
    let hello = proto::Hello::default().encode_to_vec();
    let mut seeds = vec![[&[0][..], &hello].concat()];
    seeds.extend((1..6).map(|which| vec![which, 0x0a, 2, 8, 1]));
    seeds
}

pub fn screen_seeds() -> Vec<Vec<u8>> {
    let begin = Begin {
        number: 1,
        display: 0,
        reset: true,
        complete: true,
        taken_ms: 5,
        length: None,
    };
    vec![
        [&[0][..], &begin.encode()].concat(),
        [&[1][..], &[0; 12]].concat(),
        [&[2][..], &[0; 17]].concat(),
        vec![3, 0, 64],
        vec![4, 2, 96],
        vec![5, 2, 0x82, 0, 8, 0, 8, 0],
    ]
}

pub fn input_seeds() -> Vec<Vec<u8>> {
    let event = |action| Event {
        stamp_ms: 9,
        grant: 1,
        buttons: 1,
        held: vec![4, 5],
        action,
    };
    let actions = [
        Action::Key { code: 4, down: true },
        Action::Button {
            button: 2,
            down: false,
        },
        Action::Wheel { dx: -120, dy: 40 },
        Action::Text("日本語".to_owned()),
    ];
    actions.into_iter().map(|action| event(action).encode()).collect()
}
