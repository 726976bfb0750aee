//! The session's machine of either kind, behind the calls that both have.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use temoto_codec::Framebuffer;
use temoto_crypto::{RootKeeping, Secret32};
use temoto_geometry::{Rect, Size};
use temoto_session::agent::DisplayInfo;
use temoto_session::{Agent, AgentSettings, Console};
use temoto_wire::proto::About;
use temoto_wire::relay::Role;

use super::orders::{Part, Setup};

/// Size of the customer's screen.
const SCREEN: Size = Size::new(320, 200);
/// Where the marked pixels begin.
const MARK: (usize, usize) = (40, 60);

/// Console or agent.
pub enum Machine {
    /// The operator's.
    Console(Box<Console>),
    /// The customer's.
    Agent(Box<Agent>),
}

impl Machine {
    /// The machine of this end.
    pub fn new(setup: &Setup, seed: [u8; 32], unix_ms: u64) -> Self {
        let (role, keeping) = match setup.part {
            Part::Console => return Self::Console(Box::new(Console::new(seed, 0, unix_ms))),
            Part::Page => (Role::Page, RootKeeping::Caller),
            Part::Program => (Role::Program, RootKeeping::Machine),
        };
        let settings = AgentSettings {
            role,
            keeping,
            signed: false,
            build: setup.build.clone(),
            about: About {
                system: "Debian 12".to_owned(),
                software: "temoto 0.1.0".to_owned(),
                computer: setup.computer.clone(),
                language: "ja".to_owned(),
                keyboard: "jp".to_owned(),
            },
        };
        let mut agent = Agent::new(settings, seed, 0, unix_ms);
        if setup.part == Part::Program {
            let display = DisplayInfo {
                id: 0,
                name: "screen".to_owned(),
                rect: Rect::new(0, 0, SCREEN.width, SCREEN.height),
                scale_percent: 100,
                primary: true,
            };
            agent.set_displays(0, vec![display]);
        }
        Self::Agent(Box::new(agent))
    }

    pub fn next_timeout(&self) -> Option<u64> {
        match self {
            Self::Console(console) => console.next_timeout(),
            Self::Agent(agent) => agent.next_timeout(),
        }
    }

    pub fn timeout(&mut self, now_ms: u64) {
        match self {
            Self::Console(console) => console.timeout(now_ms),
            Self::Agent(agent) => agent.timeout(now_ms),
        }
    }

    pub fn connected(&mut self, now_ms: u64) {
        match self {
            Self::Console(console) => console.connected(now_ms),
            Self::Agent(agent) => agent.connected(now_ms),
        }
    }

    pub fn disconnected(&mut self, now_ms: u64) {
        match self {
            Self::Console(console) => console.disconnected(now_ms),
            Self::Agent(agent) => agent.disconnected(now_ms),
        }
    }

    pub fn message(&mut self, now_ms: u64, bytes: &[u8]) {
        match self {
            Self::Console(console) => console.message(now_ms, bytes),
            Self::Agent(agent) => agent.message(now_ms, bytes),
        }
    }

    pub fn psk(&mut self, now_ms: u64, pair: u8, n: u32, psk: &Secret32) {
        match self {
            Self::Console(console) => console.psk(now_ms, pair, n, psk),
            Self::Agent(agent) => agent.psk(now_ms, n, psk),
        }
    }

    /// The pixels of the console's picture where the mark is, `count` of them.
    pub fn peek(&self, count: usize) -> Vec<u32> {
        let Self::Console(console) = self else {
            return Vec::new();
        };
        let row = console.picture().map(|picture| picture.row(MARK.1));
        row.map_or_else(Vec::new, |row| row[MARK.0..MARK.0 + count].to_vec())
    }
}

/// The customer's screen: noise, so that there is something to send, and the marked pixels.
pub fn desktop(setup: &Setup, seed: [u8; 32]) -> Framebuffer {
    let mut rng = ChaCha20Rng::from_seed(seed);
    let count = usize::try_from(SCREEN.area()).expect("small");
    let mut pixels: Vec<u32> = (0..count).map(|_| rng.next_u32() & 0x00ff_ffff).collect();
    let at = MARK.1 * usize::try_from(SCREEN.width).expect("small") + MARK.0;
    pixels[at..at + setup.marked.len()].copy_from_slice(&setup.marked);
    Framebuffer::from_pixels(SCREEN, pixels).expect("a picture of a possible size")
}
