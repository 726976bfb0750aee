//! The words of a mail: a template with its holes filled, as text and as a page.

use temoto_model::account::Language;
use temoto_model::mail::MailKind;

use crate::markup;

/// What the product is called in mails.
pub const PRODUCT: &str = "Temoto";

const JAPANESE: &str = include_str!("../templates/ja.txt");
const ENGLISH: &str = include_str!("../templates/en.txt");

/// A mail that is ready to go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// Address of the receiver.
    pub to: String,
    /// Its language.
    pub language: Language,
    /// One line.
    pub subject: String,
    /// As text.
    pub text: String,
    /// As a page without scripts, pictures and anything that is fetched.
    pub html: String,
}

/// Writes a mail of this kind. A hole of the template that no fact fills stays empty.
#[must_use]
pub fn write(kind: MailKind, language: Language, to: &str, facts: &[(&str, &str)]) -> Letter {
    let (subject, body) = template(kind, language);
    let fill = |text: &str| fill(text, facts);
    // Whatever stands in a name, a subject is one line.
    let subject = fill(subject).chars().filter(|c| !c.is_control()).collect();
    let parts = markup::parse(body);
    Letter {
        to: to.to_owned(),
        language,
        subject,
        text: markup::text(&parts, &fill),
        html: markup::html(&parts, language.as_str(), &fill),
    }
}

/// Subject and body of a template: what stands under `== kind` up to the next one.
fn template(kind: MailKind, language: Language) -> (&'static str, &'static str) {
    let all = match language {
        Language::Japanese => JAPANESE,
        Language::English => ENGLISH,
    };
    let section = all
        .split("\n== ")
        .skip(1)
        .find_map(|section| section.strip_prefix(kind.as_str())?.strip_prefix('\n'));
    section
        .and_then(|section| section.split_once("\n\n"))
        .unwrap_or((PRODUCT, ""))
}

fn fill(text: &str, facts: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Once through: what a fact says is not looked at for holes again.
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        let fact = facts.iter().find(|(known, _)| *known == name);
        out.push_str(fact.map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::Japanese, Language::English];

    #[test]
    fn every_kind_has_words_in_both_languages_with_the_same_holes() {
        let holes = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| Some(part.split_once('}')?.0.to_owned()))
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for kind in MailKind::ALL {
            let [ja, en] = BOTH.map(|language| template(kind, language));
            for (subject, body) in [ja, en] {
                assert!(!subject.is_empty() && !body.trim().is_empty(), "{kind:?}");
                assert!(!subject.contains('\n'), "{kind:?}: {subject}");
            }
            assert_eq!(holes(ja.0), holes(en.0), "{kind:?}");
            assert_eq!(holes(ja.1), holes(en.1), "{kind:?}");
            assert!(
                !en.1.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c)),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_link_is_a_button_in_the_page_and_an_address_in_the_text() {
        for language in BOTH {
            let link = "https://support.example.com/verify#00ff";
            let letter = write(MailKind::Verify, language, "a@b.example", &[("link", link)]);
            assert!(letter.text.lines().any(|line| line == link), "{}", letter.text);
            assert!(
                letter.html.contains(&format!("href=\"{link}\"")),
                "{}",
                letter.html
            );
            let words = ["アカウントを認証", "Verify account"];
            assert!(words.iter().any(|words| letter.html.contains(words)));
            assert!(letter.html.contains(&format!("lang=\"{}\"", language.as_str())));
        }
    }

    #[test]
    fn what_a_fact_says_is_neither_markup_nor_a_hole_nor_a_header() {
        let facts = [
            ("organisation", "<b>&\"Evil\"</b>{link}\r\nBcc: x@y"),
            ("name", "[press]({link})"),
            ("by", "javascript:"),
            ("link", "https://a.example/setup#1"),
        ];
        for language in BOTH {
            let letter = write(MailKind::Invite, language, "a@b.example", &facts);
            assert!(!letter.subject.contains(['\r', '\n']));
            assert!(!letter.html.contains("<b>"), "{}", letter.html);
            assert_eq!(letter.html.matches("href=").count(), 1, "{}", letter.html);
            assert!(letter.html.contains("&lt;b&gt;&amp;&quot;Evil&quot;"));
            assert!(letter.text.contains("{link}"));
        }
    }
}
