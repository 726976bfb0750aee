//! The displays by RANDR's monitors, which is also what `xrandr --setmonitor` changes.

use temoto_geometry::{Rect, Size};
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::{Display, MAX_DISPLAYS, ScreenError};

/// Most characters of a display's name.
const NAME_CHARS: usize = 64;
/// Most 32-bit units of the resource property that are read.
const RESOURCE_UNITS: u32 = 16_384;
/// The dots per inch that count as 100 %.
const PLAIN_DPI: f32 = 96.0;

/// The displays of a desktop, the primary one first; the whole desktop as one where the server knows no monitors.
pub(super) fn read(
    conn: &RustConnection,
    root: Window,
    desktop: Size,
    has_randr: bool,
) -> Result<Vec<Display>, ScreenError> {
    let scale_percent = scale(conn, root)?;
    let monitors = if has_randr {
        conn.randr_get_monitors(root, true)?.reply()?.monitors
    } else {
        Vec::new()
    };
    let mut found = Vec::new();
    for monitor in monitors.iter().take(MAX_DISPLAYS) {
        // The atom of the name is the id: it stays the same for as long as anything is called that.
        let name = conn.get_atom_name(monitor.name)?.reply()?.name;
        found.push((monitor, String::from_utf8_lossy(&name).into_owned()));
    }
    Ok(arrange(&found, desktop, scale_percent))
}

fn arrange(monitors: &[(&MonitorInfo, String)], desktop: Size, scale_percent: u32) -> Vec<Display> {
    let mut displays: Vec<Display> = Vec::new();
    for (monitor, name) in monitors {
        let rect = Rect::new(
            monitor.x.into(),
            monitor.y.into(),
            monitor.width.into(),
            monitor.height.into(),
        );
        // Monitors can reach beyond the root, and two can show the same.
        let Some(rect) = rect.intersect(desktop.to_rect()) else {
            continue;
        };
        if displays.iter().any(|known| known.rect == rect) {
            continue;
        }
        let name = name
            .chars()
            .filter(|char| !char.is_control())
            .take(NAME_CHARS)
            .collect();
        displays.push(Display {
            id: monitor.name,
            name,
            rect,
            scale_percent,
            primary: monitor.primary,
        });
    }
    if displays.is_empty() {
        let name = "X11".to_owned();
        displays.push(Display {
            id: 0,
            name,
            rect: desktop.to_rect(),
            scale_percent,
            primary: true,
        });
    }
    let primary = displays
        .iter()
        .position(|display| display.primary)
        .unwrap_or_default();
    displays.get_mut(..=primary).unwrap_or_default().rotate_right(1);
    for (index, display) in displays.iter_mut().enumerate() {
        display.primary = index == 0;
    }
    displays
}

/// What programs take for the scale: `Xft.dpi` among the resources of the root window.
fn scale(conn: &RustConnection, root: Window) -> Result<u32, ScreenError> {
    let property = conn
        .get_property(
            false,
            root,
            AtomEnum::RESOURCE_MANAGER,
            AtomEnum::STRING,
            0,
            RESOURCE_UNITS,
        )?
        .reply()?;
    Ok(scale_of(&String::from_utf8_lossy(&property.value)))
}

fn scale_of(resources: &str) -> u32 {
    let dpi = resources
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim() == "Xft.dpi")
        .find_map(|(_, value)| value.trim().parse::<f32>().ok())
        .unwrap_or(PLAIN_DPI);
    // NaN becomes 0 in the conversion, which the clamp mends.
    ((dpi / PLAIN_DPI * 100.0).round() as u32).clamp(50, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(name: u32, x: i16, width: u16, primary: bool) -> MonitorInfo {
        MonitorInfo {
            name,
            primary,
            automatic: false,
            x,
            y: 0,
            width,
            height: 100,
            width_in_millimeters: 0,
            height_in_millimeters: 0,
            outputs: Vec::new(),
        }
    }

    fn arranged(monitors: &[MonitorInfo]) -> Vec<(u32, Rect, bool)> {
        let named: Vec<_> = monitors
            .iter()
            .map(|monitor| (monitor, "M\n".to_owned()))
            .collect();
        let displays = arrange(&named, Size::new(300, 100), 100);
        assert!(displays.iter().all(|display| !display.name.contains('\n')));
        displays
            .into_iter()
            .map(|display| (display.id, display.rect, display.primary))
            .collect()
    }

    #[test]
    fn the_primary_display_comes_first_and_is_the_only_one() {
        let three = [
            monitor(1, 0, 100, false),
            monitor(2, 100, 100, false),
            monitor(3, 200, 100, true),
        ];
        let ids: Vec<_> = arranged(&three)
            .iter()
            .map(|(id, _, primary)| (*id, *primary))
            .collect();
        assert_eq!(ids, [(3, true), (1, false), (2, false)]);
        let none = [monitor(1, 0, 100, false), monitor(2, 100, 100, false)];
        assert_eq!(
            arranged(&none).iter().filter(|(_, _, primary)| *primary).count(),
            1
        );
    }

    #[test]
    fn displays_lie_on_the_desktop_and_mirrors_count_once() {
        let odd = [
            monitor(1, 250, 100, false),
            monitor(2, 250, 50, false),
            monitor(3, 300, 50, true),
            monitor(4, 0, 0, false),
        ];
        assert_eq!(arranged(&odd), [(1, Rect::new(250, 0, 50, 100), true)]);
    }

    #[test]
    fn without_monitors_the_desktop_is_the_display() {
        assert_eq!(arranged(&[]), [(0, Rect::new(0, 0, 300, 100), true)]);
    }

    #[test]
    fn the_scale_comes_from_the_resources() {
        assert_eq!(scale_of("Xcursor.size:\t24\nXft.dpi:\t144\n"), 150);
        assert_eq!(scale_of(""), 100);
        for odd in [
            "Xft.dpi: much",
            "Xft.dpi:",
            "Xft.dpi: NaN",
            "Xft.dpi: -5",
            "Xft.dpi: 1e30",
            "*dpi: 7",
        ] {
            assert!((50..=500).contains(&scale_of(odd)), "{odd}");
        }
    }
}
