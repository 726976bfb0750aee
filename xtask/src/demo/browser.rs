//! The customer's browser, with the join page open, for a person.

use anyhow::Result;

use super::Options;
use super::children::Children;
use super::desktop::Here;
use crate::process::capture;

impl Here<'_> {
    /// Starts it on the customer's display; `more` are words of its command line.
    pub fn browser(
        &mut self,
        children: &mut Children,
        options: &Options,
        server: &str,
        more: &[&str],
    ) -> Result<()> {
        let mut browser = self.command(&options.browser()?.display().to_string());
        browser.args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
            "--disable-gpu",
            "--disable-features=Translate",
        ]);
        if capture(self.paths.command("id").arg("-u"))?.trim() == "0" {
            // Without its warning, which is about the flag and not about the page.
            browser.args(["--no-sandbox", "--test-type"]);
        }
        browser.arg(format!(
            "--user-data-dir={}",
            self.home.join(".config/browser").display()
        ));
        browser.args(["--window-position=60,40", "--window-size=1000,700"]);
        browser.args(more);
        browser.arg(format!("{server}/join?lang={}", options.lang));
        children.start("the customer's browser", &mut browser)
    }
}
