//! The customer's machine for the join page.

use js_sys::{Uint8ClampedArray, Uint32Array};
use serde_json::json;
use temoto_crypto::{RootKeeping, Secret32};
use temoto_geometry::{Rect, Region};
use temoto_session::{Agent, AgentCommand, AgentEvent, AgentSettings};
use temoto_wire::proto::About;
use temoto_wire::relay::Role;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::frame::Frame;
use crate::{millis, output, picture};

/// One session of a customer's page.
#[wasm_bindgen]
pub struct AgentSession {
    agent: Agent,
    rgba: Vec<u8>,
    frame: Frame,
}

#[wasm_bindgen]
impl AgentSession {
    /// `seed`: 32 bytes of the browser's generator. `now`: the worker's monotonic clock. `unix`: `Date.now()`.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8], now: f64, unix: f64) -> Result<AgentSession, String> {
        let seed = seed.try_into().map_err(|_| "seed of another size".to_owned())?;
        let settings = AgentSettings {
            role: Role::Page,
            keeping: RootKeeping::Caller,
            signed: false,
            build: concat!("page ", env!("CARGO_PKG_VERSION")).to_owned(),
            about: About::default(),
        };
        Ok(Self {
            agent: Agent::new(settings, seed, millis(now), millis(unix)),
            rgba: Vec::new(),
            frame: Frame::default(),
        })
    }

    /// Takes up a stored place.
    pub fn restore(&mut self, stored: &str, now: f64) -> Result<(), String> {
        self.agent
            .restore(millis(now), stored)
            .map_err(|error| error.to_string())
    }

    /// An `AgentCommand` of `messages.ts` that concerns the session, as JSON.
    pub fn command(&mut self, json: &str, now: f64) -> Result<(), String> {
        let command: AgentCommand = serde_json::from_str(json).map_err(|error| error.to_string())?;
        self.agent
            .command(millis(now), command)
            .map_err(|error| error.to_string())
    }

    /// The WebSocket is open.
    pub fn connected(&mut self, now: f64) {
        self.agent.connected(millis(now));
    }

    /// One binary message.
    pub fn message(&mut self, bytes: &[u8], now: f64) {
        self.agent.message(millis(now), bytes);
    }

    /// The WebSocket is closed.
    pub fn disconnected(&mut self, now: f64) {
        self.agent.disconnected(millis(now));
    }

    /// The deadline passed.
    pub fn timeout(&mut self, now: f64) {
        self.agent.timeout(millis(now));
    }

    /// From now on the host computes large records: it answers `seal` and `open`.
    pub fn compute_outside(&mut self) {
        self.agent.compute_outside();
    }

    /// What became of an `open`; without `plaintext` its tag does not verify. An agent has one pair.
    pub fn opened(&mut self, _pair: u8, ticket: u32, plaintext: Option<Vec<u8>>, now: f64) {
        self.agent.opened(millis(now), ticket, plaintext);
    }

    /// A derived run key.
    pub fn psk(&mut self, _pair: u8, n: u32, key: &[u8], now: f64) -> Result<(), String> {
        let key = key.try_into().map_err(|_| "key of another size".to_owned())?;
        self.agent.psk(millis(now), n, &Secret32::new(key));
        Ok(())
    }

    /// The next output, or `undefined`.
    pub fn poll(&mut self) -> JsValue {
        let Some(next) = self.agent.poll() else {
            return JsValue::UNDEFINED;
        };
        output::output(next, |event| match event {
            AgentEvent::View(view) => output::event(&json!({ "type": "view", "view": view })),
            AgentEvent::Painted(region) => output::paint(&region),
            AgentEvent::Picture(settled) => output::settled(settled),
            AgentEvent::Blank => output::blank(),
            AgentEvent::Capture { .. } => output::capture(),
            // A page takes no input: the table of grants sees to it that these never come.
            AgentEvent::Inject(_)
            | AgentEvent::Abandon
            | AgentEvent::SetClipboard(_)
            | AgentEvent::SetClipboardFiles(_)
            | AgentEvent::ClipboardCame(_)
            | AgentEvent::WatchClipboard(_)
            | AgentEvent::Disk(_)
            | AgentEvent::Windows
            | AgentEvent::Glance { .. } => JsValue::NULL,
        })
    }

    /// `{ width, height }` of the picture, or `undefined`.
    pub fn picture(&self) -> JsValue {
        picture::size(self.agent.picture())
    }

    /// A copy of a part of the picture as a canvas wants it; empty outside of it.
    pub fn rgba(&mut self, x: i32, y: i32, width: u32, height: u32) -> Uint8ClampedArray {
        picture::part(
            self.agent.picture(),
            Rect::new(x, y, width, height),
            &mut self.rgba,
        )
    }

    /// Something of what is shared changed.
    pub fn frame_changed(&mut self, now: f64) {
        self.agent.damaged(millis(now), &Region::default(), []);
    }

    /// The newest pixels of what is shared, which a `capture` asked for.
    pub fn take_frame(
        &mut self,
        pixels: &Uint32Array,
        width: u32,
        height: u32,
        rgba: bool,
        now: f64,
    ) -> Result<(), String> {
        if self.frame.take(pixels, width, height, rgba)? {
            self.agent.resized(millis(now), width, height);
        }
        self.frame_again(now)
    }

    /// The same pixels once more: nothing changed since.
    pub fn frame_again(&mut self, now: f64) -> Result<(), String> {
        let Some(view) = self.frame.view() else {
            self.agent.no_frame(millis(now));
            return Ok(());
        };
        self.agent
            .frame(millis(now), view)
            .map_err(|error| error.to_string())
    }

    /// Nothing is captured any more.
    pub fn forget_frame(&mut self) {
        self.frame.forget();
    }

    /// Before the first picture: the most memory for what the operator's screen showed earlier, in MiB.
    pub fn remember_at_most(&mut self, mebibytes: u8) {
        self.agent.remember_at_most(mebibytes);
    }

    /// When `timeout` has to be called, by the worker's clock; `undefined` for never.
    pub fn deadline(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a clock in ms is far below 2^53")]
        let deadline = self.agent.next_timeout().map(|ms| ms as f64);
        deadline
    }
}
