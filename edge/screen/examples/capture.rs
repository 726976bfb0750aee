//! Captures the desktop and says what it sees, for tests with a real desktop.
//!
//! `capture FILE [SECONDS]` follows the desktop that long (a second unless told), writes its last picture to `FILE` as
//! a PPM (P6) and says in JSON, one line each: the source, the displays, what changed while it followed, the pointer.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use temoto_codec::Framebuffer;
use temoto_geometry::{Rect, Region};
use temoto_screen::{ScreenError, ScreenSource};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: capture FILE [SECONDS]")?;
    let seconds: f64 = arguments.next().map_or(Ok(1.0), |text| text.parse())?;
    let mut screen = temoto_screen::open(None)?;
    let until = Instant::now() + Duration::try_from_secs_f64(seconds)?;
    let (mut reports, mut damaged_px, mut last) = (0_u64, 0, Region::new());
    screen.wait(Duration::ZERO)?;
    loop {
        let changes = screen.wait(until.saturating_duration_since(Instant::now()))?;
        if !changes.damage.is_empty() {
            reports += 1;
            damaged_px += changes.damage.area();
            last = changes.damage;
        }
        if Instant::now() >= until {
            break;
        }
    }
    let hull = |all: Rect, display: &temoto_screen::Display| all.hull(display.rect);
    let desktop = screen.displays().iter().fold(Rect::default(), hull);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{{\"source\":{}}}", json(&format!("{screen:?}")))?;
    for display in screen.displays() {
        let Rect { x, y, width, height } = display.rect;
        writeln!(
            out,
            "{{\"display\":{},\"name\":{},\"x\":{x},\"y\":{y},\"width\":{width},\"height\":{height},\"scale_percent\":{},\"primary\":{}}}",
            display.id,
            json(&display.name),
            display.scale_percent,
            display.primary
        )?;
    }
    let Rect { x, y, width, height } = last.bounds();
    writeln!(
        out,
        "{{\"reports\":{reports},\"damaged_px\":{damaged_px},\"last\":{{\"x\":{x},\"y\":{y},\"width\":{width},\"height\":{height}}}}}"
    )?;
    let mut frame = Framebuffer::new(desktop.size())?;
    let began_at = Instant::now();
    match screen.capture(desktop, desktop.origin(), &mut frame) {
        Ok(()) => writeln!(out, "{{\"captured_us\":{}}}", began_at.elapsed().as_micros())?,
        Err(error @ ScreenError::Hidden) => writeln!(out, "{{\"hidden\":{}}}", json(&error.to_string()))?,
        Err(error) => return Err(error.into()),
    }
    let (at, shape) = (screen.cursor_position()?, screen.cursor_shape()?);
    let (size, hotspot) = (shape.size(), shape.hotspot());
    let opaque = shape.rgba().chunks(4).filter(|pixel| pixel[3] != 0).count();
    writeln!(
        out,
        "{{\"cursor\":{{\"x\":{},\"y\":{},\"width\":{},\"height\":{},\"hotspot\":[{},{}],\"visible_px\":{opaque}}}}}",
        at.x, at.y, size.width, size.height, hotspot.x, hotspot.y
    )?;
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "P6\n{} {}\n255\n", desktop.width, desktop.height)?;
    for pixel in frame.pixels() {
        let [_, red, green, blue] = pixel.to_be_bytes();
        file.write_all(&[red, green, blue])?;
    }
    Ok(file.flush()?)
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}
