//! How long a file may be. Tests at the end of a file do not count.

use std::collections::BTreeMap;

use super::File;

const WARN_ABOVE: usize = 300;
const FAIL_ABOVE: usize = 600;

/// Gives warnings and problems. `ratchet` lists files that may be longer, each with the length it may have,
/// which may only become smaller.
pub fn check(files: &[File], ratchet: &str) -> (Vec<String>, Vec<String>) {
    let (mut warnings, mut problems) = (Vec::new(), Vec::new());
    let mut exceptions = BTreeMap::new();
    for line in ratchet
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
    {
        match line
            .split_once(' ')
            .map(|(limit, path)| (limit.parse::<usize>(), path.trim()))
        {
            Some((Ok(limit), path)) => {
                exceptions.insert(path, limit);
            }
            _ => problems.push(format!("xtask/ratchet.txt: not `<lines> <path>`: {line}")),
        }
    }
    for file in files.iter().filter(|file| counts(&file.path)) {
        let length = without_tests(&file.text);
        let limit = exceptions.remove(file.path.as_str());
        match limit {
            Some(limit) if length > limit => {
                problems.push(format!(
                    "{}: {length} lines, and xtask/ratchet.txt allows {limit}",
                    file.path
                ));
            }
            Some(limit) if length < limit => {
                warnings.push(format!(
                    "{}: {length} lines now, xtask/ratchet.txt can say so ({limit})",
                    file.path
                ));
            }
            Some(_) => {}
            None if length > FAIL_ABOVE => {
                problems.push(format!(
                    "{}: {length} lines without tests, more than {FAIL_ABOVE}",
                    file.path
                ));
            }
            None if length > WARN_ABOVE => {
                warnings.push(format!("{}: {length} lines without tests", file.path));
            }
            None => {}
        }
    }
    problems.extend(
        exceptions
            .keys()
            .map(|path| format!("xtask/ratchet.txt: there is no {path}")),
    );
    (warnings, problems)
}

/// Whether a person writes and reads this file as code.
pub fn counts(path: &str) -> bool {
    let code = [".rs", ".ts", ".js", ".mjs", ".svelte", ".slint", ".proto"]
        .iter()
        .any(|end| path.ends_with(end));
    // Made of the description of the interface, as long as that is.
    let made = path.contains("/generated") || path == "web/api/src/schema.ts";
    code && !made && !path.ends_with(".d.ts")
}

/// Lines before the module of tests, if there is one.
pub fn without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests"));
    tests.unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> File {
        File {
            path: path.to_owned(),
            text: "x\n".repeat(lines),
        }
    }

    #[test]
    fn a_file_warns_above_300_lines_and_fails_above_600() {
        let files = [
            file("a.rs", 300),
            file("b.rs", 301),
            file("c.rs", 601),
            file("notes.md", 9000),
        ];
        let (warnings, problems) = check(&files, "");
        assert_eq!(warnings, ["b.rs: 301 lines without tests"]);
        assert_eq!(problems, ["c.rs: 601 lines without tests, more than 600"]);
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let mut long = file("a.rs", 10);
        long.text.push_str("#[cfg(test)]\nmod tests {\n");
        long.text.push_str(&"x\n".repeat(900));
        assert_eq!(check(&[long], ""), (Vec::new(), Vec::new()));
    }

    #[test]
    fn the_ratchet_only_goes_down_and_names_only_files_that_exist() {
        let files = [file("a.rs", 700)];
        assert_eq!(check(&files, "# reasons\n700 a.rs\n").1, Vec::<String>::new());
        assert_eq!(check(&files, "699 a.rs").1.len(), 1);
        assert_eq!(check(&files, "701 a.rs").0.len(), 1);
        assert_eq!(
            check(&files, "700 a.rs\n700 gone.rs").1,
            ["xtask/ratchet.txt: there is no gone.rs"]
        );
    }
}
