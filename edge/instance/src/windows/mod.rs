//! Windows: a named pipe. It has no file, so nothing remains of it, and the system says which process is at the other
//! end. The namespace is shared by all users of the machine, so the name has the user in it, the pipe opens to that user
//! alone, and both ends check whom they talk to.

mod pipe;
mod user;

use std::time::{Duration, Instant};

use windows::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_PIPE_BUSY};

use crate::{Acquired, InstanceError, Request};
use pipe::Pipe;
use user::User;

/// Says "come forward".
const COME_FORWARD: u8 = b'F';
/// Says "heard".
const HEARD: u8 = b'H';
/// How long one end waits for the byte of the other.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a place is tried that was free and taken by turns.
const TRIES: usize = 5;

/// The place of the first program.
#[derive(Debug)]
pub struct Listener {
    pipe: Pipe,
    user: User,
}

pub(crate) fn acquire(place: &str) -> Result<Acquired, InstanceError> {
    let user = User::of_this_process()?;
    let name = pipe_name(place, &user)?;
    for _ in 0..TRIES {
        match Pipe::first(&name, &user) {
            Ok(pipe) => return Ok(Acquired::First(Listener { pipe, user })),
            // What the system says when there is one already, whoever made it.
            Err(error) if is(&error, ERROR_ACCESS_DENIED.0) || is(&error, ERROR_PIPE_BUSY.0) => {}
            Err(error) => return Err(error.into()),
        }
        match Pipe::connect(&name, PATIENCE) {
            Ok(pipe) if !pipe.server_is(&user) => return Err(InstanceError::Occupied),
            Ok(pipe) => {
                pipe.let_server_come_forward();
                return Ok(Acquired::Running {
                    told: tell(&pipe).is_ok(),
                });
            }
            // It ended just now: the place may be free.
            Err(error) if is(&error, ERROR_FILE_NOT_FOUND.0) => {}
            Err(error) if is(&error, ERROR_ACCESS_DENIED.0) => return Err(InstanceError::Occupied),
            Err(error) => return Err(error.into()),
        }
    }
    Err(InstanceError::Occupied)
}

fn pipe_name(place: &str, user: &User) -> std::io::Result<String> {
    Ok(format!(r"\\.\pipe\{place}-{}", user.sid()?))
}

impl Listener {
    /// Sleeps until a later start asks for something or `timeout` is over. Callers that are not programs of the same
    /// user, or talk nonsense, are ignored.
    ///
    /// # Errors
    /// [`InstanceError::Io`] when the place is lost.
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<Request>, InstanceError> {
        // More than the clock can count is as good as a day: the caller asks again.
        let day = Duration::from_secs(86_400);
        let until = Instant::now() + timeout.min(day);
        while self.pipe.accept(until)? {
            let heard = self.pipe.client_is(&self.user) && hear(&self.pipe).is_ok();
            if heard {
                // Before the caller has read the answer it must not be cut off; it hangs up by itself.
                self.pipe.hang_up(PATIENCE)?;
                return Ok(Some(Request::ComeForward));
            }
            self.pipe.disconnect()?;
        }
        Ok(None)
    }
}

fn tell(pipe: &Pipe) -> std::io::Result<()> {
    pipe.write(COME_FORWARD, PATIENCE)?;
    expect(pipe, HEARD)
}

fn hear(pipe: &Pipe) -> std::io::Result<()> {
    expect(pipe, COME_FORWARD)?;
    pipe.write(HEARD, PATIENCE)
}

fn expect(pipe: &Pipe, wanted: u8) -> std::io::Result<()> {
    if pipe.read(PATIENCE)? == Some(wanted) {
        Ok(())
    } else {
        Err(std::io::ErrorKind::InvalidData.into())
    }
}

fn is(error: &std::io::Error, code: u32) -> bool {
    error
        .raw_os_error()
        .is_some_and(|raw| raw.cast_unsigned() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(acquired: Acquired) -> Listener {
        match acquired {
            Acquired::First(listener) => listener,
            Acquired::Running { .. } => panic!("the place is taken"),
        }
    }

    fn unique(name: &str) -> String {
        format!("{name} {}", std::process::id())
    }

    #[test]
    fn a_second_start_brings_the_first_forward() {
        let name = unique("second start");
        let mut listener = first(crate::acquire(&name).unwrap());
        for _ in 0..3 {
            let name = name.clone();
            let again = std::thread::spawn(move || crate::acquire(&name).unwrap());
            assert_eq!(
                listener.wait(Duration::from_secs(60)).unwrap(),
                Some(Request::ComeForward)
            );
            assert!(matches!(again.join().unwrap(), Acquired::Running { told: true }));
        }
        assert_eq!(listener.wait(Duration::ZERO).unwrap(), None);
    }

    #[test]
    fn a_wait_ends_in_time_and_the_place_is_kept() {
        let name = unique("in time");
        let mut listener = first(crate::acquire(&name).unwrap());
        for _ in 0..3 {
            assert_eq!(listener.wait(Duration::from_millis(20)).unwrap(), None);
        }
        let again = std::thread::spawn(move || crate::acquire(&name).unwrap());
        assert_eq!(
            listener.wait(Duration::from_secs(60)).unwrap(),
            Some(Request::ComeForward)
        );
        assert!(matches!(again.join().unwrap(), Acquired::Running { told: true }));
    }

    #[test]
    fn a_first_that_does_not_listen_is_found_and_not_told() {
        let name = unique("not listening");
        let _listener = first(crate::acquire(&name).unwrap());
        let again = crate::acquire(&name).unwrap();
        assert!(matches!(again, Acquired::Running { told: false }));
    }

    #[test]
    fn another_session_has_its_own_place() {
        let one = crate::acquire(&unique("session one")).unwrap();
        let two = crate::acquire(&unique("session two")).unwrap();
        drop((first(one), first(two)));
    }

    #[test]
    fn the_place_is_free_again_when_the_first_ends() {
        let name = unique("free again");
        for _ in 0..3 {
            drop(first(crate::acquire(&name).unwrap()));
        }
    }

    #[test]
    fn a_caller_that_talks_nonsense_is_ignored() {
        let name = unique("nonsense");
        let mut listener = first(crate::acquire(&name).unwrap());
        let user = User::of_this_process().unwrap();
        let pipe = pipe_name(&crate::place(&name), &user).unwrap();
        let stranger = std::thread::spawn(move || {
            let nonsense = Pipe::connect(&pipe, PATIENCE).unwrap();
            nonsense.write(b'?', PATIENCE).unwrap();
            let answer = nonsense.read(PATIENCE);
            drop(nonsense);
            // Hangs up without a word.
            drop(Pipe::connect(&pipe, PATIENCE).unwrap());
            answer
        });
        assert_eq!(listener.wait(Duration::from_millis(500)).unwrap(), None);
        assert!(!matches!(stranger.join().unwrap(), Ok(Some(_))));
    }
}
