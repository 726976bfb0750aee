//! Rights as a test wants them.

use crate::{PrivilegeSource, Rights};

/// Has whatever rights it is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakePrivilege(pub Rights);

impl PrivilegeSource for FakePrivilege {
    fn rights(&self) -> Rights {
        self.0
    }
}
