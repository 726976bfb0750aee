//! Linux: the user, or root. There is no secure desktop, and Ctrl+Alt+Del is a key like any other or the console's own.

use crate::Rights;

pub(crate) fn rights() -> Rights {
    Rights {
        elevated: rustix::process::geteuid().is_root(),
        // No way up is common to all desktops.
        can_elevate: false,
    }
}
