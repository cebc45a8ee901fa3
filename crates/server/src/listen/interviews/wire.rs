//! How interviews look on the wire, and which are acceptable.

use heedful_db::listen::interviews::{Count, Interview, Passage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const AUDIENCES: &[&str] = &["team", "link", "public"];
const TITLE_MAX: usize = 200;
const NOTES_MAX: usize = 20_000;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct InterviewIn {
    pub title: String,
    /// Whom you talked to.
    pub person_id: Option<String>,
    /// Now, when not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_at: Option<Timestamp>,
    #[serde(default)]
    pub notes: String,
    /// Who may see the words as a quote, as the person agreed: team, link or public; team when not given.
    pub may_show: Option<String>,
    /// Where interviews come from; the source "Interviews" when not given.
    pub source_id: Option<String>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct InterviewPatch {
    pub title: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub person_id: Option<Option<String>>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_at: Option<Timestamp>,
    pub notes: Option<String>,
    pub may_show: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InterviewOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub source_id: String,
    pub title: String,
    pub person_id: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub held_at: Timestamp,
    pub notes: String,
    pub may_show: String,
    /// txt, srt or vtt; null without a transcript
    pub transcript_format: Option<String>,
    pub n_passages: i64,
    pub n_highlights: i64,
    /// Where the last passage ends, when the transcript carries times.
    pub length_ms: Option<i64>,
}

/// What one speaker said at a stretch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PassageOut {
    /// Counts from 0; highlights name it.
    pub position: i64,
    /// Empty when the transcript does not tell.
    pub speaker: String,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub body: String,
}

impl InterviewIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        check(&mut invalid, Some(&self.title), Some(&self.notes), self.may_show.as_deref());
        invalid.or(self)
    }
}

impl InterviewPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        check(&mut invalid, self.title.as_deref(), self.notes.as_deref(), self.may_show.as_deref());
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Interview) {
        if let Some(title) = &self.title {
            title.trim().clone_into(&mut row.title);
        }
        if let Some(person_id) = &self.person_id {
            row.person_id.clone_from(person_id);
        }
        if let Some(notes) = &self.notes {
            row.notes.clone_from(notes);
        }
        if let Some(may_show) = &self.may_show {
            row.may_show.clone_from(may_show);
        }
        row.held_at = time::micros_opt(self.held_at).unwrap_or(row.held_at);
    }
}

fn check(invalid: &mut Invalid, title: Option<&str>, notes: Option<&str>, may_show: Option<&str>) {
    if let Some(title) = title {
        invalid.check_text("title", title, TITLE_MAX);
    }
    invalid.check_optional("notes", notes, NOTES_MAX);
    if let Some(may_show) = may_show {
        invalid.check_choice("may_show", may_show, AUDIENCES);
    }
}

impl InterviewOut {
    pub fn of(row: Interview, count: &Count) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            source_id: row.source_id,
            title: row.title,
            person_id: row.person_id,
            held_at: time::out(row.held_at),
            notes: row.notes,
            may_show: row.may_show,
            transcript_format: row.transcript_format,
            n_passages: count.n_passages,
            n_highlights: count.n_highlights,
            length_ms: count.end_ms,
        }
    }
}

impl From<Passage> for PassageOut {
    fn from(row: Passage) -> Self {
        let Passage { position, speaker, start_ms, end_ms, body } = row;
        Self { position, speaker, start_ms, end_ms, body }
    }
}
