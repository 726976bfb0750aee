//! The other end's picture, as a canvas wants it.

use js_sys::{Object, Reflect, Uint8ClampedArray};
use temoto_codec::Framebuffer;
use temoto_geometry::Rect;
use wasm_bindgen::JsValue;

/// `{ width, height }` of the picture, or `undefined`.
pub fn size(picture: Option<&Framebuffer>) -> JsValue {
    let Some(picture) = picture else {
        return JsValue::UNDEFINED;
    };
    let out = Object::new();
    for (key, value) in [("width", picture.width()), ("height", picture.height())] {
        // Setting a property of a plain object cannot fail.
        let _set = Reflect::set(&out, &JsValue::from_str(key), &JsValue::from(value));
    }
    out.into()
}

/// A copy of a part of the picture; empty outside of it. `buffer` is used again.
pub fn part(picture: Option<&Framebuffer>, rect: Rect, buffer: &mut Vec<u8>) -> Uint8ClampedArray {
    buffer.clear();
    if let Some(picture) = picture.filter(|picture| picture.bounds().contains_rect(rect)) {
        picture.rgba_into(rect, buffer);
    }
    Uint8ClampedArray::from(buffer.as_slice())
}
