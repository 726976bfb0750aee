//! The two halves against each other, and each against one that does not keep to the rules.

use temoto_wire::file::Block;
use temoto_wire::limits::{FILE_PIECE_BYTES, FILE_WINDOW_BYTES, FILES_AHEAD};
use temoto_wire::proto::files::Body;
use temoto_wire::proto::{self, FileItem};

use super::receive::Receiver;
use super::send::Sender;
use super::*;

fn announced(index: u32, size: u64) -> FileItem {
    FileItem {
        transfer: 1,
        index,
        path: vec![format!("{index}")],
        folder: false,
        size,
        modified_ms: 1,
    }
}

fn receiver(items: u32, bytes: u64) -> Receiver {
    Receiver::new(1, items, bytes, Choice::Ask).expect("possible")
}

/// Answers what a receiver asks with what a disk that has nothing says; returns what it said.
fn served(receiver: &mut Receiver, writes: bool) -> Vec<Body> {
    let mut said = Vec::new();
    while let Some(step) = receiver.poll() {
        match step {
            Step::Say(body) => said.push(body),
            Step::Ask(key, DiskWork::Create { .. }) => {
                receiver.answered(key, DiskAnswer::Created { have: 0 });
            }
            Step::Ask(key, DiskWork::Write { .. }) if writes => receiver.answered(key, DiskAnswer::Done),
            Step::Ask(key, DiskWork::Finish { .. }) => {
                let name = "x".to_owned();
                receiver.answered(key, DiskAnswer::Finished { name });
            }
            Step::Ask(..) | Step::Question { .. } | Step::Over(_) | Step::Stop(_) => {}
        }
    }
    said
}

fn block(index: u32, at: u64, bytes: &[u8]) -> Block<'_> {
    Block {
        transfer: 1,
        index,
        at,
        bytes,
    }
}

#[test]
fn a_sender_that_does_not_keep_to_what_it_announced_is_refused() {
    assert!(Receiver::new(1, 50_001, 1, Choice::Ask).is_err());
    assert!(
        receiver(2, 10).item(announced(1, 1), false).is_err(),
        "out of turn"
    );
    assert!(
        receiver(1, 10).item(announced(0, 11), false).is_err(),
        "more bytes"
    );
    let mut one = receiver(1, 10);
    one.item(announced(0, 4), false).expect("announced");
    assert!(one.item(announced(1, 4), false).is_err(), "more files");
    assert!(one.item(announced(0, 4), false).is_err(), "twice");
    assert!(one.block(&block(0, 0, b"a")).is_err(), "before it was taken");
    served(&mut one, true);
    assert!(one.block(&block(1, 0, b"a")).is_err(), "never announced");
    assert!(one.block(&block(0, 1, b"a")).is_err(), "a gap");
    assert!(one.block(&block(0, 0, b"abcde")).is_err(), "longer");
    assert!(one.end(0, &[0; 31]).is_err() && one.end(9, &[0; 32]).is_err());
    assert!(one.lost(9, Fault::Gone).is_err());
    let mut many = receiver(50_000, 50_000);
    let flood = (0..50_000).take_while(|&n| many.item(announced(n, 1), false).is_ok());
    assert_eq!(flood.count(), FILES_AHEAD);
}

#[test]
fn a_disk_that_stands_bounds_what_a_sender_can_make_wait() {
    let mut one = receiver(1, 1 << 40);
    one.item(announced(0, 1 << 40), false).expect("announced");
    served(&mut one, false);
    let piece = vec![0; FILE_PIECE_BYTES];
    let mut at = 0;
    while one.block(&block(0, at, &piece)).is_ok() {
        at += piece.len() as u64;
        served(&mut one, false);
    }
    let piece = piece.len() as u64;
    assert_eq!(at, FILE_WINDOW_BYTES / piece * piece, "as many as fit");
}

#[test]
fn a_receiver_that_lies_is_refused() {
    let item = Item {
        path: vec!["a".to_owned()],
        folder: false,
        size: 4,
        modified_ms: 1,
        fault: None,
    };
    let mut sender = Sender::new(1, vec![item]);
    while sender.poll().is_some() {}
    assert!(sender.take(1, 0).is_err() && sender.take(0, 5).is_err());
    assert!(sender.have(0, 1).is_err(), "more than was sent");
    assert!(
        sender.over(0, None, String::new()).is_err(),
        "there before it was sent"
    );
    sender.take(0, 0).expect("taken");
    assert!(matches!(sender.poll(), Some(Step::Ask(..))));
}

#[test]
fn names_that_become_the_same_are_told_apart() {
    let mut two = receiver(3, 3);
    for (index, name) in [(0, "A:b"), (1, "a*B"), (2, "a_b")] {
        let item = FileItem {
            path: vec![name.to_owned()],
            ..announced(index, 1)
        };
        two.item(item, false).expect("announced");
    }
    let mut paths = Vec::new();
    while let Some(step) = two.poll() {
        if let Step::Ask(_, DiskWork::Create { path, .. }) = step {
            paths.extend(path);
        }
    }
    assert_eq!(paths, ["A_b", "a_B (2)", "a_b (3)"]);
}

#[test]
fn what_does_not_agree_with_its_hash_gets_no_name() {
    let mut one = receiver(1, 4);
    one.item(announced(0, 4), false).expect("announced");
    served(&mut one, true);
    for taken_again in [true, false] {
        one.block(&block(0, 0, b"abcd")).expect("a piece");
        one.end(0, &[0; 32]).expect("a hash");
        let said = served(&mut one, true);
        let take = said
            .iter()
            .any(|body| matches!(body, Body::Take(take) if take.from == 0));
        assert_eq!(take, taken_again);
        let damaged = Fault::to_wire(Some(Fault::Damaged));
        let over =
            |body: &Body| matches!(body, Body::Over(proto::FileOver { fault, .. }) if *fault == damaged);
        assert_eq!(said.iter().any(over), !taken_again);
    }
}
