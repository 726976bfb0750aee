//! What the machine asks of Windows.

use std::time::{Duration, Instant};

use temoto_codec::FrameView;
use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Rect};

use super::rotation::Rotation;
use crate::{Display, Obstacle, ScreenError};

/// Why a way to take pixels does not work at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The duplication ended: another desktop, another mode, another program in full screen. To be opened anew.
    AccessLost,
    /// Not allowed on the desktop that is shown now.
    AccessDenied,
    /// The graphics device was removed, reset or updated. To be opened anew.
    DeviceLost,
    /// There is no such thing on this system: no duplication in this session, by this driver, in this mode.
    Unsupported,
    /// Anything else, with the system's number.
    Other(i32),
}

/// What changed on a picture, in pixels of the surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The system does not say where.
    Everything,
    /// Only here. A move is one from a place to a rectangle of the same size.
    Parts {
        dirty: Vec<Rect>,
        moves: Vec<(Point, Rect)>,
    },
}

/// What the system reports at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// What changed on the picture; `None` when only the pointer did, and the picture that comes along is none.
    pub(crate) picture: Option<Damage>,
    /// Another pointer, if it has another shape.
    pub(crate) shape: Option<CursorShape>,
}

/// Where a display lies, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rect: Rect,
    pub(crate) rotation: Rotation,
}

/// The desktop duplication of one output.
pub(crate) trait Duplication {
    /// As of its opening: it ends when that changes.
    fn place(&self) -> Place;

    /// What changed since the last call, waiting for it up to `patience`; `None` when nothing did.
    ///
    /// # Errors
    /// Any fault; the duplication is then useless.
    fn acquire(&mut self, patience: Duration) -> Result<Option<Frame>, Fault>;

    /// Shows the pixels of a part of the surface, as of the last frame with a picture.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    fn read(&mut self, part: Rect, show: &mut dyn FnMut(FrameView<'_>)) -> Result<(), Fault>;
}

/// The mouse pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// The hot spot, in desktop coordinates.
    pub(crate) at: Point,
    /// Whether it is drawn.
    pub(crate) showing: bool,
    /// Another number for another shape.
    pub(crate) shape: usize,
}

/// Windows, as far as it matters here.
pub(crate) trait System {
    /// One output.
    type Output: Duplication;

    /// The time now.
    fn now(&self) -> Instant;

    /// The displays, the primary one first; empty while a mode is changing.
    fn displays(&mut self) -> Vec<Display>;

    /// The rectangle around all displays. Cheap.
    fn bounds(&mut self) -> Rect;

    /// What hides the desktop.
    fn obstacle(&mut self) -> Option<Obstacle>;

    /// Begins to duplicate every output.
    ///
    /// # Errors
    /// Any fault, also if it concerns one output only.
    fn duplicate(&mut self) -> Result<Vec<Self::Output>, Fault>;

    /// Takes a picture of a part of the desktop by GDI.
    ///
    /// # Errors
    /// Any fault.
    fn grab(&mut self, rect: Rect) -> Result<FrameView<'_>, Fault>;

    /// The mouse pointer; `None` when the system does not say, as on another desktop.
    fn pointer(&mut self) -> Option<Pointer>;

    /// What the pointer looks like while it is drawn; `None` when that cannot be read.
    fn pointer_shape(&mut self) -> Option<CursorShape>;

    /// The system's arrow.
    fn arrow(&mut self) -> Option<CursorShape>;

    /// A number that changes whenever mouse or keyboard are used.
    fn last_input(&mut self) -> u32;
}

/// The desktop that gets the input, seen from this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputDesktop {
    /// It is the program's own.
    Ours,
    /// It is another one, or access to it is denied.
    Another,
    /// The system gives no clear answer.
    Unknown,
}

/// The session that this program runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Session {
    /// On a monitor, and not locked.
    Active,
    Locked,
    /// Not connected to a monitor.
    Inactive,
    /// The system gives no clear answer.
    Unknown,
}

/// What hides the desktop. The session is asked for only when input goes elsewhere, since that takes a call to a
/// service; without a clear answer nothing is in the way.
pub(crate) fn obstacle(input: InputDesktop, session: impl FnOnce() -> Session) -> Option<Obstacle> {
    match input {
        InputDesktop::Ours => None,
        InputDesktop::Another => Some(match session() {
            Session::Locked => Obstacle::Locked,
            Session::Inactive => Obstacle::Away,
            Session::Active | Session::Unknown => Obstacle::SecureDesktop,
        }),
        InputDesktop::Unknown => match session() {
            Session::Inactive => Some(Obstacle::Away),
            Session::Locked => Some(Obstacle::Locked),
            Session::Active | Session::Unknown => None,
        },
    }
}

impl From<Fault> for ScreenError {
    fn from(fault: Fault) -> Self {
        Self::Lost(match fault {
            Fault::AccessLost => "the system took the desktop away".to_owned(),
            Fault::AccessDenied => "the system denies access to the desktop".to_owned(),
            Fault::DeviceLost => "the graphics device is gone".to_owned(),
            Fault::Unsupported => "the system cannot capture this desktop".to_owned(),
            Fault::Other(code) => format!("capturing the desktop failed with {code:#010x}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_of_somebody_else_is_an_obstacle_and_the_session_says_which() {
        let seen = |input, session| obstacle(input, || session);
        for session in [
            Session::Active,
            Session::Locked,
            Session::Inactive,
            Session::Unknown,
        ] {
            assert_eq!(seen(InputDesktop::Ours, session), None);
        }
        let another = [
            (Session::Active, Obstacle::SecureDesktop),
            (Session::Unknown, Obstacle::SecureDesktop),
            (Session::Locked, Obstacle::Locked),
            (Session::Inactive, Obstacle::Away),
        ];
        for (session, expected) in another {
            assert_eq!(seen(InputDesktop::Another, session), Some(expected));
        }
        assert_eq!(seen(InputDesktop::Unknown, Session::Unknown), None);
        assert_eq!(seen(InputDesktop::Unknown, Session::Active), None);
        assert_eq!(
            seen(InputDesktop::Unknown, Session::Inactive),
            Some(Obstacle::Away)
        );
    }
}
