//! The colors that the picture is to have, and whether it has all of them: for a screenshot it has, whatever the operator chose for
//! the line.

use temoto_wire::proto::{self, control::Body};

use super::Console;
use crate::channel::colors::Colors;
use crate::permission::Capability;

/// How far the picture is.
#[derive(Debug, Default)]
pub struct Exact {
    /// All colors are wanted for now.
    wanted: bool,
    /// Counts what was said of colors.
    number: u32,
    /// The end that shares said under this number that all of its picture has them.
    said: Option<u32>,
}

impl Console {
    /// The operator chose.
    pub(super) fn choose_colors(&mut self, now_ms: u64, colors: Colors) {
        self.colors = colors;
        self.view_due = true;
        self.say_colors_to_source(now_ms);
    }

    /// The picture is to have all colors for a while, or again those that the operator chose.
    pub(super) fn want_exact(&mut self, now_ms: u64, wanted: bool) {
        if std::mem::replace(&mut self.exact.wanted, wanted) != wanted && self.colors != Colors::All {
            self.view_due = true;
            self.say_colors_to_source(now_ms);
        }
    }

    /// Whether all of the picture has all its colors.
    pub(super) fn is_exact(&self) -> bool {
        self.exact.said == Some(self.exact.number)
    }

    /// The end that shares says that it has; what it says to an earlier wish comes late.
    pub(super) fn exact_said(&mut self, participant: u8, exact: &proto::Exact) {
        if self.source().is_some_and(|(source, _)| source == participant) {
            self.exact.said = Some(exact.number);
        }
    }

    fn say_colors_to_source(&mut self, now_ms: u64) {
        if let Some((participant, end)) = self.source()
            && end.grants.allows(Capability::View)
        {
            self.say_colors(now_ms, participant);
        }
    }

    /// Tells the end that shares which colors the picture is to have.
    pub(super) fn say_colors(&mut self, now_ms: u64, participant: u8) {
        let exact = &mut self.exact;
        exact.number = exact.number.wrapping_add(1).max(1);
        exact.said = None;
        let colors = if exact.wanted { Colors::All } else { self.colors };
        let (kind, number) = (colors.to_proto(), exact.number);
        let colors = proto::Colors { kind, number };
        // What cannot be sent now is sent with the next grant.
        let _congested = self.send_to(now_ms, participant, Body::Colors(colors));
    }
}
