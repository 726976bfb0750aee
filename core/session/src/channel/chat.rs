//! Chat: the lines of a session. The console keeps them and shows them to page and program alike.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::RngCore;
use temoto_wire::input::cut;
use temoto_wire::limits::{CHAT_HISTORY, CHAT_TEXT_BYTES};
use temoto_wire::proto::chat::Body;
use temoto_wire::proto::{self, chat_message::From as Wire};

use crate::SessionError;

/// Who wrote a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The operator.
    Operator,
    /// The customer.
    Customer,
    /// Something happened; `text` is its code.
    Event,
}

/// Whether a line is known to have arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It is there, or it came from there.
    Sent,
    /// Not yet acknowledged.
    Pending,
    /// The other end was started anew before it was acknowledged.
    Perhaps,
}

/// One line.
#[derive(Clone, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Random, in hexadecimal.
    pub id: String,
    /// Who wrote it.
    pub from: From,
    /// The text, or the code of an event.
    pub text: String,
    /// Arguments of an event.
    pub arguments: Vec<String>,
    /// Unix time in milliseconds, by the clock of who wrote it.
    pub at_ms: u64,
    /// Whether it is known to have arrived.
    pub state: Delivery,
}

impl Line {
    /// The id of a line that is not there yet: 16 random bytes in hexadecimal digits.
    pub fn new_id(rng: &mut dyn RngCore) -> String {
        let mut id = [0u8; 16];
        rng.fill_bytes(&mut id);
        hex::encode(id)
    }

    /// As it travels alone.
    #[must_use]
    pub fn alone(&self) -> Body {
        Body::Lines(proto::ChatLines {
            messages: vec![self.to_wire()],
            snapshot: false,
        })
    }

    /// As it travels.
    #[must_use]
    pub fn to_wire(&self) -> proto::ChatMessage {
        proto::ChatMessage {
            id: self.id.as_bytes().to_vec(),
            from: match self.from {
                From::Operator => Wire::Operator,
                From::Customer => Wire::Customer,
                From::Event => Wire::Event,
            } as i32,
            text: self.text.clone(),
            at_ms: self.at_ms,
            arguments: self.arguments.clone(),
        }
    }

    /// As it arrives from a peer: bounded, and with a known author.
    pub fn from_wire(message: &proto::ChatMessage) -> Result<Self, SessionError> {
        let from = match Wire::try_from(message.from) {
            Ok(Wire::Operator) => From::Operator,
            Ok(Wire::Customer) => From::Customer,
            Ok(Wire::Event) => From::Event,
            Ok(Wire::Unspecified) | Err(_) => return Err(SessionError::Peer("chat line without an author")),
        };
        let fits = message.id.len() <= 32
            && !message.id.is_empty()
            && message.id.iter().all(u8::is_ascii_hexdigit)
            && message.text.len() <= CHAT_TEXT_BYTES
            && message.arguments.len() <= 4
            && message.arguments.iter().all(|a| a.len() <= 256);
        if !fits {
            return Err(SessionError::Peer("chat line out of bounds"));
        }
        Ok(Self {
            id: message.id.iter().map(|&b| char::from(b)).collect(),
            from,
            text: message.text.clone(),
            arguments: message.arguments.clone(),
            at_ms: message.at_ms,
            state: Delivery::Sent,
        })
    }
}

/// What a person typed as it may be sent: control characters but line breaks removed, bounded; `None` if nothing is left.
#[must_use]
pub fn clean(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let cut = cut(kept.trim(), CHAT_TEXT_BYTES);
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// The lines of a session, bounded: the oldest go first.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct Log {
    lines: Vec<Line>,
}

impl Log {
    /// All lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Appends a line unless one with its id is there.
    pub fn add(&mut self, line: Line) -> bool {
        if self.lines.iter().any(|known| known.id == line.id) {
            return false;
        }
        if self.lines.len() >= CHAT_HISTORY {
            self.lines.remove(0);
        }
        self.lines.push(line);
        true
    }

    /// Takes over a snapshot: its lines and their order. Lines that only this end has stay, each behind the line that it
    /// followed, since a snapshot can have been on its way for long.
    pub fn replace(&mut self, lines: Vec<Line>) {
        let there: BTreeSet<String> = lines.iter().map(|line| line.id.clone()).collect();
        let mut anchor: Option<String> = None;
        let mut kept: BTreeMap<Option<String>, Vec<Line>> = BTreeMap::new();
        for line in std::mem::take(&mut self.lines) {
            if there.contains(&line.id) {
                anchor = Some(line.id);
            } else {
                kept.entry(anchor.clone()).or_default().push(line);
            }
        }
        let first = kept.remove(&None).unwrap_or_default();
        // Nothing in common: what is here was written before anything of the other end was known, and not read there.
        let (front, back) = if anchor.is_some() {
            (first, Vec::new())
        } else {
            (Vec::new(), first)
        };
        let mut merged = front;
        for line in lines {
            let behind = kept.remove(&Some(line.id.clone())).unwrap_or_default();
            merged.push(line);
            merged.extend(behind);
        }
        merged.extend(back);
        let surplus = merged.len().saturating_sub(CHAT_HISTORY);
        self.lines = merged.split_off(surplus);
    }

    /// Sets the delivery of one line.
    pub fn mark(&mut self, id: &str, state: Delivery) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.id == id) {
            line.state = state;
        }
    }

    /// What was on its way is perhaps lost.
    pub fn mark_pending_perhaps(&mut self) {
        for line in &mut self.lines {
            if line.state == Delivery::Pending {
                line.state = Delivery::Perhaps;
            }
        }
    }

    /// The log as messages of bounded size; the first one replaces what the peer knows.
    #[must_use]
    pub fn snapshot(&self) -> Vec<proto::ChatLines> {
        let mut out = Vec::new();
        let mut chat = proto::ChatLines {
            messages: Vec::new(),
            snapshot: true,
        };
        let mut bytes = 0;
        for line in &self.lines {
            let message = line.to_wire();
            let size = message.text.len() + message.arguments.iter().map(String::len).sum::<usize>() + 96;
            if bytes + size > 32 * 1024 {
                out.push(std::mem::take(&mut chat));
                bytes = 0;
            }
            bytes += size;
            chat.messages.push(message);
        }
        out.push(chat);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: usize, state: Delivery) -> Line {
        Line {
            id: format!("{n:032x}"),
            from: From::Customer,
            text: format!("line {n}"),
            arguments: Vec::new(),
            at_ms: 0,
            state,
        }
    }

    fn texts(log: &Log) -> Vec<&str> {
        log.lines().iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_snapshot_brings_its_lines_and_takes_none_away() {
        let mut log = Log::default();
        log.add(line(2, Delivery::Perhaps));
        log.replace(vec![line(1, Delivery::Sent)]);
        assert_eq!(texts(&log), ["line 1", "line 2"]);
        // One that was long on its way.
        log.add(line(3, Delivery::Sent));
        log.replace(vec![line(1, Delivery::Sent), line(4, Delivery::Sent)]);
        assert_eq!(texts(&log), ["line 1", "line 2", "line 3", "line 4"]);
        log.replace(vec![line(3, Delivery::Sent), line(5, Delivery::Sent)]);
        assert_eq!(texts(&log), ["line 1", "line 2", "line 3", "line 4", "line 5"]);
    }

    #[test]
    fn merged_snapshots_stay_bounded() {
        let mut log = Log::default();
        for n in 0..CHAT_HISTORY {
            log.add(line(n, Delivery::Sent));
        }
        log.replace(
            (CHAT_HISTORY..CHAT_HISTORY + 100)
                .map(|n| line(n, Delivery::Sent))
                .collect(),
        );
        assert_eq!(log.lines().len(), CHAT_HISTORY);
    }

    #[test]
    fn the_log_is_bounded_and_its_snapshot_fits_into_frames() {
        let mut log = Log::default();
        for n in 0..2_000 {
            let mut l = line(n, Delivery::Sent);
            l.text = "あ".repeat(1_300);
            log.add(l);
        }
        assert_eq!(log.lines().len(), CHAT_HISTORY);
        for (n, chat) in log.snapshot().iter().enumerate() {
            assert_eq!(chat.snapshot, n == 0);
            assert!(prost::Message::encoded_len(chat) < temoto_wire::limits::FRAME_BYTES);
        }
    }

    #[test]
    fn what_a_person_types_is_trimmed_of_control_characters() {
        assert_eq!(clean("  a\u{7}b\r\nc \u{1b}[31m"), Some("ab\nc [31m".to_owned()));
        assert_eq!(clean(" \u{0} "), None);
    }

    #[test]
    fn a_line_with_a_foreign_id_or_too_much_text_is_refused() {
        let mut wire = line(1, Delivery::Sent).to_wire();
        assert!(Line::from_wire(&wire).is_ok());
        wire.id = b"<script>".to_vec();
        assert!(Line::from_wire(&wire).is_err());
        let mut wire = line(1, Delivery::Sent).to_wire();
        wire.text = "x".repeat(CHAT_TEXT_BYTES + 1);
        assert!(Line::from_wire(&wire).is_err());
    }
}
