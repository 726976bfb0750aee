//! The border to rights: what the program may do on this machine, and what the person in front of it could allow.
//!
//! [`PrivilegeSource`] is the whole border. `apps/agent` asks once, at the start, and tells the operator. Today's program
//! takes no rights beyond those it was started with; an administrator mode will come here, as another implementation.
//! [`open`] gives the rights of this process; [`fake::FakePrivilege`] is compiled everywhere.

pub mod fake;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::NativePrivilege;

/// What a program may do beyond its own user's things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights {
    /// It runs with an administrator's rights: programs that do so, too, take its input.
    pub elevated: bool,
    /// The person in front of it could start it with an administrator's rights by saying yes, without anybody else's password.
    pub can_elevate: bool,
    /// It can send Ctrl+Alt+Del.
    pub ctrl_alt_del: bool,
    /// It sees and operates what the system shows on a desktop of its own: the administrator's consent, the locked screen.
    pub secure_desktop: bool,
}

/// Tells what the program may do.
pub trait PrivilegeSource {
    /// The rights now. They do not change while a process runs.
    fn rights(&self) -> Rights;
}

/// The rights of this process.
#[must_use]
pub fn open() -> NativePrivilege {
    NativePrivilege::of_this_process()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_a_service_never_claims_what_only_one_can() {
        let rights = open().rights();
        assert!(!rights.ctrl_alt_del && !rights.secure_desktop);
        assert!(
            !(rights.elevated && rights.can_elevate),
            "there is nothing more to allow: {rights:?}"
        );
        assert_eq!(rights, open().rights());
    }
}
