//! Linux: files that every program may read, the environment, signals, and the standard streams.

use std::fs::read_to_string;
use std::io::Write as _;

use crate::{HostError, PROGRAM};

pub(crate) enum Tone {
    Answer,
    Complaint,
}

/// Libraries come from the system's folders in any case; only the working folder has to be left.
pub(crate) fn settle() {
    // A root folder that cannot be entered is no reason not to run.
    let _left = std::env::set_current_dir("/");
}

/// The first of these that is set and not empty, as everywhere on this system.
pub(crate) fn language() -> Option<String> {
    language_of(|name| std::env::var(name).ok())
}

fn language_of(lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(lookup)
        .find(|value| !value.is_empty())
}

pub(crate) fn system_name() -> Option<String> {
    pretty_name(&read_to_string("/etc/os-release").ok()?)
}

fn pretty_name(release: &str) -> Option<String> {
    let line = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches(['"', '\'']).to_owned())
}

pub(crate) fn computer_name() -> Option<String> {
    let name = read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned())
}

/// A terminal's streams; a desktop keeps what is said there in its log.
pub(crate) fn say(text: &str, tone: Tone) -> Result<(), HostError> {
    match tone {
        Tone::Answer => writeln!(std::io::stdout(), "{text}"),
        Tone::Complaint => writeln!(std::io::stderr(), "{PROGRAM}: {text}"),
    }
    .map_err(HostError::Unheard)
}

/// SIGINT, SIGTERM and SIGHUP.
pub(crate) fn on_end(end: Box<dyn FnOnce() + Send>) -> Result<(), HostError> {
    let mut end = Some(end);
    let once = move || {
        if let Some(end) = end.take() {
            end();
        }
    };
    ctrlc::set_handler(once).map_err(|error| HostError::NoWatch(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_named_as_it_names_itself() {
        assert_eq!(
            pretty_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n").as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(pretty_name("NAME=x"), None);
    }

    #[test]
    fn the_more_specific_variable_wins_and_empty_ones_do_not_count() {
        let with = |pairs: &'static [(&str, &str)]| {
            language_of(move |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        let both = with(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "en_US")]);
        assert_eq!(both.as_deref(), Some("en_US"));
        let empty = with(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "")]);
        assert_eq!(empty.as_deref(), Some("ja_JP.UTF-8"));
        assert_eq!(with(&[]), None);
    }
}
