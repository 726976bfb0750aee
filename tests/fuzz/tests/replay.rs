//! Everything that the fuzzer ever found worth keeping, through every parser again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use temoto_fuzz::TARGETS;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

#[test]
fn what_a_well_behaved_peer_sends_keeps_every_promise() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        seeds.iter().for_each(|seed| (target.run)(seed));
    }
}

#[test]
fn what_the_fuzzer_found_keeps_every_promise() {
    for target in TARGETS {
        let files = fs::read_dir(corpora().join(target.name)).expect("every target has a committed corpus");
        let files: Vec<PathBuf> = files
            .map(|file| file.expect("a corpus can be listed").path())
            .collect();
        assert!(!files.is_empty(), "the corpus of {} is empty", target.name);
        for file in files {
            println!("{}", file.display());
            (target.run)(&fs::read(&file).expect("a corpus can be read"));
        }
    }
}

#[test]
fn every_corpus_belongs_to_a_target() {
    let folders = fs::read_dir(corpora()).expect("there are corpora");
    let folders: BTreeSet<String> = folders
        .map(|folder| {
            folder
                .expect("corpora can be listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(folders, targets);
}

#[test]
fn a_truncated_or_flipped_message_breaks_no_promise() {
    for target in TARGETS {
        for seed in (target.seeds)() {
            for cut in 0..seed.len().min(64) {
                (target.run)(&seed[..cut]);
            }
            for bit in 0..(seed.len() * 8).min(512) {
                let mut flipped = seed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                (target.run)(&flipped);
            }
        }
    }
}
