//! The official CPace and Noise vectors as a function, so that a test runner of WebAssembly can call it too.
//!
//! Sends the vectors through the very code that pairing uses: the CPace wrapper and the resolver of snow with its
//! injected randomness. Data and origin are in `tests/data`.

use crate::cpace::{PakeInput, finish_with_ad, respond_with_ad, start_with_ad};
use crate::noise::{Handshake, NN, StaticKey, XX};
use crate::record::nonce_of;
use crate::secret::Secret32;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit};
use rand_core::{CryptoRng, RngCore};

const CPACE: &str = include_str!("../tests/data/cpace.txt");
const NOISE: &str = include_str!("../tests/data/noise.txt");

/// How many vectors were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// CPace exchanges and invalid shares.
    pub cpace: usize,
    /// Noise handshakes.
    pub noise: usize,
}

/// Checks every vector.
///
/// # Errors
/// What differed, in words.
pub fn check() -> Result<Checked, String> {
    Ok(Checked {
        cpace: check_cpace()?,
        noise: check_noise()?,
    })
}

fn check_cpace() -> Result<usize, String> {
    let get = |key: &str| field(CPACE, key);
    let (prs, ci, sid) = (get("prs")?, get("ci")?, get("sid")?);
    let (ad_a, ad_b) = (get("ada")?, get("adb")?);
    let input = PakeInput {
        password: &prs,
        channel: &ci,
        session: &sid,
    };
    let failed = |what: &str| format!("CPace: {what}");

    let mut rng = Scalar(get("ya")?);
    let (share_a, started) = start_with_ad(&input, &ad_a, &mut rng).map_err(|_| failed("start"))?;
    same("CPace Ya", &share_a, &get("share_a")?)?;
    let mut rng = Scalar(get("yb")?);
    let (share_b, isk_b) =
        respond_with_ad(&input, &share_a, &ad_a, &ad_b, &mut rng).map_err(|_| failed("respond"))?;
    same("CPace Yb", &share_b, &get("share_b")?)?;
    same("CPace ISK of B", &isk_b, &get("isk")?)?;
    let isk_a = finish_with_ad(started, &share_b, &ad_b).map_err(|_| failed("finish"))?;
    same("CPace ISK of A", &isk_a, &get("isk")?)?;

    for key in ["invalid_1", "invalid_2"] {
        let invalid = array(&get(key)?)?;
        let mut rng = Scalar(get("ya")?);
        let (_, started) = start_with_ad(&input, &ad_a, &mut rng).map_err(|_| failed("start"))?;
        let refused = respond_with_ad(&input, &invalid, b"", b"", &mut rng).is_err()
            && finish_with_ad(started, &invalid, b"").is_err();
        if !refused {
            return Err(failed(key));
        }
    }
    Ok(3)
}

fn check_noise() -> Result<usize, String> {
    let vectors: Vec<&str> = NOISE
        .split("\n\n")
        .filter(|part| part.contains("protocol="))
        .collect();
    for pattern in [NN, XX] {
        if !vectors.iter().any(|vector| vector.contains(pattern)) {
            return Err(format!("no vector of {pattern}"));
        }
    }
    for vector in &vectors {
        check_handshake(vector)?;
    }
    Ok(vectors.len())
}

fn check_handshake(vector: &str) -> Result<(), String> {
    let protocol = text_field(vector, "protocol")?;
    let get = |key: &str| field(vector, key);
    let psk = Secret32::new(array(&get("psk")?)?);
    let position = if protocol.contains("psk3") { 3 } else { 0 };
    let prologue = get("prologue")?;
    let side = |initiator: bool, ephemeral: &'static str, key: &'static str| {
        let ephemeral = Secret32::new(array(&get(ephemeral)?)?);
        let key = get(key).ok().map(|key| array(&key)).transpose()?;
        let key = key.map(|key| StaticKey::from_private(Secret32::new(key)));
        Handshake::with_ephemeral(
            protocol,
            initiator,
            Some((position, &psk)),
            key.as_ref(),
            &prologue,
            ephemeral,
        )
        .map_err(|_| format!("{protocol}: cannot be built"))
    };
    let mut sides = [
        side(true, "init_ephemeral", "init_static")?,
        side(false, "resp_ephemeral", "resp_static")?,
    ];
    let length = if protocol.contains("_NN") { 2 } else { 3 };
    let messages = messages(vector)?;
    for (index, (payload, wanted)) in messages.iter().take(length).enumerate() {
        let [first, second] = &mut sides;
        let (writer, reader) = if index % 2 == 0 {
            (first, second)
        } else {
            (second, first)
        };
        let message = writer
            .write(payload)
            .map_err(|_| format!("{protocol}: message {index} not written"))?;
        same(&format!("{protocol} message {index}"), &message, wanted)?;
        let read = reader
            .read(&message)
            .map_err(|_| format!("{protocol}: message {index} not read"))?;
        same(&format!("{protocol} payload {index}"), &read, payload)?;
    }
    let [first, second] = sides;
    let first = first.split().map_err(|_| format!("{protocol}: unfinished"))?;
    let second = second.split().map_err(|_| format!("{protocol}: unfinished"))?;
    same(&format!("{protocol} hash"), &first.hash, &get("hash")?)?;
    if first.sending != second.receiving || first.receiving != second.sending {
        return Err(format!("{protocol}: the keys differ"));
    }
    // Message `length` is of the side whose turn it is; each side's counter starts at 0.
    let mut counters = [0u64; 2];
    for (index, (payload, wanted)) in messages.iter().enumerate().skip(length) {
        let turn = index % 2;
        let key = if turn == 0 {
            &first.sending
        } else {
            &second.sending
        };
        let sealed = Aes256Gcm::new(key.expose().into())
            .encrypt((&nonce_of(counters[turn])).into(), payload.as_slice())
            .map_err(|_| format!("{protocol}: not sealed"))?;
        same(&format!("{protocol} message {index}"), &sealed, wanted)?;
        counters[turn] += 1;
    }
    Ok(())
}

/// A generator that gives one scalar: 32 bytes of little endian, then zeros.
struct Scalar(Vec<u8>);

impl RngCore for Scalar {
    fn next_u32(&mut self) -> u32 {
        0
    }

    fn next_u64(&mut self) -> u64 {
        0
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        let length = self.0.len().min(dest.len());
        dest[..length].copy_from_slice(&self.0[..length]);
        dest[length..].fill(0);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Scalar {}

fn same(what: &str, got: &[u8], wanted: &[u8]) -> Result<(), String> {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("{what} differs"))
    }
}

/// Payload and ciphertext.
type Message = (Vec<u8>, Vec<u8>);

fn messages(vector: &str) -> Result<Vec<Message>, String> {
    vector
        .lines()
        .filter_map(|line| line.strip_prefix("message="))
        .map(|line| {
            let (payload, ciphertext) = line.split_once(' ').ok_or("a message without ciphertext")?;
            Ok((from_hex(payload)?, from_hex(ciphertext)?))
        })
        .collect()
}

fn text_field<'a>(text: &'a str, key: &str) -> Result<&'a str, String> {
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .ok_or_else(|| format!("no field {key}"))
}

fn field(text: &str, key: &str) -> Result<Vec<u8>, String> {
    from_hex(text_field(text, key)?)
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("not {N} bytes"))
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err("odd number of hex digits".into());
    }
    pairs
        .iter()
        .map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| "not hex")?;
            u8::from_str_radix(pair, 16).map_err(|_| "not hex".to_owned())
        })
        .collect()
}
