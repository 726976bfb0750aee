//! What the proxy recorded, as something to search, and as something to look for.

use std::collections::BTreeSet;

use crate::dump::{Dump, Piece};
use crate::proxy::Recording;
use crate::scan::{Form, Needle};
use crate::websocket::payloads;

/// Bytes of a record that are enough to know it again.
const EXCERPT: usize = 32;
/// One excerpt of so many bytes of traffic.
const EVERY: usize = 1_024;
/// Traffic of the session's lines that is looked for in the relay's memory: the newest.
const NEWEST: usize = 256 * 1_024;

/// Everything that passed, raw and as messages.
#[must_use]
pub fn passed(recordings: &[Recording]) -> (Dump, Dump) {
    let empty = |name: &str| Dump {
        name: name.to_owned(),
        pieces: Vec::new(),
        unreadable: 0,
    };
    let (mut raw, mut messages) = (empty("traffic"), empty("messages"));
    for (number, recording) in recordings.iter().enumerate() {
        for (way, bytes) in [
            ("to the server", &recording.to_server),
            ("from the server", &recording.to_client),
        ] {
            let place = format!("connection {number} {way}");
            messages.pieces.push(Piece {
                place: place.clone(),
                bytes: payloads(bytes),
            });
            raw.pieces.push(Piece {
                place,
                bytes: bytes.clone(),
            });
        }
    }
    (raw, messages)
}

/// Excerpts of what the relay sent to its clients last. They are sealed; that they are found in its memory shows that its
/// memory has what passes through it.
#[must_use]
pub fn records(recordings: &[Recording]) -> Needle {
    let mut forms = Vec::new();
    for recording in recordings {
        let messages = payloads(&recording.to_client);
        let newest = &messages[messages.len().saturating_sub(NEWEST)..];
        for chunk in newest.chunks_exact(EVERY) {
            let bytes = chunk[EVERY - EXCERPT..].to_vec();
            if is_sealed(&bytes) {
                forms.push(Form {
                    name: "raw".to_owned(),
                    bytes,
                });
            }
        }
    }
    Needle {
        name: "sealed records".to_owned(),
        forms,
    }
}

/// Zeros that a lobby message is filled up with, for example, are everywhere; what is sealed looks random.
fn is_sealed(bytes: &[u8]) -> bool {
    let different: BTreeSet<u8> = bytes.iter().copied().collect();
    different.len() > EXCERPT * 3 / 4
}
