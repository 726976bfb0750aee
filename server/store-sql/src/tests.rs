//! The suite that every database must pass: SQLite on a file, and a PostgreSQL of its own.

/// Makes a test for each database of each of these, which take a [`World`].
macro_rules! on_every_database {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::tests::world().await).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::tests::world_on_postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_every_database;

mod accounts;
mod api_keys;
mod audit;
mod cluster;
mod faults;
mod histories;
mod licences;
mod live;
mod logins;
mod mails;
mod people;
mod permissions;
mod second_factors;
mod sessions;
mod tampering;
mod verifications;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use temoto_model::account::{Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{CodeId, OrganisationId, Role, Secret, SessionId, Timestamp, TokenHash, UserId};
use temoto_store::{Accounts as _, NewCode, NewLogin, NewSession, NewUser};

use crate::SqlStore;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A store with one organisation and one operator.
pub(crate) struct World {
    pub store: SqlStore,
    pub organisation: OrganisationId,
    pub user: UserId,
    pub folder: tempfile::TempDir,
    next: AtomicU64,
}

pub(crate) async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open(&folder.path().join("temoto.db"), true)
        .await
        .unwrap();
    furnish(store, folder).await
}

/// The same on PostgreSQL, in a database that nobody else uses.
pub(crate) async fn world_on_postgres() -> World {
    let url = cluster::database();
    let store = SqlStore::connect(&url).await.unwrap();
    furnish(store, tempfile::tempdir().unwrap()).await
}

async fn furnish(store: SqlStore, folder: tempfile::TempDir) -> World {
    let mut world = World {
        store,
        organisation: OrganisationId::from_bytes([0; 16]),
        user: UserId::from_bytes([0; 16]),
        folder,
        next: AtomicU64::new(1),
    };
    world.organisation = world.add_organisation("Example").await;
    world.user = world.add_user("hanako@example.com").await;
    world
}

impl World {
    pub(crate) fn fresh(&self) -> [u8; 16] {
        let mut id = [0xcd; 16];
        id[..8].copy_from_slice(&self.next.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        id
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of(&format!("{:?}", self.fresh()))
    }

    pub(crate) fn event(&self, kind: AuditKind, at: Timestamp) -> AuditEvent {
        AuditEvent {
            organisation: self.organisation,
            at,
            actor: None,
            kind,
            subject: String::new(),
            detail: String::new(),
        }
    }

    pub(crate) async fn add_organisation(&self, name: &str) -> OrganisationId {
        let id = OrganisationId::from_bytes(self.fresh());
        let mut event = self.event(AuditKind::Installed, NOW);
        event.organisation = id;
        let name = Name::parse(name).unwrap();
        self.store.add_organisation(id, &name, &event).await.unwrap();
        id
    }

    pub(crate) fn new_user(&self, email: &str) -> NewUser {
        NewUser {
            id: UserId::from_bytes(self.fresh()),
            organisation: self.organisation,
            email: Email::parse(email).unwrap(),
            name: Name::parse("佐藤 花子").unwrap(),
            role: Role::Operator,
            password_hash: Some(Secret::new("hash".to_owned())),
        }
    }

    pub(crate) async fn add_user(&self, email: &str) -> UserId {
        let user = self.new_user(email);
        let event = self.event(AuditKind::UserAdded, NOW);
        self.store.add_user(&user, &event).await.unwrap();
        user.id
    }

    pub(crate) fn new_login(&self, token: TokenHash, at: Timestamp) -> NewLogin {
        NewLogin {
            id: temoto_model::LoginId::from_bytes(self.fresh()),
            token,
            user: self.user,
            device: "Browser".to_owned(),
            address: "203.0.113.1".to_owned(),
            at,
            known_device: self.hash(),
            trusted_until: None,
            replaces: None,
            forgives: Vec::new(),
        }
    }

    pub(crate) fn new_session(&self, at: Timestamp) -> NewSession {
        NewSession {
            id: SessionId::from_bytes(self.fresh()),
            organisation: self.organisation,
            operator: self.user,
            language: None,
            at,
        }
    }

    pub(crate) fn new_code(&self, routing: &str, at: Timestamp) -> NewCode {
        NewCode {
            id: CodeId::from_bytes(self.fresh()),
            routing: routing.to_owned(),
            secret_digits: 4,
            at,
            expires_at: at.plus(Duration::from_secs(600)),
        }
    }
}

pub(crate) fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}
