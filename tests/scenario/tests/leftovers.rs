//! What is unfinished when files stop to come: it stays for as long as it can be gone on with, and not a moment longer.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::{Who, World};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;

fn content(bytes: usize, seed: u32) -> Vec<u8> {
    (0..bytes as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
        .collect()
}

/// One large file on its way to the customer, and one to the operator, over a line that is not fast.
fn halfway(seed: u64) -> World {
    let mut world = World::with_files(seed);
    world.rate = Some(1_000_000);
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.put("desktop/down.bin", &content(4 * MIB, 2));
    world
        .node_mut(Who::Console)
        .disk
        .put("up.bin", &content(4 * MIB, 1));
    begin(&mut world, 1);
    world.run_for(3_500);
    assert_eq!(unfinished(&world), (1, 1), "of each way one");
    world
}

/// The operator sends the one and fetches the other.
fn begin(world: &mut World, first: u32) {
    let items = world.node_mut(Who::Console).disk.choose(first, &["up.bin"]);
    let (root, path) = ("desktop".to_owned(), Vec::new());
    world.console(ConsoleCommand::SendFiles {
        transfer: first,
        root: root.clone(),
        path: path.clone(),
        items,
    });
    world.node_mut(Who::Console).disk.target(first + 1, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer: first + 1,
        root,
        path,
        names: vec!["down.bin".to_owned()],
    });
}

/// Parts on the customer's disk and on the operator's.
fn unfinished(world: &World) -> (usize, usize) {
    let parts = |who| world.node(who).disk.parts.len();
    (parts(Who::Program), parts(Who::Console))
}

fn pause(world: &mut World, paused: bool) {
    world.agent(Who::Program, AgentCommand::Pause { paused });
    world.run_for(500);
}

fn state(world: &World, number: u32) -> &'static str {
    let transfers = world.console_view().files.transfers;
    let found = transfers.into_iter().find(|t| t.transfer == number);
    found.expect("it is shown").state
}

/// How both ended, and whether that was the customer.
fn whose(world: &World) -> Vec<(&'static str, bool)> {
    let transfers = world.console_view().files.transfers;
    transfers.iter().map(|t| (t.state, t.by_customer)).collect()
}

/// Both are there, and nothing was carried over twice.
fn arrived(world: &World) {
    for (who, path, seed) in [
        (Who::Program, "desktop/up.bin", 1),
        (Who::Console, "downloads/down.bin", 2),
    ] {
        let disk = &world.node(who).disk;
        let (bytes, _) = disk.files.get(path).expect("it arrived");
        assert!(*bytes == content(4 * MIB, seed), "{path}");
        assert_eq!(disk.written, 4 * MIB as u64, "{path}");
    }
    assert_eq!(unfinished(world), (0, 0));
}

#[test]
fn the_end_of_the_session_takes_away_what_a_pause_left() {
    for by_customer in [true, false] {
        let mut world = halfway(1);
        pause(&mut world, true);
        assert_eq!(unfinished(&world), (1, 1), "they stay in a pause");
        if by_customer {
            world.agent(Who::Program, AgentCommand::End { emergency: false });
        } else {
            world.console(ConsoleCommand::End);
        }
        world.run_for(1_000);
        assert_eq!(unfinished(&world), (0, 0), "by the customer: {by_customer}");
    }
}

#[test]
fn the_end_of_the_session_takes_away_what_a_reload_of_the_console_left() {
    let mut world = halfway(2);
    world.reload(Who::Console);
    world.run_for(3_000);
    assert_eq!(unfinished(&world).0, 1, "it stays over a reload");
    world.console(ConsoleCommand::End);
    world.run_for(1_000);
    assert_eq!(unfinished(&world).0, 0);
}

#[test]
fn an_interrupted_transfer_that_is_canceled_leaves_nothing() {
    let mut world = halfway(3);
    // Interrupted more than once: what an earlier attempt left goes as well.
    for _ in 0..3 {
        pause(&mut world, true);
        pause(&mut world, false);
    }
    pause(&mut world, true);
    assert_eq!(
        (state(&world, 1), state(&world, 2)),
        ("interrupted", "interrupted")
    );
    assert_eq!(unfinished(&world), (1, 1));
    for transfer in [1, 2] {
        world.console(ConsoleCommand::CancelTransfer { transfer });
        world.run_for(500);
    }
    assert_eq!(unfinished(&world), (0, 0), "during the pause already");
    pause(&mut world, false);
    world.run_for(3_000);
    assert_eq!(whose(&world), [("canceled", false); 2], "by the operator");
    assert_eq!(unfinished(&world), (0, 0));
}

#[test]
fn a_withdrawal_during_a_pause_leaves_nothing_and_nothing_begins_anew() {
    let mut world = halfway(4);
    pause(&mut world, true);
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        world.agent(Who::Program, AgentCommand::Withdraw { capability });
    }
    assert_eq!(unfinished(&world).0, 0, "at once");
    world.run_for(500);
    assert_eq!(unfinished(&world), (0, 0));
    assert_eq!(whose(&world), [("canceled", true); 2]);
    pause(&mut world, false);
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        let yes = true;
        world.agent(Who::Program, AgentCommand::Answer { capability, yes });
    }
    world.run_for(3_000);
    assert_eq!(whose(&world), [("canceled", true); 2]);
    assert_eq!(unfinished(&world), (0, 0));
}

#[test]
fn after_a_pause_both_go_on_where_they_were() {
    let mut world = halfway(5);
    for _ in 0..3 {
        pause(&mut world, true);
        pause(&mut world, false);
        world.run_for(300);
    }
    world.run_for(20_000);
    arrived(&world);
}

#[test]
fn after_a_reload_both_go_on_where_they_were_when_they_are_asked_for_again() {
    let mut world = halfway(6);
    world.reload(Who::Console);
    world.run_for(3_000);
    begin(&mut world, 11);
    world.run_for(20_000);
    arrived(&world);
    world.console(ConsoleCommand::End);
    world.run_for(1_000);
    arrived(&world);
}
