//! A line of the chat as the windows show it.

use crate::generated::{LineKind, LineModel};
use crate::{ChatFrom, ChatLine, ChatPicture, Lang, Operator};
use crate::{clean, sentences};

/// The line in words, for those who see it and those who hear it.
pub(super) fn line_model(lang: Lang, operator: Option<&Operator>, line: &ChatLine) -> LineModel {
    let text = clean::lines(&line.text, ChatLine::LONGEST);
    let time = clean::one_line(&line.time, 8);
    let doubtful = if line.doubtful {
        sentences::doubtful(lang)
    } else {
        String::new()
    };
    let join = |parts: &[&str], between: &str| {
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(between)
    };
    match line.from {
        ChatFrom::Event => {
            let text = join(&[&time, &text], " ");
            LineModel {
                kind: LineKind::Event,
                name: text.as_str().into(),
                text: text.into(),
                note: "".into(),
                ..LineModel::default()
            }
        }
        ChatFrom::Mine | ChatFrom::Operator => {
            let mine = line.from == ChatFrom::Mine;
            let speaker = if mine {
                sentences::myself(lang)
            } else {
                sentences::speaker(lang, operator)
            };
            LineModel {
                kind: if mine { LineKind::Mine } else { LineKind::Theirs },
                name: join(&[&format!("{speaker}: {text}"), &time, &doubtful], " · ").into(),
                note: join(&[&time, &doubtful], " · ").into(),
                text: text.into(),
                pictured: line.picture.is_some(),
                picture: line.picture.as_ref().map(ChatPicture::image).unwrap_or_default(),
            }
        }
    }
}
