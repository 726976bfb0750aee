//! What is on the customer's displays, and at the operator.

use temoto_codec::Framebuffer;
use temoto_geometry::{Rect, Region, Size};
use temoto_session::agent::DisplayInfo;

use crate::node::{Machine, Who, taken};
use crate::world::World;

impl World {
    /// The program's computer has these displays now, on a black desktop of this size.
    pub fn set_displays(&mut self, who: Who, desktop: Size, displays: &[(u32, &str, Rect)]) {
        self.node_mut(who).desktop = Some(Framebuffer::new(desktop).expect("small"));
        self.list_displays(who, displays);
    }

    /// The list alone; the first one is the primary one.
    pub fn list_displays(&mut self, who: Who, displays: &[(u32, &str, Rect)]) {
        let displays = displays.iter().enumerate();
        let displays = displays.map(|(n, &(id, name, rect))| DisplayInfo {
            id,
            name: name.to_owned(),
            rect,
            scale_percent: 100,
            primary: n == 0,
        });
        let displays = displays.collect();
        self.with_agent(who, |agent, now| agent.set_displays(now, displays));
    }

    /// Paints a rectangle on the program's screen.
    pub fn paint(&mut self, who: Who, rect: Rect, color: u32) {
        if let Some(desktop) = &mut self.node_mut(who).desktop {
            desktop.fill(rect, color);
        }
        self.with_agent(who, |agent, now| {
            let Some(shown) = agent.shown() else { return };
            let mut here = Region::from(rect);
            // A page knows of nothing but the pixels of what it shares.
            if !shown.size().is_empty() {
                here = here.clip(shown).translate(-shown.x, -shown.y);
            }
            if !here.is_empty() {
                agent.damaged(now, &here, []);
            }
        });
    }

    /// Whether the operator's picture equals the program's screen, pixel for pixel.
    #[must_use]
    pub fn picture_is_exact(&self) -> bool {
        let Machine::Console(console) = &self.node(Who::Console).machine else {
            return false;
        };
        let program = self.node(Who::Program);
        let (Machine::Agent(agent), Some(shown)) = (&program.machine, self.console_view().shown) else {
            return false;
        };
        let desktop = program.desktop.as_ref();
        let there = desktop.and_then(|desktop| taken(desktop, agent, shown));
        console.picture().map(Framebuffer::pixels) == there.as_ref().map(Framebuffer::pixels)
    }
}
