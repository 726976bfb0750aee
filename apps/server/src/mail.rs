//! `mail test`: sends one mail to see whether the configuration is right, and says what the mail server said.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use temoto_mail::Post as _;
use temoto_model::account::{Email, Language};
use temoto_model::mail::MailKind;

use crate::command::{Mail, MailTest, Serve};
use crate::config::Config;
use crate::folder::Folder;

/// Runs the command.
pub async fn run(data: &Path, command: Mail) -> anyhow::Result<()> {
    match command {
        Mail::Test(test) => send(data, test).await,
    }
}

async fn send(data: &Path, test: MailTest) -> anyhow::Result<()> {
    let to = Email::parse(&test.to).context("--to")?;
    let Some(language) = Language::from_code(&test.lang) else {
        bail!("--lang: {:?} is neither ja nor en", test.lang);
    };
    let flags = Serve {
        config: test.config,
        mail: test.mail,
        ..Serve::default()
    };
    let config = Config::load(flags, &Folder::at(data).configuration())?;
    let Some(mail) = &config.mail else {
        bail!("mail is not set up: mail_server and mail_from are missing, see docs/guide/server.md");
    };
    let site = config.site(config.listen.port().max(1))?;
    let letter = temoto_mail::write(MailKind::Test, language, to.as_str(), &[("site", &site.origin())]);
    let sent = mail.open(&site.host())?.send(&letter).await;
    sent.with_context(|| format!("{} did not take the mail", mail.place()))?;
    writeln!(
        std::io::stdout(),
        "{} took a mail to {}.",
        mail.place(),
        to.as_str()
    )?;
    Ok(())
}
