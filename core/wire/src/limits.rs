//! Sizes that both ends hold each other to.

/// Longest WebSocket message, in bytes.
pub const MESSAGE_BYTES: usize = 66_560;
/// Longest opaque payload of one `DATA` message, in bytes.
pub const DATA_BYTES: usize = 65_535;
/// Every lobby message has exactly this many bytes.
pub const LOBBY_BYTES: usize = 512;
/// The most work that a server may ask of an attempt, in leading zero bits; an agent does no more.
pub const WORK_BITS: u8 = 24;
/// Longest ticket, in bytes.
pub const TICKET_BYTES: usize = 512;
/// Participants of a session, the console among them.
pub const PARTICIPANTS: usize = 8;
/// Longest payload of one frame, in bytes.
pub const FRAME_BYTES: usize = 60_000;
/// Longest text of one chat message, in bytes of UTF-8.
pub const CHAT_TEXT_BYTES: usize = 4_096;
/// Chat messages that a snapshot carries at most.
pub const CHAT_HISTORY: usize = 500;
/// Longest picture of the chat, in bytes of PNG.
pub const PICTURE_BYTES: usize = 8 << 20;
/// Longest piece of it in one message, in bytes.
pub const PICTURE_PIECE_BYTES: usize = 16 << 10;
/// Pictures of the chat that are kept at either end; older ones are only told of.
pub const PICTURES: usize = 8;
/// Longest text of one text-input event, in bytes of UTF-8.
pub const INPUT_TEXT_BYTES: usize = 2_048;
/// Longest text of a clipboard that is carried over, in bytes of UTF-8.
pub const CLIPBOARD_TEXT_BYTES: usize = 1 << 20;
/// Longest HTML beside it, in bytes of UTF-8.
pub const CLIPBOARD_HTML_BYTES: usize = 4 << 20;
/// Longest picture of a clipboard that is carried over, in bytes of PNG.
pub const CLIPBOARD_IMAGE_BYTES: usize = 32 << 20;
/// What is put on the other clipboard travels at once up to so many bytes, and when somebody pastes it above.
pub const CLIPBOARD_AT_ONCE_BYTES: usize = 64 << 10;
/// Longest piece of a part in one message, in bytes.
pub const CLIPBOARD_PIECE_BYTES: usize = 16 << 10;
/// Keys that can be held at the same time.
pub const HELD_KEYS: usize = 32;
/// Displays of one machine; their numbers are below it.
pub const DISPLAYS: usize = 31;
/// Stands for all displays side by side, where else the number of one stands.
pub const ALL_DISPLAYS: u8 = 31;
/// Windows that are told at most.
pub const WINDOWS: usize = 64;
/// Longest side of the small picture of a display that is not looked at, in pixels.
pub const GLANCE_SIDE: u8 = 192;
/// Longest encoded screen update, in bytes; a larger one is sent as several.
pub const UPDATE_BYTES: usize = 64 << 20;
/// A file is read, hashed and written in blocks of so many bytes.
pub const FILE_BLOCK_BYTES: usize = 1 << 20;
/// Bytes of files that may be sent and not yet be on the receiver's disk.
pub const FILE_WINDOW_BYTES: u64 = 4 << 20;
/// Bytes of a file in one record at the most.
pub const FILE_PIECE_BYTES: usize = 48 << 10;
/// Files that are announced and not over.
pub const FILES_AHEAD: usize = 16;
/// Files and folders of one transfer.
pub const FILES_OF_TRANSFER: usize = 50_000;
/// Entries of a folder that are listed.
pub const FOLDER_ENTRIES: usize = 10_000;
/// Names of one path.
pub const PATH_NAMES: usize = 64;
/// Longest name that is told, in bytes of UTF-8. What Windows takes is 255 units of UTF-16, which are 765 bytes at the most.
pub const NAME_BYTES: usize = 1_024;
/// Longest name that a receiver gives, in bytes of UTF-8: what every system takes.
pub const GIVEN_NAME_BYTES: usize = 255;
/// Longest path, in bytes of UTF-8.
pub const PATH_BYTES: usize = 4_096;
/// Names in one request.
pub const NAMES: usize = 256;
/// Bytes of all names in one request, which with its place is one message.
pub const NAMES_BYTES: usize = 56 << 10;
