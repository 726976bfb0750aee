//! Lines of the chat on their way to everybody: what the operator writes, and what happened.

use super::Console;
use crate::channel::chat::{Delivery, From, Line};
use crate::happened::Happened;

impl Console {
    /// A line in the chat of everybody about something that happened.
    pub(super) fn tell(&mut self, now_ms: u64, event: Happened, arguments: Vec<String>) {
        self.say(now_ms, From::Event, event.code().to_owned(), arguments, None);
    }

    /// Adds a line to the log and sends it to every agent but `except`.
    pub(super) fn say(
        &mut self,
        now_ms: u64,
        from: From,
        text: String,
        arguments: Vec<String>,
        except: Option<u8>,
    ) {
        let id = Line::new_id(&mut self.rng);
        self.say_as(now_ms, id, from, text, arguments, except);
    }

    /// The same under an id that was drawn before.
    pub(super) fn say_as(
        &mut self,
        now_ms: u64,
        id: String,
        from: From,
        text: String,
        arguments: Vec<String>,
        except: Option<u8>,
    ) {
        let state = if from == From::Operator {
            Delivery::Pending
        } else {
            Delivery::Sent
        };
        let line = Line {
            id,
            from,
            text,
            arguments,
            at_ms: self.unix(now_ms),
            state,
        };
        self.share(now_ms, line, except);
    }

    pub(super) fn share(&mut self, now_ms: u64, mut line: Line, except: Option<u8>) {
        for (&participant, end) in &mut self.ends {
            if Some(participant) == except {
                continue;
            }
            match end.peer.send_chat(now_ms, line.alone(), &mut self.rng) {
                Ok(number) if line.state == Delivery::Pending => {
                    end.pending.push_back((number, line.id.clone()));
                }
                Ok(_) => {}
                Err(_) => line.state = Delivery::Perhaps,
            }
        }
        self.chat.add(line);
        (self.view_due, self.store_due) = (true, true);
    }
}
