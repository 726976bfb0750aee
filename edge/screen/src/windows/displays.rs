//! The displays by the monitors of the virtual screen, in the physical pixels that the calling thread sees
//! ([`super::dpi`]). Positions left of and above the primary monitor are negative.

use temoto_geometry::Rect;
use windows::Win32::Foundation::{LPARAM, RECT};
use windows::Win32::Graphics::Gdi::{
    DISPLAY_DEVICEW, EnumDisplayDevicesW, EnumDisplayMonitors, GetMonitorInfoW, HDC, HMONITOR, MONITORINFO,
    MONITORINFOEXW,
};
use windows::Win32::UI::HiDpi::{GetDpiForMonitor, MDT_EFFECTIVE_DPI};
use windows::Win32::UI::WindowsAndMessaging::{
    GetSystemMetrics, MONITORINFOF_PRIMARY, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN, SM_XVIRTUALSCREEN,
    SM_YVIRTUALSCREEN,
};
use windows::core::{BOOL, PCWSTR};

use crate::win32::names::{Monitor, arrange};
use crate::{Display, MAX_DISPLAYS};

/// The dots per inch where the system does not say.
const PLAIN_DPI: u32 = 96;

/// The displays as of the last look. Their names are asked for only when something else about them changed: the
/// answer takes a while, and one looks often.
#[derive(Debug, Default)]
pub(super) struct Displays {
    unnamed: Vec<Monitor>,
    arranged: Vec<Display>,
}

impl Displays {
    pub(super) fn read(&mut self) -> Vec<Display> {
        let unnamed: Vec<Monitor> = handles().into_iter().filter_map(monitor).collect();
        if unnamed != self.unnamed {
            let mut named = unnamed.clone();
            for monitor in &mut named {
                monitor.name = name(&monitor.device);
            }
            self.arranged = arrange(&named);
            self.unnamed = unnamed;
        }
        self.arranged.clone()
    }
}

/// The rectangle around all displays.
pub(super) fn bounds() -> Rect {
    let [x, y, width, height] = [
        SM_XVIRTUALSCREEN,
        SM_YVIRTUALSCREEN,
        SM_CXVIRTUALSCREEN,
        SM_CYVIRTUALSCREEN,
    ]
    // SAFETY: no pointers.
    .map(|metric| unsafe { GetSystemMetrics(metric) });
    Rect::new(
        x,
        y,
        u32::try_from(width).unwrap_or_default(),
        u32::try_from(height).unwrap_or_default(),
    )
}

/// A rectangle of the system; `None` if it is turned inside out.
pub(super) fn rect(rect: &RECT) -> Option<Rect> {
    Rect::from_edges(
        rect.left.into(),
        rect.top.into(),
        rect.right.into(),
        rect.bottom.into(),
    )
}

/// The characters before the first NUL.
pub(super) fn text(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or_default())
}

fn handles() -> Vec<HMONITOR> {
    /// Called once for each monitor, within the call below.
    unsafe extern "system" fn add(monitor: HMONITOR, _: HDC, _: *mut RECT, list: LPARAM) -> BOOL {
        let list = std::ptr::with_exposed_provenance_mut::<Vec<HMONITOR>>(list.0.cast_unsigned());
        // SAFETY: the number is the address of the list of the caller, which waits and does not touch it meanwhile.
        if let Some(list) = unsafe { list.as_mut() } {
            list.push(monitor);
            // Mirrors are sorted out later; a driver with thousands of monitors is stopped.
            return (list.len() < 2 * MAX_DISPLAYS).into();
        }
        false.into()
    }
    let mut list: Vec<HMONITOR> = Vec::new();
    let address = LPARAM((&raw mut list).expose_provenance().cast_signed());
    // SAFETY: the function is the one above, and the list outlives the call.
    let _partial = unsafe { EnumDisplayMonitors(None, None, Some(add), address) };
    list
}

/// A monitor without its name; `None` if it was just removed.
fn monitor(handle: HMONITOR) -> Option<Monitor> {
    let mut info = MONITORINFOEXW::default();
    info.monitorInfo.cbSize = u32::try_from(size_of::<MONITORINFOEXW>()).ok()?;
    // SAFETY: the structure says its size and begins with the smaller one that the function is declared for.
    unsafe { GetMonitorInfoW(handle, (&raw mut info).cast::<MONITORINFO>()) }
        .ok()
        .ok()?;
    let (mut dpi, mut dpi_y) = (0, 0);
    // SAFETY: both numbers live until the call returns.
    let known = unsafe { GetDpiForMonitor(handle, MDT_EFFECTIVE_DPI, &raw mut dpi, &raw mut dpi_y) };
    Some(Monitor {
        device: text(&info.szDevice),
        name: String::new(),
        rect: rect(&info.monitorInfo.rcMonitor)?,
        dpi: if known.is_ok() { dpi } else { PLAIN_DPI },
        primary: info.monitorInfo.dwFlags & MONITORINFOF_PRIMARY != 0,
    })
}

/// What the driver calls the monitor at this device.
fn name(device: &str) -> String {
    let device: Vec<u16> = device.encode_utf16().chain([0]).collect();
    let mut found = DISPLAY_DEVICEW {
        cb: u32::try_from(size_of::<DISPLAY_DEVICEW>()).unwrap_or_default(),
        ..DISPLAY_DEVICEW::default()
    };
    // SAFETY: the name ends with a zero; the structure says its size; both outlive the call.
    let known = unsafe { EnumDisplayDevicesW(PCWSTR(device.as_ptr()), 0, &raw mut found, 0) };
    if known.as_bool() {
        text(&found.DeviceString)
    } else {
        String::new()
    }
}
