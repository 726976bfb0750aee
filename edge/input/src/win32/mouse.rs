//! What Windows is told about buttons and the wheel.

use crate::Button;

const MOUSEEVENTF_LEFTDOWN: u32 = 0x0002;
const MOUSEEVENTF_RIGHTDOWN: u32 = 0x0008;
const MOUSEEVENTF_MIDDLEDOWN: u32 = 0x0020;
const MOUSEEVENTF_XDOWN: u32 = 0x0080;
const MOUSEEVENTF_WHEEL: u32 = 0x0800;
const MOUSEEVENTF_HWHEEL: u32 = 0x1000;
const XBUTTON1: i32 = 1;
const XBUTTON2: i32 = 2;

/// A button of the device, before the system swaps left and right for people with the mouse in the left hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Physical {
    Left,
    Right,
    Middle,
    X1,
    X2,
}

/// What goes into a `MOUSEINPUT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mouse {
    /// `MOUSEEVENTF_…`.
    pub(crate) flags: u32,
    /// Which of the further buttons, or 120ths of a notch.
    pub(crate) data: i32,
}

/// The button to press so that programs hear of `button`: `SendInput` takes those of the device.
pub(crate) fn physical(button: Button, swapped: bool) -> Physical {
    match button {
        Button::Left if swapped => Physical::Right,
        Button::Right if swapped => Physical::Left,
        Button::Left => Physical::Left,
        Button::Right => Physical::Right,
        Button::Middle => Physical::Middle,
        Button::Back => Physical::X1,
        Button::Forward => Physical::X2,
    }
}

/// A press or release.
pub(crate) fn button(button: Physical, down: bool) -> Mouse {
    let (press, data) = match button {
        Physical::Left => (MOUSEEVENTF_LEFTDOWN, 0),
        Physical::Right => (MOUSEEVENTF_RIGHTDOWN, 0),
        Physical::Middle => (MOUSEEVENTF_MIDDLEDOWN, 0),
        Physical::X1 => (MOUSEEVENTF_XDOWN, XBUTTON1),
        Physical::X2 => (MOUSEEVENTF_XDOWN, XBUTTON2),
    };
    // Every release is the bit above its press.
    let flags = if down { press } else { press << 1 };
    Mouse { flags, data }
}

/// Turns the wheel by 120ths of a notch, positive being right and down. Windows counts away from the user, so up, and
/// takes parts of a notch as they are.
pub(crate) fn wheel(dx: i16, dy: i16) -> impl Iterator<Item = Mouse> {
    let turns = [
        (MOUSEEVENTF_WHEEL, -i32::from(dy)),
        (MOUSEEVENTF_HWHEEL, i32::from(dx)),
    ];
    turns
        .into_iter()
        .filter(|(_, data)| *data != 0)
        .map(|(flags, data)| Mouse { flags, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_button_is_the_one_that_the_system_takes_for_it() {
        assert_eq!(physical(Button::Left, false), Physical::Left);
        assert_eq!(physical(Button::Left, true), Physical::Right);
        assert_eq!(physical(Button::Right, true), Physical::Left);
        for (known, other) in [
            (Button::Middle, Physical::Middle),
            (Button::Back, Physical::X1),
            (Button::Forward, Physical::X2),
        ] {
            assert_eq!((physical(known, false), physical(known, true)), (other, other));
        }
    }

    #[test]
    fn presses_and_releases_have_the_flags_of_the_headers() {
        let flags =
            |which: Physical| [true, false].map(|down| (button(which, down).flags, button(which, down).data));
        assert_eq!(flags(Physical::Left), [(0x2, 0), (0x4, 0)]);
        assert_eq!(flags(Physical::Right), [(0x8, 0), (0x10, 0)]);
        assert_eq!(flags(Physical::Middle), [(0x20, 0), (0x40, 0)]);
        assert_eq!(flags(Physical::X1), [(0x80, 1), (0x100, 1)]);
        assert_eq!(flags(Physical::X2), [(0x80, 2), (0x100, 2)]);
    }

    #[test]
    fn the_wheel_turns_towards_the_user_for_down_and_in_parts() {
        let turned = |dx, dy| -> Vec<_> { wheel(dx, dy).map(|turn| (turn.flags, turn.data)).collect() };
        assert_eq!(turned(0, 120), [(0x800, -120)]);
        assert_eq!(turned(7, i16::MIN), [(0x800, 32_768), (0x1000, 7)]);
        assert_eq!(turned(0, 0), []);
    }
}
