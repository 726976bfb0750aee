//! `licence issue|inspect|issuer`: for whoever runs an installation. The key is `keys/licence.key` (Ed25519 seed) of the
//! data folder; whoever has it can make licences that this installation believes.

use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use rand_core::OsRng;
use temoto_model::account::Name;
use temoto_model::licence::{self, Function, Functions, LicenceKind, SESSIONS, TEXT_BYTES};
use temoto_model::{LicenceId, Timestamp};
use temoto_store::Clock as _;
use zeroize::Zeroizing;

use crate::clock::SystemClock;
use crate::command::{Licence, LicenceInspect, LicenceIssue, LicenceKindName};
use crate::folder::{Folder, write_private};

/// The key that signs licences.
pub const KEY: &str = "licence.key";

/// Runs the command.
pub fn run(data: &Path, command: Licence) -> anyhow::Result<()> {
    let folder = Folder::at(data);
    let seed = seed(&folder)?;
    match command {
        Licence::Issue(issue_) => issue(&seed, &issue_),
        Licence::Inspect(inspect_) => inspect(&seed, &inspect_),
        Licence::Issuer => {
            writeln!(std::io::stdout(), "{}", hex::encode(licence::issuer(&seed)))?;
            Ok(())
        }
    }
}

/// The seed of an installation; one that was set up by an older version gets it now.
pub fn seed(folder: &Folder) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    if !folder.key("signing.key").exists() {
        bail!("{}", folder.not_set_up());
    }
    folder.create_key(KEY)?;
    folder.read_key(KEY)
}

fn issue(seed: &[u8; 32], issue: &LicenceIssue) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let day = |text: &str, flag: &'static str| {
        Timestamp::from_date(text).with_context(|| format!("{flag}: a day is written like 2026-12-01"))
    };
    let sessions = u32::try_from(issue.sessions).ok().filter(|&n| n <= SESSIONS);
    let starts_at = match &issue.from {
        Some(text) => day(text, "--from")?,
        None => now,
    };
    let ends_at = issue
        .until
        .as_deref()
        .map(|text| day(text, "--until"))
        .transpose()?;
    if ends_at.is_some_and(|end| end <= starts_at.max(now)) {
        bail!("--until: the licence would end before it begins, or has ended already");
    }
    let licence = licence::Licence {
        id: LicenceId::generate(&mut OsRng),
        kind: match issue.kind {
            LicenceKindName::PublicCloud => LicenceKind::PublicCloud,
            LicenceKindName::OnPremises => LicenceKind::OnPremises,
            LicenceKindName::PrivateCloud => LicenceKind::PrivateCloud,
        },
        sessions: sessions.with_context(|| format!("--sessions: at most {SESSIONS}"))?,
        functions: functions(issue.functions.as_deref())?,
        issued_at: now,
        starts_at,
        ends_at,
        organisation: issue
            .organisation
            .as_deref()
            .map(str::parse)
            .transpose()
            .context("--organisation")?,
        renews: issue
            .renews
            .as_deref()
            .map(str::parse)
            .transpose()
            .context("--renews")?,
        holder: Name::parse(&issue.holder).context("--holder")?,
    };
    let key = licence.sign(seed);
    let mut out = std::io::stdout();
    match &issue.out {
        None => writeln!(out, "{key}")?,
        Some(path) => {
            write_private(path, licence::as_file(&key).as_bytes())?;
            writeln!(out, "Licence {} is in {}.", licence.id, path.display())?;
        }
    }
    Ok(())
}

fn functions(names: Option<&[String]>) -> anyhow::Result<Functions> {
    let Some(names) = names else {
        return Ok(Functions::ALL);
    };
    let mut out = Functions::default();
    for name in names {
        let known = || Function::ALL.map(Function::as_str).join(", ");
        let function = Function::from_name(name)
            .with_context(|| format!("--functions: {name:?} is none of {}", known()))?;
        out = out.with(function);
    }
    Ok(out)
}

fn inspect(seed: &[u8; 32], inspect: &LicenceInspect) -> anyhow::Result<()> {
    let text = read(&inspect.file)?;
    let said = licence::Licence::inspect(&text)?;
    let own = licence::Licence::read(&text, &[licence::issuer(seed)]).is_ok();
    let or = |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
    let functions = if said.functions == Functions::ALL {
        "everything".to_owned()
    } else {
        said.functions
            .known()
            .map(Function::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let lines = [
        ("licence", said.id.to_string()),
        ("holder", said.holder.as_str().to_owned()),
        ("kind", said.kind.as_str().to_owned()),
        ("sessions", said.sessions.to_string()),
        ("functions", functions),
        ("issued", said.issued_at.to_rfc3339()),
        ("from", said.starts_at.to_rfc3339()),
        ("until", or(said.ends_at.map(Timestamp::to_rfc3339), "no end")),
        (
            "organisation",
            or(said.organisation.map(|id| id.to_string()), "any"),
        ),
        ("renews", or(said.renews.map(|id| id.to_string()), "none")),
        (
            "signature",
            if own {
                "of this installation"
            } else {
                "not of this installation"
            }
            .to_owned(),
        ),
    ];
    let mut out = std::io::stdout();
    for (name, value) in lines {
        writeln!(out, "{name:<13}{value}")?;
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<String> {
    // One byte more than is looked at: a longer one is refused, not cut.
    let most = u64::try_from(TEXT_BYTES + 1).unwrap_or(u64::MAX);
    let mut text = String::new();
    let done = if file == Path::new("-") {
        std::io::stdin().take(most).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(most).read_to_string(&mut text))
    };
    done.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text)
}
