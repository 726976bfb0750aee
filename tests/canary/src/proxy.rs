//! The recording proxy: every connection to the server goes through it, and every byte of both directions is kept.
//! It understands nothing and changes nothing; it can cut all lines.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One direction of one connection, whole.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// From the client, as it came.
    pub to_server: Vec<u8>,
    /// From the server, as it came.
    pub to_client: Vec<u8>,
}

#[derive(Default)]
struct Connection {
    recording: Recording,
    sockets: Vec<TcpStream>,
}

type Connections = Arc<Mutex<Vec<Connection>>>;

/// A proxy that runs as long as the test does.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    connections: Connections,
}

impl Proxy {
    /// Listens, and leads everything to this port.
    ///
    /// # Panics
    /// There is no free port.
    #[must_use]
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connections = Connections::default();
        let all = Arc::clone(&connections);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                join(&all, client, server);
            }
        });
        Self { address, connections }
    }

    /// Breaks all lines that are open; what dials afterwards gets a new one.
    ///
    /// # Panics
    /// A thread of the proxy panicked.
    pub fn cut(&self) {
        let mut connections = self.connections.lock().expect("no panic");
        for socket in connections.iter_mut().flat_map(|one| one.sockets.drain(..)) {
            // It may be closed already.
            let _closed = socket.shutdown(Shutdown::Both);
        }
    }

    /// Everything that passed so far.
    ///
    /// # Panics
    /// A thread of the proxy panicked.
    #[must_use]
    pub fn recordings(&self) -> Vec<Recording> {
        let connections = self.connections.lock().expect("no panic");
        connections.iter().map(|one| one.recording.clone()).collect()
    }
}

fn join(connections: &Connections, client: TcpStream, server: u16) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
        // The server is gone: the client's line closes with the socket.
        return;
    };
    let twice = |socket: &TcpStream| socket.try_clone().expect("a second handle");
    for socket in [&client, &server] {
        socket.set_nodelay(true).expect("a socket");
    }
    let number = {
        let mut all = connections.lock().expect("no panic");
        all.push(Connection {
            recording: Recording::default(),
            sockets: vec![twice(&client), twice(&server)],
        });
        all.len() - 1
    };
    let (from_client, to_client) = (twice(&client), client);
    let (from_server, to_server) = (twice(&server), server);
    copy(connections, number, from_client, to_server, |recording| {
        &mut recording.to_server
    });
    copy(connections, number, from_server, to_client, |recording| {
        &mut recording.to_client
    });
}

fn copy(
    connections: &Connections,
    number: usize,
    mut from: TcpStream,
    mut to: TcpStream,
    side: fn(&mut Recording) -> &mut Vec<u8>,
) {
    let connections = Arc::clone(connections);
    thread::spawn(move || {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            // Kept before it is passed on: what arrived was seen.
            let mut all = connections.lock().expect("no panic");
            side(&mut all[number].recording).extend_from_slice(&piece[..length]);
            drop(all);
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        // The other direction may be closed already.
        let _closed = to.shutdown(Shutdown::Write);
    });
}
