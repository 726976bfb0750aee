//! What people do in many stories, and what is true of a session that goes on.

use temoto_geometry::Rect;
use temoto_keymap::Code;
use temoto_session::channel::chat::{From, Line};
use temoto_session::channel::input::Injection;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

use crate::{Who, World};

/// The operator writes a line.
pub fn operator_writes(world: &mut World, text: &str) {
    world.console(ConsoleCommand::Chat {
        text: text.to_owned(),
    });
}

/// The server made another code, and the operator's end has it.
pub fn new_code(world: &mut World, routing: &str, secret_digits: usize) {
    world.relay.route(routing);
    let expires_at_ms = world.unix_ms() + 600_000;
    world.console(ConsoleCommand::NewCode {
        routing: routing.to_owned(),
        secret_digits,
        expires_at_ms,
    });
    world.run_for(50);
}

/// The customer writes a line on the page.
pub fn customer_writes(world: &mut World, text: &str) {
    world.agent(
        Who::Page,
        AgentCommand::Chat {
            text: text.to_owned(),
        },
    );
}

/// The customer allows it in the program, and both ends know.
pub fn customer_allows(world: &mut World, capability: Capability) {
    let yes = true;
    world.agent(Who::Program, AgentCommand::Answer { capability, yes });
    world.run_for(300);
}

/// The customer takes it back in the program; the operator's end does not know of it yet.
pub fn customer_withdraws(world: &mut World, capability: Capability) {
    world.agent(Who::Program, AgentCommand::Withdraw { capability });
}

/// A session whose customer allowed the screen and these.
pub fn shared_with(seed: u64, capabilities: &[Capability]) -> World {
    let mut world = World::shared(seed);
    for &capability in capabilities {
        customer_allows(&mut world, capability);
    }
    world
}

/// What people wrote, in order, without the events.
pub fn written(lines: &[Line], by: From) -> Vec<String> {
    lines
        .iter()
        .filter(|line| line.from == by)
        .map(|line| line.text.clone())
        .collect()
}

/// The operator presses or releases a key, by its W3C code.
pub fn press(world: &mut World, code: &str, down: bool) {
    world.console(ConsoleCommand::Key {
        code: code.to_owned(),
        down,
    });
}

/// Keys and buttons that are down after all of this.
pub fn pressed(injected: &[Injection]) -> Vec<String> {
    let mut down = Vec::new();
    for injection in injected {
        let (name, is_down) = match injection {
            Injection::Key { code, down } => (format!("{code:?}"), *down),
            Injection::Button { button, down } => (format!("button {button}"), *down),
            Injection::Pointer { .. } | Injection::Wheel { .. } | Injection::Text(_) => continue,
        };
        down.retain(|other| *other != name);
        if is_down {
            down.push(name);
        }
    }
    down
}

/// Shared, with control, Shift and the left button held by the operator.
pub fn holding(seed: u64) -> World {
    let mut world = World::shared(seed);
    world.console(ConsoleCommand::Control { active: true });
    press(&mut world, "ShiftLeft", true);
    world.console(ConsoleCommand::Button {
        button: 0,
        down: true,
        x: 5,
        y: 5,
        look: None,
    });
    world.run_for(100);
    assert_eq!(pressed(&world.node(Who::Program).injected).len(), 2);
    world
}

/// Whatever was pressed on the customer's computer was let go of.
pub fn nothing_is_pressed(world: &World) {
    assert_eq!(pressed(&world.node(Who::Program).injected), Vec::<String>::new());
}

/// It goes on as if nothing had been: chat, picture, keys.
pub fn goes_on(world: &mut World) {
    world.paint(Who::Program, Rect::new(30, 20, 90, 70), 0x0012_3456);
    operator_writes(world, "まだいますか");
    customer_writes(world, "はい");
    world.run_for(2_000);
    assert!(world.picture_is_exact());
    assert!(world.console_view().picture.is_some());
    let (console, page) = (world.console_view().chat, world.agent_view(Who::Page).chat);
    for by in [From::Operator, From::Customer] {
        assert_eq!(written(&console, by), written(&page, by));
    }
    assert_eq!(
        written(&page, From::Operator).last().map(String::as_str),
        Some("まだいますか")
    );
    assert_eq!(
        written(&console, From::Customer).last().map(String::as_str),
        Some("はい")
    );
    world.console(ConsoleCommand::Control { active: true });
    assert!(world.console_view().controlling);
    let before = world.node(Who::Program).injected.len();
    press(world, "KeyZ", true);
    press(world, "KeyZ", false);
    world.run_for(200);
    let keys = &world.node(Who::Program).injected[before..];
    let expected = [true, false].map(|down| Injection::Key {
        code: Code::KeyZ,
        down,
    });
    assert_eq!(keys, expected);
}

/// Chat on both sides is what was sent, in order, once; all of it, or (`cut_short`) the beginning.
pub fn chat_is_exact(world: &World, said: &[String], answered: &[String], cut_short: bool, seed: u64) {
    let (console, page) = (world.console_view().chat, world.agent_view(Who::Page).chat);
    for (arrived, sent) in [
        (written(&console, From::Customer), said),
        (written(&page, From::Operator), answered),
    ] {
        if cut_short {
            assert!(sent.starts_with(&arrived), "seed {seed}: {arrived:?} of {sent:?}");
        } else {
            assert_eq!(arrived, sent, "seed {seed}");
        }
    }
}
