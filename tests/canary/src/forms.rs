//! How secrets can be written: digits as people and programs write them, text in all encodings, bytes as bytes and as text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::scan::{Form, Needle, SHORTEST};

/// Collects forms; what is too short to mean anything, or there already, is left out.
struct Forms(Vec<Form>);

impl Forms {
    fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        if bytes.len() >= SHORTEST && self.0.iter().all(|form| form.bytes != bytes) {
            self.0.push(Form {
                name: name.into(),
                bytes,
            });
        }
    }

    /// Text in the encodings of programs.
    fn add_text(&mut self, name: &str, text: &str) {
        self.add(format!("{name}, UTF-8"), text);
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        self.add(format!("{name}, UTF-16LE"), little);
        self.add(format!("{name}, UTF-16BE"), big);
        let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        self.add(format!("{name}, UTF-32LE"), wide);
        self.add(
            format!("{name}, JSON in ASCII"),
            escaped(&units, |unit| format!("\\u{unit:04x}")),
        );
        self.add(
            format!("{name}, JSON IN ASCII"),
            escaped(&units, |unit| format!("\\u{unit:04X}")),
        );
        self.add(
            format!("{name}, Rust's Debug"),
            format!("{text:?}").trim_matches('"'),
        );
        let percent: String = text
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        self.add(format!("{name}, in a URL"), percent.replace("%20", "+"));
        self.add(format!("{name}, in a URL"), percent);
    }

    /// Bytes written as text.
    fn add_written_bytes(&mut self, name: &str, bytes: &[u8]) {
        self.add(format!("{name}, hexadecimal"), hex::encode(bytes));
        self.add(format!("{name}, HEXADECIMAL"), hex::encode_upper(bytes));
        for alignment in 0..3 {
            for (alphabet, engine) in [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)] {
                let padded = [&[0; 3][..alignment], bytes].concat();
                let text = engine.encode(&padded);
                // Only letters that no neighbor has a part in.
                let first = (alignment * 8).div_ceil(6);
                let last = padded.len() * 8 / 6;
                self.add(format!("{name}, {alphabet} from {alignment}"), &text[first..last]);
            }
        }
        for gap in [", ", ","] {
            let list: Vec<String> = bytes.iter().map(ToString::to_string).collect();
            self.add(format!("{name}, a list of numbers"), list.join(gap));
        }
    }
}

fn escaped(units: &[u16], escape: impl Fn(u16) -> String) -> String {
    units
        .iter()
        .map(|&unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_graphic() || byte == b' ' => char::from(byte).to_string(),
            _ => escape(unit),
        })
        .collect()
}

/// The digits in full width.
fn full_width(digits: &str) -> String {
    digits
        .chars()
        .map(|digit| {
            let value = digit.to_digit(10).expect("a digit");
            char::from_u32(0xff10 + value).expect("a full-width digit")
        })
        .collect()
}

/// A code: all its digits, in every written form.
#[must_use]
pub fn code(name: &str, digits: &str) -> Needle {
    let mut forms = Forms(Vec::new());
    let (half, rest) = digits.split_at(digits.len() / 2);
    for (gap, between) in [
        ("together", ""),
        ("with a space", " "),
        ("with a dash", "-"),
        ("with an en dash", "\u{2013}"),
        ("with a fixed space", "\u{a0}"),
        ("with an ideographic space", "\u{3000}"),
        ("with a Japanese dash", "\u{30fc}"),
        ("with an underscore", "_"),
        ("with a line between", "\n"),
    ] {
        forms.add_text(gap, &format!("{half}{between}{rest}"));
        let (half, rest) = (full_width(half), full_width(rest));
        forms.add_text(&format!("full width {gap}"), &format!("{half}{between}{rest}"));
    }
    let separately: Vec<String> = digits.chars().map(String::from).collect();
    for between in [" ", ",", ", ", "-", "\",\"", "', '"] {
        forms.add_text("digit by digit", &separately.join(between));
    }
    let in_pairs: Vec<String> = separately.chunks(2).map(<[String]>::concat).collect();
    for between in [" ", "-"] {
        forms.add_text("in pairs", &in_pairs.join(between));
    }
    // In two fields of one record, as JSON has them.
    forms.add_text("two texts", &format!("{half}\",\"{rest}"));
    forms.add_text("two fields", &format!("{half}, secret: {rest}"));
    forms.add_written_bytes("together", digits.as_bytes());
    forms.add_written_bytes("with a space", format!("{half} {rest}").as_bytes());
    forms.add_written_bytes("full width", full_width(digits).as_bytes());
    Needle {
        name: name.to_owned(),
        forms: forms.0,
    }
}

/// The secret half of a code, where it is written so that no other number is meant.
#[must_use]
pub fn secret_digits(name: &str, secret: &str) -> Needle {
    let mut forms = Forms(Vec::new());
    forms.add_text("full width", &full_width(secret));
    for key in ["secret", "digits", "code", "pin", "secret_digits"] {
        for (before, after) in [
            ("=", ""),
            ("\":\"", ""),
            ("\": \"", ""),
            (": \"", ""),
            (": ", "\n"),
            ("=\"", ""),
        ] {
            forms.add_text("after its key", &format!("{key}{before}{secret}{after}"));
        }
    }
    let separately: Vec<String> = secret.bytes().map(|digit| digit.to_string()).collect();
    forms.add("a list of bytes", format!("[{}]", separately.join(", ")));
    forms.add("UTF-16LE", wide(secret));
    Needle {
        name: name.to_owned(),
        forms: forms.0,
    }
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Words that somebody wrote.
#[must_use]
pub fn text(name: &str, text: &str) -> Needle {
    let mut forms = Forms(Vec::new());
    forms.add_text("text", text);
    forms.add_written_bytes("text", text.as_bytes());
    Needle {
        name: name.to_owned(),
        forms: forms.0,
    }
}

/// Secret bytes: whole, and either half of them.
#[must_use]
pub fn bytes(name: &str, secret: &[u8]) -> Needle {
    let mut forms = Forms(Vec::new());
    forms.add("raw", secret);
    if secret.len() >= 16 {
        let (first, second) = secret.split_at(secret.len() / 2);
        forms.add("raw, first half", first);
        forms.add("raw, second half", second);
    }
    let turned: Vec<u8> = secret.iter().rev().copied().collect();
    forms.add("raw, reversed", turned);
    forms.add_written_bytes("bytes", secret);
    Needle {
        name: name.to_owned(),
        forms: forms.0,
    }
}

/// Neighboring pixels (`0xRRGGBB`) in the layouts of screens, codecs and canvases.
#[must_use]
pub fn pixels(name: &str, pixels: &[u32]) -> Needle {
    let mut forms = Forms(Vec::new());
    for (layout, order) in [
        ("BGR0", "bgr0"),
        ("0RGB", "0rgb"),
        ("RGB0", "rgb0"),
        ("BGRA", "bgra"),
        ("ARGB", "argb"),
        ("RGBA", "rgba"),
        ("ABGR", "abgr"),
        ("RGB", "rgb"),
        ("BGR", "bgr"),
    ] {
        let laid_out = pixels.iter().flat_map(|pixel| {
            let [_, red, green, blue] = pixel.to_be_bytes();
            order.bytes().map(move |byte| match byte {
                b'r' => red,
                b'g' => green,
                b'b' => blue,
                b'a' => 0xff,
                _ => 0,
            })
        });
        forms.add(layout, laid_out.collect::<Vec<u8>>());
    }
    for (byte, channel) in ["blue", "green", "red"].into_iter().enumerate() {
        let plane: Vec<u8> = pixels.iter().map(|pixel| pixel.to_le_bytes()[byte]).collect();
        forms.add(format!("plane of {channel}"), plane);
    }
    Needle {
        name: name.to_owned(),
        forms: forms.0,
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::scan::Scanner;

    fn finds(needle: Needle, hay: &[u8]) -> bool {
        let hay = [b"some words before ", hay, b" and behind"].concat();
        !Scanner::new(vec![needle]).scan("hay", &hay).is_empty()
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        for written in [
            "48219037",
            "4821 9037",
            "4821-9037",
            "4821\u{2013}9037",
            "4821\u{a0}9037",
            "4821%209037",
            "4821+9037",
            "４８２１９０３７",
            "４８２１　９０３７",
            "４８２１ー９０３７",
            "\\uff14\\uff18\\uff12\\uff11\\uff19\\uff10\\uff13\\uff17",
            "%EF%BC%94%EF%BC%98%EF%BC%92%EF%BC%91%EF%BC%99%EF%BC%90%EF%BC%93%EF%BC%97",
            "{\"digits\":\"48219037\"}",
            "{\"digits\":48219037}",
            "[4,8,2,1,9,0,3,7]",
            "[52, 56, 50, 49, 57, 48, 51, 55]",
            "3438323139303337",
            "[\"4821\",\"9037\"]",
            "Code { routing: 4821, secret: 9037 }",
        ] {
            assert!(finds(code("code", "48219037"), written.as_bytes()), "{written}");
        }
        for text in ["48219037", "4821 9037", "４８２１９０３７"] {
            let units = || text.encode_utf16();
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
            assert!(finds(code("code", "48219037"), &little), "{text}");
            assert!(finds(code("code", "48219037"), &big), "{text}");
            for before in ["", "a", "ab"] {
                let encoded = STANDARD.encode(format!("{before}{text} and more"));
                assert!(finds(code("code", "48219037"), encoded.as_bytes()), "{encoded}");
            }
        }
        for other in ["48219036", "4821 9038", "4821", "9037", "48 21", "14821903"] {
            assert!(!finds(code("code", "48219037"), other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn secret_bytes_are_found_in_part_and_as_text() {
        let secret: Vec<u8> = (100..132).collect();
        assert!(finds(bytes("root", &secret), &secret[..16]));
        assert!(finds(bytes("root", &secret), &secret[14..]));
        assert!(finds(bytes("root", &secret), hex::encode(&secret).as_bytes()));
        assert!(finds(bytes("root", &secret), format!("{secret:?}").as_bytes()));
        for before in 0..3 {
            let with = [&vec![9; before][..], &secret, &[7]].concat();
            assert!(finds(bytes("root", &secret), STANDARD.encode(with).as_bytes()));
        }
        assert!(!finds(bytes("root", &secret), &secret[..15]));
    }

    #[test]
    fn words_and_pixels_are_found() {
        let words = "印刷できません canary";
        assert!(finds(text("chat", words), words.as_bytes()));
        let json = "\\u5370\\u5237\\u3067\\u304d\\u307e\\u305b\\u3093 canary";
        assert!(finds(text("chat", words), json.as_bytes()));
        let row = [0x0011_2233, 0x00a1_b2c3, 0x0044_5566, 0x00c0_ffee];
        assert!(finds(pixels("pixels", &row), &row.map(u32::to_le_bytes).concat()));
        let rgb = b"\x11\x22\x33\xa1\xb2\xc3\x44\x55\x66\xc0\xff\xee";
        assert!(finds(pixels("pixels", &row), rgb));
    }
}
