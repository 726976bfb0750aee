//! The name of a downloaded program: `temoto_<host>[_<port>][_<key>]_<token>`, and what systems append to it.
//!
//! A pure parser and builder. The name is a hint from an untrusted place: it only fills in what the customer
//! then sees and allows, so every field is checked and nothing in it names a path. It is read from the right:
//! whatever follows the token's letters (`.exe`, `(1)`, ` - Copy`, ` - コピー`, …) is ignored.

use crate::token::{TOKEN_LETTERS, Token, decode, encode, values};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use thiserror::Error;

/// Longest name that is looked at, and longest stem that is built, in bytes.
const MAX_NAME: usize = 1024;
const MAX_STEM: usize = 240;
const KEY_LETTERS: usize = 16;
const PREFIX: &str = "temoto";

/// Why a name says nothing, or cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FileNameError {
    /// Not a name of this form: the program asks for server and code.
    #[error("the file name does not name a server and a token")]
    Form,
    /// The host is no DNS name of A-labels and no address.
    #[error("the host is not a name or address that can be dialled")]
    Host,
    /// The host would make a name that is too long or that reads back as another host.
    #[error("the host cannot be written into a file name")]
    NotWritable,
}

/// A server's host as it can stand in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// Lower-case A-labels.
    Name(String),
    /// IPv4.
    V4(Ipv4Addr),
    /// IPv6 without a zone.
    V6(Ipv6Addr),
}

impl Host {
    /// Parses the host of an address: a DNS name of A-labels in any case, IPv4, or IPv6 with or without brackets.
    ///
    /// # Errors
    /// [`FileNameError::Host`].
    pub fn parse(text: &str) -> Result<Self, FileNameError> {
        let unbracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if unbracketed.is_some() || text.contains(':') {
            let address = unbracketed
                .unwrap_or(text)
                .parse()
                .map_err(|_| FileNameError::Host)?;
            return Ok(Self::V6(address));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::V4(address));
        }
        let name = text.to_ascii_lowercase();
        if is_dns_name(&name) {
            Ok(Self::Name(name))
        } else {
            Err(FileNameError::Host)
        }
    }

    /// Whether only this machine is meant: plain `ws` is then allowed.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::V4(address) => address.is_loopback(),
            Self::V6(address) => address.is_loopback(),
        }
    }

    /// As a field of the name: IPv6 with `-` for `:`.
    fn field(&self) -> Result<String, FileNameError> {
        match self {
            // Such a name would read back as an IPv6 address.
            Self::Name(name) if dashed_v6(name).is_some() => Err(FileNameError::NotWritable),
            Self::Name(name) if is_dns_name(name) => Ok(name.clone()),
            Self::Name(_) => Err(FileNameError::Host),
            Self::V4(address) => Ok(address.to_string()),
            Self::V6(address) => Ok(dashes(*address)),
        }
    }

    fn from_field(field: &str) -> Result<Self, FileNameError> {
        match dashed_v6(field) {
            Some(address) => Ok(Self::V6(address)),
            None if field.contains([':', '[', ']']) => Err(FileNameError::Host),
            None => Self::parse(field),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

/// What a program's file name says.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName {
    /// The server.
    pub host: Host,
    /// Its port, when it is not the default one.
    pub port: Option<u16>,
    /// 80 bits of the hash of a self-signed server's key; then the only accepted one.
    pub key: Option<[u8; 10]>,
    /// The one-time token.
    pub token: Token,
}

impl FileName {
    /// Reads a program's own file name (a path is cut to its last part).
    ///
    /// # Errors
    /// [`FileNameError::Form`] or `Host`; the program then asks for server and code.
    pub fn parse(name: &str) -> Result<Self, FileNameError> {
        if name.len() > MAX_NAME {
            return Err(FileNameError::Form);
        }
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let fields: Vec<&str> = base.split('_').collect();
        let (position, token) = fields
            .iter()
            .enumerate()
            .rev()
            .find_map(|(position, field)| Some((position, leading_token(field)?)))
            .ok_or(FileNameError::Form)?;
        let (prefix, middle) = fields[..position].split_first().ok_or(FileNameError::Form)?;
        if !is_prefix(prefix) {
            return Err(FileNameError::Form);
        }
        let (host, port, key) = match middle {
            [host] => (host, None, None),
            [host, port] if is_port(port) => (host, Some(port), None),
            [host, key] => (host, None, Some(key)),
            [host, port, key] if is_port(port) => (host, Some(port), Some(key)),
            _ => return Err(FileNameError::Form),
        };
        let port = port
            .map(|port| port.parse())
            .transpose()
            .map_err(|_| FileNameError::Form)?;
        let key = key.map(|key| parse_key(key)).transpose()?;
        Ok(Self {
            host: Host::from_field(host)?,
            port,
            key,
            token,
        })
    }

    /// The name without an extension.
    ///
    /// # Errors
    /// [`FileNameError::NotWritable`] or `Host` for a host that does not read back as itself.
    pub fn stem(&self) -> Result<String, FileNameError> {
        let mut stem = format!("{PREFIX}_{}", self.host.field()?);
        if let Some(port) = self.port {
            if port == 0 {
                return Err(FileNameError::Host);
            }
            stem.push_str(&format!("_{port}"));
        }
        if let Some(key) = &self.key {
            stem.push('_');
            encode(key, &mut stem);
        }
        stem.push('_');
        stem.push_str(&self.token.letters());
        if stem.len() > MAX_STEM {
            Err(FileNameError::NotWritable)
        } else {
            Ok(stem)
        }
    }

    /// `host[:port]` as both ends bind it: lower case, brackets around IPv6, default port (443, on loopback
    /// names 80) dropped.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }
}

/// `host[:port]` in the one form that pairing binds.
#[must_use]
pub fn authority(host: &Host, port: Option<u16>) -> String {
    let default = if host.is_loopback() { 80 } else { 443 };
    match port.filter(|port| *port != default) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    }
}

/// Splits `host[:port]` as typed or configured.
///
/// # Errors
/// [`FileNameError::Host`] when host or port are malformed.
pub fn parse_authority(text: &str) -> Result<(Host, Option<u16>), FileNameError> {
    let (host, port) = match text.rsplit_once(':') {
        // More than one colon without brackets is a bare IPv6 address.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port = match port {
        Some(port) if is_port(port) => Some(port.parse().map_err(|_| FileNameError::Host)?),
        Some(_) => return Err(FileNameError::Host),
        None => None,
    };
    Ok((Host::parse(host)?, port))
}

/// The token that a field starts with, when nothing that could belong to it follows.
fn leading_token(field: &str) -> Option<Token> {
    let (letters, rest) = field.split_at_checked(TOKEN_LETTERS)?;
    if rest.starts_with(|next: char| next.is_ascii_alphanumeric()) {
        return None;
    }
    // Strict here: what may be skipped in a typed token would let a name be read in two ways.
    if !letters.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        return None;
    }
    Token::parse(letters).ok()
}

/// "temoto", or what a system put before it ("Copy of temoto").
fn is_prefix(field: &str) -> bool {
    let Some(start) = field.len().checked_sub(PREFIX.len()) else {
        return false;
    };
    let Some((before, name)) = field.split_at_checked(start) else {
        return false;
    };
    name.eq_ignore_ascii_case(PREFIX) && !before.ends_with(|last: char| last.is_ascii_alphanumeric())
}

/// 1 to 65535 without leading zeros.
fn is_port(field: &str) -> bool {
    (1..=5).contains(&field.len())
        && field.bytes().all(|byte| byte.is_ascii_digit())
        && !field.starts_with('0')
        && field.parse::<u16>().is_ok()
}

fn parse_key(field: &str) -> Result<[u8; 10], FileNameError> {
    let values = values::<KEY_LETTERS>(field).ok_or(FileNameError::Form)?;
    let mut key = [0; 10];
    decode(&values, &mut key).ok_or(FileNameError::Form)?;
    Ok(key)
}

/// An IPv6 address written with dashes, if `field` is one. DNS names with dots never are.
fn dashed_v6(field: &str) -> Option<Ipv6Addr> {
    if !field.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') || !field.contains('-') {
        return None;
    }
    field.replace('-', ":").parse().ok()
}

/// Groups only, never the mixed form with dots, shortened as usual.
fn dashes(address: Ipv6Addr) -> String {
    let text = address.to_string();
    if text.contains('.') {
        let groups: Vec<String> = address
            .segments()
            .iter()
            .map(|group| format!("{group:x}"))
            .collect();
        return groups.join("-");
    }
    text.replace(':', "-")
}

/// Lower-case labels of letters, digits and inner dashes; the last one not a number, so that no odd spelling of
/// an IPv4 address passes as a name.
fn is_dns_name(name: &str) -> bool {
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let number = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_digit())
            || label
                .strip_prefix("0x")
                .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    name.len() <= 253 && name.split('.').all(label_ok) && !name.rsplit('.').next().is_some_and(number)
}

#[cfg(test)]
mod tests;
