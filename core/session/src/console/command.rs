//! What the operator does, as the page sends it (`ConsoleCommand` of `web/session/src/messages.ts`).

use std::collections::BTreeSet;

use serde::Deserialize;
use temoto_crypto::code::Code;
use temoto_wire::proto::file_change::Kind as Change;
use temoto_wire::proto::{self, control::Body};
use temoto_wire::relay::{Credential, ToServer};

use super::{Console, ConsoleEvent, Setup, WaitingCode};
use crate::SessionError;
use crate::channel::chat::{From, clean};
use crate::channel::clipboard::Clip;
use crate::channel::colors::Colors;
use crate::channel::files::{Choice, Item, Place};
use crate::happened::Happened;
use crate::output::Output;
use crate::permission::{Capability, may_ask};
use crate::surface::Surface;
use crate::text::{base64, unhex};

/// What the operator, or the page for the operator, wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of messages.ts")]
pub enum ConsoleCommand {
    /// Give the public key for the server's statement.
    Prepare,
    /// The server gave a session and a code.
    Open {
        session: String,
        ticket: String,
        routing: String,
        secret_digits: usize,
        expires_at_ms: u64,
        statement: String,
        hosts: Vec<String>,
        operator: String,
        organisation: String,
    },
    /// The server gave another code for the session.
    NewCode {
        routing: String,
        secret_digits: usize,
        expires_at_ms: u64,
    },
    /// The server signed a new statement (after a reload the key is another one).
    Statement { statement: String },
    /// The operator writes.
    Chat { text: String },
    /// The operator asks for capabilities.
    Ask { capabilities: Vec<Capability> },
    /// The Control button.
    Control { active: bool },
    /// Arm the token once more for a program that was started again.
    Rearm,
    /// Show another display, or all.
    ShowDisplay { id: u32 },
    /// A small picture of this display, with its longest side so long.
    Glance { display: u8, side: u8 },
    /// The picture is to have these colors.
    Colors { colors: Colors },
    /// The picture is to have all colors for a while, whatever was chosen; [`crate::view::ConsoleView::exact`] tells when it has.
    Exact { on: bool },
    /// Put this text on the customer's clipboard, and how it looks beside it.
    PutClipboard { text: String, html: Option<String> },
    /// Get what the customer copied last.
    FetchClipboard,
    /// What is in this folder of the customer's? Answer: [`ConsoleEvent::Folder`], in parts.
    ListFolder {
        request: u32,
        root: String,
        path: Vec<String>,
    },
    /// Make a folder there. Answer to this and the next three: [`ConsoleEvent::FolderChanged`].
    MakeFolder {
        request: u32,
        root: String,
        path: Vec<String>,
        name: String,
    },
    /// Give `name` the new name `to`.
    RenameFile {
        request: u32,
        root: String,
        path: Vec<String>,
        name: String,
        to: String,
    },
    /// Throw these away.
    TrashFiles {
        request: u32,
        root: String,
        path: Vec<String>,
        names: Vec<String>,
    },
    /// Take back what was thrown away.
    RestoreFiles { request: u32, token: u32 },
    /// Send these to the customer's folder. The shell answers what is asked of its disk about `transfer`, a number of its own
    /// that is not 0 and was not used before.
    SendFiles {
        transfer: u32,
        root: String,
        path: Vec<String>,
        items: Vec<Item>,
    },
    /// Fetch these from the customer's folder; the shell knows where they go.
    FetchFiles {
        transfer: u32,
        root: String,
        path: Vec<String>,
        names: Vec<String>,
    },
    /// What to do where a file of the same name is.
    AnswerFile {
        transfer: u32,
        answer: Choice,
        all: bool,
    },
    /// Wait with this transfer, or go on.
    HoldTransfer { transfer: u32, held: bool },
    /// Stop this transfer; what is unfinished of it does not stay.
    CancelTransfer { transfer: u32 },
    /// Do not show this transfer any more; one that is not over goes on.
    ForgetTransfer { transfer: u32 },
    /// Where are the customer's windows? Answer: [`ConsoleEvent::Windows`].
    Windows,
    /// The operator took a picture of the screen: both sides read that in the chat.
    Screenshot,
    /// The pointer moved, in pixels of the picture. `look` is the number of the picture that it moved on, where the page says it:
    /// what was meant for another one is not done.
    Pointer {
        x: i32,
        y: i32,
        #[serde(default)]
        look: Option<u32>,
    },
    /// A key, by its W3C code.
    Key { code: String, down: bool },
    /// A button, at a place of the picture.
    Button {
        button: u8,
        down: bool,
        x: i32,
        y: i32,
        #[serde(default)]
        look: Option<u32>,
    },
    /// The wheel, in 120ths of a notch.
    Wheel { dx: i16, dy: i16 },
    /// Composed text.
    Text { text: String },
    /// The window lost the focus.
    Blur,
    /// The network came back, or the page became visible.
    Online,
    /// The operator picked something to show to the customer.
    Show { surface: Surface },
    /// It is not shown any more.
    EndShow,
    /// The operator has seen enough of what the customer shares from the browser.
    Unshare,
    /// The canvas is new: paint all of it.
    Repaint,
    /// End the session for everybody.
    End,
}

/// The longest life of a code.
const CODE_LIFE_MS: u64 = 600_000;

impl Console {
    /// Does what the operator wants.
    ///
    /// # Errors
    /// What was asked for is malformed or makes no sense now; nothing is lost by it.
    pub fn command(&mut self, now_ms: u64, command: ConsoleCommand) -> Result<(), SessionError> {
        let done = self.carry_out(now_ms, command);
        self.settle(now_ms);
        done
    }

    fn carry_out(&mut self, now_ms: u64, command: ConsoleCommand) -> Result<(), SessionError> {
        if self.ended.is_some() {
            return Ok(());
        }
        match command {
            ConsoleCommand::Prepare => {
                let key = *self.public_key();
                self.outputs.push_back(Output::Event(ConsoleEvent::Key(key)));
            }
            ConsoleCommand::Open {
                session,
                ticket,
                routing,
                secret_digits,
                expires_at_ms,
                statement,
                hosts,
                operator,
                organisation,
            } => {
                let setup = Setup {
                    session: unhex(&session).ok_or(SessionError::Malformed("session"))?,
                    hosts,
                    operator,
                    organisation,
                    statement: base64(&statement).ok_or(SessionError::Malformed("statement"))?,
                };
                let ticket = base64(&ticket).ok_or(SessionError::Malformed("ticket"))?;
                self.take_code(now_ms, &routing, secret_digits, expires_at_ms)?;
                self.setup = Some(setup);
                self.link
                    .open(now_ms, ToServer::attach(Credential::Ticket(ticket)));
            }
            ConsoleCommand::NewCode {
                routing,
                secret_digits,
                expires_at_ms,
            } => {
                self.take_code(now_ms, &routing, secret_digits, expires_at_ms)?;
            }
            ConsoleCommand::Statement { statement } => {
                let statement = base64(&statement).ok_or(SessionError::Malformed("statement"))?;
                if let Some(setup) = &mut self.setup {
                    setup.statement = statement;
                }
            }
            ConsoleCommand::Chat { text } => {
                let text = clean(&text).ok_or(SessionError::Malformed("empty message"))?;
                self.say(now_ms, From::Operator, text, Vec::new(), None);
            }
            ConsoleCommand::Ask { capabilities } => self.ask(now_ms, capabilities)?,
            ConsoleCommand::Control { active } => self.press_control(now_ms, active)?,
            ConsoleCommand::Rearm => self.rearm(now_ms)?,
            ConsoleCommand::ShowDisplay { id } => self.show_display(now_ms, id)?,
            ConsoleCommand::Glance { display, side } => self.glance(now_ms, display, side)?,
            ConsoleCommand::Colors { colors } => self.choose_colors(now_ms, colors),
            ConsoleCommand::Exact { on } => self.want_exact(now_ms, on),
            ConsoleCommand::PutClipboard { text, html } => {
                self.put_clipboard(now_ms, Clip::Text { text, html })?;
            }
            ConsoleCommand::FetchClipboard => self.fetch_clipboard(now_ms)?,
            ConsoleCommand::ListFolder { request, root, path } => {
                self.list_folder(now_ms, request, Place { root, path })?;
            }
            ConsoleCommand::MakeFolder {
                request,
                root,
                path,
                name,
            } => {
                let place = Place { root, path };
                self.change_folder(now_ms, request, Change::Make, place, Vec::new(), name)?;
            }
            ConsoleCommand::RenameFile {
                request,
                root,
                path,
                name,
                to,
            } => {
                let place = Place { root, path };
                self.change_folder(now_ms, request, Change::Rename, place, vec![name], to)?;
            }
            ConsoleCommand::TrashFiles {
                request,
                root,
                path,
                names,
            } => {
                let place = Place { root, path };
                self.change_folder(now_ms, request, Change::Trash, place, names, String::new())?;
            }
            ConsoleCommand::RestoreFiles { request, token } => {
                self.restore_files(now_ms, request, token)?;
            }
            ConsoleCommand::SendFiles {
                transfer,
                root,
                path,
                items,
            } => self.send_files(now_ms, transfer, Place { root, path }, items)?,
            ConsoleCommand::FetchFiles {
                transfer,
                root,
                path,
                names,
            } => self.fetch_files(now_ms, transfer, Place { root, path }, names)?,
            ConsoleCommand::AnswerFile {
                transfer,
                answer,
                all,
            } => self.answer_file(now_ms, transfer, answer, all)?,
            ConsoleCommand::HoldTransfer { transfer, held } => {
                self.hold_transfer(now_ms, transfer, held)?;
            }
            ConsoleCommand::CancelTransfer { transfer } => self.cancel_transfer(now_ms, transfer),
            ConsoleCommand::ForgetTransfer { transfer } => self.forget_transfer(transfer),
            ConsoleCommand::Windows => self.ask_windows(now_ms)?,
            ConsoleCommand::Screenshot => {
                self.picture().ok_or(SessionError::State("no picture"))?;
                self.tell(now_ms, Happened::Screenshot, Vec::new());
            }
            ConsoleCommand::Pointer { x, y, look } => self.pointer(now_ms, x, y, look),
            ConsoleCommand::Key { code, down } => self.key(now_ms, &code, down)?,
            ConsoleCommand::Button {
                button,
                down,
                x,
                y,
                look,
            } => self.button(now_ms, button, down, (x, y), look),
            ConsoleCommand::Wheel { dx, dy } => self.wheel(now_ms, dx, dy),
            ConsoleCommand::Text { text } => self.text(now_ms, &text),
            ConsoleCommand::Blur => self.let_go(now_ms),
            ConsoleCommand::Online => self.link.hurry(now_ms),
            ConsoleCommand::Show { surface } => self.begin_show(now_ms, surface)?,
            ConsoleCommand::EndShow => self.end_show(now_ms),
            ConsoleCommand::Unshare => self.unshare(now_ms)?,
            ConsoleCommand::Repaint => self.paint_all(),
            ConsoleCommand::End => self.finish(now_ms, "operator", "ended"),
        }
        Ok(())
    }

    fn take_code(
        &mut self,
        now_ms: u64,
        routing: &str,
        secret_digits: usize,
        expires_at_ms: u64,
    ) -> Result<(), SessionError> {
        let digits = routing.len() + secret_digits;
        let code = Code::draw(routing, digits, &mut self.rng)
            .map_err(|_| SessionError::Malformed("routing digits"))?;
        // The server withdrew the last one when it made this one: nothing is left to be closed.
        self.closing = None;
        // The server says when by its own clock; ten minutes is the most that is believed. A new code that is over
        // already means that this clock is ahead: the server refuses what really is over.
        let left = match expires_at_ms.saturating_sub(self.unix(now_ms)) {
            0 => CODE_LIFE_MS,
            left => left.min(CODE_LIFE_MS),
        };
        self.close_attempts();
        self.code = Some(WaitingCode {
            code,
            failures: 0,
            expires_ms: now_ms + left,
        });
        (self.view_due, self.store_due) = (true, true);
        Ok(())
    }

    pub(super) fn ask(&mut self, now_ms: u64, capabilities: Vec<Capability>) -> Result<(), SessionError> {
        let (participant, end) = self.program_mut().ok_or(SessionError::State("no program"))?;
        let mut wanted = BTreeSet::new();
        for capability in capabilities {
            // Asking for one thing asks for what it needs.
            wanted.extend(capability.needs());
            wanted.insert(capability);
        }
        wanted.retain(|&c| may_ask(c, end.role) && !end.grants.has(c));
        let rests = wanted.iter().filter_map(|&c| end.rests_until(now_ms, c)).max();
        if let Some(until) = rests {
            // The program would say no by itself: so does this end, before it costs a question.
            let seconds = (until - now_ms).div_ceil(1_000).to_string();
            self.notify("ask_rests", vec![seconds]);
            return Ok(());
        }
        end.asked.extend(wanted);
        let asked = end.asked.iter().map(|c| c.to_proto()).collect();
        self.send_to(
            now_ms,
            participant,
            Body::AskGrant(proto::AskGrant { capabilities: asked }),
        )?;
        self.view_due = true;
        Ok(())
    }
}
