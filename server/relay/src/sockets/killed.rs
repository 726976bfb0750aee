//! Processes of their own: a server that is killed, and one whose log is read.

use std::io::{BufRead as _, BufReader};

use super::*;

#[test]
fn logs_hold_no_code_no_token_and_no_word_of_what_passes() {
    // In a process of its own: what is logged is one thing for all threads.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sockets::killed::child_log", "--ignored"])
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
#[ignore = "started by logs_hold_no_code_no_token_and_no_word_of_what_passes"]
async fn child_log() {
    #[derive(Clone, Default)]
    struct Kept(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = server().await;
    let (mut console, token) = console(server.address).await;
    let (mut agent, _, agent_token) = join(server.address, &mut console, Role::Page).await;
    let bytes = b"CANARY of the screen".to_vec();
    agent.send(&ToServer::Data { to: 0, bytes }).await;
    console.next().await;
    console.raw(Message::Text("CANARY text".into())).await;
    while console.next().await.is_some() {}
    gone_but(&server.relay, 1).await;
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    assert!(log.contains("attached"), "something was logged: {log}");
    let hex = |token: &[u8]| token.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let ours: String = log.lines().filter(|line| line.contains("temoto")).collect();
    for secret in [
        "CANARY".to_owned(),
        ROUTING.to_owned(),
        hex(&token),
        hex(&agent_token),
    ] {
        assert!(!ours.contains(&secret), "{secret} in {ours}");
        let list = secret.clone().into_bytes();
        assert!(!log.contains(&format!("{list:?}")) && !log.contains("CANARY"));
    }
    for token in [token, agent_token] {
        assert!(!log.contains(&format!("{token:?}")));
    }
}

/// A server in a process of its own; the test below starts it.
#[test]
#[ignore = "started by a_server_that_is_killed_is_only_a_reconnect"]
fn child_server() {
    let Some(folder) = std::env::var_os("TEMOTO_RELAY_FOLDER") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let path = Path::new(&folder).join("temoto.db");
        let store = SqlStore::open(&path, false).await.unwrap();
        let (_relay, address) = start(store, Limits::default()).await;
        println!("\nlistening on {address}");
        std::future::pending::<()>().await;
    });
}

struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        // SIGKILL on Unix: no chance to put anything in order.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn_server(folder: &Path) -> (Child, SocketAddr) {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "sockets::killed::child_server",
            "--ignored",
            "--nocapture",
        ])
        .env("TEMOTO_RELAY_FOLDER", folder)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let child = Child(child);
    let line = output
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with("listening on "))
        .unwrap();
    let address = line.trim_start_matches("listening on ").parse().unwrap();
    (child, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_is_only_a_reconnect() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path()).await.close().await;
    let path = folder.path().to_owned();
    let (server, address) = tokio::task::spawn_blocking(move || spawn_server(&path))
        .await
        .unwrap();
    let (mut console, token) = console(address).await;
    let (mut agent, number, agent_token) = join(address, &mut console, Role::Page).await;
    let token_id = [0x70; 16];
    console.send(&ToServer::Arm { token: token_id }).await;
    // A proof that is being judged when the server dies stays counted.
    let mut guesser = Client::page(address).await;
    guesser.send(&knock(Role::Page)).await;
    let Some(FromServer::Attempt { attempt, .. }) = console.next().await else {
        panic!()
    };
    let answer = ToServer::Answer {
        attempt,
        lobby: lobby(2),
    };
    console.send(&answer).await;
    guesser.next().await;
    guesser.send(&ToServer::Proof { lobby: lobby(9) }).await;
    assert!(matches!(console.next().await, Some(FromServer::Proof { .. })));
    drop(server);
    for client in [&mut console, &mut agent, &mut guesser] {
        assert_eq!(client.next().await, None);
    }
    let path = folder.path().to_owned();
    let (_server, address) = tokio::task::spawn_blocking(move || spawn_server(&path))
        .await
        .unwrap();
    let mut console = Client::resume(address, &token).await;
    let mut agent = Client::resume(address, &agent_token).await;
    let role = Role::Page;
    assert_eq!(
        console.next().await,
        Some(FromServer::Joined {
            participant: number,
            role
        })
    );
    let bytes = b"still here".to_vec();
    agent.send(&ToServer::Data { to: 0, bytes }).await;
    assert!(matches!(console.next().await, Some(FromServer::Data { .. })));
    // The ticket is used, the code and the token wait, the try is counted.
    let mut thief = Client::page(address).await;
    thief.attach(ticket(1)).await;
    thief.is_detached(Detached::Credential).await;
    let mut program = Client::program(address).await;
    program
        .send(&ToServer::Knock {
            version: temoto_wire::PROTOCOL_VERSION,
            role: Role::Program,
            selector: Selector::Token(token_id),
            lobby: lobby(1),
        })
        .await;
    assert!(matches!(
        console.next().await,
        Some(FromServer::Attempt {
            selector: Selector::Token(_),
            ..
        })
    ));
    let path = folder.path().join("temoto.db");
    let store = SqlStore::open(&path, false).await.unwrap();
    let memory = store.load(now()).await.unwrap();
    assert_eq!(memory.codes[0].evaluated, 1);
    assert_eq!(
        (memory.places.len(), memory.tickets.len(), memory.tokens.len()),
        (2, 1, 1)
    );
}
