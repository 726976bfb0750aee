//! Line ends: Windows has two characters for one, everybody else has one.

/// With a line feed for each line end.
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// As Windows wants it: each line end is two characters.
pub fn for_windows(text: &str) -> String {
    with_line_feeds(text).replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_those_of_the_receiver_and_come_back() {
        assert_eq!(for_windows("a\nb\r\nc"), "a\r\nb\r\nc");
        assert_eq!(with_line_feeds(&for_windows("a\n\nb\n")), "a\n\nb\n");
    }
}
