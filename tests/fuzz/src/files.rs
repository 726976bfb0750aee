//! Files: whatever the other end says of a transfer, no name leads out of a folder, and nothing stops the two halves.

use prost::Message;
use temoto_session::channel::files::names::{is_safe, safe_name};
use temoto_session::channel::files::receive::Receiver;
use temoto_session::channel::files::send::Sender;
use temoto_session::channel::files::{Choice, DiskAnswer, DiskWork, Fault, Item, Step, listing};
use temoto_wire::file::{Block, got};
use temoto_wire::limits::FILES_AHEAD;
use temoto_wire::proto::files::Body;
use temoto_wire::proto::{
    FileChoice, FileEnd, FileEntry, FileHave, FileItem, FileLost, FileOffer, FileOver, FilePart, FilePlaces,
    FileRoot, FileTake, Files,
};

use crate::{join, pieces};

/// Names, one after the other.
pub fn names(bytes: &[u8]) {
    for name in pieces(bytes).filter_map(|name| std::str::from_utf8(name).ok()) {
        let safe = safe_name(name);
        assert!(is_safe(&safe), "{name:?} became {safe:?}");
        assert_eq!(safe_name(&safe), safe);
    }
}

pub fn name_seeds() -> Vec<Vec<u8>> {
    let names = ["../../x", "C:\\x", "con.txt", "a\u{202e}gpj.exe", "報告書.xlsx"];
    vec![join(names.map(str::as_bytes))]
}

/// Messages and pieces of the files channel, one after the other, for both halves of an end. What is no message is a piece.
pub fn transfers(bytes: &[u8]) {
    let item = |path: &str, size| Item {
        path: vec![path.to_owned()],
        folder: false,
        size,
        modified_ms: 1,
        fault: None,
    };
    let mut sender = Sender::new(1, vec![item("a", 3), item("b", 0)]);
    let mut receiver: Option<Receiver> = None;
    for message in pieces(bytes) {
        // What is out of place is refused, and that is fine.
        let _refused = match Files::decode(message) {
            Ok(Files { body: Some(body) }) => match body {
                Body::Offer(offer) => Receiver::new(offer.transfer, offer.items, offer.bytes, Choice::Ask)
                    .map(|new| receiver = Some(new)),
                Body::Item(item) => receiver.as_mut().map_or(Ok(()), |r| r.item(item, false)),
                Body::End(end) => receiver.as_mut().map_or(Ok(()), |r| r.end(end.index, &end.hash)),
                Body::Lost(lost) => receiver
                    .as_mut()
                    .map_or(Ok(()), |r| r.lost(lost.index, Fault::Gone)),
                Body::Choice(choice) => {
                    if let Some(receiver) = &mut receiver {
                        receiver.choose(choice.index, Choice::from_wire(choice.kind), choice.all);
                    }
                    Ok(())
                }
                Body::Take(take) => sender.take(take.index, take.from),
                Body::Have(have) => sender.have(have.index, have.at),
                Body::Over(over) => sender.over(over.index, Fault::from_wire(over.fault), over.name),
                Body::Places(places) => {
                    assert!(listing::roots(places).len() <= 64);
                    Ok(())
                }
                Body::Part(part) => {
                    let known = part.entries.len();
                    assert!(listing::entries(part.entries).len() <= known);
                    Ok(())
                }
                // No half of a transfer hears of these: see `ends.rs`.
                Body::List(_)
                | Body::Change(_)
                | Body::Changed(_)
                | Body::Fetch(_)
                | Body::Exists(_)
                | Body::Stop(_)
                | Body::Hold(_) => Ok(()),
            },
            Ok(Files { body: None }) | Err(_) => {
                let _counted = got(message);
                match (Block::decode(message), &mut receiver) {
                    (Ok(block), Some(receiver)) => receiver.block(&block),
                    _ => Ok(()),
                }
            }
        };
        drain_receiver(receiver.as_mut());
        drain_sender(&mut sender);
    }
}

/// A disk that has nothing and takes everything.
fn drain_receiver(receiver: Option<&mut Receiver>) {
    let Some(receiver) = receiver else { return };
    let mut open = 0usize;
    while let Some(step) = receiver.poll() {
        let Step::Ask(key, work) = step else { continue };
        let answer = if let DiskWork::Create { path, .. } = work {
            open += 1;
            assert!(path.iter().all(|name| is_safe(name)), "{path:?}");
            DiskAnswer::Created { have: 0 }
        } else if let DiskWork::Write { .. } = work {
            DiskAnswer::Done
        } else if let DiskWork::Finish { .. } = work {
            DiskAnswer::Finished { name: "a".to_owned() }
        } else {
            continue;
        };
        receiver.answered(key, answer);
    }
    assert!(open <= FILES_AHEAD);
}

fn drain_sender(sender: &mut Sender) {
    for _ in 0..64 {
        if let Some(step) = sender.poll() {
            if let Step::Ask(key, DiskWork::Read { length, .. }) = step {
                sender.answered(key, DiskAnswer::Bytes(vec![7; length as usize]));
            }
        } else if sender.piece(2).is_none() {
            return;
        }
    }
    panic!("three bytes are sent in few steps");
}

pub fn transfer_seeds() -> Vec<Vec<u8>> {
    let message = |body| Files { body: Some(body) }.encode_to_vec();
    let offer = message(Body::Offer(FileOffer {
        transfer: 1,
        items: 1,
        bytes: 4,
        place: None,
        choice: 0,
    }));
    let item = message(Body::Item(FileItem {
        transfer: 1,
        index: 0,
        path: vec!["a".to_owned()],
        folder: false,
        size: 4,
        modified_ms: 1,
    }));
    let piece = Block {
        transfer: 1,
        index: 0,
        at: 0,
        bytes: b"abcd",
    }
    .encode();
    let end = message(Body::End(FileEnd {
        transfer: 1,
        index: 0,
        hash: vec![0; 32],
    }));
    let take = message(Body::Take(FileTake {
        transfer: 1,
        index: 0,
        from: 1,
    }));
    let choice = message(Body::Choice(FileChoice {
        transfer: 1,
        index: 0,
        kind: 2,
        all: true,
    }));
    let lost = message(Body::Lost(FileLost {
        transfer: 1,
        index: 0,
        fault: 6,
    }));
    let have = message(Body::Have(FileHave {
        transfer: 1,
        index: 0,
        at: 3,
    }));
    let over = message(Body::Over(FileOver {
        transfer: 1,
        index: 0,
        fault: 0,
        name: "a".to_owned(),
    }));
    let root = FileRoot {
        id: "desktop".to_owned(),
        kind: 1,
        name: "C:".to_owned(),
        free: 1,
        size: 2,
    };
    let places = message(Body::Places(FilePlaces { roots: vec![root] }));
    let entry = FileEntry {
        name: "a".to_owned(),
        kind: 1,
        size: 4,
        modified_ms: 1,
    };
    let part = message(Body::Part(FilePart {
        request: 1,
        entries: vec![entry],
        last: true,
        truncated: false,
        fault: 0,
    }));
    vec![
        join([&offer[..], &item, &piece, &end]),
        join([&take[..], &take]),
        join([&offer[..], &choice, &item, &piece, &lost]),
        join([&take[..], &have, &over, &have]),
        join([&places[..], &part]),
    ]
}

#[cfg(test)]
mod tests {
    use temoto_session::permission::MessageKind as Kind;

    use super::*;

    /// What no half of a transfer hears of; whole ends do.
    const FOR_WHOLE_ENDS: [Kind; 9] = [
        Kind::FileList,
        Kind::FileChange,
        Kind::FileChanged,
        Kind::FileFetch,
        Kind::FileExists,
        Kind::FileStop,
        Kind::FileHold,
        Kind::FileBlock,
        Kind::FileGot,
    ];

    #[test]
    fn every_message_that_a_half_hears_has_a_seed() {
        let seeds = transfer_seeds();
        let bodies = seeds.iter().flat_map(|seed| pieces(seed));
        let said: Vec<Kind> = bodies
            .filter_map(|bytes| Some(Kind::of_files(&Files::decode(bytes).ok()?.body?)))
            .collect();
        let heard = Kind::ALL
            .into_iter()
            .filter(|kind| format!("{kind:?}").starts_with("File") && !FOR_WHOLE_ENDS.contains(kind));
        let unsaid: Vec<Kind> = heard.filter(|kind| !said.contains(kind)).collect();
        assert_eq!(unsaid, [], "have no seed");
    }
}
