//! `/api/docs`: the API's description as a page that people can read, without a script.

mod model;

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;

use model::Reference;

const STYLE: &str = include_str!("../../templates/docs/style.css");

/// The page, made once at start.
#[derive(Clone)]
pub struct DocsPage {
    html: String,
    policy: String,
}

#[derive(Template)]
#[template(path = "docs/page.html")]
struct Page<'a> {
    style: &'a str,
    api: &'a Reference,
}

impl DocsPage {
    pub fn new(openapi: &OpenApi) -> Self {
        let api = Reference::of(&serde_json::to_value(openapi).unwrap_or_default());
        let page = Page { style: STYLE, api: &api };
        let html = page.render().unwrap_or_else(|error| format!("The page could not be written: {error}"));
        let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'");
        Self { html, policy }
    }
}

impl IntoResponse for DocsPage {
    fn into_response(self) -> Response {
        let headers =
            [(header::CONTENT_SECURITY_POLICY, self.policy), (header::CACHE_CONTROL, "no-cache".to_owned())];
        (headers, Html(self.html)).into_response()
    }
}
