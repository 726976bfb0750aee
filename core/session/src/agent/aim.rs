//! What the pointer is meant for: only what the operator sees is clicked at, never what took its place in between.

use std::borrow::Cow;

use temoto_wire::input::{Action, Event};

use super::Agent;

impl Agent {
    /// The event without what was meant for another picture than the one of what is shown now. Of such an event only what is let
    /// go counts.
    pub(super) fn aimed<'a>(&mut self, event: &'a Event) -> Cow<'a, Event> {
        let seen = self.screen.is_seen();
        let action = match event.action {
            Action::Pointer { display, x, y } => {
                let place = self.shown().filter(|_| seen && u32::from(display) == self.shown);
                self.sharing.astray = place.is_none();
                place.map(|place| {
                    // On it, even if the picture ends there: beyond may be a display that is not shown.
                    let within =
                        |at: i32, length: u32| at.clamp(0, i32::try_from(length).unwrap_or(i32::MAX) - 1);
                    let (x, y) = (within(x, place.width.max(1)), within(y, place.height.max(1)));
                    Action::Pointer { display, x, y }
                })
            }
            Action::Button { down: true, .. } | Action::Wheel { .. } if self.sharing.astray || !seen => None,
            Action::Held
            | Action::Key { .. }
            | Action::Button { .. }
            | Action::Wheel { .. }
            | Action::Text(_) => return Cow::Borrowed(event),
        };
        Cow::Owned(Event {
            action: action.unwrap_or(Action::Held),
            ..event.clone()
        })
    }
}
