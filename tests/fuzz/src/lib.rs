//! What is done with foreign bytes: one function for each parser, and what has to hold whatever the bytes are.
//!
//! The fuzzer (`fuzz/`, outside of the workspace) calls these functions with what it makes up; the test here calls
//! them with everything it found before. A function panics when a promise is broken; an error of the parser is fine.
//! A new parser of bytes from a peer gets a row in [`TARGETS`].

mod clipboard;
mod codec;
mod crypto;
mod ends;
mod files;
mod model;
mod pictures;
mod wire;

/// One parser under test.
pub struct Target {
    /// Also the name of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Feeds the parser and checks its promises.
    pub run: fn(&[u8]),
    /// Inputs to begin with: things that a well-behaved peer sends.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every parser of bytes that come from a peer.
pub const TARGETS: &[Target] = &[
    Target {
        name: "relay_to_server",
        run: wire::to_server,
        seeds: wire::to_server_seeds,
    },
    Target {
        name: "relay_from_server",
        run: wire::from_server,
        seeds: wire::from_server_seeds,
    },
    Target {
        name: "record_frames",
        run: wire::frames,
        seeds: wire::frame_seeds,
    },
    Target {
        name: "session_messages",
        run: wire::messages,
        seeds: wire::message_seeds,
    },
    Target {
        name: "screen_words",
        run: wire::screen,
        seeds: wire::screen_seeds,
    },
    Target {
        name: "input_event",
        run: wire::input,
        seeds: wire::input_seeds,
    },
    Target {
        name: "clipboard",
        run: clipboard::carry,
        seeds: clipboard::seeds,
    },
    Target {
        name: "chat_pictures",
        run: pictures::fetch,
        seeds: pictures::seeds,
    },
    Target {
        name: "clip_html",
        run: clipboard::html,
        seeds: clipboard::html_seeds,
    },
    Target {
        name: "clip_dib",
        run: clipboard::dib,
        seeds: clipboard::dib_seeds,
    },
    Target {
        name: "clip_files",
        run: clipboard::files,
        seeds: clipboard::file_seeds,
    },
    Target {
        name: "png",
        run: clipboard::png,
        seeds: clipboard::png_seeds,
    },
    Target {
        name: "file_names",
        run: files::names,
        seeds: files::name_seeds,
    },
    Target {
        name: "file_transfers",
        run: files::transfers,
        seeds: files::transfer_seeds,
    },
    Target {
        name: "file_ends",
        run: ends::files,
        seeds: ends::seeds,
    },
    Target {
        name: "screen_updates",
        run: codec::updates,
        seeds: codec::update_seeds,
    },
    Target {
        name: "cursor_shape",
        run: codec::cursor,
        seeds: codec::cursor_seeds,
    },
    Target {
        name: "account_words",
        run: model::account_words,
        seeds: model::account_word_seeds,
    },
    Target {
        name: "api_key",
        run: model::api_key,
        seeds: model::api_key_seeds,
    },
    Target {
        name: "people_table",
        run: model::people_table,
        seeds: model::people_table_seeds,
    },
    Target {
        name: "lobby_knock",
        run: crypto::knock,
        seeds: crypto::knock_seeds,
    },
    Target {
        name: "lobby_attempt",
        run: crypto::attempt,
        seeds: crypto::attempt_seeds,
    },
    Target {
        name: "typed_text",
        run: crypto::text,
        seeds: crypto::text_seeds,
    },
    Target {
        name: "statement",
        run: crypto::statement,
        seeds: crypto::statement_seeds,
    },
    Target {
        name: "licence",
        run: model::licence,
        seeds: model::licence_seeds,
    },
    Target {
        name: "hostile_relay",
        run: crypto::relay,
        seeds: crypto::relay_seeds,
    },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Takes a length (two bytes, big endian) and as many bytes as are there, again and again.
fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        bytes = rest;
        Some(piece)
    })
}

/// The opposite of [`pieces`].
fn join<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut joined = Vec::new();
    for piece in pieces {
        let length = u16::try_from(piece.len()).unwrap_or(u16::MAX);
        joined.extend(length.to_be_bytes());
        joined.extend(piece.iter().take(usize::from(length)));
    }
    joined
}
