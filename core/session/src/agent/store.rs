//! What a join page keeps over a reload: everything but keys. The root is kept apart, where it cannot be read back.

use serde::{Deserialize, Serialize};
use temoto_crypto::{AgentRole, PairContext, RestoredRoot, RootKeeping, SecurePair, Side};
use temoto_wire::proto;
use temoto_wire::relay::{Credential, Role, ToServer};

use super::{Agent, Phase, Place};
use crate::SessionError;
use crate::channel::chat::Log;

#[derive(Deserialize, Serialize)]
struct Stored {
    session: String,
    participant: u8,
    console: u8,
    server_key: String,
    #[serde(default)]
    own_key: Option<String>,
    resume: String,
    host: String,
    run: u32,
    by_code: bool,
    failures_seen: Option<u32>,
    step: i32,
    system: String,
    software: String,
    language: String,
    operator: Option<(String, String)>,
    chat: Log,
}

impl Agent {
    /// The text to store; `None` where nothing outlives the process (a program) or there is nothing to come back to.
    pub(super) fn to_store(&self) -> Option<String> {
        if self.settings.keeping == RootKeeping::Machine || !self.root_kept {
            return None;
        }
        let place = self.place?;
        let confirmed = self.operator.as_ref().filter(|operator| operator.confirmed);
        let stored = Stored {
            session: hex::encode(place.session),
            participant: place.participant,
            console: place.console,
            server_key: hex::encode(place.server_key),
            own_key: self.server_key.map(hex::encode),
            resume: hex::encode(place.resume),
            host: self.host.clone(),
            run: self.run,
            by_code: self.by_code,
            failures_seen: self.failures_seen,
            step: self.step,
            system: self.settings.about.system.clone(),
            software: self.settings.about.software.clone(),
            language: self.settings.about.language.clone(),
            operator: confirmed.map(|o| (o.name.clone(), o.organisation.clone())),
            chat: self.chat.clone(),
        };
        serde_json::to_string(&stored).ok()
    }

    /// Takes up the place that an earlier load of the page stored. The root is with the shell.
    ///
    /// # Errors
    /// The text is not one that [`super::Output::Persist`] gave.
    pub fn restore(&mut self, now_ms: u64, stored: &str) -> Result<(), SessionError> {
        let malformed = SessionError::Malformed("stored session");
        let stored: Stored = serde_json::from_str(stored).map_err(|_| malformed.clone())?;
        let bytes32 = |text: &str| {
            let mut out = [0; 32];
            hex::decode_to_slice(text, &mut out)
                .map(|()| out)
                .map_err(|_| malformed.clone())
        };
        let place = Place {
            session: crate::text::unhex(&stored.session).ok_or(malformed.clone())?,
            participant: stored.participant,
            console: stored.console,
            server_key: bytes32(&stored.server_key)?,
            resume: bytes32(&stored.resume)?,
        };
        let role = if self.settings.role == Role::Program {
            AgentRole::Program
        } else {
            AgentRole::Page
        };
        let context = PairContext {
            session: place.session,
            console: place.console,
            agent: place.participant,
            role,
            host: stored.host.clone(),
        };
        let secure = SecurePair::restore(Side::Agent, context, RestoredRoot::Caller, stored.run);
        self.peer = Some(self.peer(secure));
        self.place = Some(place);
        self.root_kept = true;
        self.host = stored.host;
        self.server_key = stored.own_key.as_deref().and_then(crate::text::unhex);
        (self.run, self.by_code, self.step) = (stored.run, stored.by_code, stored.step);
        let (system, software, language) = (stored.system, stored.software, stored.language);
        self.settings.about = proto::About {
            system,
            software,
            computer: String::new(),
            language,
            keyboard: String::new(),
        };
        self.failures_seen = stored.failures_seen;
        self.operator = stored
            .operator
            .map(|(name, organisation)| crate::view::OperatorView {
                name,
                organisation,
                confirmed: true,
            });
        self.chat = stored.chat;
        self.chat.mark_pending_perhaps();
        self.phase = Phase::Paired;
        self.link
            .open(now_ms, ToServer::attach(Credential::Resume(place.resume)));
        self.view_due = true;
        self.settle(now_ms);
        Ok(())
    }
}
