//! Input events: fixed binary, each with the whole set of held keys and buttons.

use crate::limits::{ALL_DISPLAYS, HELD_KEYS, INPUT_TEXT_BYTES};
use crate::{Reader, WireError};

/// The one kind of the input channel.
pub const EVENT: u8 = 1;

/// What the operator did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Nothing new: only the held set counts (after blur, for example).
    Held,
    /// The pointer is here, in physical pixels of `display`.
    Pointer {
        /// Which display, or all ([`ALL_DISPLAYS`]).
        display: u8,
        /// Left to right, from the display's left edge.
        x: i32,
        /// Top to bottom, from the display's top edge.
        y: i32,
    },
    /// A key went down or up; the number is that of the W3C `code` (`temoto-keymap`).
    Key {
        /// Number of the code.
        code: u16,
        /// Down, else up.
        down: bool,
    },
    /// A button went down or up: 0 left, 1 middle, 2 right, 3 back, 4 forward (as in W3C UI Events).
    Button {
        /// Number of the button.
        button: u8,
        /// Down, else up.
        down: bool,
    },
    /// The wheel turned, in 120ths of a notch; positive is right and down.
    Wheel {
        /// Sideways.
        dx: i16,
        /// Down.
        dy: i16,
    },
    /// Finished text, typed whatever the keyboard layout is.
    Text(String),
}

/// One input record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Milliseconds of the sender's clock.
    pub stamp_ms: u32,
    /// Number of the grant change it relies on.
    pub grant: u32,
    /// Buttons held after this event, bit n for button n.
    pub buttons: u8,
    /// Codes held after this event.
    pub held: Vec<u16>,
    /// What happened.
    pub action: Action,
}

fn flag(r: &mut Reader<'_>) -> Result<bool, WireError> {
    match r.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(WireError::Range("flag")),
    }
}

impl Event {
    /// The payload of an `EVENT` frame. Held keys beyond [`HELD_KEYS`] and text beyond [`INPUT_TEXT_BYTES`] are cut.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        out.extend(self.stamp_ms.to_be_bytes());
        out.extend(self.grant.to_be_bytes());
        out.push(self.buttons);
        let held = self
            .held
            .get(..self.held.len().min(HELD_KEYS))
            .unwrap_or_default();
        out.push(u8::try_from(held.len()).unwrap_or(0));
        for code in held {
            out.extend(code.to_be_bytes());
        }
        match &self.action {
            Action::Held => out.push(0),
            Action::Pointer { display, x, y } => {
                out.extend([1, *display]);
                out.extend(x.to_be_bytes());
                out.extend(y.to_be_bytes());
            }
            Action::Key { code, down } => {
                out.push(2);
                out.extend(code.to_be_bytes());
                out.push(u8::from(*down));
            }
            Action::Button { button, down } => out.extend([3, *button, u8::from(*down)]),
            Action::Wheel { dx, dy } => {
                out.push(4);
                out.extend(dx.to_be_bytes());
                out.extend(dy.to_be_bytes());
            }
            Action::Text(text) => {
                out.push(5);
                out.extend_from_slice(cut(text, INPUT_TEXT_BYTES).as_bytes());
            }
        }
        out
    }

    /// Reads the payload of an `EVENT` frame.
    pub fn decode(payload: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(payload);
        let stamp_ms = r.u32()?;
        let grant = r.u32()?;
        let buttons = r.u8()?;
        if buttons >= 1 << 5 {
            return Err(WireError::Range("buttons"));
        }
        let count = usize::from(r.u8()?);
        if count > HELD_KEYS {
            return Err(WireError::Range("held"));
        }
        let mut held = Vec::with_capacity(count);
        for _ in 0..count {
            held.push(r.u16()?);
        }
        let action = match r.u8()? {
            0 => Action::Held,
            1 => {
                let display = r.u8()?;
                if display > ALL_DISPLAYS {
                    return Err(WireError::Range("display"));
                }
                Action::Pointer {
                    display,
                    x: r.i32()?,
                    y: r.i32()?,
                }
            }
            2 => Action::Key {
                code: r.u16()?,
                down: flag(&mut r)?,
            },
            3 => {
                let button = r.u8()?;
                if button >= 5 {
                    return Err(WireError::Range("button"));
                }
                Action::Button {
                    button,
                    down: flag(&mut r)?,
                }
            }
            4 => Action::Wheel {
                dx: r.i16()?,
                dy: r.i16()?,
            },
            5 => {
                let text = r.rest();
                if text.is_empty() || text.len() > INPUT_TEXT_BYTES {
                    return Err(WireError::Range("text"));
                }
                Action::Text(
                    std::str::from_utf8(text)
                        .map_err(|_| WireError::Malformed)?
                        .to_owned(),
                )
            }
            other => return Err(WireError::Unknown(other)),
        };
        r.end()?;
        Ok(Self {
            stamp_ms,
            grant,
            buttons,
            held,
            action,
        })
    }
}

/// The longest prefix of `text` that has at most `bytes` bytes and whole characters.
#[must_use]
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
