//! Pages and programs.

use axum::http::{Method, StatusCode, header};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::testing::{Installed, Reply, TestPortal};
use crate::{Pages, Programs, ProgramsError};

const HTML: &str = "<!doctype html><title>Temoto</title>";

fn web() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let immutable = folder.path().join("_app/immutable");
    std::fs::create_dir_all(&immutable).unwrap();
    std::fs::write(folder.path().join("index.html"), HTML).unwrap();
    std::fs::write(folder.path().join("icon.svg"), "<svg/>").unwrap();
    std::fs::write(immutable.join("start.js"), "start()").unwrap();
    std::fs::write(immutable.join("start.js.gz"), "smaller").unwrap();
    std::fs::write(immutable.join("core.wasm"), "\0asm").unwrap();
    folder
}

async fn portal(web: &tempfile::TempDir) -> TestPortal {
    let pages = Pages::folder(web.path()).unwrap();
    TestPortal::installed(Installed::Plain, pages, Programs::default()).await
}

async fn get_with(portal: &TestPortal, path: &str, name: header::HeaderName, value: &str) -> Reply {
    let mut request = portal.request(Method::GET, path, "", None);
    request.headers_mut().insert(name, value.parse().unwrap());
    portal.send(request).await
}

#[tokio::test]
async fn every_place_is_the_one_page() {
    let web = web();
    let portal = portal(&web).await;
    for path in [
        "/",
        "/join",
        "/login?lang=ja",
        "/setup",
        "/console",
        "/console/s/0a1b",
    ] {
        let reply = portal.get(path, "").await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (StatusCode::OK, HTML),
            "{path}"
        );
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-cache");
    }
    // A person who mistyped sees the page, a program sees that there is nothing.
    let lost = get_with(&portal, "/consol", header::ACCEPT, "text/html,*/*").await;
    assert_eq!((lost.status, lost.text().as_str()), (StatusCode::NOT_FOUND, HTML));
    assert_eq!(portal.get("/consol", "").await.code(), "not_found");
}

#[tokio::test]
async fn files_have_their_type_and_hashed_ones_stay_for_ever() {
    let web = web();
    let portal = portal(&web).await;
    for (path, kind, cache) in [
        (
            "/_app/immutable/start.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        (
            "/_app/immutable/core.wasm",
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        ("/icon.svg", "image/svg+xml", "no-cache"),
    ] {
        let reply = portal.get(path, "").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(
            (reply.header("content-type"), reply.header("cache-control")),
            (kind.into(), cache.into())
        );
    }
    let icon = portal.get("/icon.svg", "").await;
    let again = get_with(&portal, "/icon.svg", header::IF_NONE_MATCH, &icon.header("etag")).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn a_smaller_form_goes_to_those_who_take_it() {
    let web = web();
    let portal = portal(&web).await;
    let path = "/_app/immutable/start.js";
    for (accept, coding) in [
        ("gzip, deflate, br", "gzip"),
        ("br", ""),
        ("gzip;q=0", ""),
        ("identity", ""),
    ] {
        let reply = get_with(&portal, path, header::ACCEPT_ENCODING, accept).await;
        assert_eq!(reply.header("content-encoding"), coding, "{accept}");
        assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(reply.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let web = web();
    let outside = web.path().parent().unwrap().join("temoto-outside.txt");
    std::fs::write(&outside, "secret").unwrap();
    std::os::unix::fs::symlink(&outside, web.path().join("link.txt")).unwrap();
    let portal = portal(&web).await;
    for path in [
        "/link.txt",
        "/../temoto-outside.txt",
        "/..%2ftemoto-outside.txt",
        "/%2e%2e/temoto-outside.txt",
        "/_app/../../temoto-outside.txt",
        "//etc/passwd",
        "/_app",
        "/.",
    ] {
        let reply = portal.get(path, "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}: {}", reply.text());
    }
    std::fs::remove_file(outside).unwrap();
}

#[test]
fn a_folder_without_a_page_is_said_at_the_start() {
    let empty = tempfile::tempdir().unwrap();
    let error = Pages::folder(empty.path()).unwrap_err().to_string();
    assert!(error.contains(&empty.path().display().to_string()), "{error}");
}

fn programs(program: &[u8], says: serde_json::Value) -> (tempfile::TempDir, Result<Programs, ProgramsError>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("temoto"), program).unwrap();
    std::fs::write(folder.path().join("manifest.json"), says.to_string()).unwrap();
    let read = Programs::read(folder.path());
    (folder, read)
}

fn manifest(system: &str, name: &str, bytes: usize, sha256: &str) -> serde_json::Value {
    json!({ "programs": [{ "system": system, "name": name, "bytes": bytes, "sha256": sha256 }] })
}

#[tokio::test]
async fn a_program_is_an_attachment_without_a_name() {
    let hash = hex::encode(Sha256::digest(b"program"));
    let (_folder, read) = programs(b"program", manifest("linux-x86_64", "temoto", 7, &hash));
    let portal = TestPortal::installed(Installed::Plain, Pages::none(), read.unwrap()).await;
    let said = portal.get("/api/v1/server", "").await.json();
    assert_eq!(
        said["programs"],
        json!([{ "system": "linux-x86_64", "bytes": 7, "sha256": hash }])
    );
    assert_eq!(
        (&said["protocol"], &said["routing_digits"], &said["code_digits"]),
        (&json!(1), &json!(4), &json!(8))
    );

    let reply = portal.get("/download/linux-x86_64", "").await;
    assert_eq!((reply.status, reply.text().as_str()), (StatusCode::OK, "program"));
    assert_eq!(reply.header("content-disposition"), "attachment");
    assert_eq!(reply.header("content-type"), "application/octet-stream");
    let head = portal
        .send(portal.request(Method::HEAD, "/download/linux-x86_64", "", None))
        .await;
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (StatusCode::OK, 0, "7".into())
    );
    assert_eq!(
        portal.get("/download/windows-x86_64", "").await.code(),
        "no_such_program"
    );
}

#[test]
fn a_program_that_is_not_what_the_manifest_says_is_not_served() {
    let hash = hex::encode(Sha256::digest(b"program"));
    let other = hex::encode(Sha256::digest(b"other"));
    for (says, words) in [
        (manifest("linux-x86_64", "temoto", 8, &hash), "size"),
        (manifest("linux-x86_64", "temoto", 7, &other), "SHA-256"),
        (manifest("linux-arm", "temoto", 7, &hash), "linux-arm"),
        (manifest("linux-x86_64", "../temoto", 7, &hash), "not a file name"),
        (manifest("linux-x86_64", "missing", 7, &hash), "missing"),
        (json!({ "programmes": [] }), "manifest.json"),
    ] {
        let (_folder, read) = programs(b"program", says);
        let error = read.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}
