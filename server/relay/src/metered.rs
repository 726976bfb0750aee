//! The byte stream below a WebSocket: counts what really moves, and lets a stranger send only so much.
//!
//! A stranger's messages are small, so more than their size is not even read before it has a place: what a connection
//! without one can make the server hold is bounded here, not by the largest message.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a stranger may send before it has a place: `ATTACH`, or `KNOCK` and `PROOF`, with their frames, and the pings
/// of the longest wait.
pub(crate) const STRANGER_BYTES: usize = 4_096;

/// What moved on a connection.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    read: AtomicU64,
    wrote: AtomicU64,
    known: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

impl Meter {
    /// Bytes read and written since this was last asked.
    pub(crate) fn take(&self) -> (u64, u64) {
        (
            self.read.swap(0, Ordering::Relaxed),
            self.wrote.swap(0, Ordering::Relaxed),
        )
    }

    /// It is no stranger any more; from here on messages have their full size.
    pub(crate) fn known(&self) {
        if !self.known.swap(true, Ordering::AcqRel) {
            let waker = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Whether a stranger that has used up its bytes must wait; it is woken by [`Self::known`].
    fn must_wait(&self, waker: &Waker) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = Some(waker.clone());
        // Asked again under the lock, so that no wake-up falls in between.
        !self.known.load(Ordering::Acquire)
    }
}

/// A stream with a meter.
pub(crate) struct Metered<T> {
    inner: T,
    meter: Arc<Meter>,
    allowance: usize,
}

impl<T> Metered<T> {
    pub(crate) const fn new(inner: T, meter: Arc<Meter>) -> Self {
        Self {
            inner,
            meter,
            allowance: STRANGER_BYTES,
        }
    }

    /// Reads on without limit; for a reader that keeps nothing.
    pub(crate) fn allow_all(&self) {
        self.meter.known();
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Metered<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let count = |n: usize| {
            let n = u64::try_from(n).unwrap_or(0);
            this.meter.read.fetch_add(n, Ordering::Relaxed);
        };
        if this.meter.known.load(Ordering::Acquire) {
            let before = buf.filled().len();
            let result = Pin::new(&mut this.inner).poll_read(cx, buf);
            count(buf.filled().len().saturating_sub(before));
            return result;
        }
        if this.allowance == 0 {
            if this.meter.must_wait(cx.waker()) {
                return Poll::Pending;
            }
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        let mut small = [0; STRANGER_BYTES];
        let room = this.allowance.min(buf.remaining()).min(STRANGER_BYTES);
        let mut part = ReadBuf::new(small.get_mut(..room).unwrap_or_default());
        let result = Pin::new(&mut this.inner).poll_read(cx, &mut part);
        let got = part.filled();
        count(got.len());
        this.allowance = this.allowance.saturating_sub(got.len());
        buf.put_slice(got);
        result
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Metered<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(n)) = result {
            let n = u64::try_from(n).unwrap_or(0);
            this.meter.wrote.fetch_add(n, Ordering::Relaxed);
        }
        result
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_stranger_is_read_no_further_than_its_allowance_until_it_is_known() {
        let (mut far, near) = tokio::io::duplex(1 << 20);
        let meter = Arc::new(Meter::default());
        let mut metered = Metered::new(near, Arc::clone(&meter));
        far.write_all(&[7; 10_000]).await.unwrap();
        let mut got = vec![0; 10_000];
        metered.read_exact(&mut got[..STRANGER_BYTES]).await.unwrap();
        let reader = tokio::spawn(async move {
            let mut rest = vec![0; 10_000 - STRANGER_BYTES];
            metered.read_exact(&mut rest).await.map(|_| rest)
        });
        tokio::task::yield_now().await;
        assert!(!reader.is_finished());
        assert_eq!(meter.take().0, u64::try_from(STRANGER_BYTES).unwrap());
        meter.known();
        assert_eq!(reader.await.unwrap().unwrap(), vec![7; 10_000 - STRANGER_BYTES]);
    }
}
