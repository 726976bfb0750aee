//! Where scenes are played: acts one step at a time, waits until the picture is still, and hands it on.
//!
//! Slow motion: bytes per step then depend on no machine's speed.

use std::time::{Duration, Instant};

use anyhow::Result;
use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Region};
use temoto_screen::{NativeScreen, ScreenSource as _};

use crate::desktop::Desktop;
use crate::hands::Hands;
use crate::pixels;

/// The picture is still when nothing changed for this long.
const STILL: Duration = Duration::from_millis(40);
/// Nothing is waited for longer than this; a page that never rests is recorded as it is.
const RESTLESS: Duration = Duration::from_secs(4);
/// A program that is starting has drawn itself when nothing large changed for this long.
const DRAWN: Duration = Duration::from_millis(2500);
/// Starting takes no longer than this.
const SLOW_START: Duration = Duration::from_secs(60);
/// The most pixels of a caret.
const CARET_PIXELS: u64 = 600;

/// Takes the steps of a scene.
pub trait StepSink {
    /// The picture after one more step, what the window system told about it, and when that was.
    fn step(&mut self, frame: &Framebuffer, damage: &Region, at_ms: u32) -> Result<()>;
}

/// A display with hands and eyes.
pub struct Stage<'a> {
    /// What is looked at.
    pub desktop: Desktop,
    /// What acts on it.
    pub hands: Hands,
    /// How many steps are wanted of a scene that has so many in full.
    pub steps: fn(usize) -> usize,
    eyes: NativeScreen,
    frame: Framebuffer,
    damage: Region,
    began: Instant,
    sink: &'a mut dyn StepSink,
}

impl<'a> Stage<'a> {
    /// A stage that gives its steps to `sink`.
    pub fn new(desktop: Desktop, steps: fn(usize) -> usize, sink: &'a mut dyn StepSink) -> Result<Self> {
        Ok(Self {
            hands: Hands::new(&desktop.name)?,
            eyes: temoto_screen::open(Some(&desktop.name))?,
            frame: Framebuffer::new(desktop.look().size)?,
            damage: Region::default(),
            began: Instant::now(),
            steps,
            desktop,
            sink,
        })
    }

    /// Waits up to `first` for a change, and then until nothing changes for `still`. Says whether anything changed.
    pub fn settle(&mut self, first: Duration, still: Duration) -> Result<bool> {
        let began = Instant::now();
        let (mut changed, mut last) = (false, began);
        loop {
            let now = Instant::now();
            let end = if changed { last + still } else { began + first };
            if now >= end || now >= began + first + RESTLESS {
                return Ok(changed);
            }
            if self.look(end - now)? {
                (changed, last) = (true, Instant::now());
            }
        }
    }

    /// The usual wait after a step.
    pub fn still(&mut self) -> Result<bool> {
        self.settle(Duration::from_millis(1500), STILL * 2)
    }

    /// Waits until nothing has changed for so long.
    pub fn calm(&mut self, still_ms: u64) -> Result<bool> {
        let still = Duration::from_millis(still_ms);
        self.settle(still, still)
    }

    /// Waits until a program that has shown its window has drawn itself, too. On a busy machine that has long pauses; a
    /// caret may blink meanwhile.
    pub fn started(&mut self) -> Result<()> {
        let began = Instant::now();
        let mut last = began;
        while last.elapsed() < DRAWN && began.elapsed() < SLOW_START {
            let before = self.frame.clone();
            self.look(DRAWN.saturating_sub(last.elapsed()))?;
            let changed = pixels::changed_box(&before, &self.frame);
            if changed.is_some_and(|part| part.size().area() > CARET_PIXELS) {
                last = Instant::now();
            }
        }
        Ok(())
    }

    /// Hands on the picture as it is.
    pub fn snap(&mut self) -> Result<()> {
        let at_ms = u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let damage = std::mem::take(&mut self.damage);
        self.sink.step(&self.frame, &damage, at_ms)
    }

    /// Looks once, for at most `timeout`; says whether pixels changed.
    pub fn look(&mut self, timeout: Duration) -> Result<bool> {
        let changes = self.eyes.wait(timeout)?;
        let Some(damaged) = Some(changes.damage.clip(self.frame.bounds())).filter(|part| !part.is_empty())
        else {
            return Ok(false);
        };
        let before = self.frame.clone();
        for rect in damaged.iter() {
            self.eyes.capture(rect, Point::ORIGIN, &mut self.frame)?;
        }
        self.damage = self.damage.union(&damaged);
        Ok(pixels::changed_box(&before, &self.frame).is_some())
    }
}
