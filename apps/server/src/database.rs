//! Which database it is: a PostgreSQL if an address was given (flag, environment, file), else the SQLite file in the
//! data folder.

use anyhow::{Context as _, bail};
use temoto_model::Secret;
use temoto_store::Accounts as _;
use temoto_store_sql::SqlStore;

use crate::command::Serve;
use crate::config::{Config, Sourced};
use crate::folder::Folder;

/// Where the database is.
#[derive(Debug)]
pub enum Place {
    /// In the data folder.
    Folder(Folder),
    /// At this address.
    Address(Sourced<Secret<String>>),
}

impl Place {
    /// As flag, environment or file say, for commands that read nothing else of the configuration.
    pub fn of(folder: &Folder, database_url: Option<String>) -> anyhow::Result<Self> {
        let flags = Serve {
            database_url,
            ..Serve::default()
        };
        Ok(Self::configured(
            folder,
            &Config::load(flags, &folder.configuration())?,
        ))
    }

    /// As a configuration says.
    pub fn configured(folder: &Folder, config: &Config) -> Self {
        match &config.database_url {
            Some(url) => Self::Address(url.clone()),
            None => Self::Folder(folder.clone()),
        }
    }

    /// Opens the database of an installation that was set up.
    pub async fn open(&self) -> anyhow::Result<SqlStore> {
        match self {
            Self::Folder(folder) => {
                if !folder.has_database()? {
                    bail!("{}", folder.not_set_up());
                }
                Ok(SqlStore::open(&folder.database(), false).await?)
            }
            Self::Address(url) => connect(url).await,
        }
    }

    /// Makes the database, if it is not there. On a PostgreSQL somebody else must have made it, empty.
    pub async fn create(&self) -> anyhow::Result<SqlStore> {
        match self {
            Self::Folder(folder) => {
                folder.create_database_file()?;
                Ok(SqlStore::open(&folder.database(), true).await?)
            }
            Self::Address(url) => connect(url).await,
        }
    }

    /// Whether anything was set up there.
    pub async fn is_set_up(&self) -> anyhow::Result<bool> {
        match self {
            Self::Folder(folder) => folder.has_database(),
            Self::Address(url) => {
                let store = connect(url).await?;
                let organisations = store.organisations().await;
                store.close().await;
                Ok(!organisations?.is_empty())
            }
        }
    }

    /// What to call it in a sentence.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.database().display().to_string(),
            Self::Address(_) => "the PostgreSQL database".to_owned(),
        }
    }
}

async fn connect(url: &Sourced<Secret<String>>) -> anyhow::Result<SqlStore> {
    SqlStore::connect(url.value.expose())
        .await
        .with_context(|| url.from.clone())
}
