//! What was in recorded WebSocket frames. Clients mask theirs, so that raw traffic would hide any word from a scanner.

/// The payloads of one direction of a connection, unmasked, one after the other; empty if it never became a WebSocket.
#[must_use]
pub fn payloads(recorded: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let Some(head) = recorded.windows(4).position(|four| four == b"\r\n\r\n") else {
        return out;
    };
    let text = String::from_utf8_lossy(&recorded[..head]).to_ascii_lowercase();
    if !text.contains("upgrade: websocket") {
        return out;
    }
    let mut rest = &recorded[head + 4..];
    while let Some((payload, behind)) = frame(rest) {
        out.extend(payload);
        rest = behind;
    }
    out
}

/// The first frame's payload and what is behind it; `None` if it is not there whole.
fn frame(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (&[_, second], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match second & 0x7f {
        126 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::try_from(u64::from_be_bytes(*length)).ok()?, rest)
        }
        short => (usize::from(short), rest),
    };
    let (mask, rest) = if second & 0x80 == 0 {
        ([0; 4], rest)
    } else {
        let (mask, rest) = rest.split_first_chunk()?;
        (*mask, rest)
    };
    let (payload, rest) = rest.split_at_checked(length)?;
    let unmasked = payload
        .iter()
        .zip(mask.iter().cycle())
        .map(|(byte, mask)| byte ^ mask);
    Some((unmasked.collect(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_and_plain_frames_of_all_lengths_are_read() {
        let mut recorded = b"GET /relay HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".to_vec();
        recorded.extend(b"\x82\x05plain");
        recorded.extend(b"\x82\x83\x01\x02\x03\x04");
        recorded.extend([b'a' ^ 1, b'b' ^ 2, b'c' ^ 3]);
        recorded.extend(b"\x82\x7e\x01\x00");
        recorded.extend([b'x'; 256]);
        recorded.extend(b"\x82\x7f\0\0\0\0\0\x01\0\0");
        recorded.extend([b'y'; 65_536]);
        recorded.extend(b"\x82\x09cut");
        let read = payloads(&recorded);
        assert!(read.starts_with(b"plainabcxxx"));
        assert_eq!(read.len(), 5 + 3 + 256 + 65_536);
    }

    #[test]
    fn other_traffic_has_no_frames() {
        assert!(payloads(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n\x82\x01a").is_empty());
        assert!(payloads(b"no head").is_empty());
    }
}
