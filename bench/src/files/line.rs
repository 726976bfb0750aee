//! A slow line that everybody goes through alike: so many bits per second each way, and a delay. It waits and forwards; it reads nothing.
//!
//! What counts against the rate is what the sockets carry, without the headers of TCP and IP.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};

/// What a line can do.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Bits per second, each way.
    pub bits_per_second: u64,
    /// From one end to the other and back.
    pub round_trip: Duration,
}

/// Bytes that go at once: below 2 ms at the rates that are measured here.
const PIECE: usize = 4 * 1024;
/// What may wait in the sockets before the line, in bytes; the kernel doubles it. A router has about so much.
const QUEUE: usize = 64 * 1024;

/// Opens a line to `to`; returns where it begins. It lasts as long as the process.
pub fn open(to: u16, shape: Shape) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    // Taken over by every connection that is accepted.
    set_socket_recv_buffer_size(&listener, QUEUE)?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // Whoever dialed sees that nobody answers.
            let _refused = connect(client, to, shape);
        }
    });
    Ok(port)
}

fn connect(client: TcpStream, to: u16, shape: Shape) -> Result<()> {
    let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], to)))?;
    set_socket_recv_buffer_size(&server, QUEUE)?;
    for socket in [&client, &server] {
        socket.set_nodelay(true)?;
        set_socket_send_buffer_size(socket, QUEUE)?;
    }
    carry(client.try_clone()?, server.try_clone()?, shape);
    carry(server, client, shape);
    Ok(())
}

fn carry(mut from: TcpStream, to: TcpStream, shape: Shape) {
    let delay = shape.round_trip / 2;
    // As many pieces as the delay holds, and a few for the clock.
    let under_way = shape.bits_per_second / 8 * shape.round_trip.as_millis() as u64 / 1_000;
    let (pass, pieces) = sync_channel(under_way as usize / PIECE * 2 + 64);
    thread::spawn(move || arrive(to, &pieces));
    thread::spawn(move || {
        let mut free = Instant::now();
        loop {
            let mut piece = vec![0; PIECE];
            let length = match from.read(&mut piece) {
                Ok(length @ 1..) => length,
                Ok(_) | Err(_) => return,
            };
            piece.truncate(length);
            let takes = Duration::from_nanos(length as u64 * 8 * 1_000_000_000 / shape.bits_per_second);
            free = free.max(Instant::now()) + takes;
            thread::sleep(free.saturating_duration_since(Instant::now()));
            if pass.send((free + delay, piece)).is_err() {
                return;
            }
        }
    });
}

fn arrive(mut to: TcpStream, pieces: &Receiver<(Instant, Vec<u8>)>) {
    while let Ok((at, piece)) = pieces.recv() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    // The other end may have closed already.
    let _closed = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let server = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let shape = Shape {
            bits_per_second: 800_000_000,
            round_trip: Duration::from_millis(2),
        };
        let port = open(server.local_addr().expect("bound").port(), shape).expect("a line");
        let sent: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("the line");
        let content = sent.clone();
        let sender = thread::spawn(move || {
            client.write_all(&content).expect("sent");
            client.shutdown(Shutdown::Write).expect("closed");
        });
        let (mut end, _) = server.accept().expect("a connection");
        let mut received = Vec::new();
        end.read_to_end(&mut received).expect("received");
        sender.join().expect("no panic");
        assert!(received == sent);
    }
}
