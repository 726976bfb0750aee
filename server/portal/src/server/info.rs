//! `GET /server`: what everybody may know of this server before they join or log in.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::code;
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::answer::answers;
use crate::{Answer, App};

/// The version of the protocol of `docs/protocol.md`.
pub(crate) const PROTOCOL: u16 = 1;

/// The server about itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerInfo {
    /// Version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Version of the protocol; unequal versions do not talk.
    protocol: u16,
    /// Who runs the server. Empty when several organisations do.
    organisation: String,
    /// The one address of its pages.
    #[schema(example = "https://support.example.com")]
    public_url: String,
    /// The first 80 bits of the SHA-256 of the server's own public key, as 20 hexadecimal digits, when no authority vouches for
    /// its certificate. It goes into the name of a downloaded program, which then accepts that key and no other.
    own_key: Option<String>,
    /// Whether it sends mail.
    mail: bool,
    /// Whether anybody may register an organisation, with a trial.
    registration: bool,
    /// Programs that customers can download from `/download/<system>`.
    programs: Vec<ProgramInfo>,
    /// How many digits of a code go to the server.
    routing_digits: u8,
    /// How many digits a code has in quiet times; it may have more.
    code_digits: u8,
}

/// A program for download.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgramInfo {
    /// `linux-x86_64` or `windows-x86_64`.
    #[schema(example = "linux-x86_64")]
    system: String,
    /// Its size.
    bytes: u64,
    /// Its SHA-256, 64 hexadecimal digits.
    sha256: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum InfoError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&InfoError> for Answer {
    fn from(InfoError::Store(error): &InfoError) -> Self {
        Self::store(error)
    }
}
answers!(InfoError);

/// Says what everybody may know.
#[utoipa::path(
    get,
    path = "/api/v1/server",
    tag = "server",
    responses((status = 200, description = "The server about itself.", body = ServerInfo))
)]
pub(crate) async fn handler(State(app): State<App>) -> Result<Json<ServerInfo>, InfoError> {
    let mut organisations = app.store.organisations().await?;
    let organisation = match (organisations.pop(), organisations.is_empty()) {
        (Some(only), true) => only.name,
        // Whose customer asks is not known before the code.
        (Some(_) | None, _) => String::new(),
    };
    let programs = app.programs.iter().map(|program| ProgramInfo {
        system: program.system().to_owned(),
        bytes: program.len(),
        sha256: hex::encode(program.sha256()),
    });
    Ok(Json(ServerInfo {
        version: env!("CARGO_PKG_VERSION"),
        protocol: PROTOCOL,
        organisation,
        public_url: app.site.origin(),
        own_key: app.own_key.map(|hash| hex::encode(&hash[..10])),
        mail: app.mail,
        registration: app.registration && app.mail,
        programs: programs.collect(),
        routing_digits: code::ROUTING_DIGITS,
        code_digits: code::ROUTING_DIGITS + code::SECRET_DIGITS,
    }))
}
