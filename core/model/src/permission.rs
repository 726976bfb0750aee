//! Who may use which function, and who decided it. An organisation, its groups and each person may say allow, deny or
//! nothing about each function; the answer is the nearest word: the person's own, else the groups', else the
//! organisation's, else what is usual, which is to allow.
//!
//! Of several groups of one person that speak about a function, a denial wins: whoever is put into one more group to
//! be kept from something is kept from it. Named is the first group that said what the answer is, in the order in
//! which the groups are given (by name, as lists show them). Being an administrator changes no answer.
//!
//! What a licence is for is another question ([`crate::licence::Function`]).

use std::collections::BTreeMap;

use crate::{GroupId, OrganisationId, UserId};

/// Most groups of an organisation.
pub const GROUPS: u32 = 200;
/// Most people of a group.
pub const MEMBERS: u32 = 2_000;

/// A function that a person may be kept from: those there are. What is built later brings its own.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Permission {
    /// Starting one-time sessions.
    OneTime,
    /// Mouse and keyboard of the customer's computer.
    Control,
    /// Writing in the chat.
    Chat,
    /// Transfer of files.
    Files,
    /// Putting text on the customer's clipboard.
    ClipboardIn,
    /// Taking what the customer copied.
    ClipboardOut,
    /// Pictures of the customer's screen.
    Screenshot,
    /// Showing a screen of the own to the customer.
    ShowScreen,
    /// Seeing which sessions people of the same groups run.
    GroupSessions,
}

impl Permission {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 9] = [
        Self::OneTime,
        Self::Control,
        Self::Chat,
        Self::Files,
        Self::ClipboardIn,
        Self::ClipboardOut,
        Self::Screenshot,
        Self::ShowScreen,
        Self::GroupSessions,
    ];

    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneTime => "one_time",
            Self::Control => "control",
            Self::Chat => "chat",
            Self::Files => "files",
            Self::ClipboardIn => "clipboard_in",
            Self::ClipboardOut => "clipboard_out",
            Self::Screenshot => "screenshot",
            Self::ShowScreen => "show_screen",
            Self::GroupSessions => "group_sessions",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What somebody said about a function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Setting {
    /// It may be used.
    Allow,
    /// It may not.
    Deny,
}

impl Setting {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allow, Self::Deny]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// What one organisation, group or person said; what it said nothing about is not in it.
pub type Settings = BTreeMap<Permission, Setting>;

/// A group with what it said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupSettings {
    /// Which.
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// What it said.
    pub settings: Settings,
}

/// Everything that was said about one person (or, with less of it, about a group or an organisation).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// By or for the person alone.
    pub own: Settings,
    /// By the person's groups, in the order of lists.
    pub groups: Vec<GroupSettings>,
    /// By the organisation.
    pub organisation: Settings,
}

/// Who decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decider {
    /// A setting of the person.
    User,
    /// A setting of this group.
    Group(GroupId),
    /// A setting of the organisation.
    Organisation,
    /// Nobody said anything.
    Default,
}

/// Whether somebody may, and who decided it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision {
    /// Whether the function may be used.
    pub allowed: bool,
    /// Who decided it.
    pub by: Decider,
}

impl Decision {
    const fn new(setting: Setting, by: Decider) -> Self {
        Self {
            allowed: matches!(setting, Setting::Allow),
            by,
        }
    }
}

impl Rules {
    /// The answer for one function.
    #[must_use]
    pub fn decide(&self, permission: Permission) -> Decision {
        if let Some(&own) = self.own.get(&permission) {
            return Decision::new(own, Decider::User);
        }
        let said = |setting: Setting| {
            let mut groups = self.groups.iter();
            let group = groups.find(|group| group.settings.get(&permission) == Some(&setting))?;
            Some(Decision::new(setting, Decider::Group(group.id)))
        };
        if let Some(decision) = said(Setting::Deny).or_else(|| said(Setting::Allow)) {
            return decision;
        }
        match self.organisation.get(&permission) {
            Some(&setting) => Decision::new(setting, Decider::Organisation),
            None => Decision::new(Setting::Allow, Decider::Default),
        }
    }

    /// The functions that may be used.
    pub fn allowed(&self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(|&permission| self.decide(permission).allowed)
    }
}

/// Whose settings are read or changed, always within one organisation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Whose {
    /// The organisation's own.
    Organisation(OrganisationId),
    /// Those of a group.
    Group(OrganisationId, GroupId),
    /// Those of a person.
    User(OrganisationId, UserId),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(n: u8, settings: Settings) -> GroupSettings {
        GroupSettings {
            id: GroupId::from_bytes([n; 16]),
            name: n.to_string(),
            settings,
        }
    }

    fn one(setting: Option<Setting>) -> Settings {
        setting
            .map(|setting| (Permission::Files, setting))
            .into_iter()
            .collect()
    }

    #[test]
    fn the_nearest_word_counts_and_among_groups_a_denial() {
        const A: Option<Setting> = Some(Setting::Allow);
        const D: Option<Setting> = Some(Setting::Deny);
        let by_group = |n| Decider::Group(GroupId::from_bytes([n; 16]));
        let table = [
            (None, [None, None, None], None, true, Decider::Default),
            (None, [None, None, None], D, false, Decider::Organisation),
            (None, [None, None, None], A, true, Decider::Organisation),
            (None, [None, A, A], D, true, by_group(1)),
            (None, [A, D, D], A, false, by_group(1)),
            (None, [None, None, D], A, false, by_group(2)),
            (A, [D, D, D], D, true, Decider::User),
            (D, [A, A, A], A, false, Decider::User),
        ];
        for (own, groups, organisation, allowed, by) in table {
            let numbered = (0..).zip(groups);
            let rules = Rules {
                own: one(own),
                groups: numbered.map(|(n, setting)| group(n, one(setting))).collect(),
                organisation: one(organisation),
            };
            assert_eq!(
                rules.decide(Permission::Files),
                Decision { allowed, by },
                "{rules:?}"
            );
            // What is said about one function says nothing about another.
            let other = rules.decide(Permission::Chat);
            assert_eq!(other, Decision::new(Setting::Allow, Decider::Default));
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_name(permission.as_str()), Some(permission));
        }
        for setting in [Setting::Allow, Setting::Deny] {
            assert_eq!(Setting::from_name(setting.as_str()), Some(setting));
        }
        assert_eq!(Permission::from_name("screen"), None);
        assert_eq!(Setting::from_name(""), None);
    }

    fn settings() -> impl Strategy<Value = Settings> {
        let said = proptest::collection::vec(0_u8..3, Permission::ALL.len());
        said.prop_map(|said| {
            let pairs = Permission::ALL.into_iter().zip(said);
            pairs
                .filter_map(|(permission, word)| match word {
                    0 => None,
                    1 => Some((permission, Setting::Allow)),
                    _ => Some((permission, Setting::Deny)),
                })
                .collect()
        })
    }

    fn rules() -> impl Strategy<Value = Rules> {
        let groups = proptest::collection::vec(settings(), 0..5);
        (settings(), groups, settings()).prop_map(|(own, groups, organisation)| Rules {
            own,
            groups: (0..).zip(groups).map(|(n, said)| group(n, said)).collect(),
            organisation,
        })
    }

    proptest! {
        #[test]
        fn whoever_is_named_said_what_the_answer_is(rules in rules()) {
            for permission in Permission::ALL {
                let decision = rules.decide(permission);
                let setting = if decision.allowed { Setting::Allow } else { Setting::Deny };
                let said = match decision.by {
                    Decider::User => rules.own.get(&permission),
                    Decider::Group(id) => {
                        prop_assert!(!rules.own.contains_key(&permission));
                        let group = rules.groups.iter().find(|group| group.id == id).unwrap();
                        group.settings.get(&permission)
                    }
                    Decider::Organisation => {
                        prop_assert!(rules.groups.iter().all(|g| !g.settings.contains_key(&permission)));
                        rules.organisation.get(&permission)
                    }
                    Decider::Default => {
                        prop_assert!(decision.allowed && !rules.organisation.contains_key(&permission));
                        continue;
                    }
                };
                prop_assert_eq!(said, Some(&setting));
            }
        }

        #[test]
        fn the_order_of_groups_changes_no_answer(rules in rules(), turn in 0_usize..5) {
            let mut turned = rules.clone();
            let by = turn.min(turned.groups.len());
            turned.groups.rotate_left(by);
            prop_assert!(rules.allowed().eq(turned.allowed()));
        }

        #[test]
        fn one_more_denial_never_allows_anything(rules in rules(), whose in 0_usize..7, which in 0_usize..9) {
            let permission = Permission::ALL[which];
            let mut stricter = rules.clone();
            let groups = stricter.groups.len();
            let settings = match whose {
                0 => &mut stricter.own,
                1 => &mut stricter.organisation,
                n if n - 2 < groups => &mut stricter.groups[n - 2].settings,
                _ => {
                    stricter.groups.push(group(9, Settings::new()));
                    &mut stricter.groups[groups].settings
                }
            };
            settings.insert(permission, Setting::Deny);
            for one in Permission::ALL {
                prop_assert!(rules.decide(one).allowed || !stricter.decide(one).allowed);
            }
        }
    }
}
