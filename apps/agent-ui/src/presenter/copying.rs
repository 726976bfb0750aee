//! What is being copied, as the bar lists it, in words and figures. A row of the same transfer stays the same row: whoever is about to
//! press it keeps the focus; a row of another one is another.

use slint::{Model, VecModel};

use crate::clean::one_line;
use crate::generated::CopyingModel;
use crate::{Copying, CopyingState, Lang, Operator, sentences};

/// Characters of a name that are shown before what is left out, and after it: its end says what it is.
const HEAD: usize = 40;
const TAIL: usize = 16;
/// Longest name that comes here.
const LONGEST: usize = 1_024;
const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];

/// Puts what stands into the rows, and touches no row that says it already.
pub(super) fn fill(
    rows: &VecModel<CopyingModel>,
    lang: Lang,
    operator: Option<&Operator>,
    copying: &[Copying],
) {
    for (at, one) in copying.iter().enumerate() {
        let row = row(lang, operator, one);
        match rows.row_data(at) {
            Some(known) if known == row => {}
            Some(known) if known.transfer == row.transfer && known.here == row.here => {
                rows.set_row_data(at, row);
            }
            Some(_) => {
                rows.remove(at);
                rows.insert(at, row);
            }
            None => rows.push(row),
        }
    }
    while rows.row_count() > copying.len() {
        rows.remove(rows.row_count() - 1);
    }
}

fn row(lang: Lang, operator: Option<&Operator>, one: &Copying) -> CopyingModel {
    let name = shortened(&one_line(&one.name, LONGEST));
    let (items, over) = one.items;
    let (all, done) = one.bytes;
    // Files with nothing in them have no bytes to count.
    let share = match (all, items) {
        (0, 0) => None,
        (0, items) => Some(f64::from(over.min(items)) / f64::from(items)),
        (all, _) => Some(done.min(all) as f64 / all as f64),
    };
    let share = share
        .filter(|_| one.state != CopyingState::Preparing)
        .map(|share| share * 100.0);
    let percent = match (one.state, share) {
        (CopyingState::Held, _) => sentences::copying_held(lang),
        (_, Some(share)) => format!("{}%", share.floor()),
        (_, None) => sentences::copying_prepared(lang),
    };
    let sizes = match (share, items) {
        (None, _) | (_, 0) => String::new(),
        (Some(_), 1) => sentences::amount(lang, &size(done), &size(all)),
        (Some(_), items) => {
            let count = sentences::count(lang, over, items);
            let amount = sentences::amount(lang, &size(done), &size(all));
            format!("{count}  ·  {amount}")
        }
    };
    let way = sentences::copying_way(lang, operator, one.here);
    CopyingModel {
        transfer: one.transfer.cast_signed(),
        here: one.here,
        told: sentences::copying_told(&way, &name).into(),
        stop: sentences::copying_stop(lang, &name).into(),
        way: way.into(),
        name: name.into(),
        percent: percent.into(),
        sizes: sizes.into(),
        share: share.unwrap_or(-1.0) as f32,
    }
}

fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= HEAD + TAIL + 1 {
        return name.to_owned();
    }
    let (head, tail) = (&letters[..HEAD], &letters[letters.len() - TAIL..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// "0 B", "12 kB", "1.4 GB": powers of a thousand, as on the operator's side; never a zero for something.
fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1_000.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if value < 999.5 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    if value < 9.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copying(transfer: u32) -> Copying {
        Copying {
            transfer,
            here: true,
            state: CopyingState::Running,
            name: "写真".into(),
            items: (12, 3),
            bytes: (27_400_000, 12_300_000),
        }
    }

    fn operator() -> Operator {
        Operator {
            name: "佐藤 花子".into(),
            organisation: String::new(),
        }
    }

    #[test]
    fn a_row_says_which_way_what_and_how_far_in_both_languages() {
        let who = operator();
        let row_in = |lang| row(lang, Some(&who), &copying(7));
        let ja = row_in(Lang::Ja);
        assert_eq!(
            (ja.way.as_str(), ja.name.as_str()),
            ("このパソコンにコピーしています", "写真")
        );
        assert_eq!(
            (ja.percent.as_str(), ja.sizes.as_str()),
            ("44%", "3 / 12件  ·  12 MB / 27 MB")
        );
        assert_eq!(ja.stop, "「写真」のコピーを中止");
        let en = row_in(Lang::En);
        assert_eq!(en.told, "Copying onto this computer: 写真");
        assert_eq!(en.sizes, "3 of 12 items  ·  12 MB of 27 MB");
        assert_eq!(en.stop, "Stop copying 写真");
        let out = Copying {
            here: false,
            ..copying(7)
        };
        assert_eq!(
            row(Lang::Ja, Some(&who), &out).way,
            "佐藤 花子 さんに渡しています"
        );
        assert_eq!(row(Lang::En, None, &out).way, "Copying to your support person");
    }

    #[test]
    fn what_cannot_be_counted_yet_has_no_figures_and_what_has_no_bytes_is_counted_by_files() {
        let preparing = Copying {
            state: CopyingState::Preparing,
            items: (0, 0),
            bytes: (0, 0),
            ..copying(1)
        };
        let shown = row(Lang::En, None, &preparing);
        assert_eq!(
            (shown.percent.as_str(), shown.sizes.as_str()),
            ("Looking at the files", "")
        );
        assert!(shown.share < 0.0);
        let empty = Copying {
            items: (4, 1),
            bytes: (0, 0),
            ..copying(1)
        };
        assert_eq!(row(Lang::En, None, &empty).percent, "25%");
        let held = Copying {
            state: CopyingState::Held,
            ..copying(1)
        };
        assert_eq!(row(Lang::En, None, &held).percent, "On hold");
        assert_eq!(size(0), "0 B");
        assert_eq!(
            [999, 1_000, 9_949, 9_950, 999_499, 999_500].map(size),
            ["999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB"]
        );
    }

    #[test]
    fn a_name_hides_nothing_and_keeps_its_end() {
        let evil = Copying {
            name: "gpj.\u{202E}exe\n".into(),
            ..copying(1)
        };
        assert_eq!(row(Lang::En, None, &evil).name, "gpj.exe");
        let long = Copying {
            name: format!("{}.pdf", "長".repeat(200)),
            ..copying(1)
        };
        let name = row(Lang::Ja, None, &long).name;
        assert_eq!(name.chars().count(), HEAD + TAIL + 1);
        assert!(name.ends_with("長.pdf"), "{name}");
    }

    #[test]
    fn a_row_stays_as_long_as_its_transfer_and_the_next_one_is_another() {
        let rows = VecModel::default();
        let out = Copying {
            here: false,
            ..copying(2)
        };
        fill(&rows, Lang::En, None, &[copying(1), out.clone()]);
        let shown = |rows: &VecModel<CopyingModel>| rows.iter().map(|row| row.transfer).collect::<Vec<_>>();
        assert_eq!(shown(&rows), [1, 2]);
        let further = Copying {
            bytes: (27_400_000, 27_000_000),
            ..copying(1)
        };
        fill(&rows, Lang::En, None, &[further, out.clone()]);
        assert_eq!(rows.row_data(0).map(|row| row.percent), Some("98%".into()));
        fill(&rows, Lang::En, None, &[out]);
        assert_eq!(shown(&rows), [2]);
        fill(&rows, Lang::En, None, &[]);
        assert_eq!(rows.row_count(), 0);
    }
}
