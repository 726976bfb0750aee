//! What a console page keeps over a reload: everything but keys. Roots are kept apart, where they cannot be read back.

use serde::{Deserialize, Serialize};
use temoto_crypto::code::Code;
use temoto_crypto::token::Token;
use temoto_crypto::{AgentRole, PairContext, RestoredRoot, SecurePair, Side};
use temoto_wire::proto;
use temoto_wire::relay::{Credential, Role, ToServer};

use super::files::told::Part;
use super::{ArmedToken, Console, End, Setup, WaitingCode};
use crate::SessionError;
use crate::channel::chat::Log;
use crate::view::Level;

#[derive(Deserialize, Serialize)]
struct Stored {
    setup: Setup,
    resume: String,
    code: Option<StoredCode>,
    token: Option<StoredToken>,
    codes_burnt: u32,
    ends: Vec<StoredEnd>,
    chat: Log,
    /// What has arrived of transfers that were under way.
    #[serde(default)]
    partly: Vec<Part>,
}

#[derive(Deserialize, Serialize)]
struct StoredCode {
    digits: String,
    failures: u32,
    expires_at_ms: u64,
}

#[derive(Deserialize, Serialize)]
struct StoredToken {
    token: String,
    expires_at_ms: u64,
    used: bool,
}

#[derive(Deserialize, Serialize)]
struct StoredEnd {
    participant: u8,
    program: bool,
    host: String,
    run: u32,
    greeted: bool,
    by_code: Option<u32>,
    high: bool,
    system: String,
    software: String,
    computer: String,
}

impl Console {
    /// The text to store; `None` before there is anything to come back to.
    pub(super) fn to_store(&self, _now_ms: u64) -> Option<String> {
        let stored = Stored {
            setup: self.setup.clone()?,
            resume: hex::encode(self.resume?),
            code: self.code.as_ref().map(|waiting| StoredCode {
                digits: waiting.code.digits().to_owned(),
                failures: waiting.failures,
                expires_at_ms: self.unix(waiting.expires_ms),
            }),
            token: self.token.as_ref().map(|armed| StoredToken {
                token: armed.token.letters().to_string(),
                expires_at_ms: self.unix(armed.expires_ms),
                used: armed.used,
            }),
            codes_burnt: self.codes_burnt,
            ends: self
                .ends
                .iter()
                .filter(|(_, end)| end.root_kept)
                .map(|(&participant, end)| StoredEnd {
                    participant,
                    program: end.role == Role::Program,
                    host: end.host.clone(),
                    run: end.run,
                    greeted: end.greeted,
                    by_code: end.by_code,
                    high: end.level == Level::High,
                    system: end.about.system.clone(),
                    software: end.about.software.clone(),
                    computer: end.about.computer.clone(),
                })
                .collect(),
            chat: self.chat.clone(),
            partly: self.partly(),
        };
        serde_json::to_string(&stored).ok()
    }

    /// Takes up a session that an earlier load of the page stored. The roots of its pairs are with the shell.
    ///
    /// # Errors
    /// The text is not one that [`super::Output::Persist`] gave; then the session cannot be taken up.
    pub fn restore(&mut self, now_ms: u64, stored: &str) -> Result<(), SessionError> {
        let malformed = SessionError::Malformed("stored session");
        let stored: Stored = serde_json::from_str(stored).map_err(|_| malformed.clone())?;
        let mut resume = [0; 32];
        hex::decode_to_slice(&stored.resume, &mut resume).map_err(|_| malformed.clone())?;
        let origin = self.unix(0);
        let clock = |unix_ms: u64| unix_ms.saturating_sub(origin);
        self.code = match stored.code {
            Some(code) => Some(WaitingCode {
                code: Code::parse(&code.digits).map_err(|_| malformed.clone())?,
                failures: code.failures,
                expires_ms: clock(code.expires_at_ms),
            }),
            None => None,
        };
        self.token = match stored.token {
            Some(armed) => Some(ArmedToken {
                token: Token::parse(&armed.token).map_err(|_| malformed.clone())?,
                expires_ms: clock(armed.expires_at_ms),
                owner: None,
                used: armed.used,
            }),
            None => None,
        };
        for end in stored.ends {
            let role = if end.program {
                AgentRole::Program
            } else {
                AgentRole::Page
            };
            let context = PairContext {
                session: stored.setup.session,
                console: 0,
                agent: end.participant,
                role,
                host: end.host.clone(),
            };
            let secure = SecurePair::restore(Side::Console, context, RestoredRoot::Caller, end.run);
            let role = if end.program { Role::Program } else { Role::Page };
            let level = if end.high { Level::High } else { Level::Standard };
            let mut restored = End::new(role, self.peer(secure), end.host, level, end.by_code);
            restored.present = false;
            (restored.root_kept, restored.greeted) = (true, end.greeted);
            restored.run = end.run;
            restored.lost_ms = Some(now_ms);
            restored.about = proto::About {
                system: end.system,
                software: end.software,
                computer: end.computer,
                ..Default::default()
            };
            self.ends.insert(end.participant, restored);
        }
        self.codes_burnt = stored.codes_burnt;
        self.setup = Some(stored.setup);
        self.chat = stored.chat;
        self.chat.mark_pending_perhaps();
        self.tell_partly(now_ms, stored.partly);
        self.resume = Some(resume);
        self.link
            .open(now_ms, ToServer::attach(Credential::Resume(resume)));
        self.view_due = true;
        self.settle(now_ms);
        Ok(())
    }
}
