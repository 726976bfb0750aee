//! The root that is no folder either: files that the operator puts on the customer's clipboard. Each time has a number of its own, and
//! only an offer goes there; where on the disk that is, only the program's disk knows.

/// How such a root begins. No other one does: they are words, drives and whole paths.
const PREFIX: &str = "paste-";
/// How the page names it: the console gives the number.
pub const NEXT: &str = "paste";

/// The root of the time with this number.
#[must_use]
pub fn root(number: u32) -> String {
    format!("{PREFIX}{number}")
}

/// Whether it begins like such a root: then nothing is there to be listed, taken or changed, whatever follows.
#[must_use]
pub fn is_root(id: &str) -> bool {
    id.starts_with(PREFIX)
}

/// The number of such a root, if it is written as [`root`] writes it.
#[must_use]
pub fn number(id: &str) -> Option<u32> {
    let number = id.strip_prefix(PREFIX)?.parse().ok()?;
    (root(number) == id).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_the_number_of_a_root() {
        for known in [0, 1, u32::MAX] {
            assert_eq!(number(&root(known)), Some(known));
        }
        for strange in [
            "paste-",
            "paste-../x",
            "paste-01",
            "paste-+1",
            "paste--1",
            "paste-1/..",
            "paste-4294967296",
            "paste-1\0",
            "copied-1",
            NEXT,
        ] {
            assert_eq!(number(strange), None, "{strange}");
        }
        assert!(is_root("paste-../x") && !is_root("desktop") && !is_root("/media/paste-1") && !is_root(NEXT));
    }
}
