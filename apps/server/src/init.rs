//! `init`: a data folder with keys, database and organisation, and a one-time link for the first administrator. There
//! is no default password and no set-up page without that link. Run again before anybody followed the link, it prints
//! a new one.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use rand_core::OsRng;
use temoto_model::account::{Name, UserStatus};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::secret::generate_token;
use temoto_model::{OrganisationId, Role, TokenHash, login};
use temoto_portal::Site;
use temoto_store::{Accounts as _, Clock as _, Organisation, TokenPurpose};
use temoto_store_sql::SqlStore;

use crate::clock::SystemClock;
use crate::command::{Init, Serve};
use crate::config::Config;
use crate::folder::{Folder, write_private};

/// Keys that every installation has.
pub const KEYS: [&str; 2] = ["signing.key", "ticket.key"];

/// Runs the command.
pub async fn run(data: &Path, command: Init) -> anyhow::Result<()> {
    let name = Name::parse(&command.organisation).context("--organisation")?;
    if let Some(url) = &command.public_url {
        Site::new(url, &[]).context("--public-url")?;
    }
    let folder = Folder::at(data);
    folder.create()?;
    for key in KEYS {
        folder.create_key(key)?;
    }
    if !folder.configuration().exists() {
        write_private(
            &folder.configuration(),
            configuration(command.public_url.as_deref()).as_bytes(),
        )?;
    }
    let url = public_url(&folder, command.public_url)?;

    folder.create_database_file()?;
    let store = SqlStore::open(&folder.database(), true).await?;
    let made = begin(&store, &name, &url).await;
    store.close().await;
    let link = made?;
    let mut out = std::io::stdout();
    writeln!(out, "The data folder {} is ready.", data.display())?;
    writeln!(out, "Start the server:")?;
    writeln!(out, "  temoto-server --data {} serve", data.display())?;
    writeln!(
        out,
        "Then make the first administrator; this link works once, for 24 hours:"
    )?;
    writeln!(out, "  {link}")?;
    Ok(())
}

async fn begin(store: &SqlStore, name: &Name, url: &str) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let organisation = match store.organisations().await?.as_slice() {
        [] => {
            let id = OrganisationId::generate(&mut OsRng);
            let event = AuditEvent {
                organisation: id,
                at: now,
                actor: None,
                kind: AuditKind::Installed,
                subject: id.to_string(),
                detail: String::new(),
            };
            store.add_organisation(id, name, &event).await?;
            id
        }
        [Organisation { id, .. }, ..] => *id,
    };
    let users = store.users(organisation).await?;
    let has_administrator = users
        .iter()
        .any(|user| user.role == Role::Administrator && user.status != UserStatus::Disabled);
    if has_administrator {
        bail!("this installation has an administrator already; add people with `temoto-server user add`");
    }
    let token = generate_token(&mut OsRng);
    let expires_at = now.plus(login::SETUP_LINK_LIFE);
    store
        .add_token(
            TokenHash::of(token.expose()),
            TokenPurpose::Setup(organisation),
            expires_at,
        )
        .await?;
    Ok(format!("{url}/setup#{}", token.expose()))
}

/// Where links of other commands lead: what was said, else what the file says, else this machine.
pub fn public_url(folder: &Folder, given: Option<String>) -> anyhow::Result<String> {
    let flags = Serve::default();
    let known = match given {
        Some(url) => Some(url),
        None => Config::load(flags, &folder.configuration())?
            .public_url()
            .map(str::to_owned),
    };
    let url = known.unwrap_or_else(|| "http://localhost:8080".to_owned());
    Ok(Site::new(&url, &[])?.origin())
}

fn configuration(public_url: Option<&str>) -> String {
    let url = match public_url {
        Some(url) => format!("public_url = \"{url}\""),
        None => "# public_url = \"https://support.example.com\"".to_owned(),
    };
    format!(
        "# Temoto server. Every key is also a flag (--public-url) and an environment variable (TEMOTO_PUBLIC_URL).\n\
         # docs/guide/server.md explains them.\n\
         \n\
         # The address that operators and customers type.\n\
         {url}\n\
         # listen = \"127.0.0.1:8080\"\n\
         \n\
         # One of these three when other machines are to reach the server:\n\
         # tls_cert = \"fullchain.pem\"\n\
         # tls_key = \"privkey.pem\"\n\
         # tls_self_signed = true\n\
         # trusted_proxies = [\"10.0.0.1\"]\n"
    )
}
