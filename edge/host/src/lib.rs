//! The program's place on a machine: how it settles in, what the system and the computer are called, which language the
//! person has, where words go when there is no window, and when the system wants the program gone.
//!
//! `apps/agent` drives it. Nothing here knows a session or a window of the program's, and nothing is written anywhere.

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;
#[cfg(any(windows, test))]
mod windows_name;

/// What the program is called where words of it appear.
const PROGRAM: &str = "temoto";

/// The first thing a program does: no library is taken from the folder that it lies in (whatever else was downloaded there),
/// and that folder is not kept in use, so it can be moved or removed, also on a stick, while the program runs.
pub fn settle() {
    native::settle();
}

/// The person's language as a locale name (`ja_JP.UTF-8`, `ja-JP`); `None` if the system does not say.
#[must_use]
pub fn language() -> Option<String> {
    native::language()
}

/// The system as it calls itself: "Debian GNU/Linux 12 (bookworm)", "Windows 11 Pro 24H2".
#[must_use]
pub fn system_name() -> String {
    native::system_name().unwrap_or_else(|| std::env::consts::OS.to_owned())
}

/// The computer's name in its network; empty if it has none.
#[must_use]
pub fn computer_name() -> String {
    native::computer_name().unwrap_or_default()
}

/// What somebody asked for on the command line.
///
/// # Errors
/// [`HostError::Unheard`] when there is nobody to say it to.
pub fn tell(text: &str) -> Result<(), HostError> {
    native::say(text, native::Tone::Answer)
}

/// One sentence about why the program cannot go on, to the terminal it was started from, else where the person sees it.
///
/// # Errors
/// [`HostError::Unheard`] when there is nobody to say it to.
pub fn complain(sentence: &str) -> Result<(), HostError> {
    native::say(sentence, native::Tone::Complaint)
}

/// Calls `end` once, on a thread of its own, when the system wants the program gone: the person logs off or shuts down, or
/// asks for it from a terminal. The system may end the process as soon as `end` returns, and does after a few seconds.
///
/// # Errors
/// [`HostError::NoWatch`] when the system refuses.
pub fn on_end(end: impl FnOnce() + Send + 'static) -> Result<(), HostError> {
    native::on_end(Box::new(end))
}

/// What went wrong between the program and its machine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There is no terminal.
    #[error("nobody heard it: {0}")]
    Unheard(std::io::Error),
    /// The system does not tell when the program has to go.
    #[error("cannot learn when the program has to end: {0}")]
    NoWatch(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_name_for_its_system() {
        let name = system_name();
        assert!(!name.is_empty() && !name.contains(['"', '\n', '\0']), "{name:?}");
        let computer = computer_name();
        assert!(
            !computer.is_empty() && !computer.contains(['\n', '\0']),
            "{computer:?}"
        );
    }

    #[test]
    fn after_settling_the_folder_of_the_start_is_free() {
        let before = std::env::current_dir().unwrap();
        settle();
        let after = std::env::current_dir().unwrap();
        assert_ne!(before, after);
        assert!(after.is_absolute());
        // Libraries of the system are still found: names are resolved, which loads some.
        let found = std::net::ToSocketAddrs::to_socket_addrs(&("localhost", 80));
        assert!(found.is_ok(), "{found:?}");
    }
}
