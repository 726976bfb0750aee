//! What a pair promises: see "What is promised" in `docs/protocol.md`.

use temoto_wire::relay::Role;

use crate::view::Level;

/// Number of the capability by which a build says that it is signed.
pub const SIGNED: u16 = 1;

/// High only with signed programs at both ends and the code typed into the program; everything else is Standard.
#[must_use]
pub const fn level(console_signed: bool, agent_signed: bool, agent: Role, by_code: bool) -> Level {
    if console_signed && agent_signed && by_code && matches!(agent, Role::Program) {
        Level::High
    } else {
        Level::Standard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signed_programs_at_both_ends_with_a_typed_code_are_high() {
        let mut high = 0;
        for console in [false, true] {
            for agent in [false, true] {
                for role in [Role::Page, Role::Program] {
                    for code in [false, true] {
                        if level(console, agent, role, code) == Level::High {
                            assert!(console && agent && code && role == Role::Program);
                            high += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(high, 1);
    }
}
