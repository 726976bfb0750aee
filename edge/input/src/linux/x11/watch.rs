//! Notices the customer's own mouse and keyboard by raw events of XInput 2.
//!
//! Raw events come whatever has focus or grabs, once for all windows. An event from a real device is the customer's;
//! one from an XTEST device is, unless the sink injected it. A thread reads them as they come, so that nothing piles
//! up while nobody waits, and keeps only what the next [`LocalInputWatch::wait`] will tell.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{self, ConnectionExt as _, Device, DeviceId, EventMask, Fp3232, XIEventMask};
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask as CoreMask, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::injected::{Injected, Stimulus};
use super::shortcut::{Keys, Shortcut};
use super::{connect, is_test_device};
use crate::sightings::Sightings;
use crate::{ActivityKind, InputError, LocalEvent, LocalInputWatch, Waker};

/// The customer's mouse and keyboard on an X server.
pub struct X11Watch {
    sightings: Sightings,
    conn: Arc<RustConnection>,
    /// Only there to be sent the message that ends the thread.
    mailbox: Window,
    reader: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for X11Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Watch").finish_non_exhaustive()
    }
}

impl X11Watch {
    pub(super) fn open(display: Option<&str>, injected: Injected) -> Result<Self, InputError> {
        let (conn, root) = connect(display)?;
        if conn.extension_information(xinput::X11_EXTENSION_NAME)?.is_none() {
            return Err(InputError::Missing("the XInput extension"));
        }
        // From 2.1 on raw events come during grabs of other programs too; 2.2 has touches.
        let version = conn.xinput_xi_query_version(2, 2)?.reply()?;
        if (version.major_version, version.minor_version) < (2, 2) {
            return Err(InputError::Missing("XInput version 2.2"));
        }
        let mut reader = Reader {
            sightings: Sightings::default(),
            injected,
            test_devices: test_devices(&conn)?,
            keys: read_keys(&conn)?,
            stale_keys: false,
            shortcut: Shortcut::default(),
        };
        let mask = [
            XIEventMask::RAW_KEY_PRESS,
            XIEventMask::RAW_KEY_RELEASE,
            XIEventMask::RAW_BUTTON_PRESS,
            XIEventMask::RAW_BUTTON_RELEASE,
            XIEventMask::RAW_MOTION,
            XIEventMask::RAW_TOUCH_BEGIN,
            XIEventMask::RAW_TOUCH_UPDATE,
            XIEventMask::RAW_TOUCH_END,
        ];
        let sum = mask
            .into_iter()
            .fold(XIEventMask::from(0_u32), |sum, one| sum | one);
        let select = EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![sum],
        };
        conn.xinput_xi_select_events(root, &[select])?.check()?;
        let mailbox = conn.generate_id()?;
        let aux = CreateWindowAux::new();
        conn.create_window(0, mailbox, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?
            .check()?;

        let (conn, sightings) = (Arc::new(conn), reader.sightings.clone());
        let reading = Arc::clone(&conn);
        let thread = std::thread::Builder::new()
            .name("local-input".to_owned())
            .spawn(move || {
                if let Err(error) = reader.read(&reading) {
                    reader.sightings.lose(error.to_string());
                }
            });
        let reader = thread.map_err(|error| InputError::Lost(error.to_string()))?;
        Ok(Self {
            sightings,
            conn,
            mailbox,
            reader: Some(reader),
        })
    }

    fn end_reader(&self) -> Result<(), InputError> {
        let message = ClientMessageEvent::new(32, self.mailbox, self.mailbox, [0; 5]);
        // Without a mask it goes to whoever made the window.
        self.conn
            .send_event(false, self.mailbox, CoreMask::NO_EVENT, message)?;
        self.conn.flush()?;
        Ok(())
    }
}

impl LocalInputWatch for X11Watch {
    fn wait(&mut self, timeout: Duration) -> Result<Vec<LocalEvent>, InputError> {
        self.sightings.wait(timeout)
    }

    fn waker(&self) -> Waker {
        self.sightings.waker()
    }
}

impl Drop for X11Watch {
    fn drop(&mut self) {
        // If the message cannot be sent the connection is dead, and the thread has ended by that.
        drop(self.end_reader());
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

/// The thread behind a watch.
struct Reader {
    sightings: Sightings,
    injected: Injected,
    test_devices: BTreeSet<DeviceId>,
    keys: Keys,
    stale_keys: bool,
    shortcut: Shortcut,
}

impl Reader {
    /// Reads until the mailbox gets its message or the server is gone.
    fn read(&mut self, conn: &RustConnection) -> Result<(), InputError> {
        loop {
            match conn.wait_for_event()? {
                Event::ClientMessage(_) => return Ok(()),
                Event::MappingNotify(_) => self.stale_keys = true,
                Event::XinputRawKeyPress(event) => self.key(conn, &event, true)?,
                Event::XinputRawKeyRelease(event) => self.key(conn, &event, false)?,
                Event::XinputRawButtonPress(event) => self.button(event.sourceid, event.detail, true),
                Event::XinputRawButtonRelease(event) => self.button(event.sourceid, event.detail, false),
                Event::XinputRawMotion(event) => {
                    let (x, y) = position(&event.valuator_mask, &event.axisvalues);
                    self.note(
                        event.sourceid,
                        Some(Stimulus::Motion { x, y }),
                        ActivityKind::Motion,
                    );
                }
                Event::XinputRawTouchBegin(_)
                | Event::XinputRawTouchUpdate(_)
                | Event::XinputRawTouchEnd(_) => {
                    self.tell(ActivityKind::Motion);
                }
                _ => {}
            }
        }
    }

    fn key(
        &mut self,
        conn: &RustConnection,
        event: &xinput::RawKeyPressEvent,
        down: bool,
    ) -> Result<(), InputError> {
        let Ok(keycode) = u8::try_from(event.detail) else {
            return Ok(());
        };
        if !self.note(
            event.sourceid,
            Some(Stimulus::Key { keycode, down }),
            ActivityKind::Key,
        ) {
            return Ok(());
        }
        if std::mem::take(&mut self.stale_keys) {
            self.keys = read_keys(conn)?;
        }
        if self.shortcut.key(&self.keys, keycode, down) {
            self.sightings.end();
        }
        Ok(())
    }

    fn button(&mut self, source: DeviceId, number: u32, down: bool) {
        let stimulus = u8::try_from(number)
            .ok()
            .map(|number| Stimulus::Button { number, down });
        self.note(source, stimulus, ActivityKind::Button);
    }

    /// Tells of an event unless the sink injected it. Returns whether it is the customer's.
    fn note(&mut self, source: DeviceId, stimulus: Option<Stimulus>, kind: ActivityKind) -> bool {
        let injected = self.test_devices.contains(&source)
            && stimulus.is_some_and(|stimulus| self.injected.take(stimulus, Instant::now()));
        if !injected {
            self.tell(kind);
        }
        !injected
    }

    fn tell(&self, kind: ActivityKind) {
        self.sightings.activity(kind);
    }
}

/// The devices through which programs inject.
fn test_devices(conn: &RustConnection) -> Result<BTreeSet<DeviceId>, InputError> {
    let devices = conn.xinput_xi_query_device(Device::ALL)?.reply()?.infos;
    Ok(devices
        .iter()
        .filter(|device| is_test_device(&device.name))
        .map(|device| device.deviceid)
        .collect())
}

fn read_keys(conn: &RustConnection) -> Result<Keys, InputError> {
    let setup = conn.setup();
    let (first, last) = (setup.min_keycode, setup.max_keycode);
    let map = conn.get_keyboard_mapping(first, last - first + 1)?.reply()?;
    Ok(Keys::from_map(first, map.keysyms_per_keycode, &map.keysyms))
}

/// The first two valuators of a raw event: where an XTEST motion went. Those that are left out are 0.
fn position(mask: &[u32], values: &[Fp3232]) -> (i16, i16) {
    let mask = mask.first().copied().unwrap_or_default();
    let mut values = values.iter();
    let mut next = |bit: u32| {
        let value = if mask & bit == 0 { None } else { values.next() };
        value.map_or(0, |value| i16::try_from(value.integral).unwrap_or(i16::MAX))
    };
    (next(1), next(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_from_the_valuators_that_are_there() {
        let value = |integral| Fp3232 { integral, frac: 0 };
        assert_eq!(position(&[0b11], &[value(7), value(9)]), (7, 9));
        assert_eq!(position(&[0b10], &[value(9)]), (0, 9));
        assert_eq!(position(&[0b1100], &[value(1), value(2)]), (0, 0));
        assert_eq!(position(&[], &[]), (0, 0));
        assert_eq!(position(&[0b11], &[value(i32::MAX)]), (i16::MAX, 0));
    }
}
