//! The newest picture of an output: kept by the graphics device, and brought to memory when somebody looks.
//!
//! Frames come more often than they are captured, and each is valid only while it is held. Copies within the device
//! cost little; bringing pixels over does not, so only what changed since the last capture is.

use temoto_codec::FrameView;
use temoto_geometry::{Rect, Region, Size};
use windows::Win32::Graphics::Direct3D11::{
    D3D11_BIND_SHADER_RESOURCE, D3D11_BOX, D3D11_CPU_ACCESS_READ, D3D11_MAP_READ, D3D11_MAPPED_SUBRESOURCE,
    D3D11_TEXTURE2D_DESC, D3D11_USAGE_DEFAULT, D3D11_USAGE_STAGING, ID3D11Texture2D,
};
use windows::Win32::Graphics::Dxgi::Common::{DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_SAMPLE_DESC};

use super::{Device, fault};
use crate::win32::system::Fault;

/// More parts than this are copied as fewer, larger ones.
const MAX_PARTS: usize = 32;

pub(super) struct Surface {
    device: Device,
    size: Size,
    /// On the device.
    newest: ID3D11Texture2D,
    /// Where the processor can read.
    readable: ID3D11Texture2D,
    /// Where the readable picture is older than the newest.
    stale: Region,
}

impl Surface {
    pub(super) fn new(device: Device, size: Size) -> Result<Self, Fault> {
        Ok(Self {
            newest: texture(&device, size, false)?,
            readable: texture(&device, size, true)?,
            stale: Region::new(),
            device,
            size,
        })
    }

    pub(super) fn rect(&self) -> Rect {
        self.size.to_rect()
    }

    /// Takes over parts of a frame.
    ///
    /// # Errors
    /// [`Fault::AccessLost`] when the frame has another size or format: the mode changed.
    pub(super) fn take(&mut self, frame: &ID3D11Texture2D, parts: &[Rect]) -> Result<(), Fault> {
        let mut described = D3D11_TEXTURE2D_DESC::default();
        // SAFETY: the structure lives until the call returns.
        unsafe { frame.GetDesc(&raw mut described) };
        if (described.Width, described.Height) != (self.size.width, self.size.height)
            || described.Format != DXGI_FORMAT_B8G8R8A8_UNORM
        {
            return Err(Fault::AccessLost);
        }
        let parts: Region = parts.iter().copied().collect();
        let parts = parts.clip(self.rect()).simplify(MAX_PARTS);
        for part in parts.iter() {
            self.copy(frame, &self.newest, part);
        }
        self.stale = self.stale.union(&parts).simplify(MAX_PARTS);
        Ok(())
    }

    /// Shows a part of the newest picture.
    ///
    /// # Errors
    /// [`Fault::DeviceLost`] when the device is gone; [`Fault::AccessLost`] for a part outside.
    pub(super) fn read(&mut self, part: Rect, show: &mut dyn FnMut(FrameView<'_>)) -> Result<(), Fault> {
        if part.is_empty() || !self.rect().contains_rect(part) {
            return Err(Fault::AccessLost);
        }
        for stale in std::mem::take(&mut self.stale).iter() {
            self.copy(&self.newest, &self.readable, stale);
        }
        let context = &self.device.context;
        let mut mapped = D3D11_MAPPED_SUBRESOURCE::default();
        // SAFETY: the texture was made to be read, is not mapped, and has one part, number 0.
        unsafe { context.Map(&self.readable, 0, D3D11_MAP_READ, 0, Some(&raw mut mapped)) }
            .map_err(|error| fault(&error))?;
        let shown = self.show(&mapped, part, show);
        // SAFETY: it is mapped; nothing borrows the pixels any more.
        unsafe { context.Unmap(&self.readable, 0) };
        shown
    }

    fn show(
        &self,
        mapped: &D3D11_MAPPED_SUBRESOURCE,
        part: Rect,
        show: &mut dyn FnMut(FrameView<'_>),
    ) -> Result<(), Fault> {
        let pixels = mapped.pData.cast::<u32>().cast_const();
        let (pitch, width) = (mapped.RowPitch as usize, self.size.width as usize);
        if pixels.is_null() || !pixels.is_aligned() || pitch % 4 != 0 || pitch / 4 < width {
            return Err(Fault::Unsupported);
        }
        let stride = pitch / 4;
        // The last row need not be followed by the rest of its pitch.
        let length = stride * (self.size.height as usize - 1) + width;
        // SAFETY: the mapped texture has rows of this pitch, and pixels of four bytes; it stays mapped while borrowed.
        let pixels = unsafe { std::slice::from_raw_parts(pixels, length) };
        let at = |x: i32, y: i32| Some(usize::try_from(y).ok()? * stride + usize::try_from(x).ok()?);
        let view = at(part.x, part.y)
            .and_then(|start| pixels.get(start..))
            .and_then(|pixels| FrameView::new(part.size(), stride, pixels).ok());
        show(view.ok_or(Fault::Unsupported)?);
        Ok(())
    }

    /// Copies a part, which lies inside, to the same place of another texture.
    fn copy(&self, from: &ID3D11Texture2D, to: &ID3D11Texture2D, part: Rect) {
        let [left, top, right, bottom] = [part.left(), part.top(), part.right(), part.bottom()]
            .map(|edge| u32::try_from(edge).unwrap_or_default());
        let source = D3D11_BOX {
            left,
            top,
            front: 0,
            right,
            bottom,
            back: 1,
        };
        // SAFETY: both textures have the size and format of this surface, belong to its device and are not mapped.
        unsafe {
            self.device
                .context
                .CopySubresourceRegion(to, 0, left, top, 0, from, 0, Some(&raw const source));
        }
    }
}

pub(super) fn texture(device: &Device, size: Size, readable: bool) -> Result<ID3D11Texture2D, Fault> {
    let (usage, bind, access) = if readable {
        (D3D11_USAGE_STAGING, 0, D3D11_CPU_ACCESS_READ.0)
    } else {
        (D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE.0, 0)
    };
    let described = D3D11_TEXTURE2D_DESC {
        Width: size.width,
        Height: size.height,
        MipLevels: 1,
        ArraySize: 1,
        Format: DXGI_FORMAT_B8G8R8A8_UNORM,
        SampleDesc: DXGI_SAMPLE_DESC { Count: 1, Quality: 0 },
        Usage: usage,
        BindFlags: bind.cast_unsigned(),
        CPUAccessFlags: access.cast_unsigned(),
        MiscFlags: 0,
    };
    let mut texture = None;
    // SAFETY: the description and the result live until the call returns.
    unsafe {
        device
            .device
            .CreateTexture2D(&raw const described, None, Some(&raw mut texture))
    }
    .map_err(|error| fault(&error))?;
    texture.ok_or(Fault::Unsupported)
}
