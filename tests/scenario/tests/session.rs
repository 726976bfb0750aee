//! The main job, as a story: code, page, chat, token, program, permission, picture, keys, end.

use temoto_geometry::Rect;
use temoto_scenario::{Who, World};
use temoto_session::channel::input::Injection;
use temoto_session::permission::Capability;
use temoto_session::{AgentCommand, ConsoleCommand};

fn texts(lines: &[temoto_session::channel::chat::Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_customer_joins_by_code_and_chats_before_anything_is_shared() {
    let mut world = World::new(1);
    world.join_page();
    let view = world.agent_view(Who::Page);
    let operator = view.operator.expect("known");
    assert!(operator.confirmed);
    assert_eq!(operator.name, "佐藤 花子");
    assert!(world.console_view().code.is_none(), "the code is spent");

    world.agent(
        Who::Page,
        AgentCommand::Chat {
            text: "印刷できません".to_owned(),
        },
    );
    world.run_for(200);
    world.console(ConsoleCommand::Chat {
        text: "見てみましょう".to_owned(),
    });
    world.run_for(200);
    for lines in [world.console_view().chat, world.agent_view(Who::Page).chat] {
        assert_eq!(
            texts(&lines),
            ["customer_joined", "印刷できません", "見てみましょう"]
        );
    }
    assert!(world.console_view().granted.is_empty());
}

#[test]
fn a_program_joins_by_its_token_and_the_operator_sees_and_operates() {
    let mut world = World::new(2);
    world.join_page();
    world.join_program();
    assert!(world.console_view().waiting_for_permission);
    assert_eq!(world.console_view().program.expect("there").computer, "keiri-03");
    assert_eq!(
        world.agent_view(Who::Page).program.expect("there").computer,
        "keiri-03"
    );
    assert_eq!(
        world.node(Who::Program).captures,
        0,
        "nothing is taken before it is allowed"
    );

    world.agent(
        Who::Program,
        AgentCommand::Allow {
            capabilities: Capability::FIRST.to_vec(),
        },
    );
    world.paint(Who::Program, Rect::new(10, 10, 50, 40), 0x00_33_66_99);
    world.run_for(500);
    assert!(world.picture_is_exact());
    assert_eq!(world.console_view().granted, Capability::FIRST);

    world.console(ConsoleCommand::Control { active: true });
    assert!(world.console_view().controlling);
    world.console(ConsoleCommand::Key {
        code: "KeyA".to_owned(),
        down: true,
    });
    world.console(ConsoleCommand::Key {
        code: "KeyA".to_owned(),
        down: false,
    });
    world.console(ConsoleCommand::Text {
        text: "日本語".to_owned(),
    });
    world.run_for(200);
    let injected = &world.node(Who::Program).injected;
    assert!(matches!(
        injected[..],
        [
            Injection::Key { down: true, .. },
            Injection::Key { down: false, .. },
            Injection::Text(_)
        ]
    ));

    world.console(ConsoleCommand::End);
    world.run_for(500);
    for who in [Who::Page, Who::Program] {
        assert_eq!(world.agent_view(who).phase, "ended", "{who:?}");
        assert!(world.node(who).stored.is_none());
        assert!(world.node(who).roots.is_empty());
    }
    assert!(world.node(Who::Console).stored.is_none());
}

#[test]
fn a_still_screen_costs_nothing() {
    let mut world = World::shared(3);
    world.run_for(2_000);
    let captures = world.node(Who::Program).captures;
    let seen = world.relay.seen.len();
    world.run_for(10_000);
    assert_eq!(world.node(Who::Program).captures, captures);
    let echoes = world.relay.seen.len() - seen;
    assert!(echoes <= 2 * 2 * 5, "only echoes pass, not {echoes} messages");
}

#[test]
fn three_wrong_secrets_burn_the_code() {
    let mut world = World::new(4);
    let right = world.digits();
    let wrong = format!(
        "{}{:04}",
        &right[..4],
        (right[4..].parse::<u32>().expect("digits") + 1) % 10_000
    );
    for n in 1..=3 {
        world.add_agent(Who::Page, temoto_wire::relay::Role::Page);
        world.press_connect(&wrong);
        world.run_for(1_000);
        let view = world.agent_view(Who::Page);
        assert_eq!((view.phase, view.reason), ("refused", Some("wrong")));
        let code = world.console_view().code;
        assert_eq!(code.map(|c| c.failures), (n < 3).then_some(n));
    }
    assert_eq!(world.console_view().notice.expect("told").code, "code_burnt");
    assert_eq!(world.node(Who::Console).codes_wanted, 1);
}
