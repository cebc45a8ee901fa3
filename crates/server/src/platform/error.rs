//! The one error of the server and its one JSON shape.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::invalid::Invalid;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    #[error("sign in first")]
    Unauthorized,
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("there is no such thing here")]
    NotFound,
    /// Something changed or happened meanwhile; `current` is how it stands now.
    #[error("{message}")]
    Conflict { message: String, current: Option<Value> },
    #[error("the request is larger than allowed")]
    TooLarge,
    #[error("some fields are not valid")]
    Invalid(Invalid),
    #[error("too many requests")]
    TooMany { retry_after_s: u32 },
    #[error("the data cannot be reached right now; please try again in a moment")]
    Unavailable,
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl Error {
    pub fn conflict(message: &str) -> Self {
        Self::Conflict { message: message.to_owned(), current: None }
    }

    pub fn field(name: &str, complaint: &str) -> Self {
        Self::Invalid(Invalid::field(name, complaint))
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Conflict { .. } => (StatusCode::CONFLICT, "conflict"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl From<heedful_db::Error> for Error {
    fn from(error: heedful_db::Error) -> Self {
        match error {
            heedful_db::Error::NotFound => Self::NotFound,
            heedful_db::Error::Stale => Self::conflict("somebody else changed this meanwhile"),
            heedful_db::Error::Taken { field } => Self::field(&field, "is already taken"),
            heedful_db::Error::Reference => {
                Self::field("reference", "names something that does not exist here, or that is still in use")
            }
            heedful_db::Error::Unavailable(cause) => {
                tracing::error!(%cause, "the database is unavailable");
                Self::Unavailable
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

/// `{"error":{"code","message","fields"}}`
#[derive(Serialize, ToSchema)]
pub struct ErrorOut {
    pub error: ErrorBody,
}

#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    /// A word that programs can rely on.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Complaints by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Vec<String>>>)]
    pub fields: Option<Invalid>,
    /// After a conflict: the object as it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Value>,
}

impl Serialize for Invalid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        if let Self::Internal(cause) = &self {
            tracing::error!("{cause:#}");
        }
        let message = match &self {
            Self::Internal(_) => "something went wrong on our side".to_owned(),
            other => other.to_string(),
        };
        let retry_after = match &self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Unavailable => Some(5),
            _ => None,
        };
        let (fields, current) = match self {
            Self::Invalid(invalid) => (Some(invalid), None),
            Self::Conflict { current, .. } => (None, current),
            _ => (None, None),
        };
        let body = ErrorOut { error: ErrorBody { code: code.to_owned(), message, fields, current } };
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
