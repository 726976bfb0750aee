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
use temoto_store::{Accounts as _, Clock as _, Organisation, TokenPurpose, User};
use temoto_store_sql::SqlStore;

use crate::clock::SystemClock;
use crate::command::{Init, Serve};
use crate::config::Config;
use crate::database::Place;
use crate::folder::{Folder, write_private};

/// Keys that every installation has.
pub const KEYS: [&str; 3] = ["signing.key", "ticket.key", crate::licences::KEY];

/// What the organisation is called until it is named.
const ORGANISATION: &str = "Temoto";

/// Runs the command.
pub async fn run(data: &Path, database_url: Option<String>, command: Init) -> anyhow::Result<()> {
    let wanted = command.organisation.as_deref();
    let name = Name::parse(wanted.unwrap_or(ORGANISATION)).context("--organisation")?;
    if let Some(url) = &command.public_url {
        Site::new(url, &[]).context("--public-url (or TEMOTO_PUBLIC_URL)")?;
    }
    let folder = Folder::at(data);
    let database = Place::of(&folder, database_url.clone())?;
    if database.is_set_up().await? {
        // Before anything is written: what is in use is not touched, not even to replace a lost key.
        refuse_if_in_use(&database).await?;
    }
    folder.create()?;
    for key in KEYS {
        folder.create_key(key)?;
    }
    let configured = folder.configuration().exists();
    if !configured {
        write_private(
            &folder.configuration(),
            configuration(command.public_url.as_deref(), database_url.as_deref()).as_bytes(),
        )?;
    }
    let url = public_url(&folder, command.public_url.clone())?;

    let store = database.create().await?;
    let made = begin(&store, &name, &url).await;
    store.close().await;
    let (organisation, link) = made?;
    let mut out = std::io::stdout();
    writeln!(out, "The data folder {} is ready.", data.display())?;
    if wanted.is_some_and(|wanted| wanted != organisation) {
        writeln!(
            out,
            "Its organisation was there already and keeps its name, {organisation}."
        )?;
    }
    if configured && command.public_url.is_some() {
        let file = folder.configuration();
        writeln!(
            out,
            "{} was there already and stays as it is; see that its public_url is {url}.",
            file.display()
        )?;
    }
    if configured && database_url.is_some() {
        let file = folder.configuration();
        writeln!(
            out,
            "{} was there already and stays as it is; see that its database_url is the one that was given.",
            file.display()
        )?;
    }
    writeln!(out, "Start the server:")?;
    writeln!(out, "  temoto-server --data {} serve", data.display())?;
    writeln!(
        out,
        "Then make the first administrator; this link works once, for 24 hours:"
    )?;
    writeln!(out, "  {link}")?;
    Ok(())
}

async fn refuse_if_in_use(database: &Place) -> anyhow::Result<()> {
    let store = database.open().await?;
    let has_administrator = has_administrator(&store).await;
    store.close().await;
    if has_administrator? {
        bail!(
            "{} has an administrator already; add people with `temoto-server user add`",
            database.name()
        );
    }
    Ok(())
}

async fn has_administrator(store: &SqlStore) -> anyhow::Result<bool> {
    for organisation in store.organisations().await? {
        let users = store.users(organisation.id).await?;
        let counts = |user: &User| user.role == Role::Administrator && user.status != UserStatus::Disabled;
        if users.iter().any(counts) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The organisation's name and a link for its first administrator.
async fn begin(store: &SqlStore, name: &Name, url: &str) -> anyhow::Result<(String, String)> {
    let now = SystemClock.now();
    let (organisation, name) = match store.organisations().await?.as_slice() {
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
            (id, name.as_str().to_owned())
        }
        [Organisation { id, name, .. }, ..] => (*id, name.clone()),
    };
    let token = generate_token(&mut OsRng);
    let expires_at = now.plus(login::SETUP_LINK_LIFE);
    store
        .add_token(
            TokenHash::of(token.expose()),
            TokenPurpose::Setup(organisation),
            expires_at,
        )
        .await?;
    Ok((name, format!("{url}/setup#{}", token.expose())))
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

fn configuration(public_url: Option<&str>, database_url: Option<&str>) -> String {
    let url = match public_url {
        Some(url) => format!("public_url = \"{url}\""),
        None => "# public_url = \"https://support.example.com\"".to_owned(),
    };
    let database = match database_url {
        Some(url) => format!("database_url = {}", toml::Value::from(url)),
        None => "# database_url = \"postgresql://temoto:PASSWORD@db.example.com/temoto?sslmode=verify-full\""
            .to_owned(),
    };
    format!(
        "# Temoto server. Every key is also a flag (--public-url) and an environment variable (TEMOTO_PUBLIC_URL).\n\
         # docs/guide/server.md explains them.\n\
         \n\
         # The address that operators and customers type.\n\
         {url}\n\
         # listen = \"127.0.0.1:8080\"\n\
         \n\
         # The database, when it is not temoto.db in this folder.\n\
         {database}\n\
         \n\
         # One of these three when other machines are to reach the server:\n\
         # tls_cert = \"fullchain.pem\"\n\
         # tls_key = \"privkey.pem\"\n\
         # tls_self_signed = true\n\
         # trusted_proxies = [\"10.0.0.1\"]\n\
         \n\
         # Mail: invitations, new passwords, warnings. Try it with `temoto-server mail test --to you@example.com`.\n\
         # mail_server = \"smtp.example.com:587\"\n\
         # mail_from = \"Support <support@example.com>\"\n\
         # mail_user = \"support\"\n\
         # mail_password_file = \"mail-password\"\n"
    )
}
