//! Names that are longer than another system has them, and what is in a folder and cannot be sent: all of it is seen, and nothing of it
//! is left out without a word.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_scenario::{Who, World};
use temoto_session::channel::files::Fault;
use temoto_session::permission::Capability;
use temoto_session::view::TransferView;
use temoto_session::{AgentCommand, ConsoleCommand};

/// As long as Windows has names, and alike for longer than Linux has them.
fn long(end: &str) -> String {
    let rest = 255 - end.encode_utf16().count();
    format!("{}{end}", "長".repeat(rest))
}

fn fetch(world: &mut World, transfer: u32, names: &[&str]) {
    world.node_mut(Who::Console).disk.target(transfer, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer,
        root: "desktop".to_owned(),
        path: Vec::new(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    });
}

fn transfer(world: &World, number: u32) -> TransferView {
    let files = world.console_view().files;
    let found = files.transfers.into_iter().find(|t| t.transfer == number);
    found.expect("it is shown")
}

fn fetched(world: &World) -> Vec<(String, Vec<u8>)> {
    let files = world.node(Who::Console).disk.files.iter();
    files
        .map(|(path, (content, _))| (path.clone(), content.clone()))
        .collect()
}

#[test]
fn long_names_are_seen_changed_and_taken_under_shorter_ones_that_stay_apart() {
    let mut world = World::with_files(1);
    let (folder, one, two) = (long(""), long("1.xlsx"), long("2.xlsx"));
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.folders.push(format!("desktop/{folder}"));
    for name in [&one, &two] {
        disk.put(&format!("desktop/{folder}/{name}"), name.as_bytes());
    }
    disk.put(&format!("desktop/{one}"), b"alone");
    for (path, names) in [
        (Vec::new(), [&folder, &one]),
        (vec![folder.clone()], [&one, &two]),
    ] {
        world.console(ConsoleCommand::ListFolder {
            request: 1,
            root: "desktop".to_owned(),
            path,
        });
        world.run_for(300);
        let seen = std::mem::take(&mut world.node_mut(Who::Console).listed);
        let seen: Vec<String> = seen.into_iter().map(|entry| entry.name).collect();
        assert_eq!(seen, names.map(String::clone));
    }

    fetch(&mut world, 1, &[&folder]);
    world.run_for(3_000);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.items, view.problem_count), ("done", 3, 0));
    let cut = |letters, end: &str| format!("{}{end}", "長".repeat(letters));
    let within = format!("downloads/{}", cut(80, ""));
    let first = format!("{within}/{}", cut(78, ".xlsx"));
    let second = format!("{within}/{}", cut(78, " (2).xlsx"));
    let mut expected = vec![(first, one.clone().into_bytes()), (second, two.into_bytes())];
    expected.sort();
    assert_eq!(fetched(&world), expected);

    // What it is called at the operator's is told.
    fetch(&mut world, 2, &[&one]);
    world.run_for(3_000);
    assert_eq!(transfer(&world, 2).state, "done");
    let lines = world.console_view().chat;
    let line = lines
        .iter()
        .find(|line| line.text == "operator_file_taken" || line.text == "file_taken");
    let told = &line.expect("told").arguments[0];
    assert!(cut(78, ".xlsx").starts_with(told.as_str()), "{told}");

    // The other way: the customer's disk may take less.
    world.node_mut(Who::Console).disk.put(&one, b"sent");
    let items = world.node_mut(Who::Console).disk.choose(3, &[&one]);
    world.console(ConsoleCommand::SendFiles {
        transfer: 3,
        root: "desktop".to_owned(),
        path: Vec::new(),
        items,
    });
    world.run_for(3_000);
    assert_eq!(transfer(&world, 3).state, "done");
    let path = format!("desktop/{}", cut(78, ".xlsx"));
    let files = &world.node(Who::Program).disk.files;
    assert_eq!(files.get(&path).expect("there").0, b"sent");
}

#[test]
fn what_cannot_be_sent_is_told_of_once_whatever_happens_to_the_line() {
    for cuts in 0..3 {
        let mut world = World::with_files(10 + cuts);
        world.rate = Some(1_000_000);
        let disk = &mut world.node_mut(Who::Program).disk;
        disk.folders.push("desktop/写真".to_owned());
        for n in 0..40 {
            let path = format!("desktop/写真/{n:02}");
            disk.put(&path, b"");
            disk.unsendable.insert(path, Fault::NoFile);
        }
        disk.put("desktop/写真/99.jpg", &vec![7; 3 << 20]);
        fetch(&mut world, 1, &["写真"]);
        for _ in 0..cuts {
            world.run_for(900);
            world.cut();
            world.run_for(400);
            world.line_up = true;
            world.run_for(3_000);
        }
        world.run_for(30_000);
        let view = transfer(&world, 1);
        assert_eq!(
            (view.state, view.items_over, view.problem_count),
            ("done", 42, 40),
            "{cuts}"
        );
        assert_eq!(view.problems[0].fault, Fault::NoFile);
        assert_eq!(view.problems[0].path, ["写真", "00"]);
        let names: Vec<String> = fetched(&world).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["downloads/写真/99.jpg"], "{cuts}");
        assert!(world.node(Who::Console).disk.parts.is_empty(), "{cuts}");
    }
}

#[test]
fn a_program_that_is_started_anew_does_not_count_them_twice() {
    let mut world = World::with_files(20);
    world.rate = Some(1_000_000);
    let disk = &mut world.node_mut(Who::Program).disk;
    disk.folders.push("desktop/写真".to_owned());
    disk.put("desktop/写真/00", b"");
    disk.unsendable
        .insert("desktop/写真/00".to_owned(), Fault::BadName);
    disk.put("desktop/写真/99.jpg", &vec![7; 4 << 20]);
    fetch(&mut world, 1, &["写真"]);
    world.run_for(2_500);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.problem_count), ("running", 1), "{view:?}");
    let disk = world.node(Who::Program).disk.of_next_program();
    world.kill(Who::Program);
    world.run_for(2_000);
    world.console(ConsoleCommand::Rearm);
    world.run_for(1_000);
    world.join_program();
    world.node_mut(Who::Program).disk = disk;
    let capabilities = Capability::ALL.to_vec();
    world.agent(Who::Program, AgentCommand::Allow { capabilities });
    world.run_for(20_000);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.problem_count), ("done", 1), "{view:?}");
    assert_eq!(fetched(&world).len(), 1);
}

#[test]
fn more_names_than_one_request_has_room_for_are_refused_with_a_word() {
    let mut world = World::with_files(30);
    let names: Vec<String> = (0..256).map(|n| long(&n.to_string())).collect();
    let chosen: Vec<&str> = names.iter().map(String::as_str).collect();
    fetch(&mut world, 1, &chosen);
    world.run_for(300);
    let view = transfer(&world, 1);
    assert_eq!((view.state, view.fault), ("failed", Some(Fault::TooMany)));
    world.console(ConsoleCommand::TrashFiles {
        request: 2,
        root: "desktop".to_owned(),
        path: Vec::new(),
        names,
    });
    world.run_for(300);
    let changes = &world.node(Who::Console).changes;
    assert_eq!(changes.last(), Some(&(2, Some(Fault::TooMany), 0)));
    // As many as go into one are one.
    let few: Vec<String> = (0..74).map(|n| long(&n.to_string())).collect();
    for name in &few {
        let path = format!("desktop/{name}");
        world.node_mut(Who::Program).disk.put(&path, b"x");
    }
    let few: Vec<&str> = few.iter().map(String::as_str).collect();
    fetch(&mut world, 3, &few);
    world.run_for(5_000);
    let view = transfer(&world, 3);
    assert_eq!(
        (view.state, view.problem_count, view.items),
        ("done", 0, 74),
        "{:?}",
        view.fault
    );
}
