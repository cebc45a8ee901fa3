//! The web app: built files inside the binary, and its page for every address that is not a file.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use super::error::Error;

#[derive(RustEmbed)]
#[folder = "../../web/build"]
struct Files;

const PAGE: &str = "index.html";
const SDK: &str = "heedful.js";
/// Files under this path carry a hash of their content in their name.
const IMMUTABLE: &str = "_app/immutable/";

/// Answers with a file, or with the app's page, which finds out itself what the address means.
pub async fn serve_app(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Error::NotFound.into_response();
    }
    match Files::get(path).filter(|_| path != PAGE) {
        Some(file) => serve_file(path, &file, &headers),
        None if path.starts_with("_app/") => Error::NotFound.into_response(),
        None => serve_page(),
    }
}

fn serve_file(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", super::secret::hex(&file.metadata.sha256_hash()[..12]));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let keep = if path.starts_with(IMMUTABLE) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, etag)];
    (headers, file.data.to_vec()).into_response()
}

/// The SDK for pages, for pages of any origin. They load it often, and hear of a new one within the hour.
pub async fn serve_sdk(headers: HeaderMap) -> Response {
    let Some(file) = Files::get(SDK) else {
        return (StatusCode::NOT_FOUND, "The SDK is not part of this build: run `cargo xtask build`.\n")
            .into_response();
    };
    let mut response = serve_file(SDK, &file, &headers);
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn serve_page() -> Response {
    let Some(page) = Files::get(PAGE) else {
        let hint = "The web app is not part of this build: run `cargo xtask build`.\n";
        return (StatusCode::NOT_FOUND, hint).into_response();
    };
    let html = String::from_utf8_lossy(&page.data);
    let policy = policy(&html);
    let mut response =
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html.into_owned()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// Only our own files, and the one script that stands in the page itself, by its hash.
fn policy(html: &str) -> String {
    let mut hashes = String::new();
    for script in html.split("<script>").skip(1).filter_map(|rest| rest.split("</script>").next()) {
        hashes.push_str(" 'sha256-");
        hashes.push_str(&STANDARD.encode(Sha256::digest(script.as_bytes())));
        hashes.push('\'');
    }
    format!(
        "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::policy;

    #[test]
    fn names_inline_scripts_by_their_hash() {
        let policy = policy("<html><script>alert(1)</script><script src=\"/x.js\"></script></html>");
        assert!(policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"), "{policy}");
        assert_eq!(policy.matches("sha256-").count(), 1);
    }
}
