//! `audit verify`: walks along every trail and says what is missing, changed, cut or written anew. The server may run
//! meanwhile.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use temoto_model::OrganisationId;
use temoto_model::audit::{Entry, Walk};
use temoto_store::{Accounts as _, Audits as _, Organisation};
use temoto_store_sql::SqlStore;

use crate::command::{Audit, AuditVerify};
use crate::database::Place;
use crate::folder::Folder;

/// Entries that are read at once.
const STEP: u32 = 1_000;

/// An entry that was noted elsewhere.
struct Expected {
    organisation: OrganisationId,
    number: u64,
    hash: [u8; 32],
}

/// Runs the command.
pub async fn run(data: &Path, database_url: Option<String>, command: Audit) -> anyhow::Result<()> {
    let Audit::Verify(AuditVerify { expect }) = command;
    let expected = expect
        .iter()
        .map(|text| parse(text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let folder = Folder::at(data);
    let seed = folder.read_key("signing.key")?;
    let store = Place::of(&folder, database_url)?.open().await?;
    let verified = verify(&store, &seed, &expected).await;
    store.close().await;
    match verified? {
        0 => Ok(()),
        1 => bail!("the audit trail has 1 fault"),
        faults => bail!("the audit trail has {faults} faults"),
    }
}

async fn verify(store: &SqlStore, seed: &[u8; 32], expected: &[Expected]) -> anyhow::Result<usize> {
    let mut faults = 0;
    let organisations = store.organisations().await?;
    for organisation in &organisations {
        faults += verify_one(store, seed, organisation, expected).await?;
    }
    let mut out = std::io::stdout();
    for entry in expected {
        if !organisations
            .iter()
            .any(|organisation| organisation.id == entry.organisation)
        {
            writeln!(out, "{}: this organisation is not there", entry.organisation)?;
            faults += 1;
        }
    }
    let strays = store.strays().await?;
    if strays > 0 {
        writeln!(out, "{strays} entries belong to no organisation")?;
        faults += 1;
    }
    Ok(faults)
}

async fn verify_one(
    store: &SqlStore,
    seed: &[u8; 32],
    organisation: &Organisation,
    expected: &[Expected],
) -> anyhow::Result<usize> {
    // The checkpoints first: what is added meanwhile is beyond them.
    let checkpoints = store.checkpoints(organisation.id).await?;
    let mut walk = Walk::new(&checkpoints, seed);
    for entry in expected
        .iter()
        .filter(|entry| entry.organisation == organisation.id)
    {
        walk.expect(entry.number, entry.hash);
    }
    let mut after = i64::MIN;
    loop {
        let rows = store.audit_rows(organisation.id, after, STEP).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for row in &rows {
            let entry = Entry {
                organisation: &row.organisation,
                number: u64::try_from(row.number).unwrap_or(0),
                at: row.at,
                actor: row.actor.as_deref(),
                kind: &row.kind,
                subject: &row.subject,
                detail: &row.detail,
            };
            walk.step(&entry, &row.hash);
        }
    }
    let (number, hash, faults) = walk.end();
    let mut out = std::io::stdout();
    let word = if faults.is_empty() {
        "in order"
    } else {
        "NOT IN ORDER"
    };
    writeln!(
        out,
        "{}: {word}, {number} entries, {} signed checkpoints",
        organisation.name,
        checkpoints.len()
    )?;
    for fault in &faults {
        writeln!(out, "  {fault}")?;
    }
    writeln!(
        out,
        "  last entry: {}:{number}:{}",
        organisation.id,
        hex::encode(hash)
    )?;
    Ok(faults.len())
}

fn parse(text: &str) -> anyhow::Result<Expected> {
    let read = || {
        let mut parts = text.split(':');
        let (organisation, number, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).ok()?;
        Some(Expected {
            organisation: organisation.parse().ok()?,
            number: number.parse().ok()?,
            hash: bytes,
        })
        .filter(|_| parts.next().is_none())
    };
    read().with_context(|| {
        format!("--expect: {text:?} is not ORGANISATION:NUMBER:HASH as this command prints it")
    })
}
