//! Rules for Rust code: what it is stands at its head, and code for one operating system, `unsafe` and
//! channels without a bound stand only where they may.

use super::File;

/// Gives one sentence for each place where the code breaks a rule.
pub fn check(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    if !file.path.ends_with(".rs") {
        return problems;
    }
    if !file.text.starts_with("//!") {
        problems.push(format!(
            "{}: does not say at its head what it is (//!)",
            file.path
        ));
    }
    let lines = code_lines(&file.text);
    for (number, line) in (1..).zip(&lines) {
        let mut problem = |what: &str| problems.push(format!("{}:{number}: {what}", file.path));
        if names_a_system(line) && !may_name_a_system(&file.path) {
            problem("names an operating system; that stands in lib.rs of the edge crates only");
        }
        if has_word(line, "unsafe") && !may_be_unsafe(&file.path) {
            problem("unsafe stands only in edge/ and apps/agent-ui");
        }
        if line.contains("unbounded_channel(") || line.contains("mpsc::channel()") {
            problem("a channel without a bound");
        }
        let allows = line.contains("#[allow(") || line.contains("#![allow(");
        let attribute = || {
            lines[number - 1..].iter().scan(false, |ended, line| {
                let before = *ended;
                *ended = line.contains(")]");
                (!before).then_some(line)
            })
        };
        if allows && !attribute().any(|line| line.contains("reason =")) {
            problem("a lint is silenced without a reason: #[expect(lint, reason = \"...\")]");
        }
    }
    problems
}

fn may_be_unsafe(path: &str) -> bool {
    path.starts_with("edge/") || path.starts_with("apps/agent-ui/")
}

fn may_name_a_system(path: &str) -> bool {
    let rooms: Vec<&str> = path.split('/').collect();
    matches!(rooms[..], ["edge", _, "src", "lib.rs"]) || rooms.last() == Some(&"build.rs")
}

/// How many attributes of a file name an operating system.
pub fn system_cfgs(text: &str) -> usize {
    code_lines(text)
        .iter()
        .filter(|line| names_a_system(line))
        .count()
}

fn names_a_system(line: &str) -> bool {
    let condition = ["cfg(", "cfg!(", "cfg_attr("]
        .iter()
        .filter_map(|word| line.split_once(word))
        .next();
    condition.is_some_and(|(_, rest)| {
        ["target_os", "target_family", "windows", "unix"]
            .iter()
            .any(|word| has_word(rest, word))
    })
}

fn has_word(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word)
        .any(|(at, _)| !part(line[..at].chars().next_back()) && !part(line[at + word.len()..].chars().next()))
}

/// The lines of a Rust file without comments and without what stands in string literals.
fn code_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut state = State::Code;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            lines.push(std::mem::take(&mut line));
            if state == State::Comment {
                state = State::Code;
            }
            continue;
        }
        state = match state {
            State::Code => match c {
                '/' if chars.peek() == Some(&'/') => State::Comment,
                '/' if chars.peek() == Some(&'*') => State::Block,
                'r' if !line.ends_with(|before: char| before.is_alphanumeric() || before == '_')
                    && matches!(chars.peek(), Some('"' | '#')) =>
                {
                    let mut hashes = 0;
                    while chars.next_if_eq(&'#').is_some() {
                        hashes += 1;
                    }
                    // `r#name` is a name, not a string.
                    if chars.next_if_eq(&'"').is_some() {
                        State::Raw(hashes)
                    } else {
                        State::Code
                    }
                }
                '"' => State::Text,
                '\'' => {
                    skip_char_literal(&mut chars);
                    State::Code
                }
                _ => {
                    line.push(c);
                    State::Code
                }
            },
            State::Block if c == '*' && chars.next_if_eq(&'/').is_some() => State::Code,
            State::Text if c == '\\' => {
                // A line that ends in `\` still ends.
                if chars.peek() != Some(&'\n') {
                    chars.next();
                }
                State::Text
            }
            State::Text if c == '"' => State::Code,
            State::Raw(hashes) if c == '"' => {
                let mut closing = 0;
                while closing < hashes && chars.next_if_eq(&'#').is_some() {
                    closing += 1;
                }
                if closing == hashes {
                    State::Code
                } else {
                    State::Raw(hashes)
                }
            }
            State::Comment | State::Block | State::Text | State::Raw(_) => state,
        };
    }
    lines.push(line);
    lines
}

/// After a `'`: a lifetime is left alone, of `'x'` and `'\x'` the rest is taken.
fn skip_char_literal(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut ahead = chars.clone();
    match ahead.next() {
        Some('\\') => {
            ahead.next();
            while ahead.next().is_some_and(|c| c != '\'') {}
            *chars = ahead;
        }
        Some('\n') | None => {}
        Some(_) if ahead.next() == Some('\'') => *chars = ahead,
        Some(_) => {}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Code,
    Comment,
    Block,
    Text,
    Raw(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, code: &str) -> Vec<String> {
        check(&File {
            path: path.to_owned(),
            text: format!("//! What it is.\n{code}\n"),
        })
    }

    #[test]
    fn a_file_says_at_its_head_what_it_is() {
        let silent = File {
            path: "core/wire/src/lib.rs".to_owned(),
            text: "pub mod frame;\n".to_owned(),
        };
        assert_eq!(
            check(&silent),
            ["core/wire/src/lib.rs: does not say at its head what it is (//!)"]
        );
    }

    #[test]
    fn operating_systems_are_named_only_where_a_platform_is_chosen() {
        for code in [
            "#[cfg(windows)]",
            "#[cfg(not(unix))]",
            "if cfg!(target_os = \"linux\") {",
            "#[cfg_attr(windows, x)]",
        ] {
            assert!(problems("edge/screen/src/lib.rs", code).is_empty(), "{code}");
            assert!(problems("apps/agent-ui/build.rs", code).is_empty(), "{code}");
            assert_eq!(problems("edge/screen/src/linux/x11.rs", code).len(), 1, "{code}");
            assert_eq!(problems("core/session/src/lib.rs", code).len(), 1, "{code}");
        }
        assert!(problems("core/session/src/lib.rs", "#[cfg(test)]\nfn windows() {}").is_empty());
    }

    #[test]
    fn unsafe_code_stands_only_at_the_rim() {
        assert!(problems("edge/screen/src/linux/shm.rs", "unsafe { map() }").is_empty());
        assert_eq!(problems("core/codec/src/tile.rs", "unsafe { map() }").len(), 1);
        assert!(
            problems(
                "core/codec/src/tile.rs",
                "#![forbid(unsafe_code)] // unsafe\nlet s = \"unsafe\";"
            )
            .is_empty()
        );
    }

    #[test]
    fn every_channel_has_a_bound_and_no_lint_is_silenced_without_a_reason() {
        assert_eq!(
            problems("edge/driver/src/lib.rs", "let (a, b) = unbounded_channel();").len(),
            1
        );
        assert_eq!(
            problems("edge/driver/src/lib.rs", "let (a, b) = mpsc::channel();").len(),
            1
        );
        assert!(problems("edge/driver/src/lib.rs", "let (a, b) = mpsc::channel(8);").is_empty());
        assert_eq!(problems("edge/driver/src/lib.rs", "#[allow(dead_code)]").len(), 1);
        assert!(
            problems(
                "edge/driver/src/lib.rs",
                "#[allow(dead_code, reason = \"generated\")]"
            )
            .is_empty()
        );
    }

    #[test]
    fn text_in_strings_and_comments_is_no_code() {
        let lines = code_lines(
            "a /* unsafe\n unsafe */ b \"x\\\"unsafe\" c r#\"unsafe \" \"# d '\"' e 'life f\n// unsafe",
        );
        assert_eq!(
            lines.iter().map(|line| line.trim()).collect::<Vec<_>>(),
            ["a", "b  c  d  e life f", ""]
        );
    }
}
