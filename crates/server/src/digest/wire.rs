//! Digests as they are sent; what was made is kept in the same shape.

use heedful_db::share::digests::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lens::Part;
use crate::platform::error::Result;
use crate::platform::time;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DigestOut {
    /// Null for a preview.
    pub id: Option<String>,
    /// product, design, engineering, marketing, sales or leadership
    pub lens: String,
    /// The Monday, in the workspace's time zone.
    #[schema(example = "2026-03-02")]
    pub week: String,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    #[serde(flatten)]
    pub body: DigestBody,
}

/// What a digest says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DigestBody {
    /// True when nothing new was said, noticed, tested, decided or published.
    pub quiet: bool,
    /// The week in one sentence.
    pub summary: String,
    pub sections: Vec<DigestSection>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DigestSection {
    /// signals, themes, sources, rules, results, tests, decisions, outcomes, critiques, scores, learning or overdue
    pub part: Part,
    pub title: String,
    pub items: Vec<DigestItem>,
    /// How many more there are than are named.
    pub n_more: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DigestItem {
    pub title: String,
    /// What the title is made of, as a sentence; may be empty.
    pub text: String,
    /// Where it stands in the app.
    pub path: String,
}

impl DigestOut {
    pub fn of(row: Digest) -> Result<Self> {
        let body: DigestBody = serde_json::from_str(&row.body).map_err(anyhow::Error::from)?;
        Ok(Self {
            id: Some(row.id),
            lens: row.lens,
            week: row.week,
            from: time::out(row.period_from),
            to: time::out(row.period_to),
            made_at: time::out(row.created_at),
            body,
        })
    }
}
