//! How imports look on the wire, and which mappings are acceptable.

use std::collections::BTreeMap;

use heedful_db::listen::imports::Import;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dates::DATE_FORMATS;
use crate::platform::error::Result;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const BODY_COLUMNS_MAX: usize = 10;
const SCORE_KINDS: &[&str] = &["nps", "pmf", "csat", "rating"];

/// Which column means what. Columns that are not named here are kept in the context of the signal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImportMapping {
    /// The customer's words; several columns, such as a title and a text, become paragraphs.
    pub body: Vec<String>,
    /// The source's own id of each row. Without it, rows are told apart by all that they say.
    pub external_id: Option<String>,
    /// When it was said. Without it, the time of the import.
    pub occurred_at: Option<String>,
    /// auto (when not given), iso, epoch_s, epoch_ms, dmy, mdy or ymd
    pub date_format: Option<String>,
    /// The zone of times that do not name one, such as `Europe/Berlin`; UTC when not given.
    pub time_zone: Option<String>,
    pub score: Option<String>,
    /// nps, pmf, csat or rating: what the numbers of the score column mean.
    pub score_kind: Option<String>,
    pub person_email: Option<String>,
    pub person_name: Option<String>,
    pub person_external_id: Option<String>,
    pub account_name: Option<String>,
    pub account_external_id: Option<String>,
    pub language: Option<String>,
    pub page_url: Option<String>,
    pub app_version: Option<String>,
    /// Parted by commas or semicolons.
    pub tags: Option<String>,
    /// team, link or public in each row.
    pub may_show: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ImportMappingIn {
    pub mapping: ImportMapping,
    /// Read the file in another encoding than the one found, such as `windows-1250`.
    pub file_encoding: Option<String>,
    /// Part columns at another character than the one found: a comma, a semicolon, a tab or a bar.
    pub delimiter: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub source_id: String,
    pub created_by: String,
    pub file_name: String,
    /// csv or jsonl
    pub file_format: String,
    pub file_encoding: String,
    /// Of the file as uploaded, unpacked.
    pub file_sha256: String,
    pub file_bytes: i64,
    pub delimiter: String,
    pub columns: Vec<String>,
    pub mapping: ImportMapping,
    /// previewed, queued, running, cancelling, cancelled, done, undoing or undone
    pub state: String,
    /// How much of `file_bytes` has been read.
    pub bytes_done: i64,
    /// Rows read so far.
    pub n_rows: i64,
    pub n_created: i64,
    /// Rows that the source had given before.
    pub n_unchanged: i64,
    pub n_refused: i64,
    /// After undoing: signals taken away again.
    pub n_removed: i64,
    /// After undoing: signals that stayed, because something was built on them.
    pub n_kept: i64,
    /// Why the last try did not get through; it is tried again.
    pub error: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// A file as it would be understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPreview {
    pub import: ImportOut,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewRow {
    /// Counted as a spreadsheet does: the header is row 1.
    pub number: i64,
    /// The cells in the order of `columns`, cut when long.
    pub cells: Vec<String>,
    pub signal: Option<PreviewSignal>,
    pub refusal: Option<ImportRefusal>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewSignal {
    pub body: String,
    pub external_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub occurred_at: Option<Timestamp>,
    pub score: Option<f64>,
    pub person: Option<String>,
    pub account: Option<String>,
    pub language: Option<String>,
    pub tags: Vec<String>,
    pub may_show: Option<String>,
    /// Columns without a meaning of their own.
    pub context: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportRefusal {
    pub row_number: i64,
    /// The columns of the file that are to blame, with commas between them, else a field such as `row`.
    pub field: String,
    pub reason: String,
    /// The start of the row.
    pub row_text: String,
}

impl ImportMapping {
    /// Each meaning with the column chosen for it.
    pub fn singles(&self) -> [(&'static str, Option<&String>); 13] {
        [
            ("external_id", self.external_id.as_ref()),
            ("occurred_at", self.occurred_at.as_ref()),
            ("score", self.score.as_ref()),
            ("person_email", self.person_email.as_ref()),
            ("person_name", self.person_name.as_ref()),
            ("person_external_id", self.person_external_id.as_ref()),
            ("account_name", self.account_name.as_ref()),
            ("account_external_id", self.account_external_id.as_ref()),
            ("language", self.language.as_ref()),
            ("page_url", self.page_url.as_ref()),
            ("app_version", self.app_version.as_ref()),
            ("tags", self.tags.as_ref()),
            ("may_show", self.may_show.as_ref()),
        ]
    }

    pub fn validate(self, columns: &[String]) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let no_words = "must name the column with the customer's words, or a score must be mapped";
        invalid.check("mapping.body", !self.body.is_empty() || self.score.is_some(), no_words);
        invalid.check("mapping.body", self.body.len() <= BODY_COLUMNS_MAX, "must be at most 10 columns");
        let body = self.body.iter().map(|column| ("body", column));
        let singles = self.singles().into_iter().filter_map(|(meaning, column)| Some((meaning, column?)));
        for (meaning, column) in body.chain(singles) {
            let complaint = format!("names {column:?}, which is not a column of this file");
            invalid.check(&format!("mapping.{meaning}"), columns.contains(column), &complaint);
        }
        if let Some(format) = &self.date_format {
            invalid.check_choice("mapping.date_format", format, DATE_FORMATS);
        }
        if let Some(zone) = &self.time_zone {
            invalid.check(
                "mapping.time_zone",
                TimeZone::get(zone).is_ok(),
                "must be a zone such as Europe/Berlin",
            );
        }
        match &self.score_kind {
            Some(kind) => invalid.check_choice("mapping.score_kind", kind, SCORE_KINDS),
            None => invalid.check(
                "mapping.score_kind",
                self.score.is_none(),
                "must say what the score means: nps, pmf, csat or rating",
            ),
        }
        invalid.or(self)
    }
}

impl ImportOut {
    pub fn of(row: Import) -> Result<Self> {
        Ok(Self {
            columns: read_columns(&row)?,
            mapping: read_mapping(&row)?,
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            source_id: row.source_id,
            created_by: row.created_by,
            file_name: row.file_name,
            file_format: row.file_format,
            file_encoding: row.file_encoding,
            file_sha256: row.file_sha256,
            file_bytes: row.file_bytes,
            delimiter: row.delimiter,
            state: row.state,
            bytes_done: row.bytes_done,
            n_rows: row.n_rows,
            n_created: row.n_created,
            n_unchanged: row.n_unchanged,
            n_refused: row.n_refused,
            n_removed: row.n_removed,
            n_kept: row.n_kept,
            error: row.error,
            finished_at: time::out_opt(row.finished_at),
        })
    }
}

pub fn read_columns(row: &Import) -> Result<Vec<String>> {
    Ok(serde_json::from_str(&row.columns).map_err(anyhow::Error::from)?)
}

pub fn read_mapping(row: &Import) -> Result<ImportMapping> {
    Ok(serde_json::from_str(&row.mapping).map_err(anyhow::Error::from)?)
}
