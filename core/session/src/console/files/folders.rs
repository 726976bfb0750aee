//! The customer's folders, as the operator looks into them and changes them.

use temoto_wire::limits::{FOLDER_ENTRIES, NAMES};
use temoto_wire::proto;
use temoto_wire::proto::file_change::Kind as Change;
use temoto_wire::proto::files::Body;

use super::told::Changing;
use crate::SessionError;
use crate::channel::files::{Fault, Place, is_plain_name, listing, names_fit, plain_path};
use crate::console::{Console, ConsoleEvent};
use crate::output::Output;
use crate::permission::Capability;

/// Requests about folders that are under way.
const REQUESTS: usize = 16;

/// What was asked about a folder.
#[derive(Clone, Debug)]
pub(super) enum Request {
    /// So many entries came.
    List(usize),
    Change(Box<Changing>),
}

impl Console {
    pub(in crate::console) fn list_folder(
        &mut self,
        now_ms: u64,
        request: u32,
        place: Place,
    ) -> Result<(), SessionError> {
        self.may_use(&[Capability::FilesOut])?;
        plain_path(&place.path).map_err(|_| SessionError::Malformed("path"))?;
        self.note_request(request, Request::List(0))?;
        let list = proto::FileList {
            request,
            place: Some(place.to_wire()),
        };
        self.say_file(now_ms, Body::List(list))
    }

    /// Makes, renames or throws away, as the kind says.
    pub(in crate::console) fn change_folder(
        &mut self,
        now_ms: u64,
        request: u32,
        kind: Change,
        place: Place,
        names: Vec<String>,
        name: String,
    ) -> Result<(), SessionError> {
        self.may_use(&[Capability::FilesIn])?;
        let typed = matches!(kind, Change::Make | Change::Rename);
        let plain = names.iter().all(|name| is_plain_name(name)) && (!typed || is_plain_name(&name));
        let bad = !plain || names.len() > NAMES || plain_path(&place.path).is_err();
        if bad || !names_fit(&names) {
            // The person typed or chose it: an answer, not a fault of the page.
            self.outputs.push_back(Output::Event(ConsoleEvent::FolderChanged {
                request,
                fault: Some(if bad { Fault::BadName } else { Fault::TooMany }),
                token: 0,
            }));
            return Ok(());
        }
        let changing = Changing {
            kind,
            first: names.first().cloned().unwrap_or_default(),
            count: names.len(),
            name: name.clone(),
            token: 0,
        };
        self.note_request(request, Request::Change(Box::new(changing)))?;
        let change = proto::FileChange {
            request,
            kind: kind.into(),
            place: Some(place.to_wire()),
            names,
            name,
            token: 0,
        };
        self.say_file(now_ms, Body::Change(change))
    }

    /// Takes back what was thrown away.
    pub(in crate::console) fn restore_files(
        &mut self,
        now_ms: u64,
        request: u32,
        token: u32,
    ) -> Result<(), SessionError> {
        self.may_use(&[Capability::FilesIn])?;
        let changing = Changing {
            kind: Change::Restore,
            first: String::new(),
            count: 0,
            name: String::new(),
            token,
        };
        self.note_request(request, Request::Change(Box::new(changing)))?;
        let change = proto::FileChange {
            request,
            kind: Change::Restore.into(),
            token,
            ..proto::FileChange::default()
        };
        self.say_file(now_ms, Body::Change(change))
    }

    pub(super) fn folder_part(&mut self, part: proto::FilePart) -> Result<(), SessionError> {
        let Some(Request::List(count)) = self.files.requests.get_mut(&part.request) else {
            return Ok(());
        };
        *count += part.entries.len();
        if *count > FOLDER_ENTRIES {
            self.files.requests.remove(&part.request);
            return Err(SessionError::Peer("more of a folder than may be listed"));
        }
        let fault = Fault::from_wire(part.fault);
        let last = part.last || fault.is_some();
        if last {
            self.files.requests.remove(&part.request);
        }
        self.outputs.push_back(Output::Event(ConsoleEvent::Folder {
            request: part.request,
            entries: listing::entries(part.entries),
            last,
            truncated: part.truncated,
            fault,
        }));
        Ok(())
    }

    pub(super) fn note_request(&mut self, request: u32, kind: Request) -> Result<(), SessionError> {
        if self.files.requests.len() >= REQUESTS {
            return Err(SessionError::Congested);
        }
        self.files.requests.insert(request, kind);
        Ok(())
    }

    /// Requests that nobody will answer any more.
    pub(super) fn fail_requests(&mut self, capability: Capability) {
        let lists = capability == Capability::FilesOut;
        let requests = &mut self.files.requests;
        let gone = requests.extract_if(.., |_, kind| matches!(kind, Request::List(_)) == lists);
        for (request, kind) in gone {
            let fault = Some(Fault::Canceled);
            self.outputs.push_back(Output::Event(match kind {
                Request::List(_) => ConsoleEvent::Folder {
                    request,
                    entries: Vec::new(),
                    last: true,
                    truncated: false,
                    fault,
                },
                Request::Change(_) => ConsoleEvent::FolderChanged {
                    request,
                    fault,
                    token: 0,
                },
            }));
        }
    }
}
