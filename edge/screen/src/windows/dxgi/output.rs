//! The duplication of one output.

use std::time::Duration;

use temoto_codec::FrameView;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Size};
use windows::Win32::Foundation::RECT;
use windows::Win32::Graphics::Direct3D11::ID3D11Texture2D;
use windows::Win32::Graphics::Dxgi::{
    DXGI_ERROR_MORE_DATA, DXGI_ERROR_WAIT_TIMEOUT, DXGI_OUTDUPL_FRAME_INFO, DXGI_OUTDUPL_MOVE_RECT,
    DXGI_OUTDUPL_POINTER_SHAPE_INFO, DXGI_OUTDUPL_POINTER_SHAPE_TYPE, DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR,
    DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR, DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MONOCHROME, IDXGIOutput1,
    IDXGIOutputDuplication, IDXGIResource,
};
use windows::core::Interface;

use super::super::displays::rect;
use super::surface::Surface;
use super::{Device, fault};
use crate::win32::pointer_shape::{Bits, Colors, Shape};
use crate::win32::system::{Damage, Duplication, Fault, Frame, Place};

/// Most bytes of rectangles that are read; with more of them, everything counts as changed.
const MAX_METADATA: u32 = 1 << 20;
/// Most bytes of a pointer's picture that are read.
const MAX_SHAPE: u32 = 1 << 24;

/// One output.
pub(in crate::native) struct Output {
    duplication: IDXGIOutputDuplication,
    place: Place,
    surface: Surface,
    /// Whether a frame is held. It is given back just before the next one is asked for, which spares the system work.
    held: bool,
    /// Whether the surface has been filled.
    filled: bool,
    shape: Vec<u8>,
}

impl Output {
    pub(super) fn open(device: Device, output: &IDXGIOutput1, place: Place) -> Result<Self, Fault> {
        // SAFETY: the device is that of the output's adapter.
        let duplication = unsafe { output.DuplicateOutput(&device.device) };
        Self::of(duplication.map_err(|error| fault(&error))?, device, place)
    }

    /// A duplication that was begun for this device.
    pub(super) fn of(
        duplication: IDXGIOutputDuplication,
        device: Device,
        place: Place,
    ) -> Result<Self, Fault> {
        Ok(Self {
            duplication,
            surface: Surface::new(device, place.rotation.turn(place.rect.size()))?,
            place,
            held: false,
            filled: false,
            shape: Vec::new(),
        })
    }

    pub(super) fn shows(&self, rect: Rect) -> bool {
        self.place.rect == rect
    }

    fn release(&mut self) -> Result<(), Fault> {
        if std::mem::take(&mut self.held) {
            // SAFETY: a frame is held.
            unsafe { self.duplication.ReleaseFrame() }.map_err(|error| fault(&error))?;
        }
        Ok(())
    }

    /// Takes over the picture of the frame that is held. Black parts of protected content are part of it.
    fn take_picture(
        &mut self,
        info: &DXGI_OUTDUPL_FRAME_INFO,
        picture: &IDXGIResource,
    ) -> Result<Damage, Fault> {
        let picture: ID3D11Texture2D = picture.cast().map_err(|error| fault(&error))?;
        let damage = if self.filled {
            self.damage(info)?
        } else {
            Damage::Everything
        };
        match &damage {
            Damage::Everything => self.surface.take(&picture, &[self.surface.rect()])?,
            Damage::Parts { dirty, moves } => {
                let targets = moves.iter().map(|(_, to)| *to);
                let parts: Vec<Rect> = dirty.iter().copied().chain(targets).collect();
                self.surface.take(&picture, &parts)?;
            }
        }
        self.filled = true;
        Ok(damage)
    }

    fn damage(&self, info: &DXGI_OUTDUPL_FRAME_INFO) -> Result<Damage, Fault> {
        let bytes = info.TotalMetadataBufferSize;
        if bytes == 0 || bytes > MAX_METADATA {
            return Ok(Damage::Everything);
        }
        let dirty = list::<RECT>(bytes, |size, into, used| {
            // SAFETY: the buffer has the size that is told, and both outlive the call.
            unsafe { self.duplication.GetFrameDirtyRects(size, into, used) }
        })?;
        let moves = list::<DXGI_OUTDUPL_MOVE_RECT>(bytes, |size, into, used| {
            // SAFETY: as above.
            unsafe { self.duplication.GetFrameMoveRects(size, into, used) }
        })?;
        let (Some(dirty), Some(moves)) = (dirty, moves) else {
            return Ok(Damage::Everything);
        };
        let moved = |moved: &DXGI_OUTDUPL_MOVE_RECT| {
            let from = Point::new(moved.SourcePoint.x, moved.SourcePoint.y);
            rect(&moved.DestinationRect).map(|to| (from, to))
        };
        Ok(Damage::Parts {
            dirty: dirty.iter().filter_map(rect).collect(),
            moves: moves.iter().filter_map(moved).collect(),
        })
    }

    /// The pointer of the frame that is held; `None` if it makes no sense.
    fn take_shape(&mut self, bytes: u32) -> Result<Option<CursorShape>, Fault> {
        if bytes > MAX_SHAPE {
            return Ok(None);
        }
        self.shape.clear();
        self.shape.resize(bytes as usize, 0);
        let mut info = DXGI_OUTDUPL_POINTER_SHAPE_INFO::default();
        let mut used = 0;
        // SAFETY: the buffer has the size that is told; it and the results outlive the call.
        let told = unsafe {
            let into = self.shape.as_mut_ptr().cast();
            self.duplication
                .GetFramePointerShape(bytes, into, &raw mut used, &raw mut info)
        };
        told.map_err(|error| fault(&error))?;
        let hotspot = Point::new(info.HotSpot.x, info.HotSpot.y);
        let (bytes, pitch) = (&self.shape[..], info.Pitch as usize);
        let full = Size::new(info.Width, info.Height);
        let kind = i32::try_from(info.Type).map(DXGI_OUTDUPL_POINTER_SHAPE_TYPE);
        let shape = match kind {
            // The height is that of both masks.
            Ok(DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MONOCHROME) => {
                let size = Size::new(full.width, full.height / 2);
                Shape::Monochrome(Bits { bytes, pitch }).convert(size, hotspot)
            }
            Ok(DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR) => {
                Shape::Color(Colors { bytes, pitch }).convert(full, hotspot)
            }
            Ok(DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR) => {
                Shape::MaskedColor(Colors { bytes, pitch }).convert(full, hotspot)
            }
            _ => return Ok(None),
        };
        Ok(shape.ok())
    }
}

impl Duplication for Output {
    fn place(&self) -> Place {
        self.place
    }

    fn acquire(&mut self, patience: Duration) -> Result<Option<Frame>, Fault> {
        self.release()?;
        let mut info = DXGI_OUTDUPL_FRAME_INFO::default();
        let mut picture = None;
        let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
        // SAFETY: no frame is held; both results live until the call returns.
        let acquired = unsafe {
            self.duplication
                .AcquireNextFrame(patience, &raw mut info, &raw mut picture)
        };
        match acquired {
            Ok(()) => self.held = true,
            Err(error) if error.code() == DXGI_ERROR_WAIT_TIMEOUT => return Ok(None),
            Err(error) => return Err(fault(&error)),
        }
        let shape = match info.PointerShapeBufferSize {
            0 => None,
            bytes => self.take_shape(bytes)?,
        };
        // Without a time of presentation only the pointer changed, and the picture may be black.
        let picture = match picture {
            Some(picture) if info.LastPresentTime != 0 => Some(self.take_picture(&info, &picture)?),
            _ => None,
        };
        Ok(Some(Frame { picture, shape }))
    }

    fn read(&mut self, part: Rect, show: &mut dyn FnMut(FrameView<'_>)) -> Result<(), Fault> {
        self.surface.read(part, show)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _given_back = self.release();
    }
}

/// A list that the system writes: `write` takes the bytes there are, the first element and the bytes that were used.
/// `None` when there was more than it said.
fn list<T: Copy + Default>(
    bytes: u32,
    write: impl FnOnce(u32, *mut T, *mut u32) -> windows::core::Result<()>,
) -> Result<Option<Vec<T>>, Fault> {
    let mut list = vec![T::default(); bytes as usize / size_of::<T>() + 1];
    let size = u32::try_from(list.len() * size_of::<T>()).unwrap_or_default();
    let mut used = 0;
    match write(size, list.as_mut_ptr(), &raw mut used) {
        Ok(()) => {}
        Err(error) if error.code() == DXGI_ERROR_MORE_DATA => return Ok(None),
        Err(error) => return Err(fault(&error)),
    }
    list.truncate(used as usize / size_of::<T>());
    Ok(Some(list))
}
