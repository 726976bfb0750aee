//! Outputs of a machine as JavaScript objects `{ kind, … }`.

use js_sys::{Array, Int32Array, Object, Reflect, Uint8Array, Uint8ClampedArray};
use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_crypto::Outside;
use temoto_geometry::Region;
use temoto_session::Output;
use temoto_session::channel::clipboard::Clip;
use temoto_session::channel::files::{Choice, DiskAnswer, DiskAsk, DiskWork, Fault};
use temoto_session::channel::pictures::Settled;
use wasm_bindgen::{JsCast, JsValue};

/// Rectangles of one paint at most; more are joined to their bounds.
const RECTS: usize = 256;

/// An object with `kind`.
fn object(kind: &str) -> Object {
    let out = Object::new();
    set(&out, "kind", &JsValue::from_str(kind));
    out
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of a plain object cannot fail.
    let _set = Reflect::set(object, &JsValue::from_str(key), value);
}

/// The outputs that consoles and agents share; `event` makes the rest.
pub fn output<E>(output: Output<E>, event: impl FnOnce(E) -> JsValue) -> JsValue {
    match output {
        Output::Dial => object("dial").into(),
        Output::Hangup => object("hangup").into(),
        Output::Forget => object("forget").into(),
        Output::Transmit(bytes) => {
            let out = object("transmit");
            set(&out, "bytes", &Uint8Array::from(bytes.as_slice()));
            out.into()
        }
        Output::Seal { pair, message } => {
            let out = outside("seal", pair, &message.work);
            set(&out, "head", &Uint8Array::from(message.head.as_slice()));
            out.into()
        }
        Output::Open { pair, ticket, work } => {
            let out = outside("open", pair, &work);
            set(&out, "ticket", &JsValue::from(ticket));
            out.into()
        }
        Output::DerivePsk { pair, n } => {
            let out = object("derive");
            set(&out, "pair", &JsValue::from(pair));
            set(&out, "n", &JsValue::from(n));
            out.into()
        }
        Output::KeepRoot { pair, root } => {
            let out = object("keepRoot");
            set(&out, "pair", &JsValue::from(pair));
            set(&out, "root", &Uint8Array::from(root.expose().as_slice()));
            out.into()
        }
        Output::Persist(json) => {
            let out = object("persist");
            set(&out, "json", &JsValue::from_str(&json));
            out.into()
        }
        Output::Event(inner) => event(inner),
    }
}

/// `{ kind, pair, key: Uint8Array, nonce, associated, bytes }`; `key` is null unless it is another one than before.
fn outside(kind: &str, pair: u8, work: &Outside) -> Object {
    let out = object(kind);
    let key = work
        .key
        .as_ref()
        .map(|key| Uint8Array::from(key.expose().as_slice()));
    set(&out, "pair", &JsValue::from(pair));
    set(&out, "key", &key.map_or(JsValue::NULL, JsValue::from));
    set(&out, "nonce", &Uint8Array::from(work.nonce.as_slice()));
    set(&out, "associated", &Uint8Array::from(work.associated.as_slice()));
    set(&out, "bytes", &Uint8Array::from(work.bytes.as_slice()));
    out
}

/// `{ kind: 'event', json }`.
pub fn event(value: &serde_json::Value) -> JsValue {
    let out = object("event");
    set(&out, "json", &JsValue::from_str(&value.to_string()));
    out.into()
}

/// `{ kind: 'paint', rects: Int32Array [x, y, w, h, …] }`.
pub fn paint(region: &Region) -> JsValue {
    let bounds = [region.bounds()];
    let rects = if region.rects().len() > RECTS {
        &bounds[..]
    } else {
        region.rects()
    };
    let mut numbers = Vec::with_capacity(rects.len() * 4);
    for rect in rects {
        let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        numbers.extend([rect.x, rect.y, side(rect.width), side(rect.height)]);
    }
    let out = object("paint");
    set(&out, "rects", &Int32Array::from(numbers.as_slice()));
    out.into()
}

/// `{ kind: 'clipboard', text, html, png: Uint8Array }`; what is not there is null.
pub fn clipboard(clip: Clip) -> JsValue {
    let (text, html, png) = match clip {
        Clip::Text { text, html } => (Some(text), html, None),
        Clip::Image(png) => (None, None, Some(png)),
    };
    let words = |words: Option<String>| words.map_or(JsValue::NULL, JsValue::from);
    let out = object("clipboard");
    set(&out, "text", &words(text));
    set(&out, "html", &words(html));
    set(&out, "png", &bytes_or_null(png));
    out.into()
}

/// `{ kind: 'picture', id, png: Uint8Array }`: the picture of a line of the chat; null if it is not there any more.
pub fn settled(settled: Settled) -> JsValue {
    let out = object("picture");
    set(&out, "id", &JsValue::from(settled.id));
    set(&out, "png", &bytes_or_null(settled.png));
    out.into()
}

fn bytes_or_null(bytes: Option<Vec<u8>>) -> JsValue {
    bytes.map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes.as_slice()).into())
}

/// `{ kind: 'disk', id, transfer, work, … }`, a `DiskAsk` of `messages.ts`. `None`: a console's disk is never asked that.
pub fn disk(ask: DiskAsk) -> Option<JsValue> {
    let out = object("disk");
    set(&out, "id", &JsValue::from(ask.id));
    set(&out, "transfer", &JsValue::from(ask.transfer));
    let work = match ask.work {
        DiskWork::Read { index, at, length } => {
            block(&out, index, at, length);
            "read"
        }
        DiskWork::ReadPart { index, at, length } => {
            block(&out, index, at, length);
            "readPart"
        }
        DiskWork::Create {
            index,
            path,
            folder,
            size,
            modified_ms,
            choice: what,
        } => {
            set(&out, "index", &JsValue::from(index));
            let names: Array = path.iter().map(|name| JsValue::from_str(name)).collect();
            set(&out, "path", &names);
            set(&out, "folder", &JsValue::from_bool(folder));
            set(&out, "size", &number(size));
            set(&out, "modifiedMs", &number(modified_ms));
            choice(&out, what);
            "create"
        }
        DiskWork::Write { index, at, bytes } => {
            set(&out, "index", &JsValue::from(index));
            set(&out, "at", &number(at));
            set(&out, "bytes", &Uint8Array::from(bytes.as_slice()));
            "write"
        }
        DiskWork::Finish { index, choice: what } => {
            set(&out, "index", &JsValue::from(index));
            choice(&out, what);
            "finish"
        }
        DiskWork::Discard { index } => {
            set(&out, "index", &JsValue::from(index));
            "discard"
        }
        DiskWork::Close => "close",
        DiskWork::DiscardLeft => "discardLeft",
        DiskWork::Target(_)
        | DiskWork::Gather { .. }
        | DiskWork::Roots
        | DiskWork::List(_)
        | DiskWork::Make { .. }
        | DiskWork::Rename { .. }
        | DiskWork::Trash { .. }
        | DiskWork::Restore(_)
        | DiskWork::ForgetCopied
        | DiskWork::HandOver
        | DiskWork::ForgetPasted { .. } => return None,
    };
    set(&out, "work", &JsValue::from_str(work));
    Some(out.into())
}

fn block(out: &Object, index: u32, at: u64, length: u32) {
    set(out, "index", &JsValue::from(index));
    set(out, "at", &number(at));
    set(out, "length", &JsValue::from(length));
}

fn choice(out: &Object, choice: Choice) {
    let word = match choice {
        Choice::Ask => "ask",
        Choice::Replace => "replace",
        Choice::Both => "both",
        Choice::Skip => "skip",
    };
    set(out, "choice", &JsValue::from_str(word));
}

/// A size or a time: below 2^53 wherever files are.
fn number(n: u64) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
    let float = n as f64;
    JsValue::from_f64(float)
}

/// A `DiskAnswer` of `messages.ts`; whatever cannot be read is a failure.
pub fn disk_answer(answer: &JsValue) -> DiskAnswer {
    let get = |key: &str| Reflect::get(answer, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED);
    let size = |key: &str| {
        let float = get(key).as_f64().unwrap_or(0.0).max(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and what is too large is cut"
        )]
        let whole = float as u64;
        whole
    };
    let failed = DiskAnswer::Fault(Fault::Failed);
    let Some(word) = get("answer").as_string() else {
        return failed;
    };
    match word.as_str() {
        "done" => DiskAnswer::Done,
        "bytes" => get("bytes")
            .dyn_into::<Uint8Array>()
            .map_or(failed, |bytes| DiskAnswer::Bytes(bytes.to_vec())),
        "created" => DiskAnswer::Created { have: size("have") },
        "exists" => DiskAnswer::Exists {
            size: size("size"),
            modified_ms: size("modifiedMs"),
        },
        "finished" => DiskAnswer::Finished {
            name: get("name").as_string().unwrap_or_default(),
        },
        "fault" => {
            let word = get("fault").as_string().unwrap_or_default();
            let fault = serde_json::from_value(serde_json::Value::String(word));
            DiskAnswer::Fault(fault.unwrap_or(Fault::Failed))
        }
        _ => failed,
    }
}

/// `{ kind: 'blank' }`.
pub fn blank() -> JsValue {
    object("blank").into()
}

/// `{ kind: 'capture' }`.
pub fn capture() -> JsValue {
    object("capture").into()
}

/// `{ kind: 'thumbnail', display, width, height, rgba }`.
pub fn thumbnail(display: u8, picture: &Framebuffer) -> JsValue {
    let mut rgba = Vec::new();
    picture.rgba_into(picture.bounds(), &mut rgba);
    let out = object("thumbnail");
    set(&out, "display", &JsValue::from(display));
    set(&out, "width", &JsValue::from(picture.width()));
    set(&out, "height", &JsValue::from(picture.height()));
    set(&out, "rgba", &Uint8ClampedArray::from(rgba.as_slice()));
    out.into()
}

/// `{ kind: 'cursorShape', width, height, hotX, hotY, rgba }`.
pub fn cursor_shape(shape: &CursorShape) -> JsValue {
    let out = object("cursorShape");
    set(&out, "width", &JsValue::from(shape.size().width));
    set(&out, "height", &JsValue::from(shape.size().height));
    set(&out, "hotX", &JsValue::from(shape.hotspot().x));
    set(&out, "hotY", &JsValue::from(shape.hotspot().y));
    set(&out, "rgba", &Uint8ClampedArray::from(shape.rgba()));
    out.into()
}
