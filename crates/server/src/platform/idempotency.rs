//! `Idempotency-Key`: a retried POST gets the first answer instead of a second effect.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use heedful_db::Micros;
use heedful_db::platform::idempotency;
use sha2::{Digest, Sha256};

use super::auth::{self, bearer_token, session_token};
use super::error::{Error, Result};
use super::secret;
use crate::app::App;

pub const HEADER: &str = "idempotency-key";
const KEY_LENGTH_MAX: usize = 200;
/// As large as any JSON body may be.
const BODY_MAX: usize = 2 << 20;
/// A page of a list can be larger than what was sent.
const ANSWER_MAX: usize = 16 << 20;
/// A request that has not ended by then was lost with its server.
const GIVE_UP: Micros = 5 * 60 * 1_000_000;

/// Put into an answer that shows a secret once: a retry is told so, and the secret is not kept.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

pub async fn replay(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    let Some((scope, key)) = scope_and_key(&request)? else {
        return Ok(next.run(request).await);
    };
    // Kept answers are for those who still may ask: a revoked token or an ended session gets none.
    if !auth::is_known(request.headers(), &app).await? {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.map_err(|_| Error::TooLarge)?;
    let mut digest = Sha256::new();
    digest.update(parts.uri.to_string().as_bytes());
    digest.update(&body);
    let request_hash = secret::hex(&digest.finalize());

    if let Some(kept) = begin(&app, &scope, &key, &request_hash).await? {
        return Ok(kept);
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    finish(&app, &scope, &key, response).await
}

/// Only JSON POSTs of somebody we can tell apart take part.
fn scope_and_key(request: &Request) -> Result<Option<(String, String)>> {
    let headers = request.headers();
    let Some(key) = headers.get(HEADER) else { return Ok(None) };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let Some(scope) = scope(headers) else { return Ok(None) };
    if request.method() != Method::POST || !is_json {
        return Ok(None);
    }
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_LENGTH_MAX);
    let key = key
        .ok_or_else(|| Error::Malformed("Idempotency-Key must have 1 to 200 plain characters".to_owned()))?;
    Ok(Some((scope, key.to_owned())))
}

fn scope(headers: &HeaderMap) -> Option<String> {
    let who = bearer_token(headers).map(str::to_owned).or_else(|| session_token(headers))?;
    Some(secret::hash(&who))
}

/// The kept answer, if this key was used before.
async fn begin(app: &App, scope: &str, key: &str, request_hash: &str) -> Result<Option<Response>> {
    let mut tx = app.db.begin().await?;
    let is_first =
        idempotency::insert(&mut tx, scope, key, request_hash, app.now(), app.now() - GIVE_UP).await?;
    let kept = if is_first { None } else { idempotency::find(&mut tx, scope, key).await? };
    tx.commit().await.map_err(heedful_db::Error::from)?;
    let Some(kept) = kept else { return Ok(None) };
    if kept.request_hash != request_hash {
        return Err(Error::field("Idempotency-Key", "was used before with another request"));
    }
    let (Some(status), Some(body)) = (kept.status, kept.body) else {
        return Err(Error::conflict("the first request with this Idempotency-Key is still running"));
    };
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")),
    ];
    Ok(Some((status.unwrap_or(StatusCode::OK), headers, body).into_response()))
}

/// Keeps a success; forgets the key after a failure, so that a corrected retry runs.
async fn finish(app: &App, scope: &str, key: &str, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_MAX).await.map_err(|error| Error::Internal(error.into()))?;
    let mut tx = app.db.begin().await?;
    if parts.extensions.get::<ShownOnce>().is_some() {
        let told =
            Error::conflict("this was done already; its answer held a secret, which is shown only once");
        let (told, body) = told.into_response().into_parts();
        let body = to_bytes(body, ANSWER_MAX).await.map_err(|error| Error::Internal(error.into()))?;
        idempotency::update(&mut tx, scope, key, i64::from(told.status.as_u16()), &body).await?;
    } else if parts.status.is_success() {
        idempotency::update(&mut tx, scope, key, i64::from(parts.status.as_u16()), &body).await?;
    } else {
        idempotency::delete(&mut tx, scope, key).await?;
    }
    tx.commit().await.map_err(heedful_db::Error::from)?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
