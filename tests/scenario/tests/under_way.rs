//! Transfers as the customer sees them: what is being copied and how far it is, and one of them stopped while the permission stays.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::{Who, World};
use temoto_session::permission::Capability;
use temoto_session::view::{TransferView, UnderWayView};
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;
const LARGE: u64 = 6 * MIB as u64;

fn content(bytes: usize, seed: u32) -> Vec<u8> {
    (0..bytes as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
        .collect()
}

/// A folder on the operator's disk and a large file on the customer's, and a line that is not fast.
fn world(seed: u64) -> World {
    let mut world = World::with_files(seed);
    world.rate = Some(1_000_000);
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.put("desktop/帳簿.bin", &content(6 * MIB, 2));
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.put("写真/海.bin", &content(4 * MIB, 1));
    disk.put("写真/山.bin", &content(2 * MIB, 3));
    world
}

fn send(world: &mut World, transfer: u32) {
    let mut items = world
        .node_mut(Who::Console)
        .disk
        .choose(transfer, &["写真/海.bin", "写真/山.bin"]);
    for (item, name) in items.iter_mut().zip(["海.bin", "山.bin"]) {
        item.path = vec!["写真".to_owned(), name.to_owned()];
    }
    world.console(ConsoleCommand::SendFiles {
        transfer,
        root: "desktop".to_owned(),
        path: Vec::new(),
        items,
    });
}

fn fetch(world: &mut World, transfer: u32) {
    world.node_mut(Who::Console).disk.target(transfer, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer,
        root: "desktop".to_owned(),
        path: Vec::new(),
        names: vec!["帳簿.bin".to_owned()],
    });
}

fn at_the_operator(world: &World, number: u32) -> TransferView {
    let transfers = world.console_view().files.transfers;
    let found = transfers.into_iter().find(|t| t.transfer == number);
    found.expect("it is shown")
}

/// How it ended there, and whether that was the customer.
fn ended(world: &World, number: u32) -> (&'static str, bool) {
    let view = at_the_operator(world, number);
    (view.state, view.by_customer)
}

fn at_the_customer(world: &World) -> Vec<UnderWayView> {
    world.agent_view(Who::Program).under_way
}

fn shown(world: &World, way: &str) -> UnderWayView {
    let found = at_the_customer(world).into_iter().find(|one| one.way == way);
    found.expect("it is shown")
}

fn stop(world: &mut World, way: &str) {
    let transfer = shown(world, way).transfer;
    world.agent(Who::Program, AgentCommand::StopTransfer { transfer });
}

/// Parts on the customer's disk and on the operator's.
fn unfinished(world: &World) -> (usize, usize) {
    let parts = |who| world.node(who).disk.parts.len();
    (parts(Who::Program), parts(Who::Console))
}

fn allowed(world: &World) -> bool {
    let granted = world.agent_view(Who::Program).granted;
    [Capability::FilesIn, Capability::FilesOut]
        .iter()
        .all(|one| granted.contains(one))
}

#[test]
fn the_customer_sees_what_is_being_copied_each_way_and_nothing_of_it_afterwards() {
    let mut world = world(1);
    send(&mut world, 1);
    fetch(&mut world, 2);
    world.run_for(400);
    assert_eq!(at_the_customer(&world), [], "it could be over in a moment");
    world.run_for(1_600);
    let (into, out) = (shown(&world, "in"), shown(&world, "out"));
    for (one, name, items) in [(&into, "写真", 2), (&out, "帳簿.bin", 1)] {
        assert_eq!(
            (one.name.as_str(), one.items, one.bytes, one.state),
            (name, items, LARGE, "running")
        );
        assert!(one.bytes_done > 0 && one.bytes_done < LARGE, "{one:?}");
    }
    let (mut before, told) = ((into, out), world.node(Who::Program).agent_views);
    for _ in 0..3 {
        world.run_for(1_000);
        let now = (shown(&world, "in"), shown(&world, "out"));
        assert!(now.0.bytes_done > before.0.bytes_done && now.1.bytes_done > before.1.bytes_done);
        before = now;
    }
    let told = world.node(Who::Program).agent_views - told;
    assert!(told <= 3 * 4 + 1, "{told} views in three seconds");
    assert_eq!(before.0.items_over, 0);
    world.run_for(20_000);
    assert_eq!(at_the_customer(&world), []);
    assert_eq!(
        (ended(&world, 1), ended(&world, 2)),
        (("done", false), ("done", false))
    );
    let told = world.node(Who::Program).agent_views;
    world.run_for(5_000);
    assert_eq!(
        world.node(Who::Program).agent_views,
        told,
        "nothing is left to tell"
    );
}

#[test]
fn one_file_is_over_before_anything_of_it_would_flash_up() {
    let mut world = world(2);
    let disk = &mut world.node_mut(Who::Console).disk;
    disk.put("note.txt", b"small");
    let items = disk.choose(1, &["note.txt"]);
    world.console(ConsoleCommand::SendFiles {
        transfer: 1,
        root: "desktop".to_owned(),
        path: Vec::new(),
        items,
    });
    for _ in 0..100 {
        world.run_for(10);
        assert_eq!(at_the_customer(&world), []);
    }
    assert_eq!(ended(&world, 1), ("done", false));
}

#[test]
fn the_customer_stops_one_of_them_and_the_other_goes_on_and_both_stay_allowed() {
    for (seed, way, stopped, goes_on) in [(3, "in", 1, 2), (4, "out", 2, 1)] {
        let mut world = world(seed);
        send(&mut world, 1);
        fetch(&mut world, 2);
        world.run_for(2_500);
        let (program, console) = unfinished(&world);
        assert!(program > 0 && console > 0, "of each way one");
        stop(&mut world, way);
        let left: Vec<_> = at_the_customer(&world).iter().map(|one| one.way).collect();
        assert_eq!(left, [if way == "in" { "out" } else { "in" }], "gone at once");
        if way == "in" {
            assert_eq!(unfinished(&world).0, 0, "and nothing half of it stays");
        }
        world.run_for(1_000);
        assert_eq!(ended(&world, stopped), ("canceled", true), "{way}");
        let (program, console) = unfinished(&world);
        assert_eq!(if way == "in" { program } else { console }, 0, "{way}: at no end");
        assert!(allowed(&world));
        world.run_for(20_000);
        assert_eq!(ended(&world, goes_on), ("done", false), "{way}");
        // The next one is asked of nobody.
        if way == "in" {
            send(&mut world, 3);
        } else {
            fetch(&mut world, 3);
        }
        world.run_for(20_000);
        assert_eq!(ended(&world, 3), ("done", false), "{way}");
        assert_eq!(
            (unfinished(&world), at_the_customer(&world)),
            ((0, 0), Vec::new())
        );
    }
}

#[test]
fn both_ends_read_how_much_of_a_stopped_one_arrived() {
    let mut world = world(5);
    send(&mut world, 1);
    while shown_items(&world) == 0 {
        world.run_for(250);
    }
    stop(&mut world, "in");
    world.run_for(1_000);
    assert_eq!(ended(&world, 1), ("canceled", true));
    for lines in [world.console_view().chat, world.agent_view(Who::Program).chat] {
        let line = lines.last().expect("a line");
        let arguments: Vec<&str> = line.arguments.iter().map(String::as_str).collect();
        assert_eq!(
            (line.text.as_str(), &arguments[..]),
            ("files_sent_part", &["1", "2", "4194304", "写真"][..])
        );
    }
    let files = &world.node(Who::Program).disk.files;
    assert!(files.contains_key("desktop/写真/海.bin"), "what was whole stays");
    assert!(!files.contains_key("desktop/写真/山.bin"));
    assert_eq!(unfinished(&world), (0, 0));
}

fn shown_items(world: &World) -> u32 {
    at_the_customer(world).first().map_or(0, |one| one.items_over)
}

#[test]
fn what_is_still_being_looked_for_can_be_stopped_and_what_the_disk_finds_later_is_not_sent() {
    let mut world = world(6);
    world.node_mut(Who::Program).disk_stands = true;
    fetch(&mut world, 1);
    world.run_for(1_000);
    let one = shown(&world, "out");
    assert_eq!(
        (one.state, one.name.as_str(), one.items, one.bytes),
        ("preparing", "帳簿.bin", 0, 0)
    );
    stop(&mut world, "out");
    let now = world.now_ms;
    world.node_mut(Who::Program).disk_goes_on(now);
    world.run_for(3_000);
    assert_eq!(
        (ended(&world, 1), at_the_customer(&world)),
        (("canceled", true), Vec::new())
    );
    assert_eq!(world.node(Who::Program).disk.reads, 0);
}

#[test]
fn what_the_operator_holds_is_shown_as_that_and_can_be_stopped() {
    let mut world = world(7);
    fetch(&mut world, 1);
    world.run_for(1_500);
    world.console(ConsoleCommand::HoldTransfer {
        transfer: 1,
        held: true,
    });
    world.run_for(5_000);
    assert_eq!(shown(&world, "out").state, "held");
    stop(&mut world, "out");
    world.run_for(1_000);
    assert_eq!(
        (ended(&world, 1), unfinished(&world)),
        (("canceled", true), (0, 0))
    );
}

/// The customer stopped both transfers, and nothing of them is left at either end.
fn stopped_both(world: &World) {
    assert_eq!(
        (ended(world, 1), ended(world, 2)),
        (("canceled", true), ("canceled", true))
    );
    assert_eq!((at_the_customer(world), unfinished(world)), (Vec::new(), (0, 0)));
}

#[test]
fn a_stop_while_the_line_is_down_holds_and_is_told_when_it_is_back() {
    let mut world = world(8);
    send(&mut world, 1);
    fetch(&mut world, 2);
    world.run_for(2_500);
    world.cut();
    world.run_for(2_000);
    stop(&mut world, "in");
    stop(&mut world, "out");
    assert_eq!((at_the_customer(&world), unfinished(&world).0), (Vec::new(), 0));
    world.line_up = true;
    world.run_for(60_000);
    stopped_both(&world);
}

#[test]
fn what_a_pause_interrupted_goes_on_and_a_stop_then_leaves_nothing_of_either_attempt() {
    let mut world = world(9);
    send(&mut world, 1);
    fetch(&mut world, 2);
    world.run_for(2_500);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(1_000);
    assert_eq!(at_the_customer(&world), [], "nothing runs");
    let (program, console) = unfinished(&world);
    assert!(program > 0 && console > 0, "the parts stay");
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    world.run_for(1_500);
    stop(&mut world, "in");
    stop(&mut world, "out");
    world.run_for(1_000);
    stopped_both(&world);
}

#[test]
fn a_stop_that_comes_too_late_stops_nothing_else() {
    let mut world = world(10);
    fetch(&mut world, 1);
    world.run_for(2_000);
    let transfer = shown(&world, "out").transfer;
    world.run_for(20_000);
    send(&mut world, 2);
    world.run_for(1_000);
    world.agent(Who::Program, AgentCommand::StopTransfer { transfer });
    world.run_for(20_000);
    assert_eq!(
        (ended(&world, 1), ended(&world, 2)),
        (("done", false), ("done", false))
    );
}
