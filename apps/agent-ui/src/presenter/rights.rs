//! What the customer allows, as the bar lists it. A row that did not change stays the same row: whoever is about to press it
//! keeps the focus.

use slint::{Model, VecModel};

use crate::generated::{Right as Row, RightModel};
use crate::messages::messages;
use crate::{Capability, Lang, Right};

/// The capability of a row.
pub(super) const fn capability(row: Row) -> Capability {
    match row {
        Row::View => Capability::View,
        Row::Control => Capability::Control,
        Row::ClipboardIn => Capability::ClipboardIn,
        Row::ClipboardOut => Capability::ClipboardOut,
        Row::FilesIn => Capability::FilesIn,
        Row::FilesOut => Capability::FilesOut,
    }
}

/// Puts what stands into the rows, and touches no row that says it already.
pub(super) fn fill(rows: &VecModel<RightModel>, lang: Lang, rights: &[Right]) {
    for (at, right) in rights.iter().enumerate() {
        let row = row(lang, *right);
        match rows.row_data(at) {
            Some(known) if known == row => {}
            Some(_) => rows.set_row_data(at, row),
            None => rows.push(row),
        }
    }
    while rows.row_count() > rights.len() {
        rows.remove(rows.row_count() - 1);
    }
}

fn row(lang: Lang, right: Right) -> RightModel {
    let words = messages(lang);
    let (right_of, text, off, withdraw, give) = match right.capability {
        Capability::View => (
            Row::View,
            words.view_short,
            words.view_off,
            words.withdraw_view,
            words.give_view,
        ),
        Capability::Control => (
            Row::Control,
            words.control_short,
            words.control_off,
            words.withdraw_control,
            words.give_control,
        ),
        Capability::ClipboardIn => (
            Row::ClipboardIn,
            words.clip_in_short,
            words.clip_in_off,
            words.withdraw_clip_in,
            words.give_clip_in,
        ),
        Capability::ClipboardOut => (
            Row::ClipboardOut,
            words.clip_out_short,
            words.clip_out_off,
            words.withdraw_clip_out,
            words.give_clip_out,
        ),
        Capability::FilesIn => (
            Row::FilesIn,
            words.files_in_short,
            words.files_in_off,
            words.withdraw_files_in,
            words.give_files_in,
        ),
        Capability::FilesOut => (
            Row::FilesOut,
            words.files_out_short,
            words.files_out_off,
            words.withdraw_files_out,
            words.give_files_out,
        ),
    };
    RightModel {
        right: right_of,
        on: right.allowed,
        text,
        off,
        withdraw,
        give,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(capability: Capability, allowed: bool) -> Right {
        Right { capability, allowed }
    }

    #[test]
    fn rows_follow_what_is_allowed_and_come_back_as_their_capability() {
        let rows = VecModel::default();
        let both = [right(Capability::View, true), right(Capability::Control, false)];
        fill(&rows, Lang::En, &both);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| right(capability(row.right), row.on))
            .collect();
        assert_eq!(shown, both);
        fill(&rows, Lang::Ja, &both[..1]);
        assert_eq!(rows.row_count(), 1);
        assert_eq!(rows.row_data(0).map(|row| row.text), Some("見る".into()));
        fill(&rows, Lang::Ja, &[]);
        assert_eq!(rows.row_count(), 0);
    }
}
