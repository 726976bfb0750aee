//! Numbers of displays as the session knows them: a display keeps its own for as long as it exists.

use std::collections::BTreeMap;

use temoto_screen::Display;
use temoto_session::agent::DisplayInfo;
use temoto_wire::limits::DISPLAYS;

/// Which display of the system has which number.
#[derive(Debug, Default)]
pub struct Numbers {
    known: BTreeMap<u32, u32>,
    next: u32,
}

impl Numbers {
    /// The displays with their numbers. A number that became free is given away as late as possible: nobody takes a new display for
    /// the one that is gone.
    pub fn list(&mut self, displays: &[Display]) -> Vec<DisplayInfo> {
        let before = std::mem::take(&mut self.known);
        let there = displays.iter().take(DISPLAYS);
        for display in there.clone() {
            if let Some(&number) = before.get(&display.id) {
                self.known.insert(display.id, number);
            }
        }
        let mut listed = Vec::new();
        for display in there {
            let known = self.known.get(&display.id).copied();
            let id = known.unwrap_or_else(|| self.free());
            self.known.insert(display.id, id);
            listed.push(DisplayInfo {
                id,
                name: display.name.clone(),
                rect: display.rect,
                scale_percent: display.scale_percent,
                primary: display.primary,
            });
        }
        listed
    }

    fn free(&mut self) -> u32 {
        // One of them is free: there are no more displays than numbers.
        for _ in 0..DISPLAYS {
            let number = self.next;
            self.next = (self.next + 1) % u32::try_from(DISPLAYS).unwrap_or(1);
            if !self.known.values().any(|&taken| taken == number) {
                return number;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Rect;

    use super::*;

    fn numbered(numbers: &mut Numbers, ids: &[u32]) -> Vec<u32> {
        let displays: Vec<Display> = ids
            .iter()
            .map(|&id| Display {
                id,
                name: format!("M{id}"),
                rect: Rect::new(0, 0, 10, 10),
                scale_percent: 100,
                primary: id == ids[0],
            })
            .collect();
        numbers.list(&displays).iter().map(|display| display.id).collect()
    }

    #[test]
    fn a_display_keeps_its_number_whatever_comes_and_goes_beside_it() {
        let mut numbers = Numbers::default();
        assert_eq!(numbered(&mut numbers, &[70, 80, 90]), [0, 1, 2]);
        assert_eq!(numbered(&mut numbers, &[90, 70]), [2, 0]);
        assert_eq!(
            numbered(&mut numbers, &[70, 81, 90]),
            [0, 3, 2],
            "not that of the one that is gone"
        );
    }

    #[test]
    fn numbers_go_round_and_none_is_given_twice() {
        let mut numbers = Numbers::default();
        for round in 0..100 {
            let ids: Vec<u32> = (0..31)
                .map(|n| if n < 15 { n } else { round * 100 + n })
                .collect();
            let mut given = numbered(&mut numbers, &ids);
            assert_eq!(given[..15], (0..15).collect::<Vec<_>>());
            given.sort_unstable();
            assert_eq!(given, (0..31).collect::<Vec<_>>());
        }
        let many: Vec<u32> = (0..40).collect();
        assert_eq!(numbered(&mut numbers, &many).len(), DISPLAYS);
    }
}
