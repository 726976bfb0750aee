//! Reads ahead below TLS while much arrives.
//!
//! What speaks TLS asks the system for 4 KiB at a time, and a file comes in records of 16: most of what such a read costs is asking.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is read at once while much arrives: the largest message of a session, and a little more.
const AHEAD: usize = 68 << 10;
/// Less than this at once is talk: the room is given back.
const LITTLE: usize = 4 << 10;

/// A stream that asks for more at once after it got all that was asked for. It keeps no room for a stream on which little arrives.
pub struct Ahead<S> {
    inner: S,
    room: Option<Room>,
}

/// What was read and not asked for yet.
struct Room {
    bytes: Box<[u8]>,
    from: usize,
    to: usize,
}

impl<S> Ahead<S> {
    pub const fn new(inner: S) -> Self {
        Self { inner, room: None }
    }
}

impl Room {
    fn new() -> Self {
        let bytes = vec![0; AHEAD].into_boxed_slice();
        Self {
            bytes,
            from: 0,
            to: 0,
        }
    }

    const fn is_empty(&self) -> bool {
        self.from == self.to
    }

    fn give(&mut self, buf: &mut ReadBuf<'_>) {
        let waiting = self.bytes.get(self.from..self.to).unwrap_or_default();
        let part = waiting.get(..buf.remaining()).unwrap_or(waiting);
        buf.put_slice(part);
        self.from += part.len();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Ahead<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(room) = &mut this.room else {
            let before = buf.filled().len();
            ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
            let got = buf.filled().len() - before;
            if buf.remaining() == 0 && got >= LITTLE {
                this.room = Some(Room::new());
            }
            return Poll::Ready(Ok(()));
        };
        if room.is_empty() {
            let mut fresh = ReadBuf::new(&mut room.bytes);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut fresh))?;
            (room.from, room.to) = (0, fresh.filled().len());
        }
        room.give(buf);
        if room.is_empty() && room.to < LITTLE {
            this.room = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ahead<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn bytes_come_in_order_and_room_is_kept_only_while_much_arrives() {
        let (mut far, near) = tokio::io::duplex(1 << 20);
        let mut ahead = Ahead::new(near);
        let mut wanted = vec![0; LITTLE];

        far.write_all(b"talk").await.unwrap();
        assert_eq!(ahead.read(&mut wanted).await.unwrap(), 4);
        assert!(ahead.room.is_none());

        let much: Vec<u8> = (0..3 * AHEAD).map(|n| u8::try_from(n % 251).unwrap()).collect();
        far.write_all(&much).await.unwrap();
        let mut got = Vec::new();
        while got.len() < much.len() {
            let n = ahead.read(&mut wanted).await.unwrap();
            assert!(n > 0);
            got.extend_from_slice(&wanted[..n]);
        }
        assert!(got == much);
        assert!(ahead.room.is_some());

        far.write_all(b"talk").await.unwrap();
        assert_eq!(ahead.read(&mut wanted).await.unwrap(), 4);
        assert!(ahead.room.is_none());
        drop(far);
        assert_eq!(ahead.read(&mut wanted).await.unwrap(), 0);
    }
}
