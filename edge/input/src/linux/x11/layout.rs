//! Which keyboard layout is in use, by the rules that the server's keymap was made from.

use x11rb::connection::Connection;
use x11rb::protocol::xkb::{ConnectionExt as _, ID};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

/// The property holds five words, of which this is long enough for any.
const WORDS: u32 = 256;

/// The layout in use by its name in XKB (`jp`, `us`); `None` if the server does not say.
pub(crate) fn keyboard_layout(display: Option<&str>) -> Option<String> {
    let (conn, screen) = x11rb::connect(display).ok()?;
    let root = conn.setup().roots.get(screen)?.root;
    let name = conn
        .intern_atom(true, b"_XKB_RULES_NAMES")
        .ok()?
        .reply()
        .ok()?
        .atom;
    let rules = conn
        .get_property(false, root, name, AtomEnum::STRING, 0, WORDS)
        .ok()?
        .reply()
        .ok()?;
    conn.xkb_use_extension(1, 0).ok()?.reply().ok()?;
    let keyboard = u16::from(ID::USE_CORE_KBD);
    let state = conn.xkb_get_state(keyboard).ok()?.reply().ok()?;
    named(&rules.value, usize::from(u8::from(state.group)))
}

/// The layout of this group: rules, model, layouts, variants and options, each with a zero behind it.
fn named(rules: &[u8], group: usize) -> Option<String> {
    let layouts = std::str::from_utf8(rules.split(|&byte| byte == 0).nth(2)?).ok()?;
    let names: Vec<&str> = layouts.split(',').map(str::trim).collect();
    let name = names.get(group).or(names.first())?;
    (!name.is_empty()).then(|| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_layout_of_the_group_in_use_is_named() {
        let rules = b"evdev\0pc105\0us,jp\0,\0grp:alt_shift_toggle\0";
        assert_eq!(named(rules, 0).as_deref(), Some("us"));
        assert_eq!(named(rules, 1).as_deref(), Some("jp"));
        assert_eq!(named(rules, 3).as_deref(), Some("us"));
        assert_eq!(named(b"evdev\0pc105\0\0", 0), None);
        assert_eq!(named(b"", 0), None);
    }
}
