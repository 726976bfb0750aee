//! `/download/<system>`: the customers' programs, the same bytes for everyone.
//!
//! They come from a folder with a `manifest.json` that names size and SHA-256 of each; a program that is not what the
//! manifest says is not served. The answer is an attachment without a name: the page chooses one.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{Answer, App};

/// Systems that there are programs for, and the type of each.
const SYSTEMS: [(&str, &str); 2] = [
    ("linux-x86_64", "application/octet-stream"),
    ("windows-x86_64", "application/vnd.microsoft.portable-executable"),
];
/// Longest manifest, in bytes.
const MANIFEST_BYTES: u64 = 64 * 1_024;
/// Largest program, in bytes.
const PROGRAM_BYTES: u64 = 256 << 20;

/// Why the programs cannot be served; names the file.
#[derive(Debug, thiserror::Error)]
pub enum ProgramsError {
    /// Missing or unreadable.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// In words.
        reason: String,
    },
    /// Not of the form.
    #[error("{} is not a manifest: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// In words.
        reason: String,
    },
    /// Other bytes than the manifest says.
    #[error("{} is not what manifest.json says ({what} differs); build the programs again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Size or SHA-256.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    programs: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    system: String,
    name: String,
    bytes: u64,
    sha256: String,
}

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    system: &'static str,
    kind: &'static str,
    bytes: Bytes,
    sha256: [u8; 32],
}

impl Program {
    /// The system it runs on.
    #[must_use]
    pub const fn system(&self) -> &'static str {
        self.system
    }

    /// Its size, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// Whether it has no bytes; never true of one that was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its hash.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

/// All programs of a server.
#[derive(Clone, Debug, Default)]
pub struct Programs(Vec<Program>);

impl Programs {
    /// Reads and checks the programs in this folder.
    pub fn read(folder: &Path) -> Result<Self, ProgramsError> {
        Self::check(folder, |path, most| read(path, most).map(Bytes::from))
    }

    /// The programs that were built into this one, if they were.
    pub fn embedded() -> Result<Option<Self>, ProgramsError> {
        #[cfg(feature = "embed-programs")]
        return Self::check(Path::new(""), embedded).map(Some);
        #[cfg(not(feature = "embed-programs"))]
        Ok(None)
    }

    /// Reads the manifest in `folder` and what it names.
    fn check(
        folder: &Path,
        read: impl Fn(&Path, u64) -> Result<Bytes, ProgramsError>,
    ) -> Result<Self, ProgramsError> {
        let path = folder.join("manifest.json");
        let text = read(&path, MANIFEST_BYTES)?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| ProgramsError::Manifest {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let programs = manifest.programs.iter();
        programs
            .map(|entry| entry.read(folder, &path, &read))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Program> {
        self.0.iter()
    }

    fn find(&self, system: &str) -> Option<&Program> {
        self.iter().find(|program| program.system == system)
    }
}

impl Entry {
    fn read(
        &self,
        folder: &Path,
        manifest: &Path,
        read: impl Fn(&Path, u64) -> Result<Bytes, ProgramsError>,
    ) -> Result<Program, ProgramsError> {
        let wrong = |reason: String| ProgramsError::Manifest {
            path: manifest.to_owned(),
            reason,
        };
        let &(system, kind) = SYSTEMS
            .iter()
            .find(|(system, _)| *system == self.system)
            .ok_or_else(|| wrong(format!("unknown system {:?}", self.system)))?;
        // A bare name: the manifest does not lead out of its folder.
        let bare = Path::new(&self.name)
            .file_name()
            .is_some_and(|name| name == self.name.as_str());
        if !bare {
            return Err(wrong(format!("{:?} is not a file name", self.name)));
        }
        let path = folder.join(&self.name);
        let bytes = read(&path, PROGRAM_BYTES)?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        let program = Program {
            system,
            kind,
            bytes,
            sha256,
        };
        if program.len() != self.bytes || program.is_empty() {
            return Err(ProgramsError::Changed { path, what: "size" });
        }
        if hex::encode(sha256) != self.sha256 {
            return Err(ProgramsError::Changed {
                path,
                what: "SHA-256",
            });
        }
        Ok(program)
    }
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, ProgramsError> {
    let failed = |reason: String| ProgramsError::Read {
        path: path.to_owned(),
        reason,
    };
    let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if about.len() > most {
        return Err(failed(format!("longer than {most} bytes")));
    }
    std::fs::read(path).map_err(|error| failed(error.to_string()))
}

/// The folder is named when the server is built, and checked at each start like every other.
#[cfg(feature = "embed-programs")]
#[derive(rust_embed::RustEmbed)]
#[folder = "$TEMOTO_EMBED_PROGRAMS"]
struct Built;

#[cfg(feature = "embed-programs")]
fn embedded(path: &Path, _: u64) -> Result<Bytes, ProgramsError> {
    let file = path.to_str().and_then(Built::get);
    match file.map(|file| file.data) {
        Some(std::borrow::Cow::Borrowed(bytes)) => Ok(Bytes::from_static(bytes)),
        Some(std::borrow::Cow::Owned(bytes)) => Ok(bytes.into()),
        None => Err(ProgramsError::Read {
            path: path.to_owned(),
            reason: "not built into this program".to_owned(),
        }),
    }
}

pub(crate) fn router() -> Router<App> {
    Router::new().route("/download/{system}", get(handler))
}

async fn handler(State(app): State<App>, UrlPath(system): UrlPath<String>) -> Response {
    let Some(program) = app.programs.find(&system) else {
        return Answer::new(StatusCode::NOT_FOUND, "no_such_program").into_response();
    };
    let mut response = Body::from(program.bytes.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(program.kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(program.len()));
    response
}
