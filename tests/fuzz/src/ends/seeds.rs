//! What well-behaved ends say to each other about files, each message there is.

use temoto_scenario::hostile::said;
use temoto_session::Misbehavior;
use temoto_session::channel::files::{copied, pasted};
use temoto_wire::file::Block;
use temoto_wire::proto::file_change::Kind as Change;
use temoto_wire::proto::files::Body;
use temoto_wire::proto::{self, FilePlace};

use super::{DESK, STOPS, begin, step};
use crate::join;

/// A console that looks, changes, puts and takes, and a program that answers, offers and asks: each message there is.
pub fn seeds() -> Vec<Vec<u8>> {
    vec![
        seed(begin::ALL, of_console()),
        seed(begin::PROGRAM | begin::ALL, of_program()),
        seed(begin::ALL, of_pasting()),
        seed(begin::ALL, of_stopping()),
    ]
}

fn seed(how: u8, steps: Vec<Vec<u8>>) -> Vec<u8> {
    let mut bytes = vec![how];
    bytes.extend(join(steps.iter().map(Vec::as_slice)));
    bytes
}

fn message(body: Body) -> Vec<u8> {
    let Misbehavior::Message(_, bytes) = said(body) else {
        return Vec::new();
    };
    [vec![step::MESSAGE], bytes].concat()
}

fn place() -> Option<FilePlace> {
    let (root, path) = ("desktop".to_owned(), Vec::new());
    Some(FilePlace { root, path })
}

fn offer(transfer: u32, place: Option<FilePlace>) -> Vec<u8> {
    message(Body::Offer(proto::FileOffer {
        transfer,
        items: 3,
        bytes: 12,
        place,
        choice: 0,
    }))
}

fn item(transfer: u32, index: u32, name: &str) -> Vec<u8> {
    message(Body::Item(proto::FileItem {
        transfer,
        index,
        path: vec![name.to_owned()],
        folder: false,
        size: 4,
        modified_ms: 1,
    }))
}

fn block(transfer: u32, index: u32) -> Vec<u8> {
    let bytes = b"abcd";
    let block = Block {
        transfer,
        index,
        at: 0,
        bytes,
    };
    [vec![step::BLOCK], block.encode()].concat()
}

fn end(transfer: u32, index: u32) -> Vec<u8> {
    // BLAKE3 of "abcd".
    const HASH: &str = "8c9c9881805d1a847102d7a42e58b990d088dd88a84f7314d71c838107571f2b";
    let digit = |at| u8::from_str_radix(HASH.get(at..at + 2).unwrap_or_default(), 16).unwrap_or(0);
    message(Body::End(proto::FileEnd {
        transfer,
        index,
        hash: (0..HASH.len()).step_by(2).map(digit).collect(),
    }))
}

fn change(kind: Change, names: &[&str], name: &str) -> Vec<u8> {
    message(Body::Change(proto::FileChange {
        request: 1,
        kind: kind.into(),
        place: place(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        name: name.to_owned(),
        token: 1,
    }))
}

fn lost(transfer: u32, index: u32) -> Vec<u8> {
    let fault = 6;
    message(Body::Lost(proto::FileLost {
        transfer,
        index,
        fault,
    }))
}

fn take(transfer: u32, index: u32, from: u64) -> Vec<u8> {
    message(Body::Take(proto::FileTake {
        transfer,
        index,
        from,
    }))
}

fn have(transfer: u32, index: u32, at: u64) -> Vec<u8> {
    message(Body::Have(proto::FileHave { transfer, index, at }))
}

fn over(transfer: u32, index: u32, fault: i32) -> Vec<u8> {
    message(Body::Over(proto::FileOver {
        transfer,
        index,
        fault,
        name: "up.txt".to_owned(),
    }))
}

fn stop(transfer: u32) -> Vec<u8> {
    message(Body::Stop(proto::FileStop { transfer, fault: 14 }))
}

fn got() -> Vec<u8> {
    [vec![step::GOT], 20u64.to_be_bytes().to_vec()].concat()
}

fn of_console() -> Vec<Vec<u8>> {
    let list = |root: String| {
        let path = Vec::new();
        message(Body::List(proto::FileList {
            request: 1,
            place: Some(FilePlace { root, path }),
        }))
    };
    let fetch = |transfer, name: &str| {
        message(Body::Fetch(proto::FileFetch {
            transfer,
            place: place(),
            names: vec![name.to_owned()],
        }))
    };
    let hold = |transfer, held| message(Body::Hold(proto::FileHold { transfer, held }));
    let length = DESK.len() as u64;
    vec![
        list("desktop".to_owned()),
        vec![step::COPY],
        list(copied::root(1)),
        change(Change::Make, &[], "neu"),
        // Put there: one that is new, one that is there already, one that is lost on the way.
        offer(1, place()),
        item(1, 0, "new.txt"),
        item(1, 1, "a.txt"),
        item(1, 2, "gone.txt"),
        vec![step::WAIT, 1],
        message(Body::Choice(proto::FileChoice {
            transfer: 1,
            index: 1,
            kind: 2,
            all: false,
        })),
        block(1, 0),
        end(1, 0),
        block(1, 1),
        end(1, 1),
        lost(1, 2),
        vec![step::WAIT, 1],
        got(),
        // Taken: held before it begins, then all of it.
        vec![step::DISK, 0],
        fetch(2, "sub"),
        hold(2, true),
        vec![step::DISK, 1],
        hold(2, false),
        take(2, 0, 0),
        over(2, 0, 0),
        take(2, 1, 0),
        vec![step::WAIT, 20],
        have(2, 1, length),
        over(2, 1, 0),
        fetch(3, "a.txt"),
        take(3, 0, 0),
        stop(3),
        change(Change::Rename, &["a.txt"], "b.txt"),
        change(Change::Trash, &["b.txt"], ""),
        change(Change::Restore, &[], ""),
        vec![step::PAUSE, 0],
        fetch(4, "sub"),
        vec![step::WITHDRAW, 1],
        vec![step::PAUSE, 1],
        list("desktop".to_owned()),
        offer(5, place()),
        item(5, 0, "half.txt"),
        vec![step::WITHDRAW, 0],
        block(5, 0),
    ]
}

/// A console that puts three files on the clipboard, and then three more for which it loses the permission.
fn of_pasting() -> Vec<Vec<u8>> {
    let names = ["a.txt", "b.txt", "c.txt"];
    let clipboard = |number: u32| {
        let (root, path) = (pasted::root(number), Vec::new());
        Some(FilePlace { root, path })
    };
    let mut steps = Vec::new();
    for transfer in [1, 2] {
        steps.push(offer(transfer, clipboard(transfer)));
        steps.extend((0..).zip(names).map(|(index, name)| item(transfer, index, name)));
        steps.push(vec![step::WAIT, 1]);
        for index in 0..3 {
            steps.extend([block(transfer, index), end(transfer, index)]);
            if transfer == 2 {
                steps.push(vec![step::WITHDRAW, 3]);
            }
        }
        steps.push(vec![step::WAIT, 10]);
    }
    steps
}

/// A console that goes on with what the customer stopped: one each way, and one that is still being looked for.
fn of_stopping() -> Vec<Vec<u8>> {
    let fetch = |transfer| {
        message(Body::Fetch(proto::FileFetch {
            transfer,
            place: place(),
            names: vec!["a.txt".to_owned()],
        }))
    };
    let stops = |transfer: u8| vec![step::PAUSE, STOPS + transfer];
    vec![
        offer(1, place()),
        item(1, 0, "half.txt"),
        fetch(2),
        vec![step::WAIT, 50],
        stops(1),
        stops(2),
        item(1, 1, "more.txt"),
        block(1, 0),
        end(1, 0),
        take(2, 0, 0),
        vec![step::DISK, 0],
        fetch(3),
        stops(3),
        vec![step::DISK, 1],
        take(3, 0, 0),
        stops(4),
    ]
}

fn of_program() -> Vec<Vec<u8>> {
    let exists = message(Body::Exists(proto::FileExists {
        transfer: 1,
        index: 1,
        size: 4,
        modified_ms: 1,
    }));
    let places = message(Body::Places(proto::FilePlaces {
        roots: vec![proto::FileRoot {
            id: "desktop".to_owned(),
            kind: 1,
            name: String::new(),
            free: 1,
            size: 2,
        }],
    }));
    let part = message(Body::Part(proto::FilePart {
        request: 1,
        entries: vec![proto::FileEntry {
            name: "a.txt".to_owned(),
            kind: 1,
            size: 4,
            modified_ms: 1,
        }],
        last: true,
        truncated: false,
        fault: 0,
    }));
    let changed = message(Body::Changed(proto::FileChanged {
        request: 1,
        fault: 0,
        token: 1,
    }));
    // What the program's own disk would say comes later than what is made up.
    vec![
        vec![step::DISK, 0],
        places,
        vec![step::OPERATOR, 0],
        part,
        vec![step::OPERATOR, 3],
        changed,
        // Sent by the operator: one that comes, one that is there already.
        vec![step::OPERATOR, 1],
        take(1, 0, 0),
        exists,
        vec![step::OPERATOR, 5],
        take(1, 1, 2),
        vec![step::WAIT, 10],
        have(1, 0, 4),
        over(1, 0, 0),
        over(1, 1, 1),
        got(),
        // Fetched by the operator, as attempt 2.
        vec![step::OPERATOR, 2],
        offer(2, None),
        item(2, 0, "new.txt"),
        item(2, 1, "../up.txt"),
        item(2, 2, "gone.txt"),
        block(2, 0),
        end(2, 0),
        block(2, 1),
        end(2, 1),
        lost(2, 2),
        vec![step::WAIT, 10],
        vec![step::OPERATOR, 2],
        offer(3, None),
        item(3, 0, "new.txt"),
        block(3, 0),
        stop(3),
        vec![step::OPERATOR, 2],
        offer(4, None),
        item(4, 0, "other.txt"),
        block(4, 0),
        vec![step::DISK, 1],
        vec![step::WITHDRAW, 1],
    ]
}
