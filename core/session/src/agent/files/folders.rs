//! The customer's folders: what is in them, and what the operator changes there.

use temoto_wire::proto;
use temoto_wire::proto::file_change::Kind as Change;
use temoto_wire::proto::files::Body;

use super::{Listing, Purpose, check_names};
use crate::SessionError;
use crate::agent::Agent;
use crate::channel::files::copied::is_root as is_copied;
use crate::channel::files::pasted::is_root as is_pasted;
use crate::channel::files::{DiskAnswer, DiskWork, Fault, Place, is_plain_name, listing};
use crate::permission::Capability;

/// Requests about folders that are under way.
const REQUESTS: usize = 4;
/// Parts of listings that are on their way at the same time.
const PARTS: usize = 2;

impl Agent {
    pub(super) fn list(&mut self, now_ms: u64, list: proto::FileList) -> Result<(), SessionError> {
        let place = Place::from_wire(list.place)?;
        if self.requests() >= REQUESTS {
            self.say_file(now_ms, Body::Part(listing::fault(list.request, Fault::Busy)));
            return Ok(());
        }
        if self.is_withheld(&place) || is_pasted(&place.root) {
            self.say_file(now_ms, Body::Part(listing::fault(list.request, Fault::Gone)));
            return Ok(());
        }
        let copied = is_copied(&place.root);
        self.ask_disk(0, DiskWork::List(place), Purpose::List(list.request, copied));
        Ok(())
    }

    pub(super) fn change(&mut self, now_ms: u64, change: proto::FileChange) -> Result<(), SessionError> {
        let request = change.request;
        let place = change.place.as_ref();
        let fixed = place.is_some_and(|place| is_copied(&place.root) || is_pasted(&place.root));
        let name_of = |name: String| {
            let plain = is_plain_name(&name);
            plain
                .then_some(name)
                .ok_or(SessionError::Peer("name that cannot be"))
        };
        let work = match Change::try_from(change.kind) {
            Ok(Change::Make) => DiskWork::Make {
                place: Place::from_wire(change.place)?,
                name: name_of(change.name)?,
            },
            Ok(Change::Rename) => DiskWork::Rename {
                place: Place::from_wire(change.place)?,
                from: name_of(change.names.into_iter().next().unwrap_or_default())?,
                to: name_of(change.name)?,
            },
            Ok(Change::Trash) => {
                check_names(&change.names)?;
                DiskWork::Trash {
                    place: Place::from_wire(change.place)?,
                    names: change.names,
                }
            }
            Ok(Change::Restore) => DiskWork::Restore(change.token),
            Ok(Change::Unspecified) | Err(_) => {
                self.say_changed(now_ms, request, Some(Fault::Failed), 0);
                return Ok(());
            }
        };
        if fixed {
            self.say_changed(now_ms, request, Some(Fault::Denied), 0);
            return Ok(());
        }
        if self.requests() >= REQUESTS {
            self.say_changed(now_ms, request, Some(Fault::Busy), 0);
            return Ok(());
        }
        self.ask_disk(0, work, Purpose::Change(request));
        Ok(())
    }

    pub(super) fn requests(&self) -> usize {
        let asked = self.files.asks.values();
        asked
            .filter(|purpose| matches!(purpose, Purpose::List(..) | Purpose::Change(_)))
            .count()
            + self.files.listings.len()
    }

    pub(super) fn listed(&mut self, now_ms: u64, request: u32, copied: bool, answer: DiskAnswer) {
        if !self.grants.allows(Capability::FilesOut) {
            return;
        }
        // It was allowed when the disk was asked.
        let withdrawn = copied && !self.grants.allows(Capability::ClipboardOut);
        let answer = if withdrawn {
            DiskAnswer::Fault(Fault::Gone)
        } else {
            answer
        };
        if let DiskAnswer::Listed { entries, truncated } = answer {
            self.files.listings.push_back(Listing {
                request,
                copied,
                entries: entries.into(),
                truncated,
            });
            self.send_parts(now_ms);
        } else {
            self.say_file(now_ms, Body::Part(listing::fault(request, answer.fault())));
        }
    }

    /// Few parts at a time: a long list does not stand before the screen.
    pub(super) fn send_parts(&mut self, now_ms: u64) {
        while self.files.parts.len() < PARTS
            && let Some(listing) = self.files.listings.front_mut()
        {
            let entries = listing::part(&mut listing.entries);
            let last = listing.entries.is_empty();
            let part = proto::FilePart {
                request: listing.request,
                entries,
                last,
                truncated: last && listing.truncated,
                fault: 0,
            };
            if last {
                self.files.listings.pop_front();
            }
            let Some(number) = self.say_file(now_ms, Body::Part(part)) else {
                return;
            };
            self.files.parts.push_back(number);
        }
    }

    pub(super) fn say_changed(&mut self, now_ms: u64, request: u32, fault: Option<Fault>, token: u32) {
        let changed = proto::FileChanged {
            request,
            fault: Fault::to_wire(fault),
            token,
        };
        self.say_file(now_ms, Body::Changed(changed));
    }
}
