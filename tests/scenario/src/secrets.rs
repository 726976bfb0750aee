//! What must not come out of a session, and the search for it in all that a relay saw.

use crate::World;

/// What the customer writes.
pub const SAID: &str = "CANARY-customer-印刷できません";
/// The operator's answer.
pub const ANSWERED: &str = "CANARY-operator-見てみましょう";
/// What the operator types on the customer's computer.
pub const TYPED: &str = "CANARY-typed-パスワード";
/// What that computer is called.
pub const COMPUTER: &str = "keiri-03";
/// A color that the codec has to carry; in no order of its bytes does it pass.
pub const COLOR: u32 = 0x00C0_FFEE;

/// Whether the one is in the other.
pub fn finds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Everything secret of this session, with a name each.
pub fn canaries(digits: &str, token: Option<&str>) -> Vec<(&'static str, Vec<u8>)> {
    let mut all: Vec<(&'static str, Vec<u8>)> = vec![
        ("customer's chat", SAID.into()),
        ("operator's chat", ANSWERED.into()),
        ("typed text", TYPED.into()),
        ("computer", COMPUTER.into()),
        ("digits", digits.into()),
        (
            "digits with a space",
            format!("{} {}", &digits[..4], &digits[4..]).into_bytes(),
        ),
        ("pixels", COLOR.to_le_bytes()[..3].repeat(4)),
        ("pixels with a fourth byte", COLOR.to_le_bytes().repeat(4)),
    ];
    if let Some(token) = token {
        let parsed = temoto_crypto::token::Token::parse(token).expect("a token");
        all.push(("token", token.into()));
        all.push(("token's bytes", parsed.expose().to_vec()));
    }
    all
}

/// Looks for them in all that the relay ever saw.
pub fn nothing_came_out(world: &World, digits: &str, token: Option<&str>, seed: u64) {
    for (name, canary) in canaries(digits, token) {
        for message in &world.relay.seen {
            assert!(!finds(message, &canary), "seed {seed}: {name} passed the relay");
        }
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Rect;
    use temoto_session::permission::Capability;
    use temoto_session::{AgentCommand, ConsoleCommand};

    use super::*;
    use crate::Who;

    #[test]
    fn the_scanner_finds_what_the_ends_hold() {
        let mut world = World::new(90_000);
        let digits = world.digits();
        let waiting = world.node(Who::Console).stored.clone().expect("stored");
        assert!(finds(waiting.as_bytes(), digits.as_bytes()));
        world.join_page();
        let token = world.token();
        world.join_program();
        world.agent(
            Who::Page,
            AgentCommand::Chat {
                text: SAID.to_owned(),
            },
        );
        world.console(ConsoleCommand::Chat {
            text: ANSWERED.to_owned(),
        });
        world.agent(
            Who::Program,
            AgentCommand::Allow {
                capabilities: Capability::FIRST.to_vec(),
            },
        );
        world.paint(Who::Program, Rect::new(0, 0, 100, 100), COLOR);
        world.run_for(1_000);
        world.console(ConsoleCommand::Control { active: true });
        world.console(ConsoleCommand::Text {
            text: TYPED.to_owned(),
        });
        world.run_for(1_000);
        assert!(world.picture_is_exact());
        let desktop = world.node(Who::Program).desktop.as_ref().expect("a screen");
        let held = [
            world
                .node(Who::Console)
                .stored
                .clone()
                .expect("stored")
                .into_bytes(),
            digits.clone().into_bytes(),
            format!("{:?}", world.node(Who::Program).injected).into_bytes(),
            desktop
                .pixels()
                .iter()
                .flat_map(|pixel| pixel.to_le_bytes())
                .collect(),
        ]
        .concat();
        for name in [
            "customer's chat",
            "operator's chat",
            "typed text",
            "computer",
            "digits",
            "token",
            "pixels with a fourth byte",
        ] {
            let (_, canary) = canaries(&digits, Some(&token))
                .into_iter()
                .find(|(n, _)| *n == name)
                .expect("listed");
            assert!(finds(&held, &canary), "{name}");
        }
        nothing_came_out(&world, &digits, Some(&token), 90_000);
    }
}
