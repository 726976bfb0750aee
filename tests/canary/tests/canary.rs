//! One session of real processes, searched: the server has none of its secrets, and the ends, searched in the same way, have.
//! Linux only, as root or as a user that may read the memory of its own children.

use std::path::Path;
use std::sync::LazyLock;

use temoto_canary::search::Outcome;
use temoto_canary::story::play;

/// The story is played once; every test looks at another side of what came of it.
static OUTCOME: LazyLock<Outcome> = LazyLock::new(|| play(Path::new(env!("CARGO_BIN_EXE_canary-end")), 2026));

const MEMORY: [&str; 3] = [
    "server's memory while pairing",
    "server's memory in the session",
    "server's memory after the session",
];
const FILES: [&str; 2] = ["server's files in the session", "server's files after it stopped"];
const TRAFFIC: [&str; 2] = ["traffic as it passed", "messages without their masks"];

fn found(search: &str, needle: &str, form: &str, place: &str) {
    assert!(
        OUTCOME.search(search).has(needle, form, place),
        "{search}: {needle} ({form}) was not found in {place:?}"
    );
}

#[test]
fn no_secret_of_the_ends_is_in_the_server_or_in_what_passes_it() {
    let searched: Vec<&str> = OUTCOME.servers.iter().map(|search| search.name).collect();
    for name in [&MEMORY[..], &FILES, &TRAFFIC].concat() {
        assert!(searched.contains(&name), "{name} was not searched");
    }
    let mut finds = Vec::new();
    for search in &OUTCOME.servers {
        let (bytes, unreadable) = (search.bytes, search.unreadable);
        assert!(bytes > 100_000 && search.forms > 600, "{}", search.name);
        assert!(
            unreadable * 100 < bytes,
            "{}: {unreadable} of {bytes}",
            search.name
        );
        let secrets = search.secrets.iter();
        finds.extend(secrets.map(|find| format!("{}: {find}", search.name)));
    }
    let count = finds.len();
    assert!(finds.is_empty(), "{count} canaries sing:\n{}", finds.join("\n"));
}

#[test]
fn what_the_server_is_told_is_found_in_its_memory_and_database() {
    for needle in ["operator's name", "organisation", "operator's address"] {
        for memory in MEMORY {
            found(memory, needle, "text, UTF-8", "");
        }
        found(FILES[0], needle, "text, UTF-8", "");
        found(FILES[1], needle, "text, UTF-8", "/data/temoto.db");
    }
    found(FILES[1], "server's address", "text, UTF-8", "/log");
}

#[test]
fn what_passes_through_the_server_is_found_in_its_memory() {
    found(MEMORY[1], "sealed records", "raw", "");
}

#[test]
fn what_is_said_in_the_clear_is_found_in_the_traffic() {
    found(TRAFFIC[0], "operator's address", "text, UTF-8", "to the server");
    let build = "build of the customer's ends";
    found(TRAFFIC[1], build, "text, UTF-8", "to the server");
    found(TRAFFIC[1], build, "text, UTF-8", "from the server");
    let masked = OUTCOME.search(TRAFFIC[0]);
    assert!(
        !masked.has(build, "", "to the server"),
        "a client masks its frames"
    );
}

#[test]
fn the_ends_hold_code_and_keys_while_they_pair() {
    for end in ["page while pairing", "console while pairing"] {
        found(end, "code", "together, UTF-8", "");
        found(end, "psk of the code", "raw", "");
    }
    found("page while pairing", "CPace's output", "raw", "");
}

#[test]
fn the_ends_hold_words_pixels_names_and_roots() {
    let (console, page, program) = (
        "console in the session",
        "page in the session",
        "program in the session",
    );
    for end in [console, page, program] {
        for words in ["customer's chat", "operator's chat", "chat after the cut"] {
            found(end, words, "text, UTF-8", "");
        }
    }
    for end in [console, program] {
        found(end, "marked pixels", "BGR0", "");
        found(end, "name of the computer", "text, UTF-8", "");
        found(end, "root of the program's pair", "raw", "");
    }
    for end in [console, page] {
        found(end, "root of the page's pair", "raw", "");
    }
    found(program, "typed text", "text, UTF-8", "");
    found(console, "token's bytes", "raw", "");
    found(page, "token", "text, UTF-8", "");
    for (end, seed) in [
        (console, "seed of the console"),
        (page, "seed of the page"),
        (program, "seed of the program"),
    ] {
        found(end, seed, "raw", "");
    }
}
