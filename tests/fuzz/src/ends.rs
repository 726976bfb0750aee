//! Files between two whole ends of which one says what the bytes say: whatever that is, in whatever order, and whatever the people at
//! both ends do meanwhile, each thing that is done on a disk is granted at that moment (every world asks that of itself, see
//! `tests/scenario/src/node.rs`), little is open at a time, and nothing is told that is not to be told.
//!
//! The first byte says how it begins, see [`Play::new`]; then come steps, see [`Play::step`].

mod seeds;

use temoto_scenario::{Plain, Who, World};
use temoto_session::channel::files::{Choice, copied, pasted};
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand, Misbehavior};
use temoto_wire::file::kind;
use temoto_wire::frame::Channel;
use temoto_wire::limits::FILES_AHEAD;
use temoto_wire::relay::Role;

use crate::pieces;
pub use seeds::seeds;

/// In both directions, what the customer may grant of files and of the clipboard.
const GRANTS: [Capability; 4] = [
    Capability::FilesIn,
    Capability::FilesOut,
    Capability::ClipboardOut,
    Capability::ClipboardIn,
];
/// In files that only who may take them has, in those that the customer copied, and in those that nobody is to have.
const DESK: &[u8] = b"what is on the desk";
const COPIED: &[u8] = b"what the customer copied";
const SECRET: &[u8] = b"nobody's business";
/// In the names beside them.
const SECRET_NAME: &str = "geheim.txt";
/// More steps only take time.
const STEPS: usize = 64;
/// What was said under a grant may be under way for so long after it is withdrawn.
const UNDER_WAY_MS: u64 = 200;
/// From here on a step of pausing is that the customer stops one transfer.
const STOPS: u8 = 0x80;
/// Room of a small disk beside what is on it.
const ROOM: u64 = 64;

/// One step each.
mod step {
    pub const MESSAGE: u8 = 0;
    pub const BLOCK: u8 = 1;
    pub const GOT: u8 = 2;
    pub const WAIT: u8 = 3;
    pub const GRANT: u8 = 4;
    pub const WITHDRAW: u8 = 5;
    pub const PAUSE: u8 = 6;
    pub const OPERATOR: u8 = 7;
    pub const DISK: u8 = 8;
    pub const COPY: u8 = 9;
}

/// How it begins.
mod begin {
    /// The customer's program is the one that lies; otherwise the console is.
    pub const PROGRAM: u8 = 0x80;
    /// Both disks are almost full.
    pub const SMALL: u8 = 0x40;
    /// The bits of what is granted.
    pub const ALL: u8 = 0x0f;
}

/// A whole play.
pub fn files(bytes: &[u8]) {
    play(bytes);
}

fn play(bytes: &[u8]) -> Play {
    let (&how, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let mut play = Play::new(how);
    for step in pieces(rest).take(STEPS) {
        play.step(step);
        play.holds();
    }
    play.after(3_000);
    play
}

struct Play {
    world: World,
    liar: Who,
    /// The next number of a transfer of the operator's, and how many folders were asked about.
    next: u32,
    /// What was ever granted, and until when what is in files may be heard of.
    ever: [bool; GRANTS.len()],
    desk_until_ms: u64,
    copied_until_ms: u64,
    copies: u32,
}

impl Play {
    /// The lowest bits are what is granted, the others see [`begin`].
    fn new(how: u8) -> Self {
        let mut world = World::shared(1);
        world.latency_ms = 1;
        let small = how & begin::SMALL != 0;
        let disk = &mut world.node_mut(Who::Program).disk;
        disk.folders = vec!["desktop".to_owned(), "desktop/sub".to_owned()];
        disk.put("desktop/a.txt", DESK);
        disk.put("desktop/sub/b.txt", DESK);
        disk.put(&format!("secret/{SECRET_NAME}"), SECRET);
        disk.put(&format!("{}/c.txt", copied::root(1)), COPIED);
        disk.capacity = small.then_some(size_of_val(DESK) as u64 * 2 + 100 + ROOM);
        let console = world.node_mut(Who::Console);
        console.disk.put("home/up.txt", b"what the operator sends");
        console.disk.put("home/more.txt", b"and more of it");
        console.disk.put(&format!("secret/{SECRET_NAME}"), SECRET);
        console.disk.capacity = small.then_some(100 + ROOM);
        console.plain = Some(Plain::default());
        let liar = if how & begin::PROGRAM != 0 {
            Who::Program
        } else {
            Who::Console
        };
        let mut play = Self {
            world,
            liar,
            next: 1,
            ever: [false; GRANTS.len()],
            desk_until_ms: 0,
            copied_until_ms: 0,
            copies: 0,
        };
        for grant in 0..GRANTS.len() {
            if how & 1 << grant != 0 {
                play.grant(grant, true);
            }
        }
        play.after(100);
        play
    }

    /// The first byte says what happens, the rest how.
    fn step(&mut self, bytes: &[u8]) {
        let Some((&what, rest)) = bytes.split_first() else {
            return;
        };
        let how = rest.first().copied().unwrap_or(0);
        match what % 10 {
            step::BLOCK => self.says(Misbehavior::Frame(Channel::Files, kind::BLOCK, rest.to_vec())),
            step::GOT => self.says(Misbehavior::Frame(Channel::Files, kind::GOT, rest.to_vec())),
            step::WAIT => self.after(u64::from(how) * 20),
            step::GRANT => self.grant(usize::from(how) % GRANTS.len(), true),
            step::WITHDRAW => self.grant(usize::from(how) % GRANTS.len(), false),
            step::PAUSE if how >= STOPS => self.customer(AgentCommand::StopTransfer {
                transfer: u32::from(how - STOPS),
            }),
            step::PAUSE => self.customer(AgentCommand::Pause { paused: how % 2 == 0 }),
            step::OPERATOR => self.operator(how),
            step::DISK => {
                let who = if how & 2 == 0 { Who::Program } else { Who::Console };
                let now = self.world.now_ms;
                let node = self.world.node_mut(who);
                node.disk_stands = how.is_multiple_of(2);
                if !node.disk_stands {
                    node.disk_goes_on(now);
                }
            }
            step::COPY => {
                self.copies += 1;
                let number = self.copies;
                self.world.node_mut(Who::Program).disk.copied = Some(number);
                self.world.with_agent(Who::Program, |agent, now| {
                    let _told = agent.copied_files(now);
                });
            }
            _ => self.says(Misbehavior::Message(Channel::Files, rest.to_vec())),
        }
        self.after(5);
    }

    fn says(&mut self, what: Misbehavior) {
        if self.liar == Who::Program {
            self.world
                .with_agent(Who::Program, |agent, now| agent.misbehave(now, what));
        } else {
            self.world
                .with_console(|console, now| console.misbehave(now, Role::Program, &what));
        }
    }

    fn customer(&mut self, command: AgentCommand) {
        self.world.with_agent(Who::Program, |agent, now| {
            // What makes no sense now is refused.
            let _refused = agent.command(now, command);
        });
    }

    fn grant(&mut self, which: usize, yes: bool) {
        let Some(&capability) = GRANTS.get(which) else {
            return;
        };
        self.customer(if yes {
            AgentCommand::Answer { capability, yes }
        } else {
            AgentCommand::Withdraw { capability }
        });
        self.notes_grants();
    }

    fn operator(&mut self, how: u8) {
        let root = match how & 0x18 {
            0x10 => copied::root(self.copies),
            0x18 => pasted::NEXT.to_owned(),
            _ => "desktop".to_owned(),
        };
        let path = Vec::new();
        let transfer = u32::from(how >> 5) + 1;
        let request = transfer;
        let command = match how % 10 {
            0 => ConsoleCommand::ListFolder { request, root, path },
            1 => {
                let transfer = self.begins();
                let disk = &mut self.world.node_mut(Who::Console).disk;
                let items = disk.choose(transfer, &["home/up.txt", "home/more.txt"]);
                ConsoleCommand::SendFiles {
                    transfer,
                    root,
                    path,
                    items,
                }
            }
            2 => {
                let transfer = self.begins();
                self.world
                    .node_mut(Who::Console)
                    .disk
                    .target(transfer, "downloads");
                let names = ["a.txt", "sub", "c.txt"].map(str::to_owned).to_vec();
                ConsoleCommand::FetchFiles {
                    transfer,
                    root,
                    path,
                    names,
                }
            }
            3 => ConsoleCommand::MakeFolder {
                request,
                root,
                path,
                name: "neu".to_owned(),
            },
            4 => ConsoleCommand::TrashFiles {
                request,
                root,
                path,
                names: vec!["a.txt".to_owned()],
            },
            5 => ConsoleCommand::AnswerFile {
                transfer,
                answer: [Choice::Replace, Choice::Both, Choice::Skip][usize::from(how) % 3],
                all: how & 1 == 0,
            },
            6 => ConsoleCommand::HoldTransfer {
                transfer,
                held: how & 0x10 == 0,
            },
            7 => ConsoleCommand::CancelTransfer { transfer },
            8 => ConsoleCommand::RestoreFiles { request, token: 1 },
            _ => ConsoleCommand::ForgetTransfer { transfer },
        };
        let _refused = self.world.try_console(command);
    }

    /// The number of a transfer that the operator begins.
    const fn begins(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    fn after(&mut self, ms: u64) {
        self.notes_grants();
        self.world.run_for(ms);
        self.notes_grants();
        self.holds();
    }

    /// What may be heard of from now on, or still.
    fn notes_grants(&mut self) {
        let mut allowed = [false; GRANTS.len()];
        self.world.with_agent(Who::Program, |agent, _| {
            allowed = GRANTS.map(|capability| agent.allows(capability));
        });
        for (ever, now) in self.ever.iter_mut().zip(allowed) {
            *ever |= now;
        }
        let until = self.world.now_ms + UNDER_WAY_MS;
        let [_, out, copies, _] = allowed;
        if out {
            self.desk_until_ms = until;
        }
        if out && copies {
            self.copied_until_ms = until;
        }
    }

    /// What is true whenever one looks.
    fn holds(&mut self) {
        let now = self.world.now_ms;
        let plain = self.world.node_mut(Who::Console).plain.replace(Plain::default());
        let Plain { said, heard } = plain.unwrap_or_default();
        let has = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
        for text in [&heard, &said] {
            assert!(
                !has(text, SECRET) && !has(text, SECRET_NAME.as_bytes()),
                "a secret"
            );
        }
        assert!(
            now <= self.desk_until_ms || !has(&heard, DESK),
            "files that are not granted"
        );
        let copied = now <= self.copied_until_ms || !has(&heard, COPIED);
        assert!(copied, "what was copied, without both grants");
        for who in [Who::Program, Who::Console] {
            let disk = &self.world.node(who).disk;
            let (transfers, files) = disk.coming();
            assert!(
                transfers <= 1 && files <= FILES_AHEAD,
                "{transfers} transfers, {files} files"
            );
            let secret = disk.files.get(&format!("secret/{SECRET_NAME}"));
            assert!(
                secret.is_some_and(|(bytes, _)| bytes == SECRET),
                "it stays as it is"
            );
        }
        self.at_the_customer();
        self.before_the_customer();
        self.at_the_operator();
    }

    fn at_the_customer(&self) {
        let disk = &self.world.node(Who::Program).disk;
        let [into, out, _, paste] = self.ever;
        let paths = disk.files.keys().chain(disk.parts.keys()).chain(&disk.folders);
        let there = ["desktop", "secret/", "copied-1/", "clipboard "];
        for path in paths {
            assert!(there.iter().any(|root| path.starts_with(root)), "{path:?}");
        }
        assert!(into || (disk.written == 0 && disk.files.len() == 4 && disk.folders.len() == 2));
        assert!(out || disk.reads == 0, "nothing is read that is not granted");
        let pasted = disk.folders.iter().any(|path| path.starts_with("clipboard "));
        assert!(
            into && paste || !pasted,
            "nothing for the clipboard without both grants"
        );
    }

    /// What is shown there of files.
    fn before_the_customer(&self) {
        let Some(view) = &self.world.node(Who::Program).agent_view else {
            return;
        };
        let ways: Vec<&str> = view.under_way.iter().map(|one| one.way).collect();
        assert!(
            matches!(ways[..], [] | ["in"] | ["out"] | ["in", "out"]),
            "{ways:?}"
        );
        assert!(view.under_way.iter().all(|one| one.bytes_done <= one.bytes));
    }

    fn at_the_operator(&self) {
        let console = self.world.node(Who::Console);
        let disk = &console.disk;
        let [into, out, ..] = self.ever;
        for path in disk.files.keys().chain(disk.parts.keys()).chain(&disk.folders) {
            let there = ["home/", "downloads/", "secret/"];
            assert!(there.iter().any(|root| path.starts_with(root)), "{path:?}");
        }
        let began = disk.transfers.iter().all(|&transfer| transfer < self.next);
        assert!(began, "only what the operator began: {:?}", disk.transfers);
        assert!(into || disk.reads == 0);
        assert!(out || (disk.written == 0 && console.listed.is_empty()));
        let Some(view) = &console.console_view else { return };
        assert!(view.files.roots.len() <= 64 && view.files.transfers.len() <= 64);
        for one in &view.files.transfers {
            assert!(one.bytes_done <= one.bytes && one.problems.len() <= 20, "{one:?}");
            assert!(one.state != "running" || one.seconds_left.is_none() || one.bytes_per_second > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use temoto_session::permission::MessageKind;
    use temoto_wire::proto::Files;

    use super::*;

    /// What the steps of a seed say on the channel of files.
    fn kinds(seed: &[u8]) -> Vec<MessageKind> {
        let kind = |bytes: &[u8]| match bytes.split_first()? {
            (&step::MESSAGE, rest) => Some(MessageKind::of_files(&Files::decode(rest).ok()?.body?)),
            (&step::BLOCK, _) => Some(MessageKind::FileBlock),
            (&step::GOT, _) => Some(MessageKind::FileGot),
            _ => None,
        };
        pieces(&seed[1..]).filter_map(kind).collect()
    }

    #[test]
    fn every_message_about_files_is_said_by_a_seed() {
        let seeds = seeds();
        let said: Vec<MessageKind> = seeds.iter().flat_map(|seed| kinds(seed)).collect();
        let files = MessageKind::ALL.into_iter();
        let files = files.filter(|kind| format!("{kind:?}").starts_with("File"));
        let unsaid: Vec<MessageKind> = files.filter(|kind| !said.contains(kind)).collect();
        assert_eq!(unsaid, [], "have no seed");
        for seed in seeds {
            assert!(pieces(&seed[1..]).count() <= STEPS, "all of it is played");
        }
    }

    #[test]
    fn what_a_console_says_reaches_the_customer_s_disk_and_what_is_on_it_the_console() {
        let play = play(&seeds()[0]);
        let program = play.world.node(Who::Program);
        let files: Vec<&str> = program.disk.files.keys().map(String::as_str).collect();
        for path in ["desktop/new.txt", "desktop/a.txt (2)", "desktop/b.txt"] {
            assert!(files.contains(&path), "{path}: {files:?}");
        }
        assert!(program.disk.folders.contains(&"desktop/neu".to_owned()));
        assert!(program.disk.reads >= 2, "{}", program.disk.reads);
        assert!(
            play.world
                .console_view()
                .program
                .is_some_and(|program| program.present)
        );
    }

    #[test]
    fn what_is_whole_goes_on_the_clipboard_and_what_is_not_leaves_it_alone() {
        let play = play(&seeds()[2]);
        let program = play.world.node(Who::Program);
        let names = program.clip_files.iter().map(Vec::len);
        assert_eq!(names.collect::<Vec<_>>(), [3]);
        let parts = program
            .disk
            .parts
            .keys()
            .filter(|path| path.starts_with("clipboard "));
        assert_eq!(parts.count(), 0);
    }

    #[test]
    fn what_the_customer_stopped_does_not_go_on_whatever_a_console_says() {
        let play = play(&seeds()[3]);
        let disk = &play.world.node(Who::Program).disk;
        assert_eq!((disk.written, disk.parts.len(), disk.reads), (0, 0, 0));
        let console = play.world.console_view().program;
        assert!(console.is_some_and(|program| program.present), "it is let go");
        assert!(play.world.agent_view(Who::Program).under_way.is_empty());
    }

    #[test]
    fn what_a_program_says_reaches_the_operator() {
        let play = play(&seeds()[1]);
        let console = play.world.node(Who::Console);
        assert_eq!(console.listed.first().map(|one| one.name.as_str()), Some("a.txt"));
        assert_eq!(console.changes.first(), Some(&(1, None, 1)));
        assert!(console.disk.files.contains_key("downloads/new.txt"));
        let states: Vec<&str> = play
            .world
            .console_view()
            .files
            .transfers
            .iter()
            .map(|one| one.state)
            .collect();
        assert_eq!(states, ["done", "done", "canceled", "canceled"]);
    }
}
