//! A request with events, its body read within bounds.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Uri, header};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::body::{self, BYTES_MAX, BodyError};
use crate::app::App;
use crate::platform::error::{Error, Result};

/// A body of unknown length counts as so much while it is read.
const UNKNOWN_LENGTH: usize = 1 << 20;
/// A body takes about so many times its length while it is read.
const COST: usize = 2;
/// Longer waits would end at the sender anyway.
const WAIT: Duration = Duration::from_secs(10);
/// Who sends slower keeps others waiting.
const READ: Duration = Duration::from_mins(1);
/// Reading more than this would keep other requests waiting.
const LARGE: usize = 64 << 10;

pub struct CaptureRequest {
    pub headers: HeaderMap,
    pub uri: Uri,
    pub bytes: Bytes,
    /// Held until the body is forgotten.
    _room: OwnedSemaphorePermit,
}

impl FromRequest<App> for CaptureRequest {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let length = content_length(&parts.headers);
        if length.is_some_and(|length| length > BYTES_MAX) {
            return Err(Error::TooLarge);
        }
        let room = room(app, length.unwrap_or(UNKNOWN_LENGTH)).await?;
        let bytes = read(body, length.unwrap_or(BYTES_MAX)).await?;
        Ok(Self { headers: parts.headers, uri: parts.uri, bytes, _room: room })
    }
}

impl CaptureRequest {
    /// The JSON of the body.
    pub fn json(&self) -> Result<Cow<'_, [u8]>> {
        let plain = body::decode(&self.headers, &self.bytes).map_err(|error| match error {
            BodyError::TooLarge => Error::TooLarge,
            BodyError::Damaged => Error::Malformed("the body could not be decompressed".to_owned()),
        })?;
        let has_surrogates =
            [br"\ud", br"\uD"].iter().any(|escape| memchr::memmem::find(&plain, *escape).is_some());
        Ok(if has_surrogates { Cow::Owned(body::mend_surrogates(&plain)) } else { plain })
    }

    /// A field of the query part of the address.
    pub fn query(&self, names: &[&str]) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut found = pairs.filter(|(name, value)| names.contains(&name.as_ref()) && !value.is_empty());
        found.next().map(|(_, value)| value.into_owned())
    }

    /// Does the work of this request where it keeps nobody waiting.
    pub async fn work<T: Send + 'static>(
        self,
        work: impl AsyncFnOnce(Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.bytes.len() < LARGE {
            return work(self).await;
        }
        let handle = Handle::current();
        spawn_blocking(move || handle.block_on(work(self))).await.map_err(anyhow::Error::from)?
    }
}

pub fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Waits until there is room in memory for a body.
async fn room(app: &App, n_bytes: usize) -> Result<OwnedSemaphorePermit> {
    let kilobytes = u32::try_from((n_bytes * COST).div_ceil(1 << 10)).unwrap_or(u32::MAX);
    match timeout(WAIT, Arc::clone(&app.capture.room).acquire_many_owned(kilobytes)).await {
        Ok(Ok(room)) => Ok(room),
        _ => Err(Error::Unavailable),
    }
}

async fn read(body: Body, n_bytes_max: usize) -> Result<Bytes> {
    match timeout(READ, to_bytes(body, n_bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err(Error::TooLarge),
        Ok(Err(_)) => Err(Error::Malformed("the body could not be read".to_owned())),
        Err(_) => Err(Error::Malformed("the body came too slowly".to_owned())),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}
