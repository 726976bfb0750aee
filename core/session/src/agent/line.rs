//! The line to the relay: what the shell says of it, and what the agent wants done with it.

use temoto_wire::relay::FromServer;

use super::Agent;
use crate::link::LinkAction;
use crate::output::Output;

impl Agent {
    /// The shell's WebSocket is open.
    pub fn connected(&mut self, now_ms: u64) {
        self.restart_attempt(now_ms);
        self.link.connected(now_ms);
        self.settle(now_ms);
    }

    /// The shell's WebSocket is closed or could not be opened.
    pub fn disconnected(&mut self, now_ms: u64) {
        self.link.disconnected(now_ms, &mut self.rng);
        self.work = None;
        self.release_input();
        self.settle(now_ms);
    }

    /// One binary message of the relay. One that cannot be read is as good as a broken line.
    pub fn message(&mut self, now_ms: u64, bytes: &[u8]) {
        if let Some((from, bytes)) = FromServer::data_from(bytes) {
            self.link.lives(now_ms);
            self.console_says(now_ms, from, bytes);
            return self.settle(now_ms);
        }
        match FromServer::decode(bytes) {
            Ok(message) => {
                if !self.link.heard(now_ms, &message, &mut self.rng) {
                    self.server_says(now_ms, message);
                }
            }
            Err(_) => {
                self.outputs.push_back(Output::Hangup);
                self.link.disconnected(now_ms, &mut self.rng);
            }
        }
        self.settle(now_ms);
    }

    pub(super) fn drain_link(&mut self) {
        while let Some(action) = self.link.poll() {
            self.view_due = true;
            if !matches!(action, LinkAction::Send(_)) {
                // It was asked for on a connection that is gone.
                self.work = None;
            }
            self.outputs.push_back(match action {
                LinkAction::Dial => Output::Dial,
                LinkAction::Hangup => Output::Hangup,
                LinkAction::Send(message) => Output::Transmit(message.encode()),
            });
        }
    }
}
