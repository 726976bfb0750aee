//! The little markup of the templates: paragraphs between empty lines, and `[words]({hole})` alone in one for a button.
//! Holes are filled after the markup was read, so what fills them is never taken for markup.

/// A part of a mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part<'a> {
    /// Lines of text.
    Paragraph(&'a str),
    /// A link that is pressed.
    Button {
        /// What stands on it.
        words: &'a str,
        /// Where it leads.
        link: &'a str,
    },
}

/// Reads a template.
pub(crate) fn parse(body: &str) -> Vec<Part<'_>> {
    body.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| button(paragraph).unwrap_or(Part::Paragraph(paragraph)))
        .collect()
}

fn button(paragraph: &str) -> Option<Part<'_>> {
    let (words, link) = paragraph.strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    Some(Part::Button { words, link })
}

/// As text.
pub(crate) fn text(parts: &[Part<'_>], fill: &dyn Fn(&str) -> String) -> String {
    let parts = parts.iter().map(|part| match part {
        Part::Paragraph(text) => fill(text),
        // Alone in its line, so that a program for mail makes a link of all of it.
        Part::Button { words, link } => format!("{}:\n{}", fill(words), fill(link)),
    });
    parts.collect::<Vec<_>>().join("\n\n") + "\n"
}

/// As a page. Programs for mail know no style sheets: the little style there is stands in the elements.
pub(crate) fn html(parts: &[Part<'_>], language: &str, fill: &dyn Fn(&str) -> String) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\
         <body style=\"margin:0;padding:24px;font-family:'Hiragino Sans','Yu Gothic UI',Meiryo,system-ui,sans-serif;\
         font-size:16px;line-height:1.7\"><div style=\"max-width:34em;margin:0 auto\">"
    );
    for part in parts {
        match part {
            Part::Paragraph(text) => {
                let lines = escape(&fill(text)).replace('\n', "<br>");
                out.push_str(&format!("<p style=\"margin:0 0 16px\">{lines}</p>"));
            }
            Part::Button { words, link } => out.push_str(&format!(
                "<p style=\"margin:24px 0\"><a href=\"{}\" style=\"display:inline-block;padding:12px 24px;\
                 border-radius:8px;background:#3449d6;color:#ffffff;font-weight:bold;text-decoration:none\">{}</a></p>",
                escape(&fill(link)),
                escape(&fill(words))
            )),
        }
    }
    out.push_str("</div></body></html>\n");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\r', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_stands_alone() {
        let parts = parse("One\ntwo.\n\n[Press]({link})\n\nSee [this](x) too.\n");
        assert_eq!(
            parts,
            [
                Part::Paragraph("One\ntwo."),
                Part::Button {
                    words: "Press",
                    link: "{link}"
                },
                Part::Paragraph("See [this](x) too."),
            ]
        );
    }
}
