//! What the customer does, or the shell for the customer (`AgentCommand` of `web/session/src/messages.ts` is a part of it).

use serde::Deserialize;
use temoto_crypto::code::Code;
use temoto_crypto::pairing::PairingSecret;
use temoto_crypto::token::Token;
use temoto_wire::proto::{self, control::Body, leave::Reason};

use super::Agent;
use crate::SessionError;
use crate::channel::chat::clean;
use crate::permission::Capability;
use crate::surface::Surface;
use crate::text::unhex;

/// What the customer wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of messages.ts")]
pub enum AgentCommand {
    /// Join with the digits that were read out, as typed. `host` is `host[:port]` of the address that is dialed; `key` the hash of
    /// the server's own key (20 hexadecimal digits) where no authority vouches for it, for the name of the program to download.
    /// The rest is what the operator reads about a page; a program says it in its settings.
    Join {
        host: String,
        digits: String,
        #[serde(default)]
        key: Option<String>,
        #[serde(default)]
        system: String,
        #[serde(default)]
        software: String,
        #[serde(default)]
        language: String,
    },
    /// Join with the token of the program's name.
    JoinToken { host: String, token: String },
    /// The customer writes.
    Chat { text: String },
    /// How far the page is: `choosing`, `downloading`, `downloaded`, `picking`, `notShared`.
    Step { step: String },
    /// The customer picked something in the browser's question: the operator may see it.
    Share { surface: Surface },
    /// It is not shared any more.
    EndShare,
    /// The customer does not want to see what the operator shows.
    CloseShown,
    /// The canvas for it is new: paint all of it.
    Repaint,
    /// The computer that joined is not the customer's.
    NotMine,
    /// The customer allows these, and nothing else.
    Allow { capabilities: Vec<Capability> },
    /// The customer says no to everything that is asked.
    Decline,
    /// The customer says yes or no to this one, and to what it needs; other questions stay open.
    Answer { capability: Capability, yes: bool },
    /// The customer takes one back.
    Withdraw { capability: Capability },
    /// The customer wants no more of this transfer, one of [`UnderWayView`](crate::view::UnderWayView). What is granted stays.
    StopTransfer { transfer: u32 },
    /// Pause, or go on.
    Pause { paused: bool },
    /// The network came back, or the page became visible.
    Online,
    /// The customer ends the session; `emergency` by the key combination.
    End {
        #[serde(default)]
        emergency: bool,
    },
    /// This page or program goes; the session stays.
    Leave,
}

impl Agent {
    /// Does what the customer wants.
    ///
    /// # Errors
    /// What was asked for is malformed or makes no sense now; nothing is lost by it.
    pub fn command(&mut self, now_ms: u64, command: AgentCommand) -> Result<(), SessionError> {
        let done = self.carry_out(now_ms, command);
        self.settle(now_ms);
        done
    }

    fn carry_out(&mut self, now_ms: u64, command: AgentCommand) -> Result<(), SessionError> {
        match command {
            AgentCommand::Join {
                host,
                digits,
                key,
                system,
                software,
                language,
            } => {
                let key = key.map(|key| unhex(&key).ok_or(SessionError::Malformed("key")));
                self.server_key = key.transpose()?;
                if !self.is_program() {
                    self.settings.about = proto::About {
                        system,
                        software,
                        computer: String::new(),
                        language,
                        keyboard: String::new(),
                    };
                }
                let code = Code::parse(&digits).map_err(|_| SessionError::Malformed("code"))?;
                self.join(now_ms, host, PairingSecret::Code(code))?;
            }
            AgentCommand::JoinToken { host, token } => {
                let token = Token::parse(&token).map_err(|_| SessionError::Malformed("token"))?;
                self.join(now_ms, host, PairingSecret::Token(token))?;
            }
            AgentCommand::Chat { text } => {
                let text = clean(&text).ok_or(SessionError::Malformed("empty message"))?;
                self.write(now_ms, text);
            }
            AgentCommand::Step { step } => {
                use proto::step::Kind;
                let kind = match step.as_str() {
                    "choosing" => Kind::Choosing,
                    "downloading" => Kind::Downloading,
                    "downloaded" => Kind::Downloaded,
                    "picking" => Kind::Picking,
                    "notShared" => Kind::NotShared,
                    _ => return Err(SessionError::Malformed("step")),
                };
                self.step = kind.into();
                self.tell_console(now_ms, Body::Step(proto::Step { kind: self.step }));
            }
            AgentCommand::Share { surface } => self.begin_share(now_ms, surface)?,
            AgentCommand::EndShare => self.end_share(now_ms),
            AgentCommand::CloseShown => self.close_shown(now_ms),
            AgentCommand::Repaint => self.repaint(),
            AgentCommand::NotMine => {
                self.tell_console(now_ms, Body::NotMine(proto::NotMine {}));
            }
            AgentCommand::Allow { capabilities } => self.allow(now_ms, capabilities),
            AgentCommand::Decline => self.decline(now_ms),
            AgentCommand::Answer { capability, yes } => self.answer(now_ms, capability, yes),
            AgentCommand::Withdraw { capability } => self.withdraw(now_ms, capability),
            AgentCommand::StopTransfer { transfer } => self.stop_transfer(now_ms, transfer),
            AgentCommand::Pause { paused } => self.pause(now_ms, paused),
            AgentCommand::Online => self.link.hurry(now_ms),
            AgentCommand::End { emergency } => {
                let reason = if emergency {
                    Reason::Emergency
                } else {
                    Reason::Ended
                };
                self.leave(now_ms, reason, "customer");
            }
            AgentCommand::Leave => self.leave(now_ms, Reason::Closed, "closed"),
        }
        Ok(())
    }

    fn leave(&mut self, now_ms: u64, reason: Reason, who: &'static str) {
        self.tell_console(
            now_ms,
            Body::Leave(proto::Leave {
                reason: reason.into(),
            }),
        );
        self.finish(now_ms, who);
    }
}
