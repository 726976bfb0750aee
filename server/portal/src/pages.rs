//! The web pages: a static single page and what it loads, from a folder or from inside the program.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};
use temoto_model::OrganisationId;

use crate::extract::Named;
use crate::gate::FramedBy;
use crate::{Answer, App};

/// Addresses that the single page answers.
const PLACES: [&str; 21] = [
    "/",
    "/join",
    "/login",
    "/setup",
    "/register",
    "/verify",
    "/forgot",
    "/reset",
    "/confirm",
    "/account/profile",
    "/account/security",
    "/domain/users",
    "/domain/groups",
    "/domain/permissions",
    "/domain/keys",
    "/docs/api",
    "/domain/embed",
    "/console",
    "/console/history",
    "/console/licences",
    "/console/s/{session}",
];
const INDEX: &str = "index.html";
/// Files under this never change: their names hold a hash.
const IMMUTABLE: &str = "_app/immutable/";
/// Largest file that is served, in bytes.
const FILE_BYTES: u64 = 64 << 20;
/// Ready-made smaller forms, best first: the coding and what is behind the file's name.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The folder has no `index.html`.
    #[error("{} has no readable index.html; build the web pages first", folder.display())]
    NoIndex {
        /// The folder.
        folder: PathBuf,
    },
}

/// Where the pages come from.
#[derive(Clone, Debug)]
pub struct Pages(Source);

#[derive(Clone, Debug)]
enum Source {
    Folder(PathBuf),
    #[cfg(feature = "embed")]
    Embedded,
    None,
}

#[cfg(feature = "embed")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/portal/build"]
struct Built;

impl Pages {
    /// The pages in this folder, read anew at each request.
    pub fn folder(folder: &Path) -> Result<Self, PagesError> {
        let pages = Self(Source::Folder(folder.to_owned()));
        match pages.read(INDEX) {
            Some(_) => Ok(pages),
            None => Err(PagesError::NoIndex {
                folder: folder.to_owned(),
            }),
        }
    }

    /// The pages that were built into this program, if they were.
    #[must_use]
    pub const fn embedded() -> Option<Self> {
        #[cfg(feature = "embed")]
        return Some(Self(Source::Embedded));
        #[cfg(not(feature = "embed"))]
        None
    }

    /// A server without pages.
    #[must_use]
    pub const fn none() -> Self {
        Self(Source::None)
    }

    fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match &self.0 {
            Source::Folder(folder) => read_file(folder, name).map(Cow::Owned),
            #[cfg(feature = "embed")]
            Source::Embedded => Built::get(name).map(|file| file.data),
            Source::None => None,
        }
    }
}

/// A file below the folder; nothing else, whatever the name says and wherever links lead.
fn read_file(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let relative = Path::new(name);
    if !relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let root = folder.canonicalize().ok()?;
    let path = root.join(relative).canonicalize().ok()?;
    let about = std::fs::metadata(&path).ok()?;
    if !path.starts_with(&root) || !about.is_file() || about.len() > FILE_BYTES {
        return None;
    }
    std::fs::read(path).ok()
}

pub(crate) fn router() -> Router<App> {
    PLACES
        .into_iter()
        .fold(Router::new(), |router, place| router.route(place, get(index)))
        .route("/embed/{organisation}", get(embedded))
}

/// The code field, which the sites of an organisation may show in a frame.
async fn embedded(
    State(app): State<App>,
    Named(organisation): Named<OrganisationId>,
    headers: HeaderMap,
) -> Response {
    let origins = match app.store.embed_origins(organisation).await {
        Ok(origins) => origins,
        Err(error) => return Answer::store(&error).into_response(),
    };
    let mut response = index(State(app), headers).await;
    response.extensions_mut().insert(FramedBy(origins));
    response
}

async fn index(State(app): State<App>, headers: HeaderMap) -> Response {
    serve(&app, INDEX, &headers)
        .await
        .unwrap_or_else(|| Answer::new(StatusCode::NOT_FOUND, "no_pages").into_response())
}

/// What no route takes: a file of the pages, or nothing.
pub(crate) async fn unknown(State(app): State<App>, request: Request) -> Response {
    let not_found = || Answer::new(StatusCode::NOT_FOUND, "not_found").into_response();
    let path = request.uri().path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || path.starts_with("/api") || path.contains('%') {
        return not_found();
    }
    let name = path.trim_start_matches('/').to_owned();
    if let Some(response) = serve(&app, &name, request.headers()).await {
        return response;
    }
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !wants_page {
        return not_found();
    }
    // The page itself says that there is nothing here.
    let mut response = index(State(app), request.headers().clone()).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn serve(app: &App, name: &str, request: &HeaderMap) -> Option<Response> {
    let pages = app.pages.clone();
    let file = name.to_owned();
    let accepted = accepted_codings(request);
    let found = tokio::task::spawn_blocking(move || {
        let smaller = accepted
            .into_iter()
            .find_map(|(coding, suffix)| Some((pages.read(&format!("{file}{suffix}"))?, Some(coding))));
        smaller.or_else(|| Some((pages.read(&file)?, None)))
    });
    let (bytes, coding) = found.await.ok()??;
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..12]));
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .any(|other| other.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes.into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    let cache = if name.starts_with(IMMUTABLE) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Some(response)
}

fn accepted_codings(request: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let accept = request
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accept.split(',').any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next() == Some(coding) && parts.all(|weight| weight != "q=0")
        })
    };
    CODINGS.into_iter().filter(|(coding, _)| takes(coding)).collect()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
