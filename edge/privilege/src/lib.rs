//! The border to rights: what the program may do on this machine, and what the person in front of it could allow.
//!
//! `apps/agent` asks once, at the start, and tells the operator. Today's program takes no rights beyond those it was started
//! with; an administrator mode comes in here.

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

/// What a program may do beyond its own user's things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights {
    /// It runs with an administrator's rights: programs that do so, too, take its input.
    pub elevated: bool,
    /// The person in front of it could start it with an administrator's rights by saying yes, without anybody else's password.
    pub can_elevate: bool,
}

/// The rights of this process. They do not change while it runs.
#[must_use]
pub fn rights() -> Rights {
    native::rights()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_rights_already_has_nothing_more_to_allow() {
        let rights = rights();
        assert!(!(rights.elevated && rights.can_elevate), "{rights:?}");
    }
}
