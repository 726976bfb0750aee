//! Linux: an abstract Unix socket. It has no file, so nothing remains of it, and the kernel says who is at the other
//! end. The namespace is shared by all users of the machine (of one network namespace), so both ends check that the
//! other has the same user.

use std::io::{ErrorKind, Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{Acquired, InstanceError, Request};

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
    socket: UnixListener,
}

pub(crate) fn acquire(place: &str) -> Result<Acquired, InstanceError> {
    let place = format!("{place}-{}", rustix::process::geteuid().as_raw());
    let address = SocketAddr::from_abstract_name(place)?;
    for _ in 0..TRIES {
        match UnixListener::bind_addr(&address) {
            Ok(socket) => {
                socket.set_nonblocking(true)?;
                return Ok(Acquired::First(Listener { socket }));
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error.into()),
        }
        match UnixStream::connect_addr(&address) {
            Ok(stream) if !is_same_user(&stream) => return Err(InstanceError::Occupied),
            Ok(stream) => {
                return Ok(Acquired::Running {
                    told: tell(stream).is_ok(),
                });
            }
            // It ended just now: the place may be free.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(InstanceError::Occupied)
}

impl Listener {
    /// Sleeps until a later start asks for something or `timeout` is over. Callers that are not programs of the same
    /// user, or talk nonsense, are ignored.
    ///
    /// # Errors
    /// [`InstanceError::Io`] when the place is lost.
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<Request>, InstanceError> {
        let until = Instant::now().checked_add(timeout);
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            // More than the kernel can count is as good as a day: the caller asks again.
            let left = left.unwrap_or(Duration::from_secs(86_400));
            let left = Timespec::try_from(left).unwrap_or(Timespec {
                tv_sec: 86_400,
                tv_nsec: 0,
            });
            let mut ready = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut ready, Some(&left)) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(InstanceError::Io(error.into())),
            }
            match self.socket.accept() {
                Ok((stream, _)) => {
                    if is_same_user(&stream) && hear(stream).is_ok() {
                        return Ok(Some(Request::ComeForward));
                    }
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionAborted) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn is_same_user(stream: &UnixStream) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

fn tell(mut stream: UnixStream) -> std::io::Result<()> {
    prepare(&stream)?;
    stream.write_all(&[COME_FORWARD])?;
    expect(&mut stream, HEARD)
}

fn hear(mut stream: UnixStream) -> std::io::Result<()> {
    prepare(&stream)?;
    expect(&mut stream, COME_FORWARD)?;
    stream.write_all(&[HEARD])
}

fn prepare(stream: &UnixStream) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

fn expect(stream: &mut UnixStream, wanted: u8) -> std::io::Result<()> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    if byte == [wanted] {
        Ok(())
    } else {
        Err(ErrorKind::InvalidData.into())
    }
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
        let again = std::thread::spawn(move || crate::acquire(&name).unwrap());
        assert_eq!(
            listener.wait(Duration::from_secs(60)).unwrap(),
            Some(Request::ComeForward)
        );
        assert!(matches!(again.join().unwrap(), Acquired::Running { told: true }));
        assert_eq!(listener.wait(Duration::ZERO).unwrap(), None);
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
        let place = format!("{}-{}", crate::place(&name), rustix::process::geteuid().as_raw());
        let address = SocketAddr::from_abstract_name(place).unwrap();
        let mut stream = UnixStream::connect_addr(&address).unwrap();
        stream.write_all(b"?").unwrap();
        drop(UnixStream::connect_addr(&address).unwrap());
        assert_eq!(listener.wait(Duration::ZERO).unwrap(), None);
        let mut answer = Vec::new();
        // The socket was closed without an answer, perhaps with our byte unread.
        drop(stream.read_to_end(&mut answer));
        assert!(answer.is_empty());
    }
}
