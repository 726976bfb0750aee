//! The command line. Customers never see it; tests and support staff do.

use std::ffi::OsString;
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

/// What the words on the command line come to.
pub enum Asked {
    /// To run.
    Run(Options),
    /// To say this, and no more.
    Tell(&'static str),
}

/// How to run.
pub struct Options {
    /// What the program was started as.
    pub name: String,
    /// The same in other words: what its file is called on its disk, where a short name (`TEMOTO~1.EXE`) or a link hides it. `None`
    /// if a name was given.
    pub on_disk: Option<String>,
    /// Language of the windows.
    pub lang: Lang,
    /// X display; `None` takes that of the environment.
    pub display: Option<String>,
}

impl Options {
    /// Reads the words. `system` is the language of this computer.
    pub fn parse(words: impl IntoIterator<Item = OsString>, system: Lang) -> Result<Asked> {
        let mut words = words.into_iter();
        let own = words.next().unwrap_or_default();
        let mut options = Self {
            name: file_name(Path::new(&own)),
            on_disk: name_on_disk(),
            lang: system,
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
                Some("--name") => (options.name, options.on_disk) = (value()?, None),
                Some("--version" | "-V") => {
                    return Ok(Asked::Tell(concat!("temoto ", env!("CARGO_PKG_VERSION"))));
                }
                Some("--help" | "-h") => return Ok(Asked::Tell(USAGE)),
                _ => bail!(
                    "{} is not understood; --help says what is",
                    word.to_string_lossy()
                ),
            }
        }
        Ok(Asked::Run(options))
    }
}

fn name_on_disk() -> Option<String> {
    let own = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    Some(file_name(&own))
}

/// The last part of the program's path; what it was started as says more than what it is linked to.
fn file_name(own: &Path) -> String {
    own.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Asked> {
        Options::parse(words.iter().map(OsString::from), Lang::En)
    }

    fn run(words: &[&str]) -> Options {
        match parse(words).expect("words") {
            Asked::Run(options) => options,
            Asked::Tell(text) => panic!("{text}"),
        }
    }

    #[test]
    fn the_name_is_the_last_part_of_the_path() {
        let options = run(&["./ダウンロード/temoto_x_y", "--lang", "ja"]);
        assert_eq!(options.name, "temoto_x_y");
        assert_eq!(options.lang, Lang::Ja);
        assert_eq!(run(&["temoto"]).lang, Lang::En, "that of the system");
    }

    #[test]
    fn a_name_that_is_given_is_the_only_one() {
        assert!(run(&["TEMOTO~1.EXE"]).on_disk.is_some(), "a test has a file, too");
        let options = run(&["temoto_x_y", "--name", "temoto"]);
        assert_eq!((options.name.as_str(), options.on_disk), ("temoto", None));
    }

    #[test]
    fn what_can_be_told_is_told() {
        for (word, text) in [("--version", "temoto "), ("-h", "usage: temoto")] {
            assert!(matches!(parse(&["temoto", word]), Ok(Asked::Tell(told)) if told.contains(text)));
        }
    }

    #[test]
    fn words_that_are_not_understood_are_refused() {
        assert!(parse(&["temoto", "--frob"]).is_err());
        assert!(parse(&["temoto", "--lang"]).is_err());
        assert!(parse(&["temoto", "--lang", "fr"]).is_err());
    }
}
