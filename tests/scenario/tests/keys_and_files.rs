//! Keys while files run at the full rate of a slow line: what is pressed does not wait behind what is carried.

use temoto_scenario::play::press;
use temoto_scenario::{Who, World};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

/// 5 Mbit/s.
const RATE: u64 = 625_000;
/// From each end to the relay, in ms: one way is two of them.
const HALF_MS: u64 = 25;
const BARE_MS: u64 = 2 * HALF_MS;
/// More than the line carries while keys are pressed.
const LARGE: usize = 48 << 20;
/// Keys that are pressed while it goes on, from its first moment on.
const KEYS: u64 = 100;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Goes {
    Nothing,
    Up,
    Down,
}

fn world(goes: Goes) -> World {
    let mut world = World::shared(50);
    world.latency_ms = HALF_MS;
    world.node_mut(Who::Program).disk.folders = vec!["desktop".to_owned()];
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        let yes = true;
        world.agent(Who::Program, AgentCommand::Answer { capability, yes });
        world.run_for(500);
    }
    world.console(ConsoleCommand::Control { active: true });
    world.rate = Some(RATE);
    let (root, path) = ("desktop".to_owned(), Vec::new());
    let content = vec![7; LARGE];
    match goes {
        Goes::Nothing => {}
        Goes::Up => {
            let disk = &mut world.node_mut(Who::Console).disk;
            disk.put("up.bin", &content);
            let items = disk.choose(1, &["up.bin"]);
            world.console(ConsoleCommand::SendFiles {
                transfer: 1,
                root,
                path,
                items,
            });
        }
        Goes::Down => {
            world
                .node_mut(Who::Program)
                .disk
                .put("desktop/down.bin", &content);
            world.node_mut(Who::Console).disk.target(1, "downloads");
            world.console(ConsoleCommand::FetchFiles {
                transfer: 1,
                root,
                path,
                names: vec!["down.bin".to_owned()],
            });
        }
    }
    world
}

/// How long each key took from the operator's finger to the customer's computer, with when it was pressed, in ms; and the bytes per
/// second that were carried meanwhile.
fn pressed(goes: Goes) -> (Vec<(u64, u64)>, u64) {
    let mut world = world(goes);
    let (mut delays, start) = (Vec::new(), world.now_ms);
    for n in 0..2 * KEYS {
        let (before, pressed) = (world.node(Who::Program).injected.len(), world.now_ms);
        press(&mut world, "KeyA", n.is_multiple_of(2));
        while world.node(Who::Program).injected.len() == before {
            world.run_for(1);
            assert!(world.now_ms < pressed + 10_000, "{goes:?}: it never comes");
        }
        delays.push((pressed - start, world.now_ms - pressed));
        // Another part of each second every time.
        world.run_for(37 + n * 13 % 61);
    }
    let transfers = world.console_view().files.transfers;
    assert!(
        transfers.iter().all(|one| one.state == "running"),
        "{transfers:?}"
    );
    let carried: u64 = transfers.iter().map(|one| one.bytes_done).sum();
    (delays, carried * 1_000 / (world.now_ms - start))
}

/// The longest of them, and the one below which so many percent stay.
fn longest(delays: impl Iterator<Item = u64>, percent: usize) -> (u64, u64) {
    let mut sorted: Vec<u64> = delays.collect();
    sorted.sort_unstable();
    let at = (sorted.len() * percent / 100).min(sorted.len() - 1);
    (sorted[sorted.len() - 1], sorted[at])
}

#[test]
fn a_key_goes_as_fast_as_the_line_while_nothing_or_a_fetched_file_is_carried() {
    for goes in [Goes::Nothing, Goes::Down] {
        let (delays, carried) = pressed(goes);
        let (worst, _) = longest(delays.into_iter().map(|(_, delay)| delay), 100);
        assert!(worst <= BARE_MS + 5, "{goes:?}: {worst} ms");
        assert!(
            goes == Goes::Nothing || carried >= RATE * 7 / 10,
            "{carried} bytes per second"
        );
    }
}

#[test]
fn a_key_does_not_wait_long_behind_a_file_that_is_sent() {
    let (delays, carried) = pressed(Goes::Up);
    assert!(carried >= RATE * 7 / 10, "{carried} bytes per second");
    // 50 ms of the line are kept filled, and a record takes 10.
    let (_, most) = longest(delays.iter().map(|&(_, delay)| delay), 90);
    assert!(most <= BARE_MS * 5 / 2, "{most} ms");
    // While the rate is found out, and whenever the bare delay is measured anew.
    let (first, later) = delays.into_iter().partition::<Vec<_>, _>(|&(at, _)| at < 2_000);
    let (worst, _) = longest(first.into_iter().map(|(_, delay)| delay), 100);
    assert!(worst <= 6 * BARE_MS, "{worst} ms at first");
    let (worst, _) = longest(later.into_iter().map(|(_, delay)| delay), 100);
    assert!(worst <= 4 * BARE_MS, "{worst} ms later");
}
