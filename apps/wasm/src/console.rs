//! The operator's machine for a page.

use js_sys::{Uint8ClampedArray, Uint32Array};
use serde_json::json;
use temoto_crypto::Secret32;
use temoto_geometry::Rect;
use temoto_session::{Console, ConsoleCommand, ConsoleEvent};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::frame::Frame;
use crate::{millis, output, picture};

/// One session of an operator.
#[wasm_bindgen]
pub struct ConsoleSession {
    console: Console,
    rgba: Vec<u8>,
    frame: Frame,
}

#[wasm_bindgen]
impl ConsoleSession {
    /// `seed`: 32 bytes of the browser's generator. `now`: the worker's monotonic clock. `unix`: `Date.now()`.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8], now: f64, unix: f64) -> Result<ConsoleSession, String> {
        let seed = seed.try_into().map_err(|_| "seed of another size".to_owned())?;
        Ok(Self {
            console: Console::new(seed, millis(now), millis(unix)),
            rgba: Vec::new(),
            frame: Frame::default(),
        })
    }

    /// Before the first picture: the most memory for what screens showed earlier, in MiB.
    pub fn remember_at_most(&mut self, mebibytes: u8) {
        self.console.remember_at_most(mebibytes);
    }

    /// Takes up a stored session.
    pub fn restore(&mut self, stored: &str, now: f64) -> Result<(), String> {
        self.console
            .restore(millis(now), stored)
            .map_err(|error| error.to_string())
    }

    /// A `ConsoleCommand` of `messages.ts` that concerns the session, as JSON.
    pub fn command(&mut self, json: &str, now: f64) -> Result<(), String> {
        let command: ConsoleCommand = serde_json::from_str(json).map_err(|error| error.to_string())?;
        self.console
            .command(millis(now), command)
            .map_err(|error| error.to_string())
    }

    /// A PNG for the customer's clipboard, without JSON: it is long.
    pub fn put_picture(&mut self, png: Vec<u8>, now: f64) -> Result<(), String> {
        self.console
            .put_picture(millis(now), png)
            .map_err(|error| error.to_string())
    }

    /// A PNG for the chat, without JSON: it is long.
    pub fn send_picture(&mut self, png: Vec<u8>, now: f64) -> Result<(), String> {
        self.console
            .send_picture(millis(now), png)
            .map_err(|error| error.to_string())
    }

    /// The pointer, without JSON: it moves often. `look` is the number of the picture that it moved on.
    pub fn pointer(&mut self, x: i32, y: i32, look: u32, now: f64) {
        let look = Some(look);
        // A pointer that cannot be sent now is simply not sent.
        let _unsent = self
            .console
            .command(millis(now), ConsoleCommand::Pointer { x, y, look });
    }

    /// The WebSocket is open.
    pub fn connected(&mut self, now: f64) {
        self.console.connected(millis(now));
    }

    /// One binary message.
    pub fn message(&mut self, bytes: &[u8], now: f64) {
        self.console.message(millis(now), bytes);
    }

    /// The WebSocket is closed.
    pub fn disconnected(&mut self, now: f64) {
        self.console.disconnected(millis(now));
    }

    /// The deadline passed.
    pub fn timeout(&mut self, now: f64) {
        self.console.timeout(millis(now));
    }

    /// A derived run key.
    pub fn psk(&mut self, pair: u8, n: u32, key: &[u8], now: f64) -> Result<(), String> {
        let key = key.try_into().map_err(|_| "key of another size".to_owned())?;
        self.console.psk(millis(now), pair, n, &Secret32::new(key));
        Ok(())
    }

    /// From now on the host computes large records: it answers `seal` and `open`.
    pub fn compute_outside(&mut self) {
        self.console.compute_outside();
    }

    /// What became of an `open`; without `plaintext` its tag does not verify.
    pub fn opened(&mut self, pair: u8, ticket: u32, plaintext: Option<Vec<u8>>, now: f64) {
        self.console.opened(millis(now), pair, ticket, plaintext);
    }

    /// The host did what a `disk` output asked; `answer` is a `DiskAnswer` of `messages.ts`.
    pub fn disk(&mut self, id: u32, answer: &JsValue, now: f64) {
        self.console.disk(millis(now), id, output::disk_answer(answer));
    }

    /// The next output, or `undefined`.
    pub fn poll(&mut self) -> JsValue {
        let Some(next) = self.console.poll() else {
            return JsValue::UNDEFINED;
        };
        output::output(next, |event| match event {
            ConsoleEvent::View(view) => output::event(&json!({ "type": "view", "view": view })),
            ConsoleEvent::Key(key) => output::event(&json!({ "type": "keys", "consoleKey": base64(&key) })),
            ConsoleEvent::CodeWanted => output::event(&json!({ "type": "codeWanted" })),
            ConsoleEvent::Painted(region) => output::paint(&region),
            ConsoleEvent::Capture => output::capture(),
            ConsoleEvent::Picture(settled) => output::settled(settled),
            ConsoleEvent::Blank => output::blank(),
            ConsoleEvent::Thumbnail { display, picture } => output::thumbnail(display, &picture),
            ConsoleEvent::Clipboard(clip) => output::clipboard(clip),
            ConsoleEvent::Windows(windows) => {
                let place = |rect: &temoto_geometry::Rect| json!({ "x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height });
                let windows: Vec<_> = windows.iter().map(place).collect();
                output::event(&json!({ "type": "windows", "windows": windows }))
            }
            ConsoleEvent::Disk(ask) => output::disk(ask).unwrap_or(JsValue::NULL),
            ConsoleEvent::Folder {
                request,
                entries,
                last,
                truncated,
                fault,
            } => output::event(&json!({
                "type": "folder", "request": request, "entries": entries,
                "last": last, "truncated": truncated, "fault": fault,
            })),
            ConsoleEvent::FolderChanged {
                request,
                fault,
                token,
            } => output::event(&json!({
                "type": "folderChanged", "request": request, "fault": fault, "token": token,
            })),
            ConsoleEvent::FileDone(done) => output::event(&json!({
                "type": "fileDone", "way": done.way, "transfer": done.transfer, "path": done.path,
                "name": done.name, "size": done.size, "hash": done.hash,
            })),
            ConsoleEvent::Cursor(place) => output::event(
                &json!({ "type": "cursor", "x": place.x, "y": place.y, "visible": place.visible }),
            ),
            ConsoleEvent::CursorShape(shape) => output::cursor_shape(&shape),
        })
    }

    /// When `timeout` has to be called, by the worker's clock; `undefined` for never.
    pub fn deadline(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a clock in ms is far below 2^53")]
        let deadline = self.console.next_timeout().map(|ms| ms as f64);
        deadline
    }

    /// `{ width, height }` of the picture, or `undefined`.
    pub fn picture(&self) -> JsValue {
        picture::size(self.console.picture())
    }

    /// A copy of a part of the picture as a canvas wants it; empty outside of it.
    pub fn rgba(&mut self, x: i32, y: i32, width: u32, height: u32) -> Uint8ClampedArray {
        picture::part(
            self.console.picture(),
            Rect::new(x, y, width, height),
            &mut self.rgba,
        )
    }

    /// Something of what is shown changed.
    pub fn frame_changed(&mut self, now: f64) {
        self.console.show_changed(millis(now));
    }

    /// The newest pixels of what is shown, which a `capture` asked for.
    pub fn take_frame(
        &mut self,
        pixels: &Uint32Array,
        width: u32,
        height: u32,
        rgba: bool,
        now: f64,
    ) -> Result<(), String> {
        self.frame.take(pixels, width, height, rgba)?;
        self.frame_again(now)
    }

    /// The same pixels once more: nothing changed since.
    pub fn frame_again(&mut self, now: f64) -> Result<(), String> {
        let Some(view) = self.frame.view() else {
            self.console.no_show_frame(millis(now));
            return Ok(());
        };
        self.console
            .show_frame(millis(now), view)
            .map_err(|error| error.to_string())
    }

    /// Nothing is captured any more.
    pub fn forget_frame(&mut self) {
        self.frame.forget();
    }
}

/// Standard base64, for the REST operation.
fn base64(bytes: &[u8]) -> String {
    temoto_session::base64_of(bytes)
}
