//! Files as the desktops of X11 have them on the clipboard: a list of URIs, one on a line. Read and written.
//!
//! Whatever program put it there may have written anything: only files of this computer count, by whole paths without detours.

/// The most bytes of a list that are read: a longer one is of no use.
pub const LIST_BYTES: usize = 4 << 20;
/// Longest path, in bytes.
const PATH_BYTES: usize = 4_096;
/// What a list of links has: such a list is no list of files, and the text beside it is what was copied.
const LINKS: [&[u8]; 3] = [b"http", b"https", b"mailto"];

/// What a list is of.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Files {
    /// Whole paths, as bytes. Empty if all of them are elsewhere.
    pub paths: Vec<Vec<u8>>,
    /// There are more than are told.
    pub more: bool,
}

/// The files of a list (`text/uri-list`), `most` at the most; `host` is how this computer is called. `None` if it is a list of links.
#[must_use]
pub fn listed(list: &[u8], host: &str, most: usize) -> Option<Files> {
    if lines(list).all(|line| LINKS.iter().any(|link| scheme(line).eq_ignore_ascii_case(link))) {
        return None;
    }
    Some(files(lines(list), host, most))
}

/// The same as file managers tell each other (`x-special/gnome-copied-files`): the first line says whether they are to be moved.
#[must_use]
pub fn told(list: &[u8], host: &str, most: usize) -> Files {
    files(lines(list).skip(1), host, most)
}

/// A list of these files (`text/uri-list`), whole paths as bytes.
#[must_use]
pub fn list<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    paths.fold(Vec::new(), |mut list, path| {
        uri(&mut list, path);
        list.extend(b"\r\n");
        list
    })
}

/// The same as file managers tell each other: to be copied.
#[must_use]
pub fn telling<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    paths.fold(b"copy".to_vec(), |mut list, path| {
        list.push(b'\n');
        uri(&mut list, path);
        list
    })
}

/// What means itself in a path of a URI; everything else is written with a percent sign.
fn uri(out: &mut Vec<u8>, path: &[u8]) {
    out.extend(b"file://");
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").bytes());
        }
    }
}

fn files<'a>(lines: impl Iterator<Item = &'a [u8]>, host: &str, most: usize) -> Files {
    let mut files = Files::default();
    for path in lines.filter_map(|line| path(line, host)) {
        if files.paths.len() >= most {
            files.more = true;
            break;
        }
        files.paths.push(path);
    }
    files
}

/// Lines that say something.
fn lines(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = list.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

fn scheme(uri: &[u8]) -> &[u8] {
    uri.split(|&byte| byte == b':').next().unwrap_or_default()
}

/// The path of a file of this computer.
fn path(uri: &[u8], host: &str) -> Option<Vec<u8>> {
    if !scheme(uri).eq_ignore_ascii_case(b"file") {
        return None;
    }
    let rest = uri.get(b"file:".len()..)?;
    let encoded = match rest.strip_prefix(b"//") {
        Some(rest) => {
            let (at, path) = rest.split_at(rest.iter().position(|&byte| byte == b'/')?);
            let here = |name: &str| at.eq_ignore_ascii_case(name.as_bytes());
            (here("") || here("localhost") || here(host)).then_some(path)?
        }
        None => rest.strip_prefix(b"/").map(|_| rest)?,
    };
    // Neither belongs to a file: in a name both are written with a percent sign.
    if encoded.iter().any(|byte| b"?#".contains(byte)) {
        return None;
    }
    let mut path = Vec::new();
    for name in encoded
        .split(|&byte| byte == b'/')
        .filter(|name| !name.is_empty())
    {
        let name = decoded(name)?;
        if name == b"." || name == b".." || name.iter().any(|byte| b"/\0".contains(byte)) {
            return None;
        }
        path.push(b'/');
        path.extend(name);
        if path.len() > PATH_BYTES {
            return None;
        }
    }
    (!path.is_empty()).then_some(path)
}

/// A name without percent signs; `None` if one of them says nothing.
fn decoded(name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len());
    let mut left = name;
    while let Some((&byte, rest)) = left.split_first() {
        left = rest;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (digits, rest) = left.split_first_chunk::<2>()?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let value = digit(digits[0])? * 16 + digit(digits[1])?;
        out.push(u8::try_from(value).ok()?);
        left = rest;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str) -> Option<Vec<String>> {
        let files = listed(list.as_bytes(), "desk-7", 256)?;
        let text = |path| String::from_utf8(path).expect("UTF-8");
        Some(files.paths.into_iter().map(text).collect())
    }

    #[test]
    fn files_of_this_computer_are_found_whoever_wrote_the_list() {
        let list = "# of a file manager\r\nfile:///files/a/%E8%AB%8B%E6%B1%82%E6%9B%B8%20%232.pdf\r\n\
                    FILE://localhost/tmp/b/\r\nfile://DESK-7/c%3f\r\nfile:/d\r\nfile:////e//f\r\n\r\n";
        let expected = ["/files/a/請求書 #2.pdf", "/tmp/b", "/c?", "/d", "/e/f"];
        assert_eq!(found(list).expect("files"), expected);
        let told = told(b"cut\nfile:///a\nfile:///b", "desk-7", 256);
        assert_eq!(told.paths, [b"/a", b"/b"]);
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let paths = [
            "/a/請求書 #2?.pdf",
            "/b/100%/~x",
            "/c\r\nfile:d",
            "/e/\u{1}'\"<>&=+;,",
        ];
        let bytes = || paths.iter().map(|path| path.as_bytes());
        let list = list(bytes());
        assert!(list.is_ascii() && list.split(|&byte| byte == b'\n').count() == paths.len() + 1);
        let expected: Vec<Vec<u8>> = bytes().map(<[u8]>::to_vec).collect();
        assert_eq!(listed(&list, "desk-7", 256).expect("files").paths, expected);
        let telling = telling(bytes());
        assert!(telling.starts_with(b"copy\nfile:///a/") && !telling.ends_with(b"\n"));
        assert_eq!(told(&telling, "desk-7", 256).paths, expected);
        // No UTF-8 is needed for it.
        assert_eq!(super::list([&b"/\xff"[..]].into_iter()), b"file:///%FF\r\n");
    }

    #[test]
    fn what_is_elsewhere_or_no_whole_path_is_none_of_them() {
        for uri in [
            "file://elsewhere/a",
            "smb://server/share/a.txt",
            "sftp://desk-7/a",
            "file:a",
            "file://",
            "file:///",
            "file://desk-7",
            "file:///a/../b",
            "file:///a/%2e%2E/b",
            "file:///a/./b",
            "file:///a%2fb",
            "file:///a%00",
            "file:///a%",
            "file:///a%4",
            "file:///a%zz",
            "file:///a%+1",
            "file:///a?b",
            "file:///a#b",
            "/a",
            "a",
            "trash:///a",
        ] {
            assert_eq!(found(uri), Some(Vec::new()), "{uri}");
        }
        assert_eq!(
            found(&format!("file:///{}", "a".repeat(PATH_BYTES))),
            Some(Vec::new())
        );
    }

    #[test]
    fn a_list_of_links_is_a_text() {
        for list in [
            "https://a.example/b",
            "HTTP://a.example\r\nmailto:a@b.example\r\n",
            "",
            "# a",
        ] {
            assert_eq!(found(list), None, "{list}");
        }
        assert_eq!(found("https://a.example\nfile:///b").expect("files"), ["/b"]);
    }

    #[test]
    fn more_than_is_told_is_told_of() {
        let list = |count: usize| (0..count).map(|n| format!("file:///{n}\n")).collect::<String>();
        for (count, more) in [(3, false), (4, true), (90_000, true)] {
            let files = listed(list(count).as_bytes(), "", 3).expect("files");
            assert_eq!((files.paths.len(), files.more), (3, more));
        }
    }
}
