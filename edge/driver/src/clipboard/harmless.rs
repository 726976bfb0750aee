//! What crosses a clipboard, without what nobody meant to copy.
//!
//! An operator is a stranger to the customer's computer: HTML goes on without scripts, frames, forms and everything that would be fetched
//! from elsewhere once it is pasted, a picture only as its pixels. What the customer copied is judged by the operator's end; of a
//! picture this end lets no more go than its pixels either.

use temoto_clipboard::html;
use temoto_codec::png::{self, PngError};
use temoto_session::channel::clipboard::ClipKind;
use temoto_wire::limits::CLIPBOARD_IMAGE_BYTES;

/// Part of what the operator put there, as it may be pasted; `None` if nothing is left of it.
pub fn harmless(kind: ClipKind, data: Vec<u8>) -> Option<Vec<u8>> {
    match kind {
        ClipKind::Text => Some(data),
        ClipKind::Html => {
            let html = html::harmless(std::str::from_utf8(&data).ok()?);
            (!html.trim().is_empty()).then(|| html.into_bytes())
        }
        ClipKind::Image => png::anew(&data, CLIPBOARD_IMAGE_BYTES).ok(),
    }
}

/// A picture that the customer copied, as it may be told of.
pub fn harmless_copy(png: &[u8]) -> Result<Vec<u8>, PngError> {
    png::anew(png, CLIPBOARD_IMAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_where_nothing_is_left() {
        assert_eq!(harmless(ClipKind::Html, b"<script>x()</script>".to_vec()), None);
        assert_eq!(harmless(ClipKind::Html, vec![0xff]), None);
        assert_eq!(harmless(ClipKind::Image, b"GIF89a".to_vec()), None);
    }
}
