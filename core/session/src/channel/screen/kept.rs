//! Updates that the viewer has not told to have drawn. After a short cut they are sent again, if that is less than a
//! whole picture.

use std::collections::VecDeque;
use std::sync::Arc;

use temoto_wire::screen::Begin;

/// Most bytes that are kept; on a line that holds more a whole picture is not much worse.
const MOST: usize = 1 << 20;

/// One update.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) number: u32,
    pub(super) begin: Begin,
    pub(super) bytes: Arc<[u8]>,
}

/// The updates after the last that was drawn, without a gap, or none.
#[derive(Debug, Default)]
pub(super) struct Kept {
    updates: VecDeque<Update>,
    bytes: usize,
    /// A viewer that has not drawn this one cannot be helped by what follows it.
    base: u32,
    /// What a whole picture takes, about: what the last one took, or the largest change since.
    whole: usize,
    /// Whether that is still being sent, band after band.
    building: bool,
}

impl Kept {
    /// An update goes out.
    pub(super) fn sent(&mut self, update: Update) {
        let size = update.bytes.len();
        if update.begin.reset {
            (self.whole, self.building) = (0, true);
        }
        if self.building {
            self.whole += size;
            self.building = !update.begin.complete;
            self.forget(update.number);
            return;
        }
        self.whole = self.whole.max(size);
        self.bytes += size;
        if self.bytes >= self.whole.min(MOST) {
            self.forget(update.number);
            return;
        }
        self.updates.push_back(update);
    }

    /// The viewer has drawn everything up to this one.
    pub(super) fn drawn(&mut self, number: u32) {
        while let Some(first) = self.updates.front()
            && first.number <= number
        {
            self.bytes -= first.bytes.len();
            self.updates.pop_front();
        }
    }

    /// Nothing up to this one is sent again.
    pub(super) fn forget(&mut self, number: u32) {
        self.updates.clear();
        (self.bytes, self.base) = (0, number);
    }

    /// What a viewer needs that has drawn everything up to `number`; `None` if that is a whole picture.
    pub(super) fn since(&self, number: u32) -> Option<impl Iterator<Item = Update>> {
        (number >= self.base).then(|| self.updates.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(number: u32, size: usize, reset: bool, complete: bool) -> Update {
        let begin = Begin {
            number: number as u16,
            display: 0,
            reset,
            complete,
            taken_ms: 0,
            length: None,
        };
        Update {
            number,
            begin,
            bytes: vec![0; size].into(),
        }
    }

    fn numbers(kept: &Kept, drawn: u32) -> Option<Vec<u32>> {
        Some(kept.since(drawn)?.map(|update| update.number).collect())
    }

    #[test]
    fn what_was_not_drawn_is_kept() {
        let mut kept = Kept::default();
        kept.sent(update(1, 900, true, false));
        kept.sent(update(2, 100, false, true));
        assert_eq!(numbers(&kept, 1), None, "the second half of a whole picture");
        assert_eq!(numbers(&kept, 2), Some(vec![]));
        for number in 3..6 {
            kept.sent(update(number, 100, false, true));
        }
        kept.drawn(3);
        assert_eq!(numbers(&kept, 3), Some(vec![4, 5]));
        kept.drawn(9);
        assert_eq!(numbers(&kept, 9), Some(vec![]));
    }

    #[test]
    fn as_much_as_a_whole_picture_is_not_kept() {
        let mut kept = Kept::default();
        kept.sent(update(1, 100, true, true));
        kept.sent(update(2, 1_000, false, true));
        assert_eq!(numbers(&kept, 1), None, "it is as much as any picture was");
        for number in 3..7 {
            kept.sent(update(number, 300, false, true));
        }
        assert_eq!(numbers(&kept, 2), None);
        assert_eq!(numbers(&kept, 5), None);
        assert_eq!(numbers(&kept, 6), Some(vec![]));
        kept.sent(update(7, 300, false, true));
        assert_eq!(numbers(&kept, 6), Some(vec![7]));
    }
}
