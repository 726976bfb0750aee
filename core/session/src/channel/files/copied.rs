//! The root that is no folder: files and folders that the customer copied, from wherever they are, each under its name.
//!
//! Each copy is a root of its own, so a name of one is never taken for a name of the next. Which paths it stands for, only the
//! program's disk knows.

/// How such a root begins. No other one does: they are words, drives and whole paths.
const PREFIX: &str = "copied-";

/// The root of the copy with this number.
#[must_use]
pub fn root(number: u32) -> String {
    format!("{PREFIX}{number}")
}

/// Whether this is the root of a copy, of whichever.
#[must_use]
pub fn is_root(id: &str) -> bool {
    id.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_has_a_root_of_its_own_that_is_none_of_a_folder() {
        assert_ne!(root(1), root(2));
        assert!(is_root(&root(1)) && is_root(&root(u32::MAX)));
        for folder in ["desktop", "home", "C:", "/media/copied-1", "copied", ""] {
            assert!(!is_root(folder), "{folder}");
        }
    }
}
