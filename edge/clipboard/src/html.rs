//! HTML of an operator, as it may be pasted at the customer's: read by the rules of HTML, and written anew from a list of what says how
//! a text looks. Whatever runs, frames, sends or is fetched from elsewhere is on no list.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What is kept; of everything else the text is.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];
/// What is left out with all that is in it, and how HTML reads that.
const LEFT_OUT: &[(&str, RawKind)] = &[
    ("script", RawKind::ScriptData),
    ("style", RawKind::Rawtext),
    ("iframe", RawKind::Rawtext),
    ("noembed", RawKind::Rawtext),
    ("noframes", RawKind::Rawtext),
    ("noscript", RawKind::Rawtext),
    ("xmp", RawKind::Rawtext),
    ("textarea", RawKind::Rcdata),
    ("title", RawKind::Rcdata),
];
/// Attributes of any tag that are numbers, words or colors.
const ATTRIBUTES: &[&str] = &[
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "lang",
    "rowspan",
    "size",
    "span",
    "start",
    "type",
    "valign",
    "value",
    "width",
];
/// Properties of a style.
const STYLES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-left",
    "border-right",
    "border-top",
    "color",
    "direction",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "padding",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "width",
];

/// The same text, without what is on no list.
#[must_use]
pub fn harmless(html: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let options = TokenizerOpts {
        discard_bom: false,
        ..TokenizerOpts::default()
    };
    let reader = Tokenizer::new(Writer::default(), options);
    // It stops for nothing: the writer never asks it to.
    let _done = reader.feed(&input);
    reader.end();
    reader.sink.out.into_inner()
}

#[derive(Default)]
struct Writer {
    out: RefCell<String>,
    /// Within something that is left out, until its end.
    within: Cell<Option<&'static str>>,
}

impl TokenSink for Writer {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(&tag),
            Token::CharacterTokens(text) if self.within.get().is_none() => {
                escaped(&mut self.out.borrow_mut(), &text);
            }
            Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Writer {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if let Some(within) = self.within.get() {
            if tag.kind == TagKind::EndTag && name == within {
                self.within.set(None);
            }
            return TokenSinkResult::Continue;
        }
        let start = tag.kind == TagKind::StartTag;
        if let Some(&(left_out, kind)) = LEFT_OUT.iter().find(|(left_out, _)| start && *left_out == name) {
            self.within.set(Some(left_out));
            return TokenSinkResult::RawData(kind);
        }
        if start && name == "plaintext" {
            return TokenSinkResult::Plaintext;
        }
        let Some(kept) = TAGS.iter().find(|kept| **kept == name) else {
            return TokenSinkResult::Continue;
        };
        let mut out = self.out.borrow_mut();
        out.push_str(if start { "<" } else { "</" });
        out.push_str(kept);
        for attribute in tag.attrs.iter().filter(|_| start) {
            if let Some((name, value)) = attribute_of(kept, &attribute.name.local, &attribute.value) {
                // Writing to a text cannot fail.
                let _written = write!(out, " {name}=\"");
                escaped(&mut out, &value);
                out.push('"');
            }
        }
        out.push('>');
        TokenSinkResult::Continue
    }
}

fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t' | '\r') => {}
            c => out.push(c),
        }
    }
}

/// An attribute as it may stay.
fn attribute_of(tag: &str, name: &str, value: &str) -> Option<(&'static str, String)> {
    let lower = value.trim_start().to_ascii_lowercase();
    let begins = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    match (tag, name) {
        ("a", "href") => {
            begins(&["http://", "https://", "mailto:", "tel:"]).then(|| ("href", value.to_owned()))
        }
        // A picture that is all in it; whatever would be fetched tells its server that it was pasted.
        ("img", "src") => begins(&[
            "data:image/png;base64,",
            "data:image/jpeg;base64,",
            "data:image/gif;base64,",
        ])
        .then(|| ("src", value.to_owned())),
        (_, "style") => {
            let style = style_of(value);
            (!style.is_empty()).then_some(("style", style))
        }
        _ => {
            let kept = ATTRIBUTES.iter().find(|kept| **kept == name)?;
            Some((kept, value.to_owned()))
        }
    }
}

/// The properties of a style that may stay.
fn style_of(style: &str) -> String {
    let mut out = String::new();
    for property in style.split(';') {
        let Some((name, value)) = property.split_once(':') else {
            continue;
        };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let plain = |c: char| c.is_alphanumeric() || " #.,%'\"-()".contains(c);
        let calls = value.match_indices('(').all(|(at, _)| {
            let before = value.get(..at).unwrap_or_default().to_ascii_lowercase();
            ["rgb", "rgba", "hsl", "hsla"]
                .iter()
                .any(|call| before.ends_with(call))
        });
        if STYLES.contains(&name.as_str()) && value.chars().all(plain) && calls {
            let _written = write!(out, "{name}:{value};");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn how_a_text_looks_stays() {
        for html in [
            "<p style=\"color:red;\">手元</p>",
            "<table><tbody><tr><td colspan=\"2\">1</td></tr></tbody></table>",
            "<b>b</b><br><a href=\"https://a.example/?x=1&amp;y=2\">c</a>",
            "<span style=\"background-color:rgb(1, 2, 3);font-family:'Yu Gothic';\">d</span>",
            "<img src=\"data:image/png;base64,iVBORw0KGgo=\">",
            "1 &lt; 2 &amp;&amp; 3 &gt; 2",
        ] {
            assert_eq!(harmless(html), html);
        }
    }

    #[test]
    fn what_runs_frames_sends_or_is_fetched_does_not() {
        for (given, left) in [
            ("<b onclick=\"x()\">b</b>", "<b>b</b>"),
            ("a<script>x('<b>')</script>b<style>*{}</style>c", "abc"),
            ("<script>x()", ""),
            ("<scr<script>ipt>x()</script>", "ipt&gt;x()"),
            ("<iframe src=\"https://a.example\"><b></iframe>c", "c"),
            ("<a href=\"javascript:x()\">d</a>", "<a>d</a>"),
            ("<a href=\" java\nscript:x()\">d</a>", "<a>d</a>"),
            ("<a href=\"data:text/html,x\">d</a>", "<a>d</a>"),
            ("<img src=https://a.example/seen.png onerror=x()>", "<img>"),
            ("<img src=\"//a.example/seen.png\" srcset=\"x\">", "<img>"),
            ("<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">", "<img>"),
            (
                "<p style=\"background-color:url(https://a.example)\">e</p>",
                "<p>e</p>",
            ),
            ("<p style=\"color:expression(x())\">e</p>", "<p>e</p>"),
            (
                "<p style=\"color:\\75rl(x);width:9px\">e</p>",
                "<p style=\"width:9px;\">e</p>",
            ),
            ("<form action=\"https://a.example\"><input name=x>f</form>", "f"),
            ("<svg><a xlink:href=\"javascript:x()\">g</a></svg>", "<a>g</a>"),
            (
                "<math><mi><!--</mi>--><img title=\"--&gt;&lt;img onerror=x()&gt;\">h",
                "<img>h",
            ),
            (
                "<link rel=stylesheet href=x><meta http-equiv=refresh><base href=x>i",
                "i",
            ),
            ("<!-- j --><!doctype html>k", "k"),
            ("<plaintext><b>l", "&lt;b&gt;l"),
        ] {
            assert_eq!(harmless(given), left, "{given}");
        }
    }
}
