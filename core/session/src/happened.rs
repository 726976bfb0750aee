//! What is told in the chat when something happens: the one list of events, which both ends' sentences are tested against. A new
//! event is a line here, a sentence in the program and in the portal, and a word in `docs/protocol/session.md`.

/// The events with their codes on the wire; none can be left out of [`Happened::ALL`].
macro_rules! events {
    ($($(#[$meaning:meta])* $name:ident = $code:literal,)+) => {
        /// Something that happened, as a line of the chat tells it.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Happened {
            $($(#[$meaning])* $name,)+
        }

        impl Happened {
            /// Every event.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code that travels.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

events! {
    /// The customer's page is here.
    CustomerJoined = "customer_joined",
    /// The customer's program is here.
    ProgramJoined = "program_joined",
    /// The program is gone.
    ProgramLeft = "program_left",
    /// The page is gone.
    PageLeft = "page_left",
    /// A line came back, after so many seconds.
    LineBack = "line_back",
    /// The screen may be seen.
    ViewGranted = "view_granted",
    /// It may not any more.
    ViewWithdrawn = "view_withdrawn",
    /// Mouse and keyboard may be used.
    ControlGranted = "control_granted",
    /// They may not any more.
    ControlWithdrawn = "control_withdrawn",
    /// Something may be put on the customer's clipboard.
    ClipboardInGranted = "clipboard_in_granted",
    /// It may not any more.
    ClipboardInWithdrawn = "clipboard_in_withdrawn",
    /// What the customer copies may be taken.
    ClipboardOutGranted = "clipboard_out_granted",
    /// It may not any more.
    ClipboardOutWithdrawn = "clipboard_out_withdrawn",
    /// Files may be put on the customer's computer.
    FilesInGranted = "files_in_granted",
    /// They may not any more.
    FilesInWithdrawn = "files_in_withdrawn",
    /// The customer's files may be seen and taken.
    FilesOutGranted = "files_out_granted",
    /// They may not any more.
    FilesOutWithdrawn = "files_out_withdrawn",
    /// The customer said no.
    Declined = "declined",
    /// The customer paused.
    Paused = "paused",
    /// The customer goes on.
    Resumed = "resumed",
    /// The display that was shown is gone: its name.
    DisplayGone = "display_gone",
    /// The operator put a text on the customer's clipboard: characters.
    ClipboardPut = "clipboard_put",
    /// The operator put a picture there: width, height.
    ClipboardPutImage = "clipboard_put_image",
    /// The operator took the text that was copied: characters.
    ClipboardTaken = "clipboard_taken",
    /// The operator took the picture that was copied: width, height.
    ClipboardTakenImage = "clipboard_taken_image",
    /// A file came: name, bytes, hash.
    FileSent = "file_sent",
    /// More than one came: files, bytes, the first name.
    FilesSent = "files_sent",
    /// The operator put a file on the customer's clipboard: name, bytes, hash; a folder with nothing in it: name, bytes.
    FilePut = "file_put",
    /// More than one: files, bytes, the first name.
    FilesPut = "files_put",
    /// A file was taken: name, bytes, hash.
    FileTaken = "file_taken",
    /// More than one were taken: files, bytes, the first name.
    FilesTaken = "files_taken",
    /// A transfer to the customer ended early: files and folders that arrived, of how many, bytes, the first name.
    FilesSentPart = "files_sent_part",
    /// The same the other way.
    FilesTakenPart = "files_taken_part",
    /// The operator made a folder: its name.
    FolderMade = "folder_made",
    /// The operator renamed a file: old and new name.
    FileRenamed = "file_renamed",
    /// The operator threw something away: its name.
    FileTrashed = "file_trashed",
    /// More than one thing: how many, the first name.
    FilesTrashed = "files_trashed",
    /// The operator took it back: its name.
    FileRestored = "file_restored",
    /// More than one thing: how many, the first name.
    FilesRestored = "files_restored",
    /// The operator took a picture of the screen.
    Screenshot = "screenshot",
    /// The operator put a picture into the chat: width, height, bytes.
    Picture = "picture",
    /// The customer shares something from the browser.
    BrowserShared = "browser_shared",
    /// Not any more.
    BrowserUnshared = "browser_unshared",
    /// The operator ended that.
    BrowserEnded = "browser_ended",
    /// The operator shows a screen of the own.
    ShowStarted = "show_started",
    /// Not any more.
    ShowStopped = "show_stopped",
    /// The customer closed it.
    ShowClosed = "show_closed",
    /// The code was wrong too often.
    CodeBurnt = "code_burnt",
    /// The ends counted different numbers of wrong codes.
    FailuresDiffer = "failures_differ",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_events_have_the_same_code() {
        let codes: BTreeSet<_> = Happened::ALL.iter().map(|event| event.code()).collect();
        assert_eq!(codes.len(), Happened::ALL.len());
    }

    #[test]
    fn the_protocol_names_every_event_and_no_other() {
        let text = include_str!("../../../docs/protocol/session.md");
        let line = text.lines().find(|line| line.starts_with("Events: "));
        let named = line.expect("the line of events").split('`').skip(1).step_by(2);
        let known = Happened::ALL.iter().map(|event| event.code());
        assert_eq!(named.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
    }
}
