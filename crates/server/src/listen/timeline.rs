//! How an entry of somebody's timeline looks on the wire.

use heedful_db::listen::timelines::Entry;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::time;

/// Longer words are cut in a timeline; the thing itself has them all.
const WORDS_MAX: usize = 2_000;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// signal, response (a score without words), interview, or notice (that an outcome was told to them)
    pub kind: String,
    /// Of the signal, response, interview or outcome.
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub person_id: Option<String>,
    pub source_id: Option<String>,
    /// What was said, or the title of the survey, interview or outcome.
    pub words: String,
    /// Whether the words were too long to be all here.
    pub is_cut: bool,
    pub score: Option<f64>,
    pub score_kind: Option<String>,
}

impl From<Entry> for TimelineEntry {
    fn from(row: Entry) -> Self {
        let cut = row.words.char_indices().nth(WORDS_MAX).map(|(end, _)| row.words[..end].to_owned());
        Self {
            kind: row.kind,
            id: row.id,
            at: time::out(row.at),
            person_id: row.person_id,
            source_id: row.source_id,
            is_cut: cut.is_some(),
            words: cut.unwrap_or(row.words),
            score: row.score,
            score_kind: row.score_kind,
        }
    }
}
