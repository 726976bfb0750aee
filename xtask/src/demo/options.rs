//! What the demonstration can be told.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// Browsers that are looked for, best first.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
];

/// Words after `cargo xtask demo`.
pub struct Options {
    /// Port of the server; 0 takes a free one.
    pub port: u16,
    /// Data folder of the server; a temporary one if none.
    pub data: Option<PathBuf>,
    /// An existing X display to be the customer's computer.
    pub display: Option<String>,
    /// A program that was built already, instead of the `dist` one.
    pub program: Option<PathBuf>,
    /// The browser.
    browser: Option<PathBuf>,
    /// `ja` or `en`.
    pub lang: String,
    /// The customer's computer has Windows.
    pub windows: bool,
    /// With nobody there.
    pub headless: bool,
    /// The headless session uses every function once.
    pub tour: bool,
    /// The headless run is of the online page, in both languages.
    pub portal: bool,
    /// Where the headless session writes what it measured.
    pub json: Option<PathBuf>,
}

impl Options {
    /// Reads the words.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self {
            port: 8080,
            data: None,
            display: None,
            browser: None,
            program: None,
            lang: if std::env::var("LANG").is_ok_and(|lang| lang.starts_with("ja")) {
                "ja"
            } else {
                "en"
            }
            .to_owned(),
            windows: false,
            headless: false,
            tour: false,
            portal: false,
            json: None,
        };
        let mut port = None;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .cloned()
                    .with_context(|| format!("{word} needs a value"))
            };
            match word.as_str() {
                "--port" => {
                    let number = value()?.parse();
                    port = Some(number.context("--port needs a number from 0 to 65535")?);
                }
                "--data" => options.data = Some(absolute(&value()?)?),
                "--display" => options.display = Some(value()?),
                "--browser" => options.browser = Some(value()?.into()),
                "--program" => options.program = Some(absolute(&value()?)?),
                "--lang" => options.lang = value()?,
                "--windows" => options.windows = true,
                "--headless" => options.headless = true,
                "--tour" => options.tour = true,
                "--portal" => options.portal = true,
                "--json" => options.json = Some(absolute(&value()?)?),
                other => bail!("unexpected {other:?} after demo"),
            }
        }
        if !["ja", "en"].contains(&options.lang.as_str()) {
            bail!("--lang is ja or en, not {:?}", options.lang);
        }
        if options.headless && options.json.is_none() {
            bail!("--headless needs --json FILE");
        }
        if options.tour && !options.headless {
            bail!("--tour goes with --headless");
        }
        if options.portal && (!options.headless || options.windows || options.tour) {
            bail!("--portal goes with --headless, and with no other session");
        }
        if options.windows && options.display.is_some() {
            bail!("--windows makes a display of its own");
        }
        // A headless run is in nobody's way.
        options.port = port.unwrap_or(if options.headless { 0 } else { 8080 });
        Ok(options)
    }

    /// The browser that is used.
    pub fn browser(&self) -> Result<PathBuf> {
        if let Some(browser) = &self.browser {
            return Ok(browser.clone());
        }
        BROWSERS
            .iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
            .context("no Chromium was found: name one by --browser PATH")
    }
}

fn absolute(path: &str) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{path:?} is no path"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_headless_run_takes_a_free_port_unless_told_otherwise() {
        assert_eq!(parse(&[]).expect("plain").port, 8080);
        assert_eq!(
            parse(&["--headless", "--json", "x.json"]).expect("headless").port,
            0
        );
        assert_eq!(
            parse(&["--headless", "--json", "x", "--port", "81"])
                .expect("headless")
                .port,
            81
        );
    }

    #[test]
    fn words_that_make_no_sense_are_refused() {
        assert!(parse(&["--headless"]).is_err());
        assert!(parse(&["--lang", "fr"]).is_err());
        assert!(parse(&["--port"]).is_err());
        assert!(parse(&["--port", "99999"]).is_err());
        assert!(parse(&["--frob"]).is_err());
        assert!(parse(&["--windows", "--display", ":1"]).is_err());
        assert!(parse(&["--tour"]).is_err());
        assert!(parse(&["--portal"]).is_err());
        assert!(parse(&["--headless", "--json", "x", "--portal", "--tour"]).is_err());
        assert!(parse(&["--headless", "--json", "x", "--portal"]).is_ok());
        assert!(parse(&["--headless", "--json", "x", "--tour"]).is_ok());
        assert!(parse(&["--headless", "--json", "x", "--tour", "--windows"]).is_ok());
    }
}
