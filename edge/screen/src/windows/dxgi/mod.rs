//! Desktop duplication: opening it for every output of every graphics adapter.

mod output;
mod surface;

#[cfg(test)]
mod tests;

use temoto_geometry::Rect;
use windows::Win32::Foundation::{E_ACCESSDENIED, E_INVALIDARG, E_NOINTERFACE, E_NOTIMPL, HMODULE};
use windows::Win32::Graphics::Direct3D::D3D_DRIVER_TYPE_UNKNOWN;
use windows::Win32::Graphics::Direct3D11::{
    D3D11_CREATE_DEVICE_FLAG, D3D11_SDK_VERSION, D3D11CreateDevice, ID3D11Device, ID3D11DeviceContext,
};
use windows::Win32::Graphics::Dxgi::{
    CreateDXGIFactory1, DXGI_ERROR_ACCESS_DENIED, DXGI_ERROR_ACCESS_LOST, DXGI_ERROR_DEVICE_HUNG,
    DXGI_ERROR_DEVICE_REMOVED, DXGI_ERROR_DEVICE_RESET, DXGI_ERROR_DRIVER_INTERNAL_ERROR,
    DXGI_ERROR_NOT_FOUND, DXGI_ERROR_UNSUPPORTED, IDXGIAdapter1, IDXGIFactory1, IDXGIOutput, IDXGIOutput1,
};
use windows::core::{Error, Interface};

use super::displays::rect;
use crate::MAX_DISPLAYS;
use crate::win32::rotation::Rotation;
use crate::win32::system::{Fault, Place};

pub(super) use output::Output;

/// Most adapters that are looked at.
const MAX_ADAPTERS: u32 = 16;

/// A graphics device and its queue.
#[derive(Clone)]
struct Device {
    device: ID3D11Device,
    context: ID3D11DeviceContext,
}

/// Begins to duplicate every output that shows a part of the desktop. Mirrors are duplicated once.
///
/// # Errors
/// [`Fault::Unsupported`] without any output, as in a remote session, or with one that cannot be duplicated.
pub(super) fn open() -> Result<Vec<Output>, Fault> {
    // A factory knows the adapters as of its making, so each opening needs its own.
    // SAFETY: no pointers go in.
    let factory: IDXGIFactory1 = unsafe { CreateDXGIFactory1() }.map_err(|error| fault(&error))?;
    let mut outputs: Vec<Output> = Vec::new();
    for index in 0..MAX_ADAPTERS {
        // SAFETY: no pointers go in.
        let Some(adapter) = found(unsafe { factory.EnumAdapters1(index) })? else {
            break;
        };
        let mut device = None;
        for (output, place) in shown(&adapter)? {
            if outputs.len() == MAX_DISPLAYS || outputs.iter().any(|known| known.shows(place.rect)) {
                continue;
            }
            let device = match &device {
                Some(device) => device,
                // Most machines have an adapter without outputs, which needs no device.
                None => device.insert(Device::of(&adapter)?),
            };
            outputs.push(Output::open(device.clone(), &output, place)?);
        }
    }
    if outputs.is_empty() {
        return Err(Fault::Unsupported);
    }
    Ok(outputs)
}

/// The outputs of an adapter that are part of the desktop.
fn shown(adapter: &IDXGIAdapter1) -> Result<Vec<(IDXGIOutput1, Place)>, Fault> {
    let mut shown = Vec::new();
    for index in 0..u32::try_from(MAX_DISPLAYS).unwrap_or(u32::MAX) {
        // SAFETY: no pointers go in.
        let Some(output) = found(unsafe { adapter.EnumOutputs(index) })? else {
            break;
        };
        if let Some(place) = place(&output)? {
            shown.push((output.cast().map_err(|error| fault(&error))?, place));
        }
    }
    Ok(shown)
}

fn place(output: &IDXGIOutput) -> Result<Option<Place>, Fault> {
    // SAFETY: no pointers go in.
    let described = unsafe { output.GetDesc() }.map_err(|error| fault(&error))?;
    let place = |rect: Rect| Place {
        rect,
        rotation: Rotation::from_dxgi(described.Rotation.0),
    };
    let attached = described.AttachedToDesktop.as_bool();
    Ok(rect(&described.DesktopCoordinates)
        .filter(|rect| attached && !rect.is_empty())
        .map(place))
}

impl Device {
    fn of(adapter: &IDXGIAdapter1) -> Result<Self, Fault> {
        let (mut device, mut context) = (None, None);
        // SAFETY: both results live until the call returns; an adapter goes with an unknown type of driver.
        let made = unsafe {
            D3D11CreateDevice(
                adapter,
                D3D_DRIVER_TYPE_UNKNOWN,
                HMODULE::default(),
                D3D11_CREATE_DEVICE_FLAG(0),
                None,
                D3D11_SDK_VERSION,
                Some(&raw mut device),
                None,
                Some(&raw mut context),
            )
        };
        made.map_err(|error| fault(&error))?;
        device
            .zip(context)
            .map(|(device, context)| Self { device, context })
            .ok_or(Fault::Unsupported)
    }
}

/// What an enumeration found; `None` at its end.
fn found<T>(result: windows::core::Result<T>) -> Result<Option<T>, Fault> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == DXGI_ERROR_NOT_FOUND => Ok(None),
        Err(error) => Err(fault(&error)),
    }
}

/// What an error of DXGI or Direct3D means here.
fn fault(error: &Error) -> Fault {
    match error.code() {
        DXGI_ERROR_ACCESS_LOST => Fault::AccessLost,
        E_ACCESSDENIED | DXGI_ERROR_ACCESS_DENIED => Fault::AccessDenied,
        DXGI_ERROR_DEVICE_REMOVED
        | DXGI_ERROR_DEVICE_RESET
        | DXGI_ERROR_DEVICE_HUNG
        | DXGI_ERROR_DRIVER_INTERNAL_ERROR => Fault::DeviceLost,
        // The last: the output is that of another adapter, as some drivers of machines with two of them have it.
        DXGI_ERROR_UNSUPPORTED | E_NOTIMPL | E_NOINTERFACE | E_INVALIDARG => Fault::Unsupported,
        code => Fault::Other(code.0),
    }
}
