//! What every request goes through before its handler: whom it came from, whether it was meant for this host, whether
//! a page of ours sent it; and what every answer carries.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::limiter::Limit;
use crate::route::Keys;
use crate::{Answer, App, bearer, route};

/// The other end of a connection; the accept loop gives it to every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Where a request came from, proxies seen through; every route finds it in the extensions of its request.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

/// The part of [`POLICY`] that the one page replaces that other sites may frame.
const FRAMED_BY_NOBODY: &str = "frame-ancestors 'none'";
/// What pages may do: their own scripts and WebAssembly, their own server, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), bluetooth=()",
    ),
];
const STRICT_TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// In the extensions of an answer: these origins may show the page in a frame. Nobody may without it.
#[derive(Clone, Debug)]
pub(crate) struct FramedBy(pub Vec<String>);

/// Puts the gate before these routes.
pub(crate) fn guard(routes: Router, app: App) -> Router {
    routes
        .route_layer(from_fn_with_state(app.clone(), pass))
        .fallback_service(
            Router::new()
                .fallback(crate::pages::unknown)
                .with_state(app.clone()),
        )
        .layer(from_fn_with_state(app, frame))
}

/// Around everything, also what no route takes: address, host, headers, one line in the log.
async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let Some(client) = client(&app, &request) else {
        // The accept loop always says who it is.
        return Answer::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response();
    };
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(client);
    let mut response = match refuse_host(&app, &request) {
        None => next.run(request).await,
        Some(refusal) => refusal,
    };
    let framed = response.extensions_mut().remove::<FramedBy>();
    dress(&app, &path, framed.as_ref(), response.headers_mut());
    tracing::debug!(
        method = %method,
        path = ?shown(&path),
        status = response.status().as_u16(),
        client = %client.0,
        took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// Before a handler: a key only where the table says so, unsafe methods otherwise only from our own pages, and not too
/// many without end.
async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // No page of others can send this header unseen, so whoever has a key needs no `Origin`.
    if let Some(keys) = bearer::is_given(request.headers())
        .then(|| route::keys(&request))
        .flatten()
    {
        // Whoever answers finds no handler and says which methods there are.
        let Keys::For(scope) = keys else {
            return next.run(request).await;
        };
        let client = request.extensions().get::<Client>().copied();
        return match bearer::admit(&app, request.headers(), client, scope).await {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
                next.run(request).await
            }
            Err(answer) => answer.into_response(),
        };
    }
    if is_unsafe(request.method()) {
        if let Err(answer) = same_origin(&app, request.headers()) {
            let route = request
                .extensions()
                .get::<MatchedPath>()
                .map_or("", MatchedPath::as_str);
            tracing::warn!(route, origin = ?request.headers().get(header::ORIGIN), "refused a foreign origin");
            return answer.into_response();
        }
        let client = request.extensions().get::<Client>().map(|client| client.0);
        if let Some(Err(wait)) = client.map(|address| app.limiter.take(Limit::Public, address)) {
            return Answer::try_later(wait).into_response();
        }
    }
    next.run(request).await
}

const fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn client(app: &App, request: &Request) -> Option<Client> {
    let Peer(peer) = request.extensions().get::<Peer>()?;
    let lines = request.headers().get_all("x-forwarded-for");
    // A line that is not text ends what can be believed, like nonsense in it.
    let lines = lines.iter().map(|line| line.to_str().unwrap_or("?"));
    let lines: Vec<&str> = lines.collect();
    Some(Client(app.proxies.client(peer.ip(), lines.into_iter())))
}

/// Pages are sent to the one public address; everything else must have been meant for this server.
fn refuse_host(app: &App, request: &Request) -> Option<Response> {
    let Some(host) = host(request) else {
        return Some(Answer::new(StatusCode::BAD_REQUEST, "host_missing").into_response());
    };
    let path = request.uri().path();
    // Programs may have dialled another name of ours.
    if app.site.is_public_host(&host) || (path == "/relay" && app.site.is_known_host(&host)) {
        return None;
    }
    let is_page = !path.starts_with("/api/") && path != "/relay" && !is_unsafe(request.method());
    if !is_page {
        return Some(Answer::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host").into_response());
    }
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    // Not for ever: the administrator may change the address.
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    if let Ok(target) = HeaderValue::from_str(&app.site.url(rest)) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    Some(response)
}

fn host(request: &Request) -> Option<String> {
    let mut lines = request.headers().get_all(header::HOST).into_iter();
    let line = lines.next()?.to_str().ok()?;
    if lines.next().is_some() {
        return None;
    }
    let authority: Authority = line.parse().ok()?;
    // The part of an absolute address and the header must not tell two stories.
    if request.uri().authority().is_some_and(|other| other != &authority) || line.contains('@') {
        return None;
    }
    Some(line.to_owned())
}

/// Whether a page of this site sent the request: `Origin` is there, once, and ours, in every kind of installation;
/// and a browser that says more does not say otherwise.
fn same_origin(app: &App, headers: &HeaderMap) -> Result<(), Answer> {
    let refused = || Answer::new(StatusCode::FORBIDDEN, "origin");
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let origin = origins.next().ok_or_else(refused)?;
    if origins.next().is_some() || origin.as_bytes() != app.site.origin().as_bytes() {
        return Err(refused());
    }
    let mut sites = headers.get_all("sec-fetch-site").into_iter();
    if sites.any(|site| site != "same-origin") {
        return Err(refused());
    }
    Ok(())
}

fn dress(app: &App, path: &str, framed: Option<&FramedBy>, headers: &mut HeaderMap) {
    let ancestors = framed.and_then(|FramedBy(origins)| {
        let policy = POLICY.replace(
            FRAMED_BY_NOBODY,
            &format!("frame-ancestors {}", origins.join(" ")),
        );
        (!origins.is_empty()).then(|| HeaderValue::from_str(&policy).ok())?
    });
    let framed = ancestors.is_some();
    if let Some(policy) = ancestors {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in ALWAYS {
        // The older header knows no list; where both stand, browsers take the policy.
        if framed && name == header::X_FRAME_OPTIONS {
            continue;
        }
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.site.strict_transport() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT),
        );
    }
    let cache = if path.starts_with("/api") {
        "no-store"
    } else {
        "no-cache"
    };
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(cache));
}

/// A path for the log: as much as names a thing of ours.
fn shown(path: &str) -> String {
    path.chars().take(120).collect()
}
