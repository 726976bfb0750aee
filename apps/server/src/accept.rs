//! Takes connections and hands their requests to the router: with limits on how many there are, and on how long a
//! client may take for each step before a request is there.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use temoto_portal::{Peer, Proxies};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::ahead::Ahead;

const TLS_TIME: Duration = Duration::from_secs(5);
const HEADER_TIME: Duration = Duration::from_secs(5);
/// A client that takes nothing of an answer for so long is gone.
const WRITE_TIME: Duration = Duration::from_secs(30);
const HEADERS: usize = 64;
const BUFFER: usize = 32 * 1_024;
const BACKOFF: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];
/// How long requests that are under way may take after the stop.
const GRACE: Duration = Duration::from_secs(8);

/// What connections are taken for.
pub struct Server {
    /// Where requests go.
    pub router: Router,
    /// TLS, if it is ours to speak.
    pub tls: Option<TlsAcceptor>,
    /// Proxies in front of us; their connections are not counted per address.
    pub proxies: Proxies,
    /// Takes connections from these proxies and this machine only.
    pub proxied_only: bool,
    /// Connections at the same time.
    pub connections: usize,
    /// Connections of one address at the same time.
    pub per_address: usize,
}

impl Server {
    /// Takes connections until `stop` is true, then lets requests that are under way finish.
    pub async fn run(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.connections));
        let addresses = Addresses::default();
        let server = Arc::new(self);
        let mut tasks = JoinSet::new();
        let [first, longest] = BACKOFF;
        let mut backoff = first;
        loop {
            // Who has no place waits in the system's queue.
            let (stream, peer, place) = tokio::select! {
                () = stopped(&mut stop) => break,
                taken = take(&listener, &places) => match taken {
                    Ok(taken) => taken,
                    Err(error) => {
                        tracing::warn!(error = ?error.to_string(), "a connection could not be taken");
                        // Out of descriptors, most likely: taking more at once would fail at once.
                        sleep(backoff).await;
                        backoff = (backoff * 2).min(longest);
                        continue;
                    }
                },
            };
            backoff = first;
            while tasks.try_join_next().is_some() {}
            let address = peer.ip().to_canonical();
            let is_proxy = server.proxies.contains(address);
            if server.proxied_only && !is_proxy && !address.is_loopback() {
                tracing::debug!(client = %address, "refused a connection that did not come through a proxy");
                continue;
            }
            let counted = if is_proxy {
                None
            } else {
                match addresses.enter(address, server.per_address) {
                    Some(counted) => Some(counted),
                    None => {
                        tracing::debug!(client = %address, "refused a connection: too many of this address");
                        continue;
                    }
                }
            };
            let stream = Held::new(stream, place, counted);
            tasks.spawn(Arc::clone(&server).connection(stream, peer, stop.clone()));
        }
        drop(listener);
        let finished = timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
        if finished.is_err() {
            tracing::info!(
                connections = tasks.len(),
                "closed connections that were still busy"
            );
        }
    }

    async fn connection(
        self: Arc<Self>,
        stream: Held<TcpStream>,
        peer: SocketAddr,
        stop: watch::Receiver<bool>,
    ) {
        // Small messages are what a session is made of.
        if let Err(error) = stream.inner.set_nodelay(true) {
            tracing::debug!(error = ?error.to_string(), "no delay");
        }
        let Some(tls) = &self.tls else {
            return self.serve(stream, peer, stop).await;
        };
        match timeout(TLS_TIME, tls.accept(Ahead::new(stream))).await {
            Ok(Ok(stream)) => self.serve(stream, peer, stop).await,
            Ok(Err(error)) => tracing::debug!(client = %peer.ip(), error = ?error.to_string(), "TLS failed"),
            Err(_) => tracing::debug!(client = %peer.ip(), "TLS took too long"),
        }
    }

    async fn serve<S>(&self, stream: S, peer: SocketAddr, mut stop: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let router = self.router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(Peer(peer));
            let mut router = router.clone();
            async move { tower_call(&mut router, request).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_headers(HEADERS)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(client = %peer.ip(), error = ?error.to_string(), "a connection broke");
        }
    }
}

async fn tower_call(
    router: &mut Router,
    request: Request,
) -> Result<axum::response::Response, std::convert::Infallible> {
    use hyper_util::service::TowerToHyperService;
    hyper::service::Service::call(&TowerToHyperService::new(router.clone()), request).await
}

/// Waits until `stop` is true or nobody can say so any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: that is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// One connection of an address.
struct Counted {
    addresses: Addresses,
    address: IpAddr,
}

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Counted> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = table.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted {
            addresses: self.clone(),
            address,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut table = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = table.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                table.remove(&self.address);
            }
        }
    }
}

/// A stream that holds its place in the limits for as long as it lives, upgraded or not, and that fails when its
/// other end takes nothing for long.
struct Held<S> {
    inner: S,
    stalled: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
    _counted: Option<Counted>,
}

impl<S> Held<S> {
    fn new(inner: S, place: OwnedSemaphorePermit, counted: Option<Counted>) -> Self {
        Self {
            inner,
            stalled: None,
            _place: place,
            _counted: counted,
        }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + WRITE_TIME)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Held<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Held<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.watch(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.watch(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(cx);
        self.watch(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
