//! Clipboards of both ends: texts, HTML and pictures, each by one press, under its grant, and with an other end that may be hostile.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use prost::Message;
use temoto_codec::png;
use temoto_geometry::Size;
use temoto_scenario::{Who, World};
use temoto_session::channel::clipboard::{Clip, ClipKind, ClipSet, ClipSetPart};
use temoto_session::permission::Capability;
use temoto_session::{Agent, AgentCommand, ConsoleCommand, Misbehavior};
use temoto_wire::frame::Channel;
use temoto_wire::limits::{CLIPBOARD_AT_ONCE_BYTES, CLIPBOARD_IMAGE_BYTES};
use temoto_wire::proto::clipboard::Body;
use temoto_wire::proto::{self, ClipFetch, ClipOffer, ClipPart, ClipPiece};
use temoto_wire::relay::Role;

const BOTH: [Capability; 2] = [Capability::ClipboardIn, Capability::ClipboardOut];

fn events(world: &World) -> Vec<String> {
    let lines = world.console_view().chat;
    lines.iter().map(|line| line.text.clone()).collect()
}

fn last_event(world: &World) -> String {
    events(world).pop().expect("a line")
}

fn granted(seed: u64, capabilities: &[Capability]) -> World {
    let mut world = World::shared(seed);
    for &capability in capabilities {
        world.console(ConsoleCommand::Ask {
            capabilities: vec![capability],
        });
        world.run_for(300);
        world.agent(
            Who::Program,
            AgentCommand::Answer {
                capability,
                yes: true,
            },
        );
        world.run_for(300);
    }
    world
}

fn copies(world: &mut World, clip: Clip) {
    world.with_agent(Who::Program, move |agent: &mut Agent, now| {
        agent.copied(now, clip);
    });
    world.run_for(300);
}

fn pastes(world: &mut World, number: u32, kind: ClipKind) {
    world.with_agent(Who::Program, move |agent: &mut Agent, now| {
        agent.clipboard_wanted(now, number, kind);
    });
}

fn put(text: &str) -> ConsoleCommand {
    ConsoleCommand::PutClipboard {
        text: text.to_owned(),
        html: None,
    }
}

fn rich(text: &str, html: &str) -> Clip {
    Clip::Text {
        text: text.to_owned(),
        html: Some(html.to_owned()),
    }
}

fn here(kind: ClipKind, data: &[u8]) -> ClipSetPart {
    let data = Some(data.to_vec());
    ClipSetPart { kind, data }
}

fn later(kind: ClipKind) -> ClipSetPart {
    ClipSetPart { kind, data: None }
}

/// A picture of noise: as many bytes as pixels have.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut state = 7_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        [(state >> 24) as u8, (state >> 16) as u8, 9, 255]
    });
    let rgba: Vec<u8> = noise.take((width * height) as usize).flatten().collect();
    png::encode(Size::new(width, height), &rgba, CLIPBOARD_IMAGE_BYTES).expect("small enough")
}

fn puts_picture(world: &mut World, png: Vec<u8>) -> Result<(), temoto_session::SessionError> {
    world.with_console(move |console, now| console.put_picture(now, png))
}

#[test]
fn nothing_of_a_clipboard_is_carried_before_it_is_granted_or_after_it_was_withdrawn() {
    let mut world = World::shared(6);
    copies(&mut world, rich("secret of the customer", "<b>secret</b>"));
    copies(&mut world, Clip::Image(picture(10, 10)));
    assert!(world.try_console(put("x")).is_err());
    assert!(puts_picture(&mut world, picture(10, 10)).is_err());
    assert!(world.try_console(ConsoleCommand::FetchClipboard).is_err());
    world.run_for(500);
    assert_eq!(world.console_view().clipboard.offered, None);
    assert!(world.node(Who::Program).clip_sets.is_empty() && !world.node(Who::Program).watched);
    assert!(world.node(Who::Console).clipboards.is_empty());

    let mut world = granted(7, &BOTH);
    assert!(world.node(Who::Program).watched);
    for (capability, event) in BOTH
        .into_iter()
        .zip(["clipboard_in_withdrawn", "clipboard_out_withdrawn"])
    {
        world.agent(Who::Program, AgentCommand::Withdraw { capability });
        world.run_for(300);
        assert_eq!(last_event(&world), event);
    }
    assert!(!world.node(Who::Program).watched);
    copies(&mut world, Clip::text("later"));
    assert!(world.try_console(put("x")).is_err());
    world.run_for(500);
    assert_eq!(world.console_view().clipboard.offered, None);
    assert!(world.node(Who::Program).clip_sets.is_empty());
}

#[test]
fn what_the_customer_copies_comes_when_the_operator_asks_as_often_as_asked() {
    let mut world = granted(8, &BOTH);
    let long = "長い文。\n".repeat(20_000);
    for (clip, kind, event) in [
        (Clip::text(long.clone()), "text", "clipboard_taken"),
        (rich(&long, "<b>bold</b>"), "rich", "clipboard_taken"),
        (Clip::Image(picture(300, 200)), "image", "clipboard_taken_image"),
    ] {
        copies(&mut world, clip.clone());
        let offered = world.console_view().clipboard.offered.expect("an offer");
        assert_eq!((offered.kind, offered.too_long), (kind, false));
        world.run_for(2_000);
        assert!(
            world.node(Who::Console).clipboards.is_empty(),
            "only when it is asked for"
        );
        for _ in 0..2 {
            world.console(ConsoleCommand::FetchClipboard);
            world.run_for(5_000);
            let got = std::mem::take(&mut world.node_mut(Who::Console).clipboards);
            assert_eq!(got.len(), 1);
            match (&got[0], &clip) {
                (Clip::Image(got), Clip::Image(sent)) => assert_eq!(png::decode(got), png::decode(sent)),
                (got, sent) => assert!(got == sent),
            }
            assert_eq!(last_event(&world), event);
        }
    }
}

#[test]
fn what_the_operator_puts_there_is_set_with_what_is_small_and_the_rest_comes_when_somebody_pastes() {
    let mut world = granted(9, &[Capability::ClipboardIn]);
    world.console(ConsoleCommand::PutClipboard {
        text: "手元\u{1b}".to_owned(),
        html: Some("<i>手元</i>".to_owned()),
    });
    world.run_for(1_000);
    let set = world.node(Who::Program).clip_sets.last().expect("set").clone();
    let parts = [
        here(ClipKind::Text, "手元".as_bytes()),
        here(ClipKind::Html, "<i>手元</i>".as_bytes()),
    ];
    assert_eq!(set.parts, parts);
    assert_eq!(last_event(&world), "clipboard_put");

    let long = "w".repeat(CLIPBOARD_AT_ONCE_BYTES + 1);
    world.console(ConsoleCommand::PutClipboard {
        text: "short".to_owned(),
        html: Some(long.clone()),
    });
    world.run_for(3_000);
    let set = world.node(Who::Program).clip_sets.last().expect("set").clone();
    assert_eq!(set.parts, [here(ClipKind::Text, b"short"), later(ClipKind::Html)]);
    assert!(world.node(Who::Program).clip_came.is_empty(), "nobody pasted");
    for _ in 0..2 {
        // Two programs paste at the same time, and somebody once more.
        pastes(&mut world, set.number, ClipKind::Html);
        pastes(&mut world, set.number, ClipKind::Html);
        world.run_for(2_000);
        let came = std::mem::take(&mut world.node_mut(Who::Program).clip_came);
        assert_eq!(came.len(), 1);
        assert!(came[0].data.as_deref() == Some(long.as_bytes()));
    }

    let png = picture(500, 300);
    assert!(png.len() > CLIPBOARD_AT_ONCE_BYTES);
    puts_picture(&mut world, png.clone()).expect("allowed");
    world.run_for(1_000);
    assert_eq!(last_event(&world), "clipboard_put_image");
    let set = world.node(Who::Program).clip_sets.last().expect("set").clone();
    assert_eq!(set.parts, [later(ClipKind::Image)]);
    pastes(&mut world, set.number - 1, ClipKind::Text);
    pastes(&mut world, set.number, ClipKind::Image);
    world.run_for(5_000);
    let came = &world.node(Who::Program).clip_came;
    assert_eq!(
        (came.len(), &came[0].data),
        (2, &None),
        "what is not offered any more"
    );
    assert!(came[1].data.as_ref() == Some(&png));
}

#[test]
fn what_is_too_long_or_no_picture_stays_where_it_is() {
    let mut world = granted(10, &BOTH);
    world.console(put(&"x".repeat((1 << 20) + 1)));
    assert_eq!(
        world.console_view().notice.expect("told").code,
        "clipboard_too_long"
    );
    let mut bomb = picture(1, 1);
    bomb.splice(16..24, [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    puts_picture(&mut world, bomb).expect("told as well");
    assert!(puts_picture(&mut world, b"GIF89a".to_vec()).is_err());
    world.run_for(500);
    assert!(world.node(Who::Program).clip_sets.is_empty());
    world.with_agent(Who::Program, |agent, now| {
        agent.copied_too_long(now, ClipKind::Image);
    });
    world.run_for(300);
    let offered = world.console_view().clipboard.offered.expect("told of");
    assert!(offered.too_long && offered.kind == "image");
    world.console(ConsoleCommand::FetchClipboard);
    world.run_for(1_000);
    assert!(world.node(Who::Console).clipboards.is_empty());
}

#[test]
fn a_pause_in_the_middle_forgets_it_at_both_ends_and_whoever_pastes_does_not_wait() {
    let mut world = granted(11, &BOTH);
    copies(&mut world, Clip::text("y".repeat(900_000)));
    world.console(put(&"z".repeat(900_000)));
    world.run_for(300);
    let set = world.node(Who::Program).clip_sets.last().expect("set").clone();
    world.console(ConsoleCommand::FetchClipboard);
    pastes(&mut world, set.number, ClipKind::Text);
    world.run_for(60);
    world.agent(Who::Program, AgentCommand::Pause { paused: true });
    world.run_for(3_000);
    let came = std::mem::take(&mut world.node_mut(Who::Program).clip_came);
    assert_eq!((came.len(), &came[0].data), (1, &None));
    pastes(&mut world, set.number, ClipKind::Text);
    world.agent(Who::Program, AgentCommand::Pause { paused: false });
    pastes(&mut world, set.number, ClipKind::Text);
    world.run_for(10_000);
    let came = &world.node(Who::Program).clip_came;
    assert!(came.len() == 2 && came.iter().all(|came| came.data.is_none()));
    assert!(world.node(Who::Console).clipboards.is_empty());
    let view = world.console_view();
    assert_eq!(
        (view.clipboard.offered, view.clipboard.going_percent),
        (None, None)
    );
    assert!(
        view.program.expect("still there").present,
        "nobody was blamed for it"
    );
    copies(&mut world, Clip::text("after the pause"));
    world.console(ConsoleCommand::FetchClipboard);
    world.run_for(1_000);
    assert_eq!(
        world.node(Who::Console).clipboards,
        [Clip::text("after the pause")]
    );
}

#[test]
fn the_operator_hears_that_another_program_holds_the_clipboard() {
    let mut world = granted(27, &[Capability::ClipboardIn]);
    world.console(put("text"));
    world.run_for(500);
    world.with_agent(Who::Program, temoto_session::Agent::clipboard_busy);
    world.run_for(500);
    assert_eq!(world.console_view().notice.expect("told").code, "clipboard_busy");
}

#[test]
fn a_copy_survives_a_cut_of_the_line_once() {
    let mut world = granted(12, &[Capability::ClipboardIn]);
    let text = "w".repeat(500_000);
    world.console(put(&text));
    world.run_for(300);
    let set = world.node(Who::Program).clip_sets.last().expect("set").clone();
    pastes(&mut world, set.number, ClipKind::Text);
    world.run_for(20);
    world.cut();
    world.run_for(2_000);
    world.line_up = true;
    world.run_for(20_000);
    let came = &world.node(Who::Program).clip_came;
    assert!(
        came.len() == 1 && came[0].data.as_deref() == Some(text.as_bytes()),
        "exactly once"
    );
}

fn message(body: Body) -> Misbehavior {
    let message = proto::Clipboard { body: Some(body) };
    Misbehavior::Message(Channel::Clipboard, message.encode_to_vec())
}

fn flood(world: &mut World, from: Who, bodies: impl Iterator<Item = Body>) {
    for body in bodies {
        match from {
            Who::Console => {
                world.with_console(|console, now| console.misbehave(now, Role::Program, &message(body)));
            }
            Who::Page | Who::Program | Who::Other => {
                world.with_agent(from, |agent, now| agent.misbehave(now, message(body)));
            }
        }
        world.run_for(20);
    }
    world.run_for(2_000);
}

fn is_there(world: &World) -> bool {
    world.console_view().program.is_some_and(|end| end.present)
}

fn offer(number: u32, kind: ClipKind, bytes: u32) -> Body {
    let kind = kind.to_proto();
    let parts = vec![ClipPart { kind, bytes }];
    Body::Offer(ClipOffer { number, parts })
}

fn piece(number: u32, at: u32, data: Vec<u8>) -> Body {
    let kind = ClipKind::Image.to_proto();
    Body::Piece(ClipPiece {
        number,
        at,
        data,
        kind,
    })
}

#[test]
fn an_end_that_sends_what_nobody_asked_for_is_parted_with_and_nothing_of_it_is_set() {
    for from in [Who::Console, Who::Program] {
        let mut world = granted(13, &BOTH);
        let bodies = (0..12).flat_map(|n| {
            let pieces = (0..4).map(move |k| piece(n, k * 16_384, vec![1; 16_384]));
            [offer(n, ClipKind::Image, 30 << 20)].into_iter().chain(pieces)
        });
        flood(&mut world, from, bodies);
        assert!(!is_there(&world), "{from:?}");
        assert!(world.node(Who::Console).clipboards.is_empty());
        let sets: &[ClipSet] = &world.node(Who::Program).clip_sets;
        assert!(sets.iter().all(|set| set.parts == [later(ClipKind::Image)]));
    }
}

#[test]
fn what_is_called_a_picture_and_is_none_is_not_handed_on() {
    let mut world = granted(14, &BOTH);
    let mut bomb = picture(1, 1);
    bomb.splice(16..24, [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let broken = picture(20, 20)[..200].to_vec();
    let mut number = 100;
    for data in [bomb, broken, b"GIF89a".to_vec()] {
        let bytes = u32::try_from(data.len()).expect("short");
        for _ in 0..4 {
            number += 1;
            // To the program it comes by itself, to the console when the operator asks.
            let offer = || offer(number, ClipKind::Image, bytes);
            flood(&mut world, Who::Program, [offer()].into_iter());
            // Once it was parted with, there is nobody to ask.
            let _gone = world.try_console(ConsoleCommand::FetchClipboard);
            flood(
                &mut world,
                Who::Program,
                [piece(number, 0, data.clone())].into_iter(),
            );
        }
    }
    assert!(world.node(Who::Console).clipboards.is_empty());
    assert!(!is_there(&world), "parted with after ten of them");
}

#[test]
fn a_flood_of_offers_and_questions_costs_no_more_than_the_newest() {
    let mut world = granted(15, &BOTH);
    copies(&mut world, Clip::text("n".repeat(200_000)));
    let number = world.console_view().clipboard.offered.expect("offered").number;
    let fetch = || {
        let kinds = vec![ClipKind::Text.to_proto(); 500];
        Body::Fetch(ClipFetch { number, kinds })
    };
    flood(&mut world, Who::Console, std::iter::repeat_with(fetch).take(50));
    // Nobody asked for what came of it: the console is not fooled either.
    assert!(world.node(Who::Console).clipboards.is_empty());

    let mut world = granted(16, &BOTH);
    flood(
        &mut world,
        Who::Program,
        (1..300).map(|n| offer(n, ClipKind::Image, 1 << 25)),
    );
    assert!(is_there(&world), "a busy customer is no crime");
    assert_eq!(
        world.console_view().clipboard.offered.expect("the newest").number,
        299
    );
    flood(
        &mut world,
        Who::Console,
        (1..300).map(|n| offer(n, ClipKind::Html, 10)),
    );
    assert!(!is_there(&world), "an offer without its text is");
}
