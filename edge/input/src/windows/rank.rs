//! Integrity levels of processes, as far as the system tells.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{CloseHandle, ERROR_ACCESS_DENIED, HANDLE};
use windows::Win32::Security::{
    GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, TOKEN_INFORMATION_CLASS,
    TOKEN_MANDATORY_LABEL, TOKEN_QUERY, TokenIntegrityLevel, TokenUIAccess,
};
use windows::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};

use crate::win32::integrity::{Level, outranks};

/// A process keeps its level, but its number can come back for another.
const FRESH: Duration = Duration::from_secs(1);
/// Most processes that are remembered.
const MOST: usize = 64;

/// Which processes this one may not send input to.
pub(super) struct Ranks {
    own: Level,
    /// Signed programs for disabled people may press everywhere.
    exempt: bool,
    known: BTreeMap<u32, (bool, Instant)>,
}

impl Ranks {
    pub(super) fn new() -> Self {
        // SAFETY: the pseudo handle is always valid and needs no closing.
        let token = token(unsafe { GetCurrentProcess() });
        Self {
            own: token.as_ref().map_or_else(|level| *level, level_of),
            exempt: token.is_ok_and(|token| has_ui_access(&token)),
            known: BTreeMap::new(),
        }
    }

    /// Whether input for a window of that process would be dropped.
    pub(super) fn outrank(&mut self, process: u32, now: Instant) -> bool {
        if self.exempt || process == std::process::id() {
            return false;
        }
        if let Some((outranks, since)) = self.known.get(&process)
            && now.saturating_duration_since(*since) < FRESH
        {
            return *outranks;
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let higher = outranks(level(process), self.own);
        self.known.insert(process, (higher, now));
        higher
    }
}

/// A handle that is closed when dropped.
struct Owned(HANDLE);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle is open and owned by this value.
        let _closed = unsafe { CloseHandle(self.0) };
    }
}

fn level(process: u32) -> Level {
    // SAFETY: no pointers go in; the handle that comes out is owned from here on.
    match unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, false, process) } {
        Ok(process) => {
            let process = Owned(process);
            token(process.0).as_ref().map_or_else(|level| *level, level_of)
        }
        Err(error) => unknown(&error),
    }
}

fn token(process: HANDLE) -> Result<Owned, Level> {
    let mut token = HANDLE::default();
    // SAFETY: the process handle is open, and the place for the token lives until the call returns.
    match unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) } {
        Ok(()) => Ok(Owned(token)),
        Err(error) => Err(unknown(&error)),
    }
}

fn unknown(error: &windows::core::Error) -> Level {
    if error.code() == ERROR_ACCESS_DENIED.into() {
        Level::Refused
    } else {
        Level::Unclear
    }
}

/// Room for one value of a token: a number, or a structure and what it points to.
type Room = [u64; 16];

fn read(token: &Owned, class: TOKEN_INFORMATION_CLASS, room: &mut Room) -> bool {
    let size = u32::try_from(size_of::<Room>()).unwrap_or_default();
    let mut filled = 0;
    let into = room.as_mut_ptr().cast();
    // SAFETY: the room has the size that is told and the alignment of any such structure.
    unsafe { GetTokenInformation(token.0, class, Some(into), size, &raw mut filled) }.is_ok()
}

fn has_ui_access(token: &Owned) -> bool {
    let mut room = Room::default();
    // A 32-bit number at the front.
    read(token, TokenUIAccess, &mut room) && room[0] & 0xffff_ffff != 0
}

fn level_of(token: &Owned) -> Level {
    let mut room = Room::default();
    if !read(token, TokenIntegrityLevel, &mut room) {
        return Level::Unclear;
    }
    // SAFETY: the call filled the room with this structure; the identifier that it points to lies behind it in the
    // same room, which does not move until this function returns.
    unsafe {
        let sid = (*room.as_ptr().cast::<TOKEN_MANDATORY_LABEL>()).Label.Sid;
        if sid.is_invalid() {
            return Level::Unclear;
        }
        match *GetSidSubAuthorityCount(sid) {
            0 => Level::Unclear,
            count => Level::Known(*GetSidSubAuthority(sid, u32::from(count - 1))),
        }
    }
}
