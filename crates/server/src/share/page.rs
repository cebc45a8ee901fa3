//! How pages for people outside go out: without scripts, kept by nobody, and with sentences instead of codes.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::platform::error::{Error, Result};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

#[derive(Template)]
#[template(path = "public/note.html")]
struct Note<'a> {
    title: &'a str,
    text: &'a str,
}

/// Renders a page with a policy that lets nothing in but its own style. Search engines are asked to leave it alone.
pub fn page(template: &impl Template) -> Result<Response> {
    let html = template.render().map_err(anyhow::Error::from)?;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (ROBOTS, HeaderValue::from_static("noindex")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Html(html)).into_response())
}

/// A page that is for everybody, search engines included.
pub fn open_page(template: &impl Template) -> Result<Response> {
    let mut response = page(template)?;
    response.headers_mut().remove(ROBOTS);
    Ok(response)
}

/// What a visitor gets: the page, or a sentence about what went wrong.
pub fn answer(result: Result<Response>) -> Response {
    match result {
        Ok(response) => response,
        Err(Error::NotFound) => {
            note(StatusCode::NOT_FOUND, "Nothing here", "This page does not exist, or is no longer shared.")
        }
        Err(Error::TooMany { retry_after_s }) => {
            let text = "Too many requests came from your network. Please try again later.";
            let mut response = note(StatusCode::TOO_MANY_REQUESTS, "Please wait a little", text);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
            response
        }
        Err(other) => other.into_response(),
    }
}

fn note(status: StatusCode, title: &str, text: &str) -> Response {
    match page(&Note { title, text }) {
        Ok(mut response) => {
            *response.status_mut() = status;
            response
        }
        Err(error) => error.into_response(),
    }
}
