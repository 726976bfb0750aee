//! Who may do what. An organisation's things exist for its own people only: for others they are not found.

use crate::{ActorId, ApiKeyId, LoginId, OrganisationId, UserId};

/// What a person is in the organisation. An administrator may do all that an operator may.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Helps customers.
    Operator,
    /// Runs the organisation's account.
    Administrator,
}

impl Role {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "operator" => Some(Self::Operator),
            "administrator" => Some(Self::Administrator),
            _ => None,
        }
    }
}

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Anybody, without login.
    Anyone,
    /// Logged in, with at least this role.
    AtLeast(Role),
}

impl Standing {
    /// Whether somebody logged in with `role` (`None`: not logged in) may call.
    #[must_use]
    pub fn admits(self, role: Option<Role>) -> bool {
        match self {
            Self::Anyone => true,
            Self::AtLeast(least) => role.is_some_and(|role| role >= least),
        }
    }
}

/// By what a caller is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    /// A person is logged in.
    Login(LoginId),
    /// A program calls with a key.
    Key(ApiKeyId),
}

/// Who calls: a person that is logged in, or a program with a key of that person's making.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Actor {
    /// The person.
    pub user: UserId,
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// As what.
    pub role: Role,
    /// By what.
    pub by: By,
}

/// Whose a session is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ownership {
    /// The organisation it is counted for.
    pub organisation: OrganisationId,
    /// The operator who runs it.
    pub operator: UserId,
}

impl Actor {
    /// Who it is in the trail: what a key did its maker did not do.
    #[must_use]
    pub fn id(&self) -> ActorId {
        match self.by {
            By::Login(_) => self.user.into(),
            By::Key(key) => key.into(),
        }
    }

    /// Whether it is a program with a key.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        matches!(self.by, By::Key(_))
    }

    /// Whether it is this person, logged in.
    #[must_use]
    pub fn is(&self, user: UserId) -> bool {
        self.user == user && !self.is_key()
    }

    /// Whether this person may work in a session: take codes for it, speak in it.
    #[must_use]
    pub fn may_run(&self, session: &Ownership) -> bool {
        self.organisation == session.organisation && self.is(session.operator)
    }

    /// Whether this person may end a session: the own one, or as an administrator any of the organisation.
    #[must_use]
    pub fn may_end(&self, session: &Ownership) -> bool {
        self.organisation == session.organisation
            && (self.is(session.operator) || self.role == Role::Administrator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(user: u8, organisation: u8, role: Role) -> Actor {
        Actor {
            user: UserId::from_bytes([user; 16]),
            organisation: OrganisationId::from_bytes([organisation; 16]),
            role,
            by: By::Login(LoginId::from_bytes([0; 16])),
        }
    }

    #[test]
    fn an_administrator_ends_sessions_of_the_own_organisation_only() {
        let session = Ownership {
            organisation: OrganisationId::from_bytes([1; 16]),
            operator: UserId::from_bytes([1; 16]),
        };
        let table = [
            (actor(1, 1, Role::Operator), true, true),
            (actor(2, 1, Role::Operator), false, false),
            (actor(2, 1, Role::Administrator), false, true),
            (actor(2, 2, Role::Administrator), false, false),
            // The same person in another organisation is not that person.
            (actor(1, 2, Role::Administrator), false, false),
        ];
        for (who, run, end) in table {
            assert_eq!(
                (who.may_run(&session), who.may_end(&session)),
                (run, end),
                "{who:?}"
            );
        }
    }

    #[test]
    fn a_key_is_not_the_person_who_made_it() {
        let person = actor(1, 1, Role::Administrator);
        let key = Actor {
            by: By::Key(ApiKeyId::from_bytes([7; 16])),
            ..person
        };
        let session = Ownership {
            organisation: person.organisation,
            operator: person.user,
        };
        assert!(person.may_run(&session) && person.is(person.user));
        assert!(!key.may_run(&session) && key.may_end(&session) && !key.is(person.user));
        assert_eq!(person.id(), ActorId::from_bytes([1; 16]));
        assert_eq!(key.id(), ActorId::from_bytes([7; 16]));
    }

    #[test]
    fn standing_is_a_ladder() {
        let roles = [None, Some(Role::Operator), Some(Role::Administrator)];
        let admitted = |s: Standing| roles.map(|r| s.admits(r));
        assert_eq!(admitted(Standing::Anyone), [true, true, true]);
        assert_eq!(admitted(Standing::AtLeast(Role::Operator)), [false, true, true]);
        assert_eq!(
            admitted(Standing::AtLeast(Role::Administrator)),
            [false, false, true]
        );
    }

    #[test]
    fn roles_keep_their_names() {
        for role in [Role::Operator, Role::Administrator] {
            assert_eq!(Role::from_name(role.as_str()), Some(role));
        }
        assert_eq!(Role::from_name("owner"), None);
    }
}
