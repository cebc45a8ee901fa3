//! Bodies, queries and headers, with errors that name the field.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use super::error::{Error, Result};
use crate::app::App;

/// A JSON body. Broken JSON is 400; JSON of the wrong shape is 422 and says which field.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::Malformed("send JSON, with `content-type: application/json`".to_owned()));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|refused| body_error(&refused))?;
        match Json::<T>::from_bytes(&bytes) {
            Ok(Json(value)) => Ok(Self(value)),
            Err(axum::extract::rejection::JsonRejection::JsonDataError(error)) => {
                let (field, complaint) = split_path(&innermost(&error));
                Err(Error::field(&field, &complaint))
            }
            Err(other) => Err(Error::Malformed(innermost(&other))),
        }
    }
}

fn body_error(refused: &axum::extract::rejection::BytesRejection) -> Error {
    if refused.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Malformed("the body could not be read".to_owned())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The sentence nearest to the cause: `score: invalid type: string "x", expected f64`.
fn innermost(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}

fn split_path(message: &str) -> (String, String) {
    match message.split_once(": ") {
        Some((path, complaint)) if !path.contains(' ') => (path.to_owned(), complaint.to_owned()),
        _ => {
            let name = message.split('`').nth(1).unwrap_or("body");
            (name.to_owned(), message.to_owned())
        }
    }
}

/// The query part of the address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(error) => {
                let (field, complaint) = split_path(&innermost(&error));
                Err(Error::field(&field, &complaint))
            }
        }
    }
}

/// The version that the caller has seen: a change without it, or with an older one, is refused.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatch {
    /// The `version` of the object as last read, in quotes or not.
    #[param(rename = "If-Match", example = "\"3\"", pattern = "^\"?[0-9]{1,18}\"?$", value_type = String)]
    pub version: i64,
}

impl FromRequestParts<App> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        let header = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        let version = header.and_then(|value| value.trim().trim_matches('"').parse().ok());
        version.map(|version| Self { version }).ok_or_else(|| {
            Error::Malformed("send the version you have seen in the header If-Match".to_owned())
        })
    }
}

impl IfMatch {
    /// Refuses with the current state when the object moved on since the caller read it.
    pub fn check<T: serde::Serialize>(&self, version: i64, current: impl FnOnce() -> T) -> Result<()> {
        if self.version == version {
            return Ok(());
        }
        let current = serde_json::to_value(current()).map_err(anyhow::Error::from)?;
        let message = "somebody else changed this meanwhile; `current` is how it stands now".to_owned();
        Err(Error::Conflict { message, current: Some(current) })
    }
}

/// For fields of a patch: absent stays as it is (`None`), null clears (`Some(None)`), a value sets.
/// Use as `#[serde(default, deserialize_with = "patch")]`.
pub fn patch<'de, T, D>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::split_path;

    #[test]
    fn names_the_field_of_a_complaint() {
        let check = |message: &str, field: &str| assert_eq!(split_path(message).0, field, "{message}");
        check("next_step.kind: invalid type: integer `1`, expected a string", "next_step.kind");
        check("missing field `body` at line 1 column 2", "body");
        check("invalid type: sequence, expected struct SignalIn", "body");
    }
}
