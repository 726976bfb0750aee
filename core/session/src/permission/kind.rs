//! Every kind of message that can arrive from a peer, and how a message tells its own.

use temoto_wire::frame::{Channel, link};
use temoto_wire::proto::control::Body;
use temoto_wire::proto::{chat, clipboard, files};
use temoto_wire::{file, input, screen};

use crate::SessionError;

/// Every kind of message that can arrive in a frame.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "the names are those of the wire")]
pub enum MessageKind {
    Hello,
    Ack,
    Echo,
    EchoReply,
    Welcome,
    About,
    AskGrant,
    Grants,
    Declined,
    StepUp,
    Step,
    Companion,
    Paused,
    Yielded,
    Displays,
    ShowDisplay,
    AskWindows,
    Windows,
    Refused,
    Leave,
    NotMine,
    FailuresSeen,
    Obstacle,
    Colors,
    Showing,
    ShowClosed,
    Unshare,
    Exact,
    Chat,
    PictureFetch,
    PicturePiece,
    ScreenBegin,
    ScreenChunk,
    ScreenAck,
    ScreenRefresh,
    ScreenGlance,
    ScreenThumbnail,
    CursorPlace,
    CursorShape,
    Input,
    ClipOffer,
    ClipFetch,
    ClipPiece,
    FilePlaces,
    FileList,
    FilePart,
    FileChange,
    FileChanged,
    FileFetch,
    FileOffer,
    FileItem,
    FileTake,
    FileHave,
    FileExists,
    FileChoice,
    FileEnd,
    FileOver,
    FileLost,
    FileStop,
    FileHold,
    FileBlock,
    FileGot,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 62] = [
        Self::Hello,
        Self::Ack,
        Self::Echo,
        Self::EchoReply,
        Self::Welcome,
        Self::About,
        Self::AskGrant,
        Self::Grants,
        Self::Declined,
        Self::StepUp,
        Self::Step,
        Self::Companion,
        Self::Paused,
        Self::Yielded,
        Self::Displays,
        Self::ShowDisplay,
        Self::AskWindows,
        Self::Windows,
        Self::Refused,
        Self::Leave,
        Self::NotMine,
        Self::FailuresSeen,
        Self::Obstacle,
        Self::Colors,
        Self::Showing,
        Self::ShowClosed,
        Self::Unshare,
        Self::Exact,
        Self::Chat,
        Self::PictureFetch,
        Self::PicturePiece,
        Self::ScreenBegin,
        Self::ScreenChunk,
        Self::ScreenAck,
        Self::ScreenRefresh,
        Self::ScreenGlance,
        Self::ScreenThumbnail,
        Self::CursorPlace,
        Self::CursorShape,
        Self::Input,
        Self::ClipOffer,
        Self::ClipFetch,
        Self::ClipPiece,
        Self::FilePlaces,
        Self::FileList,
        Self::FilePart,
        Self::FileChange,
        Self::FileChanged,
        Self::FileFetch,
        Self::FileOffer,
        Self::FileItem,
        Self::FileTake,
        Self::FileHave,
        Self::FileExists,
        Self::FileChoice,
        Self::FileEnd,
        Self::FileOver,
        Self::FileLost,
        Self::FileStop,
        Self::FileHold,
        Self::FileBlock,
        Self::FileGot,
    ];

    /// The kind of a frame on a channel that is not reliable.
    pub const fn of_frame(channel: Channel, kind: u8) -> Result<Self, SessionError> {
        Ok(match (channel, kind) {
            (Channel::Link, link::HELLO) => Self::Hello,
            (Channel::Link, link::ACK) => Self::Ack,
            (Channel::Link, link::ECHO) => Self::Echo,
            (Channel::Link, link::ECHO_REPLY) => Self::EchoReply,
            (Channel::Screen, screen::kind::BEGIN) => Self::ScreenBegin,
            (Channel::Screen, screen::kind::CHUNK) => Self::ScreenChunk,
            (Channel::Screen, screen::kind::ACK) => Self::ScreenAck,
            (Channel::Screen, screen::kind::REFRESH) => Self::ScreenRefresh,
            (Channel::Screen, screen::kind::GLANCE) => Self::ScreenGlance,
            (Channel::Screen, screen::kind::THUMBNAIL) => Self::ScreenThumbnail,
            (Channel::Cursor, screen::cursor_kind::PLACE) => Self::CursorPlace,
            (Channel::Cursor, screen::cursor_kind::SHAPE) => Self::CursorShape,
            (Channel::Input, input::EVENT) => Self::Input,
            (Channel::Files, file::kind::BLOCK) => Self::FileBlock,
            (Channel::Files, file::kind::GOT) => Self::FileGot,
            _ => return Err(SessionError::Peer("unknown kind of frame")),
        })
    }

    /// The kind of a message of the chat channel.
    #[must_use]
    pub const fn of_chat(body: &chat::Body) -> Self {
        match body {
            chat::Body::Lines(_) => Self::Chat,
            chat::Body::PictureFetch(_) => Self::PictureFetch,
            chat::Body::PicturePiece(_) => Self::PicturePiece,
        }
    }

    /// The kind of a message of the clipboard channel.
    #[must_use]
    pub const fn of_clipboard(body: &clipboard::Body) -> Self {
        match body {
            clipboard::Body::Offer(_) => Self::ClipOffer,
            clipboard::Body::Fetch(_) => Self::ClipFetch,
            clipboard::Body::Piece(_) => Self::ClipPiece,
        }
    }

    /// The kind of a message of the files channel.
    #[must_use]
    pub const fn of_files(body: &files::Body) -> Self {
        match body {
            files::Body::Places(_) => Self::FilePlaces,
            files::Body::List(_) => Self::FileList,
            files::Body::Part(_) => Self::FilePart,
            files::Body::Change(_) => Self::FileChange,
            files::Body::Changed(_) => Self::FileChanged,
            files::Body::Fetch(_) => Self::FileFetch,
            files::Body::Offer(_) => Self::FileOffer,
            files::Body::Item(_) => Self::FileItem,
            files::Body::Take(_) => Self::FileTake,
            files::Body::Have(_) => Self::FileHave,
            files::Body::Exists(_) => Self::FileExists,
            files::Body::Choice(_) => Self::FileChoice,
            files::Body::End(_) => Self::FileEnd,
            files::Body::Over(_) => Self::FileOver,
            files::Body::Lost(_) => Self::FileLost,
            files::Body::Stop(_) => Self::FileStop,
            files::Body::Hold(_) => Self::FileHold,
        }
    }

    /// The kind of a control message.
    #[must_use]
    pub const fn of_control(body: &Body) -> Self {
        match body {
            Body::Welcome(_) => Self::Welcome,
            Body::About(_) => Self::About,
            Body::AskGrant(_) => Self::AskGrant,
            Body::Grants(_) => Self::Grants,
            Body::Declined(_) => Self::Declined,
            Body::StepUp(_) => Self::StepUp,
            Body::Step(_) => Self::Step,
            Body::Companion(_) => Self::Companion,
            Body::Paused(_) => Self::Paused,
            Body::Yielded(_) => Self::Yielded,
            Body::Displays(_) => Self::Displays,
            Body::ShowDisplay(_) => Self::ShowDisplay,
            Body::AskWindows(_) => Self::AskWindows,
            Body::Windows(_) => Self::Windows,
            Body::Refused(_) => Self::Refused,
            Body::Leave(_) => Self::Leave,
            Body::NotMine(_) => Self::NotMine,
            Body::FailuresSeen(_) => Self::FailuresSeen,
            Body::Obstacle(_) => Self::Obstacle,
            Body::Colors(_) => Self::Colors,
            Body::Showing(_) => Self::Showing,
            Body::ShowClosed(_) => Self::ShowClosed,
            Body::Unshare(_) => Self::Unshare,
            Body::Exact(_) => Self::Exact,
        }
    }
}
