//! What every answer carries, and what no request may do.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::auth::session_token;
use super::error::{Error, Result};
use crate::app::App;

const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Adds the security headers that the handler did not set itself.
pub async fn add_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    // The older header has no word for "anywhere", which a feedback form needs.
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    if policy.is_some_and(|policy| policy.ends_with("frame-ancestors *")) {
        headers.remove(header::X_FRAME_OPTIONS);
    }
    if app.config.public_url.starts_with("https://") {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(value);
    }
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Times one request under the route that it matched, so that ids do not become labels.
pub async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("app", MatchedPath::as_str);
    let label = format!("{} {route}", method(&request));
    let start = Instant::now();
    let response = next.run(request).await;
    app.requests.add(label, response.status().as_u16(), start.elapsed());
    response
}

/// Anybody may make up a method; as a label it would fill the memory.
fn method(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Refuses changes that another site makes a signed-in browser send. Tokens are not sent by browsers on their own,
/// so only cookies need it.
pub async fn refuse_cross_site(request: Request, next: Next) -> Result<Response> {
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    if is_change && session_token(headers).is_some() && !headers.contains_key(header::AUTHORIZATION) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let same_site = match (text("sec-fetch-site"), text("origin")) {
            (Some(site), _) => site == "same-origin" || site == "none",
            (None, Some(origin)) => {
                let host = text("host").unwrap_or_default();
                origin.split_once("://").is_some_and(|(_, origin_host)| origin_host == host)
            }
            (None, None) => true,
        };
        if !same_site {
            return Err(Error::Forbidden("this request came from another site"));
        }
    }
    Ok(next.run(request).await)
}

/// The caller's address; only for limiting, never stored.
pub fn client_ip(app: &App, request_headers: &axum::http::HeaderMap, peer: Option<SocketAddr>) -> String {
    let forwarded = request_headers
        .get("x-forwarded-for")
        .filter(|_| app.config.trust_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|ip| ip.trim().parse::<IpAddr>().ok());
    match forwarded.or(peer.map(|peer| peer.ip())) {
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => ip.to_string(),
            None => network(ip),
        },
        None => "local".to_owned(),
    }
}

/// One subscriber commonly has a whole /64, so that is what is counted.
fn network(ip: Ipv6Addr) -> String {
    let [a, b, c, d, ..] = ip.segments();
    format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
}

/// The caller's address as an argument of a handler.
pub struct ClientIp(pub String);

impl axum::extract::FromRequestParts<App> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        app: &App,
    ) -> std::result::Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        Ok(Self(client_ip(app, &parts.headers, peer)))
    }
}
