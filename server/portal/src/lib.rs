//! REST: one operation, one file; OpenAPI; pages and programs for download.
//!
//! `<resource>/<operation>.rs` holds an operation whole: what comes in, what goes out, how it can fail, what it does.
//! [`route`] is the one table of them. What every request goes through stands in [`gate`] (host, origin, headers);
//! who may call is a type in a handler's arguments ([`extract::Authorized`]). Rules live in `temoto-model`, rows in
//! `temoto-store`, attachments in the relay behind [`Attachments`](temoto_store::Attachments).

mod account;
mod answer;
mod api_key;
mod bearer;
mod cookie;
mod download;
mod extract;
mod gate;
mod group;
mod history;
mod licence;
mod limiter;
mod mail;
mod openapi;
mod organisation;
mod pages;
mod password;
mod permission;
mod proxies;
mod registration;
mod route;
mod server;
mod session;
mod site;
mod source;
mod user;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use temoto_crypto::Secret32;
use temoto_model::second_factor::FactorKey;
use temoto_model::ticket::TicketKey;
use temoto_store::{Attachments, Clock, Store};

pub use answer::Answer;
pub use download::{Program, Programs, ProgramsError};
pub use gate::{Client, Peer};
pub use pages::{Pages, PagesError};
pub use password::{HashError, Passwords};
pub use proxies::Proxies;
pub use site::{Site, SiteError};
pub use source::Random;

use limiter::Limiter;

/// What the portal is made of. The parts are shared, a clone is cheap.
#[derive(Clone)]
pub struct Portal {
    parts: Arc<Parts>,
}

/// What a portal needs.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers, tokens and codes.
    pub random: Random,
    /// How people and programs reach this server.
    pub site: Site,
    /// Whom to believe about a client's address.
    pub proxies: Proxies,
    /// SHA-256 of the public key of a certificate that no authority vouches for; programs then accept that key only.
    pub own_key: Option<[u8; 32]>,
    /// Signs tickets.
    pub tickets: TicketKey,
    /// Ed25519 seed that signs statements about operators.
    pub signing: Secret32,
    /// Ed25519 keys of those whose licences are believed.
    pub issuers: Vec<[u8; 32]>,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// The web pages.
    pub pages: Pages,
    /// The customers' programs.
    pub programs: Programs,
    /// Who is attached to the relay.
    pub attachments: Arc<dyn Attachments>,
    /// What second factors are made of.
    pub factors: FactorKey,
    /// Whether mail that is queued is sent.
    pub mail: bool,
    /// Whether anybody may register an organisation.
    pub registration: bool,
}

impl Portal {
    /// A portal of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// All routes of the server: pages, programs, the REST interface and, behind the same gate, `relay`.
    ///
    /// Every request must carry a [`Peer`] as an extension.
    pub fn router(&self, relay: Router) -> Router {
        let state = App {
            parts: Arc::clone(&self.parts),
            limiter: Arc::new(Limiter::new()),
        };
        let routes = route::router()
            .merge(openapi::router())
            .merge(download::router())
            .merge(pages::router())
            .with_state(state.clone())
            .merge(relay);
        gate::guard(routes, state)
    }
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct App {
    parts: Arc<Parts>,
    pub(crate) limiter: Arc<Limiter>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}
