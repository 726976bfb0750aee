//! The data folder: what lies where, readable by the server's user only.
//!
//! `temoto.db` the database (unless it is a PostgreSQL: see `database.rs`), `temoto.toml` the configuration, `keys/` the keys: `signing.key` (Ed25519 seed, signs
//! statements about operators), `ticket.key` (HMAC, for tickets to the relay), `licence.key` (Ed25519 seed, signs licences), each 64 hexadecimal digits;
//! `tls-self-signed.pem` and `.key` if the server makes its own certificate.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use rand_core::{OsRng, RngCore as _};
use zeroize::Zeroizing;

/// The data folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.0.join("temoto.db")
    }

    /// The configuration.
    pub fn configuration(&self) -> PathBuf {
        self.0.join("temoto.toml")
    }

    /// Something in the folder of keys.
    pub fn key(&self, name: &str) -> PathBuf {
        self.0.join("keys").join(name)
    }

    /// Makes the folder, if it is not there.
    pub fn create(&self) -> anyhow::Result<()> {
        for folder in [self.0.clone(), self.0.join("keys")] {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        Ok(())
    }

    /// Makes an empty file for the database that only its owner can read; SQLite gives its other files the same mode.
    pub fn create_database_file(&self) -> anyhow::Result<()> {
        let path = self.database();
        let made = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path);
        made.map(drop)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Whether the folder was set up, as far as can be seen from outside; a folder that cannot be looked into is not
    /// taken for an empty one.
    pub fn has_database(&self) -> anyhow::Result<bool> {
        let database = self.database();
        database.try_exists().with_context(|| {
            format!(
                "cannot look into the data folder {}; run the program as the user that owns it",
                self.0.display()
            )
        })
    }

    /// What to do first.
    pub fn not_set_up(&self) -> String {
        let folder = self.0.display();
        format!(
            "there is no database that was set up in {folder}; run `temoto-server --data {folder} init` first"
        )
    }

    /// The key with this name.
    pub fn read_key(&self, name: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let path = self.key(name);
        let text = std::fs::read_to_string(&path).map(Zeroizing::new);
        let text = match text {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!(
                    "the key {} is missing; copy it from a backup of the data folder",
                    path.display()
                )
            }
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let mut key = Zeroizing::new([0; 32]);
        if hex::decode_to_slice(text.trim(), &mut *key).is_err() {
            bail!(
                "the key {} does not hold 64 hexadecimal digits; copy it from a backup of the data folder",
                path.display()
            );
        }
        Ok(key)
    }

    /// Makes the key with this name, if it is not there.
    pub fn create_key(&self, name: &str) -> anyhow::Result<()> {
        let path = self.key(name);
        if path.exists() {
            return Ok(());
        }
        let mut key = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(&mut *key);
        write_private(&path, Zeroizing::new(hex::encode(*key) + "\n").as_bytes())
    }
}

/// Writes a new file that only its owner can read; whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let said = || format!("cannot write {}", path.display());
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(said)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        // Half a file is of no use; what is said is why it could not be written.
        let _ = std::fs::remove_file(&fresh);
    }
    written.with_context(said)
}
