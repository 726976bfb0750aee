//! The trash of the freedesktop.org specification, version 1.0: the person's own one, on the same disk only. What is on another disk
//! is not thrown away, because it could not be taken back.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use rustix::fs::{RenameFlags, renameat_with};
use rustix::io::Errno;
use temoto_session::channel::files::Fault;
use temoto_session::channel::files::names::numbered;

use crate::faults::fault;
use crate::{System, Thrown};

/// Names that are tried.
const NUMBERS: u32 = 10_000;

/// Moves it there, with a note of where it was.
pub fn throw(
    system: &impl System,
    trash: &Path,
    dir: &Dir,
    path: &Path,
    name: &str,
) -> Result<Thrown, Fault> {
    dir.symlink_metadata(name).map_err(|e| fault(&e))?;
    let (files, info) = open(trash)?;
    let note = format!(
        "[Trash Info]\nPath={}\nDeletionDate={}\n",
        escaped(&path.join(name)),
        date(SystemTime::now())
    );
    for number in 1..NUMBERS {
        let thrown_name = if number == 1 {
            name.to_owned()
        } else {
            numbered(name, number)
        };
        let note_name = note_name(&thrown_name);
        let mut new = OpenOptions::new();
        new.write(true).create_new(true);
        // Whose note is there first has the name.
        let mut file = match info.open_with(&note_name, &new) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(fault(&error)),
        };
        let written = file.write_all(note.as_bytes()).map_err(|e| fault(&e));
        let moved = written.and_then(|()| {
            match renameat_with(dir, name, &files, &thrown_name, RenameFlags::NOREPLACE) {
                Err(Errno::INVAL | Errno::NOSYS) => system.rename_new(dir, name, &files, &thrown_name),
                Err(Errno::XDEV) => Err(Fault::NoTrash),
                Err(Errno::EXIST) => Err(Fault::Exists),
                Err(error) => Err(fault(&error.into())),
                Ok(()) => Ok(()),
            }
        });
        match moved {
            Ok(()) => {
                return Ok(Thrown {
                    name: name.to_owned(),
                    trash: trash.to_owned(),
                    thrown_name,
                });
            }
            Err(why) => {
                // A note about nothing helps nobody.
                let _stays = info.remove_file(&note_name);
                if why != Fault::Exists {
                    return Err(why);
                }
            }
        }
    }
    Err(Fault::NoTrash)
}

/// Moves it back.
pub fn restore(system: &impl System, dir: &Dir, thrown: &Thrown) -> Result<(), Fault> {
    let (files, info) = open(&thrown.trash)?;
    system.rename_new(&files, &thrown.thrown_name, dir, &thrown.name)?;
    // A note about nothing helps nobody.
    let _stays = info.remove_file(note_name(&thrown.thrown_name));
    Ok(())
}

fn note_name(name: &str) -> String {
    format!("{}.trashinfo", temoto_wire::input::cut(name, 240))
}

fn open(trash: &Path) -> Result<(Dir, Dir), Fault> {
    let folder = |name: &str| {
        let path = trash.join(name);
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .and_then(|()| Dir::open_ambient_dir(&path, ambient_authority()))
            .map_err(|_| Fault::NoTrash)
    };
    Ok((folder("files")?, folder("info")?))
}

/// As in a URL, slashes left alone.
fn escaped(path: &Path) -> String {
    let mut out = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _written = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `2026-01-02T03:04:05`, in UTC: the specification wants local time and forgives.
fn date(at: SystemTime) -> String {
    let seconds = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Civil date from days, by eras of 400 years that begin in March.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_790_000_000, "2026-09-21T14:13:20"),
        ] {
            assert_eq!(
                date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
                expected
            );
        }
    }

    #[test]
    fn paths_are_escaped_as_in_a_url() {
        assert_eq!(escaped(Path::new("/a b/手")), "/a%20b/%E6%89%8B");
    }
}
