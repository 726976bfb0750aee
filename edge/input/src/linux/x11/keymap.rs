//! The server's keymap, as far as typing text changes it: single keys, by XKB.

use x11rb::connection::Connection;
use x11rb::protocol::xkb::{
    ConnectionExt as _, GetMapReply, ID, KeySymMap, MapPart, SetMapAux, SetMapFlags, VMod,
};
use x11rb::rust_connection::RustConnection;

use crate::InputError;

/// The type "alphabetic": the same index in every keymap, by the XKB protocol.
const ALPHABETIC: u8 = 2;
/// Keysyms of keys that keyboards had once, if ever, and that no desktop binds: their keycodes are lent too, since few
/// are free. Line feed, plus-minus, Cancel, Front, and of the vendor's: send, reply, forward, transfer, DOS, close,
/// scroll up and down, new, launch 3 and 4, go, finance, game, shop, save, documents, messenger, phone, task pane,
/// menu.
const RARE: [u32; 24] = [
    0xff0a,
    0x00b1,
    0xff69,
    0x1005_ff71,
    0x1008_ff7b,
    0x1008_ff72,
    0x1008_ff90,
    0x1008_ff8a,
    0x1008_ff5a,
    0x1008_ff56,
    0x1008_ff78,
    0x1008_ff79,
    0x1008_ff68,
    0x1008_ff43,
    0x1008_ff44,
    0x1008_ff5f,
    0x1008_ff3c,
    0x1008_ff5e,
    0x1008_ff36,
    0x1008_ff77,
    0x1008_ff5b,
    0x1008_ff8e,
    0x1008_ff6e,
    0x1008_ff7f,
];

/// The keysym that was lent to a key: no real key has the type "alphabetic" with two equal levels.
pub(super) fn lent_keysym(key: &KeySymMap) -> Option<u32> {
    match key.syms.as_slice() {
        [low, high] if low == high && *low != 0 && key.kt_index.first() == Some(&ALPHABETIC) => Some(*low),
        _ => None,
    }
}

/// The keysyms of all keycodes.
pub(super) fn read_map(conn: &RustConnection) -> Result<GetMapReply, InputError> {
    let (keyboard, none) = (u16::from(ID::USE_CORE_KBD), MapPart::from(0_u16));
    let vmods = VMod::from(0_u16);
    let map = conn.xkb_get_map(
        keyboard,
        MapPart::KEY_SYMS,
        none,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        vmods,
        0,
        0,
        0,
        0,
        0,
        0,
    )?;
    Ok(map.reply()?)
}

/// Whether a key means nothing, or nothing that anybody misses for a moment.
pub(super) fn is_spare(key: &KeySymMap) -> bool {
    key.syms
        .iter()
        .all(|keysym| *keysym == 0 || RARE.contains(keysym))
}

/// A key with one keysym, whatever modifiers are held or locked.
pub(super) fn lent_key(keysym: u32) -> KeySymMap {
    KeySymMap {
        kt_index: [ALPHABETIC; 4],
        group_info: 1,
        width: 2,
        syms: vec![keysym; 2],
    }
}

/// A key that means nothing.
pub(super) fn unused_key() -> KeySymMap {
    KeySymMap {
        kt_index: [0; 4],
        group_info: 0,
        width: 0,
        syms: Vec::new(),
    }
}

/// Sets one keycode on every keyboard of the server.
pub(super) fn set_key(conn: &RustConnection, keycode: u8, key: KeySymMap) -> Result<(), InputError> {
    let total = u16::try_from(key.syms.len()).unwrap_or_default();
    let setup = conn.setup();
    let cookie = conn.xkb_set_map(
        u16::from(ID::USE_CORE_KBD),
        SetMapFlags::from(0_u16),
        setup.min_keycode,
        setup.max_keycode,
        0,
        0,
        keycode,
        1,
        total,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        VMod::from(0_u16),
        &SetMapAux::new().syms(vec![key]),
    )?;
    cookie.check()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lent_key_is_taken_for_one() {
        let key = |kind: u8, syms: &[u32]| {
            let (kt_index, syms) = ([kind; 4], syms.to_vec());
            KeySymMap {
                kt_index,
                group_info: 1,
                width: 2,
                syms,
            }
        };
        assert_eq!(lent_keysym(&lent_key(0x0100_0061)), Some(0x0100_0061));
        assert!(is_spare(&unused_key()) && !is_spare(&key(1, &[RARE[0], 0x61])));
        for real in [
            key(ALPHABETIC, &[0x61, 0x41]),
            key(1, &[0x61, 0x61]),
            key(0, &[]),
            key(ALPHABETIC, &[0, 0]),
        ] {
            assert_eq!(lent_keysym(&real), None);
        }
    }
}
