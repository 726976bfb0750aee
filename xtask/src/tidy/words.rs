//! Words that may not be in any file: notes to oneself, and where somebody's clone happens to lie.

use super::File;

/// Marks of work that was left undone. Split, so that this file may name them.
const NOTES: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("HA", "CK:"),
];

/// Home folders of real machines. Split for the same reason.
const HOMES: [&str; 3] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Gives one sentence for each line with such a word; `root` is where this clone lies.
pub fn check(file: &File, root: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let parent = root
        .rsplit_once('/')
        .map(|(parent, _)| format!("{parent}/"))
        .filter(|parent| parent.len() > 1);
    let fuzzed = file.path.starts_with("fuzz/corpus/");
    for (number, line) in (1..).zip(file.text.lines()).filter(|_| !fuzzed) {
        let mut problem = |what: String| problems.push(format!("{}:{number}: {what}", file.path));
        if let Some(note) = NOTES.iter().find(|note| line.contains(*note)) {
            problem(format!("{note}: do it, or write an issue"));
        }
        let own = parent.as_deref().is_some_and(|parent| line.contains(parent));
        if own || HOMES.iter().any(|home| line.contains(home)) {
            problem("names a path of somebody's machine".to_owned());
        }
        if file.path.ends_with("package-lock.json") && line.contains("\"resolved\": \"http") {
            problem(
                "an address to download from (.npmrc leaves them out: write the lock file anew)".to_owned(),
            );
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        check(
            &File {
                path: path.to_owned(),
                text: text.to_owned(),
            },
            "/srv/build/clone",
        )
        .len()
    }

    #[test]
    fn notes_to_oneself_are_found() {
        assert_eq!(problems("a.rs", &format!("// {} later", NOTES[0])), 1);
        assert_eq!(problems("a.rs", "// to do one thing at a time"), 0);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        assert_eq!(problems("a.md", "see /srv/build/clone/x"), 1);
        assert_eq!(problems("a.md", &format!("see {}me/x", HOMES[1])), 1);
        assert_eq!(problems("a.md", "see docs/protocol.md"), 0);
    }

    #[test]
    fn a_lock_file_names_no_download_addresses() {
        assert_eq!(
            problems(
                "web/package-lock.json",
                "\"resolved\": \"https://example.org/x.tgz\""
            ),
            1
        );
    }
}
