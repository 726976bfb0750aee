//! Surfaces on a real graphics device, and outputs whose duplication replays what the system is documented to answer.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect, Size};
use windows::Win32::Foundation::{HMODULE, POINT, RECT, S_OK};
use windows::Win32::Graphics::Direct3D::{D3D_DRIVER_TYPE_HARDWARE, D3D_DRIVER_TYPE_WARP};
use windows::Win32::Graphics::Direct3D11::{
    D3D11_CREATE_DEVICE_FLAG, D3D11_SDK_VERSION, D3D11CreateDevice, ID3D11Texture2D,
};
use windows::Win32::Graphics::Dxgi::{
    DXGI_ERROR_INVALID_CALL, DXGI_ERROR_MORE_DATA, DXGI_ERROR_NOT_CURRENTLY_AVAILABLE,
    DXGI_ERROR_WAIT_TIMEOUT, DXGI_OUTDUPL_FRAME_INFO, DXGI_OUTDUPL_MOVE_RECT,
    DXGI_OUTDUPL_POINTER_SHAPE_INFO, IDXGIObject_Vtbl, IDXGIOutputDuplication, IDXGIOutputDuplication_Vtbl,
    IDXGIResource,
};
use windows::core::{GUID, HRESULT, IUnknown_Vtbl};

use super::surface::{Surface, texture};
use super::*;
use crate::win32::system::{Damage, Duplication, Frame};

const SIZE: Size = Size::new(50, 30);

/// A device that draws by the graphics processor, else by the main one.
fn device() -> Device {
    let made = [D3D_DRIVER_TYPE_HARDWARE, D3D_DRIVER_TYPE_WARP].map(|kind| {
        let (mut device, mut context) = (None, None);
        let (flags, module) = (D3D11_CREATE_DEVICE_FLAG(0), HMODULE::default());
        let (to, and) = (Some(&raw mut device), Some(&raw mut context));
        // SAFETY: both results live until the call returns.
        unsafe { D3D11CreateDevice(None, kind, module, flags, None, D3D11_SDK_VERSION, to, None, and) }
            .ok()?;
        device.zip(context)
    });
    let (device, context) = made.into_iter().flatten().next().expect("a device");
    Device { device, context }
}

/// A frame whose pixels are numbered from `first` on.
fn frame(device: &Device, size: Size, first: u32) -> ID3D11Texture2D {
    let made = texture(device, size, false).unwrap();
    let pixels: Vec<u32> = (first..).take(size.area() as usize).collect();
    // SAFETY: the texture was just made, and there is a pixel for each of its own.
    unsafe {
        let from = pixels.as_ptr().cast();
        device
            .context
            .UpdateSubresource(&made, 0, None, from, size.width * 4, 0);
    }
    made
}

#[test]
fn parts_of_frames_are_kept_and_shown() {
    let device = device();
    let mut surface = Surface::new(device.clone(), SIZE).unwrap();
    surface.take(&frame(&device, SIZE, 0), &[surface.rect()]).unwrap();
    let new = [Rect::new(10, 5, 4, 3), Rect::new(48, 28, 9, 9)];
    surface.take(&frame(&device, SIZE, 10_000), &new).unwrap();
    let mut shown = Framebuffer::new(SIZE).unwrap();
    surface
        .read(surface.rect(), &mut |view| shown.blit(Point::ORIGIN, view))
        .unwrap();
    for (index, pixel) in (0..).zip(shown.pixels()) {
        let at = Point::new(index % 50, index / 50);
        let is_new = new.iter().any(|part| part.contains(at));
        assert_eq!(*pixel, index as u32 + if is_new { 10_000 } else { 0 }, "{at:?}");
    }
    let mut part = Framebuffer::new(Size::new(3, 2)).unwrap();
    surface
        .read(Rect::new(9, 5, 3, 2), &mut |view| part.blit(Point::ORIGIN, view))
        .unwrap();
    assert_eq!(part.pixels(), [259, 10_260, 10_261, 309, 10_310, 10_311]);
}

#[test]
fn frames_of_another_mode_and_parts_outside_are_refused() {
    let device = device();
    let mut surface = Surface::new(device.clone(), SIZE).unwrap();
    let other = frame(&device, Size::new(30, 50), 0);
    assert_eq!(surface.take(&other, &[surface.rect()]), Err(Fault::AccessLost));
    let outside = surface.read(Rect::new(40, 0, 11, 1), &mut |_| {});
    assert_eq!(outside, Err(Fault::AccessLost));
}

#[test]
fn what_the_system_answers_is_known_as_what_it_means() {
    let means = |code: HRESULT| fault(&Error::from_hresult(code));
    assert_eq!(means(DXGI_ERROR_ACCESS_LOST), Fault::AccessLost);
    assert_eq!(means(E_ACCESSDENIED), Fault::AccessDenied);
    assert_eq!(means(DXGI_ERROR_DEVICE_REMOVED), Fault::DeviceLost);
    assert_eq!(means(E_NOTIMPL), Fault::Unsupported);
    let busy = DXGI_ERROR_NOT_CURRENTLY_AVAILABLE;
    assert_eq!(means(busy), Fault::Other(busy.0));
    let end = found::<()>(Err(Error::from_hresult(DXGI_ERROR_NOT_FOUND)));
    assert_eq!(end, Ok(None));
}

/// What one call for a frame brings.
#[derive(Default)]
struct Step {
    presented: bool,
    dirty: Vec<RECT>,
    moves: Vec<DXGI_OUTDUPL_MOVE_RECT>,
    shape: Option<(DXGI_OUTDUPL_POINTER_SHAPE_INFO, Vec<u8>)>,
    /// The number of the first pixel.
    first: u32,
}

#[derive(Default)]
struct Script {
    steps: VecDeque<Result<Step, HRESULT>>,
    held: Option<Step>,
    released: u32,
}

/// A duplication that follows a script, and insists that a frame is given back before the next. It is never destroyed,
/// so it counts no references.
#[repr(C)]
struct Scripted {
    calls: *const IDXGIOutputDuplication_Vtbl,
    device: Device,
    script: Arc<Mutex<Script>>,
}

static CALLS: IDXGIOutputDuplication_Vtbl = IDXGIOutputDuplication_Vtbl {
    base__: IDXGIObject_Vtbl {
        base__: IUnknown_Vtbl {
            QueryInterface: query,
            AddRef: one,
            Release: one,
        },
        SetPrivateData: refuse,
        SetPrivateDataInterface: refuse_short,
        GetPrivateData: refuse,
        GetParent: refuse_short,
    },
    GetDesc: say_nothing,
    AcquireNextFrame: acquire_next_frame,
    GetFrameDirtyRects: get_frame_dirty_rects,
    GetFrameMoveRects: get_frame_move_rects,
    GetFramePointerShape: get_frame_pointer_shape,
    MapDesktopSurface: refuse_map,
    UnMapDesktopSurface: release_frame,
    ReleaseFrame: release_frame,
};

impl Scripted {
    /// # Safety
    /// `this` is what an interface of this type points to.
    unsafe fn script<'a>(this: *mut c_void) -> (&'a Device, MutexGuard<'a, Script>) {
        // SAFETY: it was leaked when it was made.
        let this = unsafe { &*this.cast::<Self>() };
        (&this.device, this.script.lock().unwrap())
    }
}

// What nobody calls.
unsafe extern "system" fn refuse<A, B, C>(_: *mut c_void, _: A, _: B, _: C) -> HRESULT {
    E_NOTIMPL
}

unsafe extern "system" fn refuse_short<A, B>(_: *mut c_void, _: A, _: B) -> HRESULT {
    E_NOTIMPL
}

unsafe extern "system" fn refuse_map<A>(_: *mut c_void, _: A) -> HRESULT {
    E_NOTIMPL
}

unsafe extern "system" fn say_nothing<A>(_: *mut c_void, _: A) {}

unsafe extern "system" fn query(_: *mut c_void, _: *const GUID, _: *mut *mut c_void) -> HRESULT {
    E_NOINTERFACE
}

unsafe extern "system" fn one(_: *mut c_void) -> u32 {
    1
}

unsafe extern "system" fn acquire_next_frame(
    this: *mut c_void,
    _: u32,
    info: *mut DXGI_OUTDUPL_FRAME_INFO,
    picture: *mut *mut c_void,
) -> HRESULT {
    // SAFETY: called by the interface.
    let (device, mut script) = unsafe { Scripted::script(this) };
    if script.held.is_some() {
        return DXGI_ERROR_INVALID_CALL;
    }
    let step = match script.steps.pop_front() {
        Some(Ok(step)) => step,
        Some(Err(code)) => return code,
        None => return DXGI_ERROR_WAIT_TIMEOUT,
    };
    let metadata = size_of_val(&step.dirty[..]) + size_of_val(&step.moves[..]);
    let resource: IDXGIResource = frame(device, SIZE, step.first).cast().unwrap();
    // SAFETY: the caller gives valid pointers, and owns the resource from here on.
    unsafe {
        info.write(DXGI_OUTDUPL_FRAME_INFO {
            LastPresentTime: i64::from(step.presented),
            TotalMetadataBufferSize: metadata as u32,
            PointerShapeBufferSize: step.shape.as_ref().map_or(0, |(_, bytes)| bytes.len() as u32),
            ..DXGI_OUTDUPL_FRAME_INFO::default()
        });
        picture.write(resource.into_raw());
    }
    script.held = Some(step);
    S_OK
}

/// Writes a list as the system does: as much as fits, and how much there is.
///
/// # Safety
/// The buffer has room for `size` bytes, and both pointers are valid.
unsafe fn hand_out<T>(list: Option<&[T]>, size: u32, into: *mut T, used: *mut u32) -> HRESULT {
    let Some(list) = list else {
        return DXGI_ERROR_INVALID_CALL;
    };
    let bytes = size_of_val(list) as u32;
    // SAFETY: as the caller says.
    unsafe {
        used.write(bytes);
        if bytes > size {
            return DXGI_ERROR_MORE_DATA;
        }
        into.copy_from_nonoverlapping(list.as_ptr(), list.len());
    }
    S_OK
}

unsafe extern "system" fn get_frame_dirty_rects(
    this: *mut c_void,
    size: u32,
    into: *mut RECT,
    used: *mut u32,
) -> HRESULT {
    // SAFETY: called by the interface, whose caller gives a buffer of that size.
    unsafe {
        let (_, script) = Scripted::script(this);
        hand_out(script.held.as_ref().map(|step| &step.dirty[..]), size, into, used)
    }
}

unsafe extern "system" fn get_frame_move_rects(
    this: *mut c_void,
    size: u32,
    into: *mut DXGI_OUTDUPL_MOVE_RECT,
    used: *mut u32,
) -> HRESULT {
    // SAFETY: as above.
    unsafe {
        let (_, script) = Scripted::script(this);
        hand_out(script.held.as_ref().map(|step| &step.moves[..]), size, into, used)
    }
}

unsafe extern "system" fn get_frame_pointer_shape(
    this: *mut c_void,
    size: u32,
    into: *mut c_void,
    used: *mut u32,
    info: *mut DXGI_OUTDUPL_POINTER_SHAPE_INFO,
) -> HRESULT {
    // SAFETY: as above; the description's pointer is valid, too.
    unsafe {
        let (_, script) = Scripted::script(this);
        let shape = script.held.as_ref().and_then(|step| step.shape.as_ref());
        info.write(shape.map(|(info, _)| *info).unwrap_or_default());
        hand_out(shape.map(|(_, bytes)| &bytes[..]), size, into.cast(), used)
    }
}

unsafe extern "system" fn release_frame(this: *mut c_void) -> HRESULT {
    // SAFETY: called by the interface.
    let (_, mut script) = unsafe { Scripted::script(this) };
    script.released += 1;
    if script.held.take().is_some() {
        S_OK
    } else {
        DXGI_ERROR_INVALID_CALL
    }
}

fn scripted(steps: Vec<Result<Step, HRESULT>>) -> (Output, Arc<Mutex<Script>>) {
    let device = device();
    let script = Arc::new(Mutex::new(Script {
        steps: steps.into(),
        ..Script::default()
    }));
    let object = Box::leak(Box::new(Scripted {
        calls: &raw const CALLS,
        device: device.clone(),
        script: Arc::clone(&script),
    }));
    assert!(!object.calls.is_null());
    // SAFETY: the object begins with the calls of this interface, and is never destroyed.
    let duplication = unsafe { IDXGIOutputDuplication::from_raw((&raw mut *object).cast()) };
    let place = Place {
        rect: Rect::at(Point::new(-50, 7), SIZE),
        rotation: Rotation::None,
    };
    (Output::of(duplication, device, place).unwrap(), script)
}

fn edges(rect: Rect) -> RECT {
    RECT {
        left: rect.left() as i32,
        top: rect.top() as i32,
        right: rect.right() as i32,
        bottom: rect.bottom() as i32,
    }
}

fn presented(first: u32) -> Step {
    Step {
        presented: true,
        first,
        ..Step::default()
    }
}

fn pixels(output: &mut Output) -> Vec<u32> {
    let mut shown = Framebuffer::new(SIZE).unwrap();
    output
        .read(SIZE.to_rect(), &mut |view| shown.blit(Point::ORIGIN, view))
        .unwrap();
    shown.pixels().to_vec()
}

#[test]
fn frames_are_acquired_read_and_given_back() {
    let (dirty, moved) = (Rect::new(1, 2, 3, 4), Rect::new(20, 10, 5, 6));
    let second = Step {
        dirty: vec![edges(dirty)],
        moves: vec![DXGI_OUTDUPL_MOVE_RECT {
            SourcePoint: POINT { x: 7, y: 8 },
            DestinationRect: edges(moved),
        }],
        ..presented(5_000)
    };
    // The first frame says little, but all of it is new; the third is one of the pointer, the picture of which is none.
    let pointer = Step {
        first: 9_000,
        ..Step::default()
    };
    let first = Step {
        dirty: vec![edges(dirty)],
        ..presented(0)
    };
    let steps = vec![
        Ok(first),
        Ok(second),
        Ok(pointer),
        Ok(presented(3_000)),
        Err(DXGI_ERROR_ACCESS_LOST),
    ];
    let (mut output, script) = scripted(steps);
    let acquire = |output: &mut Output| {
        output
            .acquire(Duration::ZERO)
            .map(|frame| frame.map(|it| it.picture))
    };
    assert_eq!(acquire(&mut output), Ok(Some(Some(Damage::Everything))));
    let all: Vec<u32> = (0..1_500).collect();
    assert_eq!(pixels(&mut output), all);

    let parts = Damage::Parts {
        dirty: vec![dirty],
        moves: vec![(Point::new(7, 8), moved)],
    };
    assert_eq!(acquire(&mut output), Ok(Some(Some(parts))));
    assert_eq!(acquire(&mut output), Ok(Some(None)));
    for (index, pixel) in (0..).zip(pixels(&mut output)) {
        let at = Point::new(index % 50, index / 50);
        let new = [dirty, moved].iter().any(|part| part.contains(at));
        assert_eq!(pixel, index as u32 + if new { 5_000 } else { 0 }, "{at:?}");
    }
    // A picture about which nothing is said is new everywhere.
    assert_eq!(acquire(&mut output), Ok(Some(Some(Damage::Everything))));
    assert_eq!(pixels(&mut output)[1_499], 4_499);
    assert_eq!(acquire(&mut output), Err(Fault::AccessLost));
    assert_eq!(acquire(&mut output), Ok(None));
    drop(output);
    let script = script.lock().unwrap();
    assert!(script.held.is_none());
    assert_eq!(script.released, 4, "each frame once");
}

#[test]
fn pointers_of_all_kinds_come_with_their_frames() {
    let kind = |kind: u32, height: u32, pitch: u32, bytes: &[u8]| {
        let info = DXGI_OUTDUPL_POINTER_SHAPE_INFO {
            Type: kind,
            Width: 2,
            Height: height,
            Pitch: pitch,
            HotSpot: POINT { x: 1, y: 0 },
        };
        Ok(Step {
            shape: Some((info, bytes.to_vec())),
            ..Step::default()
        })
    };
    // Monochrome, color, masked color, and one that nobody knows.
    let (mut output, _script) = scripted(vec![
        kind(1, 2, 1, &[0b0000_0000, 0b0100_0000]),
        kind(2, 1, 8, &[1, 2, 3, 255, 0, 0, 0, 0]),
        kind(4, 1, 8, &[1, 2, 3, 0, 255, 255, 255, 255]),
        kind(3, 1, 8, &[0; 8]),
    ]);
    let mut next = || output.acquire(Duration::ZERO).unwrap().unwrap();
    for expected in [
        [0, 0, 0, 255, 255, 255, 255, 255],
        [3, 2, 1, 255, 0, 0, 0, 0],
        [3, 2, 1, 255, 0, 0, 0, 255],
    ] {
        let shape = CursorShape::new(Size::new(2, 1), Point::new(1, 0), expected.to_vec());
        let told = Frame {
            picture: None,
            shape: shape.ok(),
        };
        assert_eq!(next(), told);
    }
    assert_eq!(next(), Frame::default());
}
