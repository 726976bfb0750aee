//! `user add|list|disable|enable|link`: people, from the command line of the machine that the server runs on. A running
//! server takes the change over by itself within seconds.

use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use rand_core::{OsRng, RngCore as _};
use temoto_model::account::{Email, Name, UserStatus};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::secret::generate_token;
use temoto_model::{OrganisationId, Role, Secret, TokenHash, UserId, login, password};
use temoto_portal::Passwords;
use temoto_store::{Accounts as _, Clock as _, NewUser, Organisation, TokenPurpose, User as Person};
use temoto_store_sql::SqlStore;

use crate::clock::SystemClock;
use crate::command::{RoleName, User, UserAdd, UserNamed};
use crate::database::Place;
use crate::folder::Folder;
use crate::init::public_url;

/// Runs the command.
pub async fn run(data: &Path, database_url: Option<String>, command: User) -> anyhow::Result<()> {
    let folder = Folder::at(data);
    let store = Place::of(&folder, database_url)?.open().await?;
    let done = match command {
        User::Add(add_) => add(&folder, &store, add_).await,
        User::List(list_) => list(&store, list_.org.as_deref()).await,
        User::Disable(named) => set_disabled(&store, &named, true).await,
        User::Enable(named) => set_disabled(&store, &named, false).await,
        User::Link(named) => link(&folder, &store, named).await,
    };
    store.close().await;
    done
}

async fn add(folder: &Folder, store: &SqlStore, add: UserAdd) -> anyhow::Result<()> {
    let organisation = find_organisation(store, add.org.as_deref()).await?;
    let email = Email::parse(&add.email).context("--email")?;
    let name = Name::parse(&add.name).context("--name")?;
    let password_hash = if add.password_stdin {
        let given = read_password()?;
        password::check(given.expose(), &[email.as_str(), name.as_str()])?;
        let mut salt = [0; 16];
        OsRng.fill_bytes(&mut salt);
        Some(Passwords::new().hash(given, salt).await?)
    } else {
        None
    };
    let invited = password_hash.is_none();
    let id = UserId::generate(&mut OsRng);
    let user = NewUser {
        id,
        organisation: organisation.id,
        email: email.clone(),
        name,
        role: match add.role {
            RoleName::Operator => Role::Operator,
            RoleName::Administrator => Role::Administrator,
        },
        password_hash,
    };
    let event = event(organisation.id, AuditKind::UserAdded, id);
    store
        .add_user(&user, &event)
        .await
        .with_context(|| email.as_str().to_owned())?;
    let mut out = std::io::stdout();
    writeln!(out, "Added {} to {}.", email.as_str(), organisation.name)?;
    if invited {
        print_link(folder, store, id, add.public_url).await?;
    }
    Ok(())
}

async fn list(store: &SqlStore, organisation: Option<&str>) -> anyhow::Result<()> {
    let organisation = find_organisation(store, organisation).await?;
    let mut out = std::io::stdout();
    for user in store.users(organisation.id).await? {
        writeln!(
            out,
            "{}\t{}\t{}\t{}",
            user.email,
            user.role.as_str(),
            user.status.as_str(),
            user.name
        )?;
    }
    Ok(())
}

async fn set_disabled(store: &SqlStore, named: &UserNamed, disabled: bool) -> anyhow::Result<()> {
    let user = find_user(store, named).await?;
    let kind = if disabled {
        AuditKind::UserDisabled
    } else {
        AuditKind::UserEnabled
    };
    let changed = store
        .set_disabled(user.id, disabled, &event(user.organisation, kind, user.id))
        .await?;
    let state = if disabled { "disabled" } else { "enabled" };
    let word = if changed { "is now" } else { "was already" };
    writeln!(std::io::stdout(), "{} {word} {state}.", user.email)?;
    Ok(())
}

async fn link(folder: &Folder, store: &SqlStore, named: UserNamed) -> anyhow::Result<()> {
    let user = find_user(store, &named).await?;
    if user.status == UserStatus::Disabled {
        bail!("{} is disabled; enable the account first", user.email);
    }
    print_link(folder, store, user.id, named.public_url).await
}

async fn print_link(
    folder: &Folder,
    store: &SqlStore,
    user: UserId,
    url: Option<String>,
) -> anyhow::Result<()> {
    let url = public_url(folder, url)?;
    let token = generate_token(&mut OsRng);
    let expires_at = SystemClock.now().plus(login::PASSWORD_LINK_LIFE);
    store
        .add_token(
            TokenHash::of(token.expose()),
            TokenPurpose::Password(user),
            expires_at,
        )
        .await?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "A password is chosen with this link; it works once, for 24 hours:"
    )?;
    writeln!(out, "  {url}/setup#{}", token.expose())?;
    Ok(())
}

async fn find_organisation(store: &SqlStore, wanted: Option<&str>) -> anyhow::Result<Organisation> {
    let mut all = store.organisations().await?;
    let names = |all: &[Organisation]| {
        let names: Vec<String> = all
            .iter()
            .map(|org| format!("{:?} ({})", org.name, org.id))
            .collect();
        names.join(", ")
    };
    let known = names(&all);
    if let Some(wanted) = wanted {
        all.retain(|org| org.name == wanted || org.id.to_string() == wanted);
    }
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) if known.is_empty() => {
            bail!("there is no organisation yet; run `temoto-server init` first")
        }
        (None, _) => bail!("--org: no such organisation; there are {known}"),
        (Some(_), _) => bail!("--org is needed, as name or identifier: there are {known}"),
    }
}

async fn find_user(store: &SqlStore, named: &UserNamed) -> anyhow::Result<Person> {
    let organisation = find_organisation(store, named.org.as_deref()).await?;
    let email = Email::parse(&named.email).context("--email")?;
    store
        .user_by_email(&email)
        .await?
        .filter(|user| user.organisation == organisation.id)
        .with_context(|| format!("{} has no account in {}", email.as_str(), organisation.name))
}

fn read_password() -> anyhow::Result<Secret<String>> {
    let most = u64::try_from(password::LONGEST_BYTES + 2).unwrap_or(u64::MAX);
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .take(most)
        .read_line(&mut line)
        .context("cannot read the password from the standard input")?;
    let given = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
    Ok(given)
}

fn event(organisation: OrganisationId, kind: AuditKind, user: UserId) -> AuditEvent {
    AuditEvent {
        organisation,
        at: SystemClock.now(),
        actor: None,
        kind,
        subject: user.to_string(),
        detail: "command line".to_owned(),
    }
}
