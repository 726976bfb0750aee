//! A viewer that counts: keeps a request open at all times, and knows what has arrived.

use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use temoto_codec::Framebuffer;
use temoto_geometry::Rect;

use crate::pixels;
use crate::rfb::{Coding, Wire};

/// Nothing more comes when nothing came for this long.
const QUIET: Duration = Duration::from_millis(60);
/// A step that is not there after this is a fault of the bench or of the server.
const LATEST: Duration = Duration::from_secs(30);
/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(2);

#[derive(Default)]
struct Arrived {
    bytes: u64,
    rects: Vec<Rect>,
    at: Option<Instant>,
    fault: Option<String>,
}

/// A connection to an RFB server.
pub struct Viewer {
    arrived: Arc<Mutex<Arrived>>,
    socket: TcpStream,
    reader: Option<JoinHandle<()>>,
}

impl Viewer {
    /// Connects, and asks for the whole picture.
    pub fn connect(port: u16, coding: Coding) -> Result<Self> {
        let socket = TcpStream::connect(("127.0.0.1", port)).context("no RFB server")?;
        socket.set_nodelay(true)?;
        let arrived = Arc::new(Mutex::new(Arrived::default()));
        let mut wire = Wire::new(socket.try_clone()?);
        let size = wire.greet(coding)?;
        wire.ask(size, false)?;
        let shared = Arc::clone(&arrived);
        let reader = std::thread::spawn(move || {
            let fault = loop {
                let message = match wire.message() {
                    Ok(message) => message,
                    Err(error) => break error,
                };
                {
                    let mut arrived = lock(&shared);
                    arrived.bytes += message.bytes;
                    arrived.rects.extend(&message.rects);
                    arrived.at = Some(Instant::now());
                }
                if message.update
                    && let Err(error) = wire.ask(size, true)
                {
                    break error;
                }
            };
            lock(&shared).fault = Some(format!("{fault:#}"));
        });
        Ok(Self {
            arrived,
            socket,
            reader: Some(reader),
        })
    }

    /// Waits until everything of the step from `before` to `after` has arrived and nothing more comes; gives its bytes.
    pub fn step(&self, before: Option<&Framebuffer>, after: &Framebuffer) -> Result<u64> {
        let mut missing = Missing::new(before, after);
        self.until_quiet(QUIET, |rects| {
            missing.arrived(rects);
            missing.count == 0
        })
    }

    /// Waits until nothing has come for this long; gives the bytes since the last call.
    pub fn quiet(&self, quiet: Duration) -> Result<u64> {
        self.until_quiet(quiet, |_| true)
    }

    fn until_quiet(&self, quiet: Duration, mut complete: impl FnMut(&[Rect]) -> bool) -> Result<u64> {
        let (began, mut bytes) = (Instant::now(), 0);
        let mut last = began;
        loop {
            let rects = {
                let mut arrived = lock(&self.arrived);
                if let Some(fault) = &arrived.fault {
                    bail!("the viewer lost its server: {fault}");
                }
                bytes += std::mem::take(&mut arrived.bytes);
                last = arrived.at.map_or(last, |at| at.max(last));
                std::mem::take(&mut arrived.rects)
            };
            if complete(&rects) && last.elapsed() >= quiet {
                return Ok(bytes);
            }
            if began.elapsed() > LATEST {
                bail!("the server does not send all that changed");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        // The reader ends with the connection.
        let _closed = self.socket.shutdown(std::net::Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _ended = reader.join();
        }
    }
}

fn lock(arrived: &Mutex<Arrived>) -> MutexGuard<'_, Arrived> {
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The changed pixels that no rectangle has brought yet.
struct Missing {
    pixels: Vec<bool>,
    width: usize,
    count: usize,
}

impl Missing {
    fn new(before: Option<&Framebuffer>, after: &Framebuffer) -> Self {
        let width = after.width() as usize;
        let mut missing = Self {
            pixels: vec![false; width * after.height() as usize],
            width,
            count: 0,
        };
        let parts = match before {
            Some(before) => pixels::changed_bands(before, after),
            None => vec![after.bounds()],
        };
        for rect in parts {
            let (x, y) = corner(rect);
            for row in y..y + rect.height as usize {
                for column in x..x + rect.width as usize {
                    let new = after.row(row)[column];
                    if before.is_none_or(|before| before.row(row)[column] != new) {
                        missing.pixels[row * width + column] = true;
                        missing.count += 1;
                    }
                }
            }
        }
        missing
    }

    fn arrived(&mut self, rects: &[Rect]) {
        let height = self.pixels.len() / self.width.max(1);
        for rect in rects {
            let (x, y) = corner(*rect);
            let end = (x + rect.width as usize).min(self.width);
            for row in y..(y + rect.height as usize).min(height) {
                for pixel in self.pixels[row * self.width..][x.min(end)..end]
                    .iter_mut()
                    .filter(|pixel| **pixel)
                {
                    *pixel = false;
                    self.count -= 1;
                }
            }
        }
    }
}

fn corner(rect: Rect) -> (usize, usize) {
    (
        usize::try_from(rect.x).unwrap_or_default(),
        usize::try_from(rect.y).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Size;

    use super::*;

    #[test]
    fn a_step_is_there_when_every_changed_pixel_was_in_a_rectangle() {
        let before = Framebuffer::new(Size::new(50, 40)).unwrap();
        let mut after = before.clone();
        after.fill(Rect::new(10, 10, 4, 2), 7);
        after.fill(Rect::new(40, 10, 1, 1), 7);
        let mut missing = Missing::new(Some(&before), &after);
        assert_eq!(missing.count, 9);
        missing.arrived(&[Rect::new(0, 0, 12, 40)]);
        missing.arrived(&[Rect::new(0, 0, 12, 40), Rect::new(12, 10, 100, 100)]);
        assert_eq!(missing.count, 0);
        assert_eq!(Missing::new(None, &after).count, 2000);
    }
}
