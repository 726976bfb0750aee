//! Where portal and relay meet: each asks the other through a trait, and neither knows the other's crate.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use temoto_crypto::{Capabilities, Secret32, statement};
use temoto_model::session::EndReason;
use temoto_model::ticket::TicketKey;
use temoto_model::{LoginId, SessionId, UserId};
use temoto_portal::{Client, Site};
use temoto_relay::{ClientAddress, Config, Limits, Logins, Relay};
use temoto_store::{Attachments, Clock as _, Logins as _, Presence, StoreError};
use temoto_store_sql::SqlStore;
use temoto_wire::relay::Ended;

use crate::clock::SystemClock;

/// Starts the relay on what the database holds.
pub async fn open_relay(
    site: &Site,
    signing: &[u8; 32],
    tickets: &[u8; 32],
    database: &SqlStore,
) -> Result<Relay, StoreError> {
    let config = Config {
        origins: vec![site.origin()],
        limits: Limits::default(),
        server_key: statement::server_key(&Secret32::new(*signing)),
        capabilities: Capabilities::default(),
    };
    let store = Arc::new(database.clone());
    let logins = Arc::new(StoredLogins(database.clone()));
    Relay::new(config, TicketKey::from_bytes(*tickets), store, logins).await
}

/// The relay's route, told where requests come from.
pub fn relay_routes(relay: &Relay) -> Router {
    relay
        .router()
        .layer(from_fn(async |mut request: Request, next: Next| {
            if let Some(Client(address)) = request.extensions().get().copied() {
                request.extensions_mut().insert(ClientAddress(address));
            }
            next.run(request).await
        }))
}

/// The relay as portal and jobs see it.
pub struct Attached(Relay);

impl Attached {
    /// This relay.
    pub const fn new(relay: Relay) -> Self {
        Self(relay)
    }
}

#[async_trait]
impl Attachments for Attached {
    async fn detach_login(&self, login: LoginId) {
        self.0.detach_login(login);
    }

    async fn detach_user(&self, user: UserId) {
        self.0.detach_user(user);
    }

    async fn refresh(&self, session: SessionId) -> Result<(), StoreError> {
        // Ended meanwhile: then nobody is to find it.
        self.0.refresh(session).await.map(|_| ())
    }

    async fn end_session(&self, session: SessionId, reason: EndReason) {
        let why = match reason {
            EndReason::Console => Ended::Console,
            EndReason::Expired => Ended::Expired,
            EndReason::Administrator => Ended::Administrator,
            EndReason::SignedOut => Ended::SignedOut,
        };
        self.0.end_session(session, why);
    }

    async fn pause_session(&self, session: SessionId) {
        self.0.pause_session(session);
    }

    async fn resume_session(&self, session: SessionId) {
        self.0.resume_session(session);
    }

    fn presence(&self, sessions: &[SessionId]) -> Vec<Presence> {
        let there = self.0.presence(sessions);
        let read = |(console, customer)| Presence { console, customer };
        there.into_iter().map(read).collect()
    }

    fn under_attack(&self) -> bool {
        self.0.routing_policy().long_codes
    }

    fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        self.0.in_use()
    }

    fn operated(&self) -> Vec<SessionId> {
        self.0.operated()
    }
}

/// Logins as the relay asks for them.
struct StoredLogins(SqlStore);

#[async_trait]
impl Logins for StoredLogins {
    async fn is_valid(&self, login: LoginId) -> Result<bool, StoreError> {
        self.0.login_holds(login, SystemClock.now()).await
    }
}
