//! Nothing is lost: cuts, restarts, reloads, second programs, changed minds.

use std::cell::RefCell;
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_geometry::Rect;
use temoto_scenario::play::{
    customer_writes, goes_on, holding, nothing_is_pressed, operator_writes, press, pressed, written,
};
use temoto_scenario::{HOST, Who, World};
use temoto_session::channel::chat::From;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

/// A number whose console is away for a moment is answered like any other that is not in use: the customer presses again.
fn insist(world: &mut World, digits: &str) {
    for _ in 0..10 {
        world.run_for(3_000);
        if world.agent_view(Who::Page).phase != "refused" {
            break;
        }
        world.press_connect(digits);
    }
}

#[test]
fn a_cut_of_ten_seconds_is_survived_without_a_click() {
    let mut world = holding(1);
    operator_writes(&mut world, "sent into the cut");
    world.cut();
    nothing_is_pressed(&world);
    world.run_for(5_000);
    customer_writes(&mut world, "written while cut");
    assert!(
        world
            .console_view()
            .program
            .expect("known")
            .lost_since_ms
            .is_some()
    );
    world.run_for(5_000);
    world.line_up = true;
    world.run_for(8_000);
    assert!(world.console_view().program.expect("known").present);
    goes_on(&mut world);
    nothing_is_pressed(&world);
}

#[test]
fn a_line_that_silently_dies_is_noticed_and_survived() {
    let mut world = World::shared(2);
    world.relay.forger = Some(Box::new(|_, _| Vec::new()));
    world.run_for(15_000);
    world.relay.forger = None;
    world.run_for(20_000);
    goes_on(&mut world);
}

#[test]
fn a_reloaded_console_goes_on() {
    let mut world = holding(3);
    operator_writes(&mut world, "before");
    world.run_for(200);
    world.reload(Who::Console);
    world.run_for(3_000);
    nothing_is_pressed(&world);
    let view = world.console_view();
    assert!(!view.controlling, "control has to be pressed again");
    assert_eq!(view.granted, Capability::FIRST);
    assert!(view.asked.is_empty() && !view.waiting_for_permission);
    assert!(
        world.agent_view(Who::Program).asked.is_empty(),
        "nobody is asked again"
    );
    assert_eq!(view.displays.len(), 1);
    goes_on(&mut world);
}

#[test]
fn a_reloaded_console_does_not_ask_again_for_what_was_declined() {
    let mut world = World::new(4);
    world.join_page();
    world.join_program();
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: vec![Capability::View],
        },
    );
    world.run_for(500);
    assert!(world.console_view().asked.is_empty());
    world.reload(Who::Console);
    world.run_for(3_000);
    assert_eq!(world.console_view().granted, [Capability::View]);
    assert!(world.agent_view(Who::Program).asked.is_empty());
    // The customer said no to it: that rests for a while, over a reload too.
    world.console(ConsoleCommand::Control { active: true });
    world.run_for(7_000);
    assert!(world.agent_view(Who::Program).asked.is_empty());
    world.console(ConsoleCommand::Control { active: true });
    world.run_for(500);
    assert_eq!(
        world.agent_view(Who::Program).asked,
        [Capability::Control],
        "a click asks"
    );
}

#[test]
fn a_reloaded_join_page_goes_on() {
    let mut world = World::shared(5);
    customer_writes(&mut world, "before");
    world.run_for(200);
    world.reload(Who::Page);
    world.run_for(3_000);
    let view = world.agent_view(Who::Page);
    assert_eq!(view.phase, "paired");
    assert!(view.operator.expect("known").confirmed);
    assert!(view.download_name.is_some() && view.program.is_some());
    goes_on(&mut world);
}

#[test]
fn a_program_that_was_closed_and_started_again_needs_one_click() {
    let mut world = World::shared(6);
    let token = world.token();
    world.kill(Who::Program);
    world.run_for(2_000);
    world.start_program(Who::Program, token);
    world.run_for(2_000);
    let view = world.agent_view(Who::Program);
    assert_eq!((view.phase, view.reason), ("refused", Some("token_asks")));
    assert_eq!(
        world.console_view().notice.expect("told").code,
        "program_asks_again"
    );
    world.console(ConsoleCommand::Rearm);
    world.run_for(6_000);
    assert_eq!(world.agent_view(Who::Program).phase, "paired");
    assert!(
        world.console_view().granted.is_empty(),
        "consent is not remembered"
    );
    assert!(world.console_view().notice.is_none());
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(1_000);
    goes_on(&mut world);
}

#[test]
fn a_program_asks_again_after_the_token_and_the_console_grew_old() {
    let mut world = World::shared(7);
    let token = world.token();
    world.run_for(16 * 60_000);
    world.reload(Who::Console);
    world.run_for(1_000);
    world.reload(Who::Console);
    // The console armed it anew when it came back; that must not be what the relay knows it by.
    world.run_for(16 * 60_000);
    world.kill(Who::Program);
    world.run_for(1_000);
    world.start_program(Who::Program, token);
    world.run_for(1_000);
    assert_eq!(
        world.console_view().notice.expect("told").code,
        "program_asks_again"
    );
    world.console(ConsoleCommand::Rearm);
    world.run_for(6_000);
    assert_eq!(world.agent_view(Who::Program).phase, "paired");
}

#[test]
fn a_second_program_with_the_same_token_reads_that_it_is_used() {
    let mut world = World::shared(8);
    let token = world.token();
    world.start_program(Who::Other, token);
    world.run_for(1_000);
    let view = world.agent_view(Who::Other);
    assert_eq!((view.phase, view.reason), ("refused", Some("token_asks")));
    assert_eq!(
        world.console_view().notice.expect("told").code,
        "token_used_twice"
    );
    let program = world.agent_view(Who::Page).program.expect("the first one");
    assert!(program.already_used && program.present);
    goes_on(&mut world);
    world.run_for(11 * 60_000);
    assert_eq!(world.agent_view(Who::Other).reason, Some("wrong"), "it gives up");
}

#[test]
fn chat_arrives_exactly_once_over_random_cuts_at_any_moment() {
    for seed in 0..200 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut world = World::new(1_000 + seed);
        let digits = world.digits();
        world.start_page(Who::Page, HOST, digits.clone());
        let (mut said, mut answered) = (Vec::new(), Vec::new());
        for n in 0..6 {
            world.run_for(u64::from(rng.next_u32() % 700));
            if world.agent_view(Who::Page).phase == "paired" {
                for part in 0..2 {
                    let text = format!("{n}.{part} はい");
                    customer_writes(&mut world, &text);
                    said.push(text);
                }
            }
            let text = format!("{n} いいえ");
            operator_writes(&mut world, &text);
            answered.push(text);
            world.run_for(u64::from(rng.next_u32() % 90));
            world.cut();
            world.run_for(u64::from(rng.next_u32() % 12_000));
            world.line_up = true;
            if rng.next_u32().is_multiple_of(2) {
                insist(&mut world, &digits);
            }
        }
        insist(&mut world, &digits);
        world.run_for(90_000);
        let (console, page) = (world.console_view(), world.agent_view(Who::Page));
        assert_eq!(page.phase, "paired", "seed {seed}");
        let arrived: Vec<String> = console
            .chat
            .iter()
            .filter(|line| line.from == From::Customer)
            .map(|line| line.text.clone())
            .collect();
        assert_eq!(arrived, said, "seed {seed}");
        assert_eq!(written(&page.chat, From::Customer), said, "seed {seed}");
        assert_eq!(written(&page.chat, From::Operator), answered, "seed {seed}");
        for line in console.chat.iter().chain(&page.chat) {
            assert_eq!(
                line.state,
                temoto_session::channel::chat::Delivery::Sent,
                "seed {seed}: {line:?}"
            );
        }
        assert!(console.code.is_none(), "seed {seed}: the code is spent");
    }
}

#[test]
fn a_cut_in_any_step_of_a_program_s_pairing_costs_no_click() {
    for at in (0..400).step_by(9) {
        let mut world = World::new(at);
        world.join_page();
        let token = world.token();
        world.start_program(Who::Program, token);
        world.run_for(at);
        world.cut();
        world.run_for(3_000);
        world.line_up = true;
        world.run_for(60_000);
        assert_eq!(world.agent_view(Who::Program).phase, "paired", "cut at {at}");
        assert!(world.console_view().waiting_for_permission, "cut at {at}");
        assert_eq!(
            world.agent_view(Who::Program).asked,
            Capability::FIRST,
            "cut at {at}"
        );
    }
}

#[test]
fn a_reload_in_any_step_of_a_page_s_pairing_leaves_nobody_stuck() {
    for who in [Who::Console, Who::Page] {
        for at in (0..400).step_by(9) {
            let mut world = World::new(at);
            let digits = world.digits();
            world.start_page(Who::Page, HOST, digits.clone());
            world.run_for(at);
            if world.node(who).stored.is_none() {
                continue;
            }
            world.reload(who);
            insist(&mut world, &digits);
            world.run_for(60_000);
            assert_eq!(world.agent_view(Who::Page).phase, "paired", "{who:?} at {at}");
            assert!(world.agent_view(Who::Page).operator_present, "{who:?} at {at}");
            operator_writes(&mut world, "hello");
            world.run_for(500);
            assert_eq!(
                written(&world.agent_view(Who::Page).chat, From::Operator),
                ["hello"]
            );
        }
    }
}

#[test]
fn input_that_was_held_back_is_never_done() {
    use std::cell::RefCell;
    use std::rc::Rc;
    let mut world = World::shared(9);
    world.console(ConsoleCommand::Control { active: true });
    world.run_for(100);
    // The relay holds everything to the agents back for two seconds, from the first key of the run on.
    let held: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
    let keep = Rc::clone(&held);
    world.relay.meddler = Some(Box::new(move |way, agent, bytes| {
        if way == temoto_scenario::Way::ToAgent && agent == 2 {
            keep.borrow_mut().push(bytes);
            Vec::new()
        } else {
            vec![bytes]
        }
    }));
    press(&mut world, "KeyA", true);
    press(&mut world, "KeyA", false);
    world.console(ConsoleCommand::Text {
        text: "late".to_owned(),
    });
    world.run_for(1_000);
    world.relay.meddler = None;
    for bytes in held.borrow_mut().drain(..) {
        world.invent(
            Who::Program,
            temoto_wire::relay::FromServer::Data { from: 0, bytes },
        );
    }
    world.run_for(1_000);
    assert_eq!(world.node(Who::Program).injected, []);
    goes_on(&mut world);
}

#[test]
fn keys_do_not_stay_pressed_when_something_comes_between() {
    type Act = fn(&mut World);
    let acts: [(&str, Act); 9] = [
        ("control is withdrawn", |w| {
            w.agent(
                Who::Program,
                AgentCommand::Withdraw {
                    capability: Capability::Control,
                },
            );
        }),
        ("view is withdrawn", |w| {
            w.agent(
                Who::Program,
                AgentCommand::Withdraw {
                    capability: Capability::View,
                },
            );
        }),
        ("pause", |w| {
            w.agent(Who::Program, AgentCommand::Pause { paused: true });
        }),
        ("blur", |w| w.console(ConsoleCommand::Blur)),
        ("control is given back", |w| {
            w.console(ConsoleCommand::Control { active: false });
        }),
        ("cut", World::cut),
        ("the operator ends", |w| w.console(ConsoleCommand::End)),
        ("the customer ends", |w| {
            w.agent(Who::Program, AgentCommand::End { emergency: true });
        }),
        ("the customer's own hand", |w| {
            w.with_agent(Who::Program, temoto_session::Agent::local_activity);
        }),
    ];
    for (name, act) in acts {
        let mut world = holding(10);
        let abandoned = world.node(Who::Program).abandoned;
        act(&mut world);
        world.run_for(100);
        // Text that is still being typed by then stops; what the operator does by choice is typed to its end.
        let by_choice = ["blur", "control is given back"].contains(&name);
        assert_eq!(
            world.node(Who::Program).abandoned > abandoned,
            !by_choice,
            "{name}"
        );
        assert_eq!(
            pressed(&world.node(Who::Program).injected),
            Vec::<String>::new(),
            "{name}"
        );
        let after = world.node(Who::Program).injected.len();
        press(&mut world, "KeyQ", true);
        world.console(ConsoleCommand::Text { text: "x".to_owned() });
        world.run_for(100);
        if name != "blur" {
            assert_eq!(
                world.node(Who::Program).injected.len(),
                after,
                "{name}: nothing more is done"
            );
        }
    }
}

#[test]
fn a_declined_permission_can_be_given_later() {
    let mut world = World::new(11);
    world.join_page();
    world.join_program();
    world.agent(Who::Program, AgentCommand::Decline);
    world.run_for(500);
    let view = world.console_view();
    assert_eq!(view.notice.expect("told").code, "declined");
    assert!(!view.waiting_for_permission && view.granted.is_empty() && view.picture.is_none());
    assert_eq!(world.node(Who::Program).captures, 0);
    world.run_for(10_000);
    world.console(ConsoleCommand::Ask {
        capabilities: Capability::FIRST.to_vec(),
    });
    world.run_for(500);
    assert_eq!(world.agent_view(Who::Program).asked, Capability::FIRST);
    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.run_for(1_000);
    assert_eq!(world.console_view().displays.len(), 1, "the displays are known");
    goes_on(&mut world);
}

#[test]
fn a_customer_on_a_foreign_host_is_refused_and_shown_but_not_counted() {
    let mut world = World::new(16);
    let digits = world.digits();
    for _ in 0..4 {
        world.start_page(Who::Page, "evil.example.net", digits.clone());
        world.run_for(1_000);
        assert_eq!(world.agent_view(Who::Page).reason, Some("wrong"));
        let view = world.console_view();
        let notice = view.notice.expect("told");
        assert_eq!(
            (notice.code, notice.arguments),
            ("foreign_host", vec!["evil.example.net".to_owned()])
        );
        assert_eq!(view.code.expect("it waits").failures, 0);
    }
    world.join_page();
}

#[test]
fn the_end_reaches_everybody_even_when_it_was_pressed_into_a_cut() {
    let mut world = World::shared(22);
    world.cut();
    world.agent(Who::Program, AgentCommand::End { emergency: true });
    assert_eq!(world.agent_view(Who::Program).phase, "ended");
    assert!(world.agent_view(Who::Program).granted.is_empty());
    let captures = world.node(Who::Program).captures;
    world.line_up = true;
    world.run_for(10_000);
    assert_eq!(
        world.node(Who::Program).captures,
        captures,
        "nothing is shown after the end"
    );
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
}

/// Side of a square of noise, in pixels.
const DOTS: i32 = 80;

#[test]
fn after_a_cut_the_picture_costs_what_changed_and_not_all_of_it() {
    for seed in 0..12 {
        let mut world = World::shared(300 + seed);
        let sent = Rc::new(RefCell::new(0));
        let counter = Rc::clone(&sent);
        world.watcher = Some(Box::new(move |who, message| {
            if who == Who::Program {
                *counter.borrow_mut() += message.encode().len();
            }
        }));
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        // Dots in all colors: no part of the picture is like another.
        for at in 0..DOTS * DOTS {
            let rect = Rect::new(at % DOTS, at / DOTS, 1, 1);
            world.paint(Who::Program, rect, rng.next_u32() & 0x00ff_ffff);
        }
        world.run_for(3_000);
        let whole = sent.take();
        assert!(world.picture_is_exact());
        for cut in 0..5 {
            world.paint(
                Who::Program,
                Rect::new(40 + 9 * cut, 50, 8, 8),
                rng.next_u32() & 0xff_ffff,
            );
            world.run_for(u64::from(rng.next_u32() % 60));
            world.cut();
            world.paint(
                Who::Program,
                Rect::new(9 * cut, 90, 8, 8),
                rng.next_u32() & 0xff_ffff,
            );
            world.run_for(u64::from(rng.next_u32() % 3_000));
            world.line_up = true;
            world.run_for(8_000);
            assert!(world.picture_is_exact(), "seed {seed}, cut {cut}");
        }
        let after = sent.take();
        assert!(
            after * 2 < whole,
            "five cuts took {after} bytes, the picture {whole}"
        );
        goes_on(&mut world);
    }
}
