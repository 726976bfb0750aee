//! Linux: the user, or root. There is no secure desktop, and Ctrl+Alt+Del is a key like any other or the console's own.

use crate::{PrivilegeSource, Rights};

/// The rights of this process.
#[derive(Clone, Copy, Debug)]
pub struct NativePrivilege(Rights);

impl NativePrivilege {
    pub(crate) fn of_this_process() -> Self {
        Self(Rights {
            elevated: rustix::process::geteuid().is_root(),
            // No way up is common to all desktops.
            ..Rights::default()
        })
    }
}

impl PrivilegeSource for NativePrivilege {
    fn rights(&self) -> Rights {
        self.0
    }
}
