//! Systems without keyboard and mouse yet. The types exist so that everything above them compiles there.

use std::time::Duration;

use temoto_geometry::Point;
use temoto_keymap::Code;

use crate::{
    Button, Held, InputError, InputSink, LocalEvent, LocalInputWatch, Locks, OwnWindows, Rescue, Waker,
};

/// Cannot be made: [`crate::open`] always fails.
#[derive(Debug)]
pub enum NativeSink {}

/// Cannot be made: [`crate::open`] always fails.
#[derive(Debug)]
pub enum NativeWatch {}

pub(crate) fn open(
    _display: Option<&str>,
    _own: OwnWindows,
) -> Result<(NativeSink, NativeWatch), InputError> {
    Err(InputError::NotSupported)
}

impl NativeSink {
    /// What releases everything when this value cannot be dropped any more; see [`Rescue`].
    #[must_use]
    pub fn rescue(&self) -> Rescue {
        match *self {}
    }
}

impl InputSink for NativeSink {
    fn key(&mut self, _code: Code, _down: bool) -> Result<(), InputError> {
        match *self {}
    }

    fn pointer_to(&mut self, _to: Point) -> Result<(), InputError> {
        match *self {}
    }

    fn button(&mut self, _button: Button, _down: bool) -> Result<(), InputError> {
        match *self {}
    }

    fn wheel(&mut self, _dx: i16, _dy: i16) -> Result<(), InputError> {
        match *self {}
    }

    fn text(&mut self, _text: &str) -> Result<(), InputError> {
        match *self {}
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        match *self {}
    }

    fn held(&self) -> Held {
        match *self {}
    }

    fn locks(&mut self) -> Result<Locks, InputError> {
        match *self {}
    }

    fn maintain(&mut self) -> Result<Option<Duration>, InputError> {
        match *self {}
    }
}

impl LocalInputWatch for NativeWatch {
    fn wait(&mut self, _timeout: Duration) -> Result<Vec<LocalEvent>, InputError> {
        match *self {}
    }

    fn waker(&self) -> Waker {
        match *self {}
    }
}
