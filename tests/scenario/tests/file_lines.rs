//! What both people read in the chat about files, whichever way a transfer ends, and about what the operator changes in folders.

use temoto_scenario::{Who, World};
use temoto_session::channel::chat::{From, Line};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

const MIB: usize = 1 << 20;

/// A folder with two small files, and a large one, go each way over a slow line: what is small has arrived, the large one not.
fn partly(seed: u64) -> World {
    let mut world = World::with_files(seed);
    world.rate = Some(1_000_000);
    for (who, base) in [(Who::Console, "資料"), (Who::Program, "desktop/写真")] {
        let disk = &mut world.node_mut(who).disk;
        disk.folders.push(base.to_owned());
        disk.put(&format!("{base}/1.txt"), b"one");
        disk.put(&format!("{base}/2.txt"), b"two");
        disk.put(&format!("{base}/3.bin"), &vec![7; 8 * MIB]);
    }
    let items = world.node_mut(Who::Console).disk.choose(1, &["資料"]);
    let (root, path) = ("desktop".to_owned(), Vec::new());
    world.console(ConsoleCommand::SendFiles {
        transfer: 1,
        root: root.clone(),
        path: path.clone(),
        items,
    });
    world.node_mut(Who::Console).disk.target(2, "downloads");
    world.console(ConsoleCommand::FetchFiles {
        transfer: 2,
        root,
        path,
        names: vec!["写真".to_owned()],
    });
    world.run_for(3_000);
    world
}

/// Codes and arguments of lines about files and folders.
fn of_files(lines: &[Line]) -> Vec<(String, Vec<String>)> {
    let about = ["file_", "files_", "folder_"];
    let lines = lines.iter().filter(|line| {
        let grant = line.text.ends_with("_granted") || line.text.ends_with("_withdrawn");
        line.from == From::Event && !grant && about.iter().any(|word| line.text.starts_with(word))
    });
    lines
        .map(|line| (line.text.clone(), line.arguments.clone()))
        .collect()
}

fn line(code: &str, arguments: &[&str]) -> (String, Vec<String>) {
    let arguments = arguments.iter().map(|&one| one.to_owned());
    (code.to_owned(), arguments.collect())
}

/// Both people read these, and nothing else about files.
fn both_read(world: &World, expected: &[(String, Vec<String>)], case: &str) {
    assert_eq!(
        of_files(&world.console_view().chat),
        expected,
        "{case}: the operator"
    );
    for who in [Who::Program, Who::Page] {
        assert_eq!(of_files(&world.agent_view(who).chat), expected, "{case}: {who:?}");
    }
}

fn sent_part() -> (String, Vec<String>) {
    line("files_sent_part", &["3", "4", "6", "資料"])
}

fn taken_part() -> (String, Vec<String>) {
    line("files_taken_part", &["3", "4", "6", "写真"])
}

#[test]
fn a_transfer_that_ends_early_says_how_much_of_it_arrived() {
    let mut canceled = partly(1);
    for transfer in [1, 2] {
        canceled.console(ConsoleCommand::CancelTransfer { transfer });
    }
    canceled.run_for(500);
    both_read(&canceled, &[sent_part(), taken_part()], "canceled");

    let mut withdrawn = partly(2);
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        withdrawn.agent(Who::Program, AgentCommand::Withdraw { capability });
        withdrawn.run_for(500);
    }
    both_read(&withdrawn, &[sent_part(), taken_part()], "withdrawn");

    let mut paused = partly(3);
    paused.agent(Who::Program, AgentCommand::Pause { paused: true });
    paused.run_for(500);
    both_read(&paused, &[], "it may go on");
    for capability in [Capability::FilesIn, Capability::FilesOut] {
        paused.agent(Who::Program, AgentCommand::Withdraw { capability });
        paused.run_for(500);
    }
    both_read(&paused, &[sent_part(), taken_part()], "withdrawn in a pause");

    let mut ended = partly(4);
    ended.console(ConsoleCommand::End);
    ended.run_for(500);
    both_read(&ended, &[sent_part(), taken_part()], "ended by the operator");

    // The program shows no chat any more; the page and the console do.
    let mut left = partly(5);
    left.agent(Who::Program, AgentCommand::End { emergency: true });
    left.run_for(500);
    let expected = [sent_part(), taken_part()];
    assert_eq!(of_files(&left.console_view().chat), expected);
    assert_eq!(of_files(&left.agent_view(Who::Page).chat), expected);
}

#[test]
fn a_transfer_that_fails_says_how_much_of_it_arrived_and_one_that_brought_nothing_is_silent() {
    let mut world = partly(5);
    world.node_mut(Who::Program).disk.capacity = Some(1);
    world.run_for(3_000);
    both_read(&world, &[sent_part()], "no room");
    let mut nothing = World::with_files(6);
    nothing.node_mut(Who::Program).disk.capacity = Some(1);
    nothing.node_mut(Who::Console).disk.put("up.bin", &vec![7; MIB]);
    let items = nothing.node_mut(Who::Console).disk.choose(1, &["up.bin"]);
    nothing.console(ConsoleCommand::SendFiles {
        transfer: 1,
        root: "desktop".to_owned(),
        path: Vec::new(),
        items,
    });
    nothing.run_for(2_000);
    both_read(&nothing, &[], "nothing came");
}

#[test]
fn what_an_interrupted_transfer_brought_before_is_counted_once() {
    let mut world = partly(7);
    for paused in [true, false, true, false] {
        world.agent(Who::Program, AgentCommand::Pause { paused });
        world.run_for(700);
    }
    for transfer in [1, 2] {
        world.console(ConsoleCommand::CancelTransfer { transfer });
    }
    world.run_for(500);
    both_read(&world, &[sent_part(), taken_part()], "after interruptions");
}

#[test]
fn a_console_that_is_loaded_anew_tells_what_had_arrived_by_then_and_once() {
    let mut world = partly(9);
    world.reload(Who::Console);
    world.run_for(3_000);
    both_read(&world, &[sent_part(), taken_part()], "after a reload");
    world.reload(Who::Console);
    world.run_for(3_000);
    both_read(&world, &[sent_part(), taken_part()], "after another one");
}

#[test]
fn whatever_is_changed_in_a_folder_is_to_be_read_once_for_each_time() {
    let mut world = World::with_files(8);
    for name in ["a.txt", "b.txt", "c.txt"] {
        world
            .node_mut(Who::Program)
            .disk
            .put(&format!("desktop/{name}"), b"1");
    }
    let place = || ("desktop".to_owned(), Vec::new());
    let (root, path) = place();
    let name = "新しい".to_owned();
    world.console(ConsoleCommand::MakeFolder {
        request: 1,
        root,
        path,
        name,
    });
    world.run_for(300);
    let (root, path) = place();
    let (name, to) = ("a.txt".to_owned(), "済.txt".to_owned());
    world.console(ConsoleCommand::RenameFile {
        request: 2,
        root,
        path,
        name,
        to,
    });
    world.run_for(300);
    for (request, names) in [(3, vec!["b.txt", "c.txt"]), (5, vec!["済.txt"])] {
        let (root, path) = place();
        let names = names.into_iter().map(str::to_owned).collect();
        world.console(ConsoleCommand::TrashFiles {
            request,
            root,
            path,
            names,
        });
        world.run_for(300);
        world.console(ConsoleCommand::RestoreFiles {
            request: request + 1,
            token: 1,
        });
        world.run_for(300);
    }
    // What did not come about is no event.
    let (root, path) = place();
    let names = vec!["none".to_owned()];
    world.console(ConsoleCommand::TrashFiles {
        request: 9,
        root,
        path,
        names,
    });
    world.run_for(300);
    let expected = [
        line("folder_made", &["新しい"]),
        line("file_renamed", &["a.txt", "済.txt"]),
        line("files_trashed", &["2", "b.txt"]),
        line("files_restored", &["2", "b.txt"]),
        line("file_trashed", &["済.txt"]),
        line("file_restored", &["済.txt"]),
    ];
    both_read(&world, &expected, "folders");
}
