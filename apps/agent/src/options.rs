//! The command line. Customers never see it; tests and support staff do.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use temoto_agent_ui::Lang;

const USAGE: &str = "\
Shares this computer with the operator of a support session, as far as its customer allows. Nothing is installed.

usage: temoto [--lang ja|en] [--display :N] [--name NAME]

  --lang     language of the windows; else that of the system
  --display  X display to share; else that of the environment
  --name     take this for the program's own file name
  --version  print the version
  --help     print this";

/// What was asked for.
pub struct Options {
    /// The program's own file name.
    pub name: String,
    /// Language of the windows.
    pub lang: Lang,
    /// X display; `None` takes that of the environment.
    pub display: Option<String>,
}

impl Options {
    /// Reads the words; `None` if all that was wanted is printed.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let mut words = words.into_iter();
        let own = words.next().unwrap_or_default();
        let mut options = Self {
            name: file_name(Path::new(&own)),
            lang: Lang::of_environment(|name| std::env::var(name).ok()).unwrap_or(Lang::En),
            display: None,
        };
        while let Some(word) = words.next() {
            let mut value = || {
                let flag = word.to_string_lossy();
                let value = words.next().with_context(|| format!("{flag} needs a value"))?;
                let value = value.into_string().ok();
                value.with_context(|| format!("the value of {flag} is no text"))
            };
            match word.to_str() {
                Some("--lang") => {
                    options.lang = value()?.parse().ok().context("--lang must be ja or en")?;
                }
                Some("--display") => options.display = Some(value()?),
                Some("--name") => options.name = value()?,
                Some("--version" | "-V") => return print(concat!("temoto ", env!("CARGO_PKG_VERSION"))),
                Some("--help" | "-h") => return print(USAGE),
                _ => bail!(
                    "{} is not understood; --help says what is",
                    word.to_string_lossy()
                ),
            }
        }
        Ok(Some(options))
    }
}

/// The last part of the program's path; what it was started as says more than what it is linked to.
fn file_name(own: &Path) -> String {
    own.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn print(text: &str) -> Result<Option<Options>> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Option<Options>> {
        Options::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn the_name_is_the_last_part_of_the_path() {
        let options = parse(&["./ダウンロード/temoto_x_y", "--lang", "ja"])
            .expect("words")
            .expect("a run");
        assert_eq!(options.name, "temoto_x_y");
        assert_eq!(options.lang, Lang::Ja);
    }

    #[test]
    fn words_that_are_not_understood_are_refused() {
        assert!(parse(&["temoto", "--frob"]).is_err());
        assert!(parse(&["temoto", "--lang"]).is_err());
        assert!(parse(&["temoto", "--lang", "fr"]).is_err());
    }
}
