//! How soon the same question may be asked again: a customer who said no is left in peace for a while, longer with each no.

use std::collections::BTreeMap;

use temoto_wire::proto;

use crate::permission::Capability;

/// A question rests so long after the first, the second and every further no.
const RESTS_MS: [u64; 3] = [10_000, 60_000, 300_000];

/// A capability that was declined or withdrawn.
#[derive(Clone, Copy, Debug)]
struct Rest {
    noes: usize,
    until_ms: u64,
}

/// What the customer said no to, since it was last allowed.
#[derive(Debug, Default)]
pub struct Patience {
    rests: BTreeMap<Capability, Rest>,
}

impl Patience {
    /// The customer declined this.
    pub fn declined(&mut self, now_ms: u64, capability: Capability) {
        let noes = self.rests.get(&capability).map_or(0, |rest| rest.noes) + 1;
        let rest = RESTS_MS[noes.min(RESTS_MS.len()) - 1];
        self.rests.insert(
            capability,
            Rest {
                noes,
                until_ms: now_ms.saturating_add(rest),
            },
        );
    }

    /// The customer took this back. It was allowed before, so it counts as a first no.
    pub fn withdrawn(&mut self, now_ms: u64, capability: Capability) {
        self.rests.remove(&capability);
        self.declined(now_ms, capability);
    }

    /// The customer allowed this: whatever was said before does not count any more.
    pub fn allowed(&mut self, capability: Capability) {
        self.rests.remove(&capability);
    }

    /// Whether a question for this is not to be shown now.
    pub fn rests(&self, now_ms: u64, capability: Capability) -> bool {
        self.rests
            .get(&capability)
            .is_some_and(|rest| now_ms < rest.until_ms)
    }

    /// What rests, and how much longer.
    pub fn to_wire(&self, now_ms: u64) -> Vec<proto::Rest> {
        self.rests
            .iter()
            .filter(|(_, rest)| now_ms < rest.until_ms)
            .map(|(capability, rest)| proto::Rest {
                capability: capability.to_proto(),
                ms: u32::try_from(rest.until_ms - now_ms).unwrap_or(u32::MAX),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_no_makes_the_rest_longer_and_a_yes_forgets_them() {
        let mut patience = Patience::default();
        let control = Capability::Control;
        assert!(!patience.rests(0, control));
        let mut now = 0;
        for ms in [10_000, 60_000, 300_000, 300_000] {
            patience.declined(now, control);
            assert!(patience.rests(now + ms - 1, control));
            assert_eq!(patience.to_wire(now)[0].ms, u32::try_from(ms).unwrap());
            assert!(!patience.rests(now + ms, control));
            now += ms;
        }
        assert!(patience.to_wire(now).is_empty());
        patience.allowed(control);
        patience.declined(now, control);
        assert!(!patience.rests(now + 10_000, control));
    }

    #[test]
    fn one_question_that_rests_leaves_the_others_alone() {
        let mut patience = Patience::default();
        patience.withdrawn(5, Capability::Control);
        assert!(patience.rests(6, Capability::Control));
        assert!(!patience.rests(6, Capability::View));
    }
}
