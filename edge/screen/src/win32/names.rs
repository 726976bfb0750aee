//! What displays are called and in which order they are told.

use temoto_geometry::Rect;

use crate::{Display, MAX_DISPLAYS};

/// Most characters of a display's name.
const NAME_CHARS: usize = 64;
/// The dots per inch that count as 100 %.
const PLAIN_DPI: u32 = 96;

/// A monitor as Windows describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Monitor {
    /// The name of the device, as in `\\.\DISPLAY1`.
    pub(crate) device: String,
    /// What people know it as; may be empty.
    pub(crate) name: String,
    /// In physical pixels of the virtual screen.
    pub(crate) rect: Rect,
    /// Effective dots per inch.
    pub(crate) dpi: u32,
    /// Whether it has the taskbar.
    pub(crate) primary: bool,
}

/// The displays, the primary one first. Monitors that show the same as another one count once.
pub(crate) fn arrange(monitors: &[Monitor]) -> Vec<Display> {
    let mut displays: Vec<Display> = Vec::new();
    for monitor in monitors {
        let shown = displays.iter().any(|known| known.rect == monitor.rect);
        if monitor.rect.is_empty() || shown || displays.len() == MAX_DISPLAYS {
            continue;
        }
        let mut id = hash(&monitor.device);
        while displays.iter().any(|known| known.id == id) {
            id = id.wrapping_add(1);
        }
        displays.push(Display {
            id,
            name: name(monitor, monitors),
            rect: monitor.rect,
            // A display of half the usual density is as odd as one of five times; zero is no answer.
            scale_percent: (monitor.dpi.max(1).saturating_mul(100) / PLAIN_DPI).clamp(50, 500),
            primary: monitor.primary,
        });
    }
    let primary = displays
        .iter()
        .position(|display| display.primary)
        .unwrap_or_default();
    if let Some(first) = displays.get_mut(..=primary) {
        first.rotate_right(1);
    }
    for (index, display) in displays.iter_mut().enumerate() {
        display.primary = index == 0;
    }
    displays
}

/// The name, told apart by the device's number where several are called the same ("Generic PnP Monitor").
fn name(monitor: &Monitor, all: &[Monitor]) -> String {
    let device = monitor.device.trim_start_matches(r"\\.\");
    let plain = clean(&monitor.name);
    if plain.is_empty() {
        return clean(device);
    }
    let same = all.iter().filter(|other| clean(&other.name) == plain).count();
    let number = device.trim_start_matches(|char: char| !char.is_ascii_digit());
    if same < 2 || number.is_empty() {
        return plain;
    }
    let end = format!(" ({number})");
    let room = NAME_CHARS.saturating_sub(end.chars().count());
    clean(&plain.chars().take(room).chain(end.chars()).collect::<String>())
}

fn clean(name: &str) -> String {
    let visible = name.chars().filter(|char| !char.is_control());
    let name: String = visible.take(NAME_CHARS).collect();
    name.trim().to_owned()
}

/// FNV-1a: the same number for the same device, in every run.
fn hash(device: &str) -> u32 {
    device.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(number: u32, name: &str, x: i32, dpi: u32, primary: bool) -> Monitor {
        Monitor {
            device: format!(r"\\.\DISPLAY{number}"),
            name: name.to_owned(),
            rect: Rect::new(x, 0, 100, 100),
            dpi,
            primary,
        }
    }

    #[test]
    fn the_primary_display_comes_first_and_displays_left_of_it_keep_their_place() {
        let displays = arrange(&[
            monitor(1, "A", -100, 144, false),
            monitor(2, "B", 0, 96, true),
            monitor(3, "C", 100, 0, false),
        ]);
        let told: Vec<_> = displays
            .iter()
            .map(|display| {
                (
                    display.name.as_str(),
                    display.rect.x,
                    display.scale_percent,
                    display.primary,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("B", 0, 100, true),
                ("A", -100, 150, false),
                ("C", 100, 50, false)
            ]
        );
    }

    #[test]
    fn ids_belong_to_the_device_and_not_to_the_place_in_the_list() {
        let two = arrange(&[monitor(1, "A", 0, 96, true), monitor(2, "B", 100, 96, false)]);
        let one = arrange(&[monitor(2, "B", 0, 96, true)]);
        assert_eq!(two[1].id, one[0].id);
        assert_ne!(two[0].id, two[1].id);
    }

    #[test]
    fn mirrors_and_displays_without_extent_are_left_out() {
        let mut empty = monitor(3, "C", 200, 96, false);
        empty.rect.width = 0;
        let displays = arrange(&[monitor(1, "A", 0, 96, true), monitor(2, "B", 0, 96, false), empty]);
        assert_eq!(displays.len(), 1);
        assert!(arrange(&[]).is_empty());
    }

    #[test]
    fn names_are_short_clean_and_told_apart() {
        let long = "x".repeat(200);
        let displays = arrange(&[
            monitor(1, "Generic\r\n PnP Monitor", 0, 96, true),
            monitor(2, "Generic PnP Monitor", 100, 96, false),
            monitor(3, "\u{7}", 200, 96, false),
            monitor(4, &long, 300, 96, false),
            monitor(5, &long, 400, 96, false),
        ]);
        let names: Vec<_> = displays.iter().map(|display| display.name.as_str()).collect();
        assert_eq!(
            names[..3],
            ["Generic PnP Monitor (1)", "Generic PnP Monitor (2)", "DISPLAY3"]
        );
        assert_ne!(names[3], names[4]);
        assert!(names.iter().all(|name| name.chars().count() <= NAME_CHARS));
    }
}
