//! Taking pictures again and again and comparing them, for systems without duplication.
//!
//! What is captured comes from the picture that was compared last, never from a fresh one: a change that is undone
//! between a fresh picture and the next comparison would never be told, and the viewer would keep it.

use std::time::Duration;

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region};

use super::rhythm::Rhythm;
use super::system::{Fault, System};
use super::tiles::Baseline;
use crate::Display;

/// One display and its last picture.
#[derive(Debug)]
struct Seen {
    rect: Rect,
    picture: Option<Baseline>,
}

/// The polled displays.
#[derive(Debug)]
pub(super) struct Polled {
    displays: Vec<Seen>,
    rhythm: Rhythm,
    last_input: Option<u32>,
}

impl Polled {
    pub(super) fn new(displays: &[Display]) -> Self {
        let seen = |display: &Display| Seen {
            rect: display.rect,
            picture: None,
        };
        Self {
            displays: displays.iter().map(seen).collect(),
            rhythm: Rhythm::new(),
            last_input: None,
        }
    }

    /// How long until the next look.
    pub(super) fn left(&self, system: &impl System) -> Duration {
        self.rhythm.left(system.now())
    }

    /// Notices whether somebody uses mouse or keyboard; what follows from it is looked for sooner.
    pub(super) fn look_at_input(&mut self, system: &mut impl System) {
        let last_input = system.last_input();
        if self.last_input.replace(last_input) != Some(last_input) {
            self.rhythm.stir();
        }
    }

    /// Takes new pictures and adds to `damage` what differs from the last ones; everything that was never seen.
    ///
    /// # Errors
    /// The fault of a display; what the ones before it damaged is told all the same.
    pub(super) fn look(&mut self, system: &mut impl System, damage: &mut Region) -> Result<(), Fault> {
        let began_at = system.now();
        let mut changed = Vec::new();
        let looked = self.displays.iter_mut().try_for_each(|seen| {
            let newer = system.grab(seen.rect)?;
            if let Some(picture) = &mut seen.picture {
                picture.update(newer, |part| {
                    changed.push(part.translate(seen.rect.x, seen.rect.y))
                });
            } else {
                seen.picture = Some(Baseline::new(newer));
                changed.push(seen.rect);
            }
            Ok(())
        });
        self.rhythm.looked(began_at, system.now(), !changed.is_empty());
        damage.extend(changed);
        looked
    }

    /// Copies what the last look saw. Returns whether all that lies on a display was there.
    pub(super) fn copy(&self, rect: Rect, origin: Point, frame: &mut Framebuffer) -> bool {
        self.displays.iter().all(|seen| {
            let Some(part) = rect.intersect(seen.rect) else {
                return true;
            };
            let inner = part.translate(seen.rect.x.wrapping_neg(), seen.rect.y.wrapping_neg());
            let Some(view) = seen.picture.as_ref().and_then(|picture| picture.part(inner)) else {
                return false;
            };
            let at = Point::new(part.x.saturating_sub(origin.x), part.y.saturating_sub(origin.y));
            frame.blit(at, view);
            true
        })
    }
}
