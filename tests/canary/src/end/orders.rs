//! What the test tells an end, a JSON object in a line.

use serde::{Deserialize, Serialize};
use temoto_session::{AgentCommand, ConsoleCommand};

/// Which end.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The operator's console, in a browser.
    Console,
    /// The customer's page, in a browser.
    Page,
    /// The customer's program.
    Program,
}

/// What an end is; the first line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Setup {
    /// Which end.
    pub part: Part,
    /// All its randomness, 32 bytes in hexadecimal.
    pub seed: String,
    /// Where the proxy listens.
    pub port: u16,
    /// `host:port` of the server, as it is dialed.
    pub authority: String,
    /// Said in the clear by an agent that knocks.
    pub build: String,
    /// Name of the computer (program).
    pub computer: String,
    /// Pixels in a row, `0xRRGGBB`, that the screen shows (program).
    pub marked: Vec<u32>,
}

/// What an end has to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// What the operator does.
    Console {
        /// As the page sends it.
        command: ConsoleCommand,
    },
    /// What the customer does.
    Agent {
        /// As the page sends it.
        command: AgentCommand,
    },
    /// Keep the verdict of the pairing from the session until `release`.
    Hold,
    /// Go on.
    Release,
    /// Say which pixels the picture has at the mark (console).
    Peek,
}
