//! How files of events look on the wire, and which mappings are acceptable.

use heedful_db::listen::event_imports::EventImport;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::rows::Format;
use crate::listen::imports::dates::DATE_FORMATS;
use crate::platform::error::Result;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const COLUMNS_MAX: usize = 10;
const LEFT_OUT_MAX: usize = 500;
const NAME_MAX: usize = 200;

/// Which column means what. In files of JSON a column within another is named with a dot: `properties.time`.
/// Columns that are not named here become properties of the event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventImportMapping {
    /// What was done; where a row says nothing, `event_name` counts.
    pub event: Option<String>,
    /// What was done in all rows.
    pub event_name: Option<String>,
    /// Who did it: the first of these columns that says something.
    pub distinct_id: Vec<String>,
    /// When.
    pub timestamp: Option<String>,
    /// auto (when not given), iso, epoch_s, epoch_ms, dmy, mdy or ymd
    pub date_format: Option<String>,
    /// The zone of times that do not name one, such as `Europe/Berlin`; UTC when not given.
    pub time_zone: Option<String>,
    /// What tells an event from all others. Without it rows are told apart by all that they say.
    pub id: Option<String>,
    /// Columns with objects whose fields are the properties, as JSON.
    pub properties: Vec<String>,
    /// Columns that are not kept.
    pub left_out: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EventImportMappingIn {
    pub mapping: EventImportMapping,
    /// Read the file in another encoding than the one found, such as `windows-1250`.
    pub file_encoding: Option<String>,
    /// Part columns at another character than the one found: a comma, a semicolon, a tab or a bar.
    pub delimiter: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventImportOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub created_by: String,
    pub file_name: String,
    /// As uploaded.
    pub file_bytes: i64,
    /// csv, jsonl, json (one list) or parquet
    pub file_format: String,
    pub file_encoding: String,
    pub delimiter: String,
    pub columns: Vec<String>,
    pub mapping: EventImportMapping,
    /// previewed, queued, running, cancelling, cancelled, done, failed, undoing or undone
    pub state: String,
    /// How much of `file_bytes` has been read.
    pub bytes_done: i64,
    /// Rows read so far.
    pub n_rows: i64,
    /// Events that were not there before.
    pub n_taken: i64,
    /// Events that were there before.
    pub n_known: i64,
    pub n_rejected: i64,
    /// After undoing: events taken away again.
    pub n_removed: i64,
    /// Why rows were rejected.
    pub rejects: Vec<EventImportReject>,
    /// Why it does not go on.
    pub error: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// Rows that were rejected for one reason.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, ToSchema)]
pub struct EventImportReject {
    pub reason: String,
    pub count: i64,
    /// The first of them, counted from 1 below the header.
    pub row_number: i64,
    /// The start of that row.
    pub sample: String,
}

/// A file as it would be understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventImportPreview {
    pub import: EventImportOut,
    /// The first rows.
    pub rows: Vec<EventPreviewRow>,
}

/// One row: an event, or why it is none.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EventPreviewRow {
    /// Counted from 1, below the header.
    pub number: i64,
    pub event: Option<String>,
    pub distinct_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub timestamp: Option<Timestamp>,
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    pub refusal: Option<String>,
    /// The row itself, when it was refused.
    pub text: Option<String>,
}

impl EventImportMapping {
    pub fn validate(self, columns: &[String]) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let name = self.event_name.as_deref().unwrap_or_default().trim();
        let has_name = self.event.is_some() || !name.is_empty();
        let no_event = "must name the column with what was done, or say what all rows are";
        invalid.check("mapping.event", has_name, no_event);
        let is_short = name.chars().count() <= NAME_MAX;
        invalid.check("mapping.event_name", is_short, "must have at most 200 characters");
        invalid.check(
            "mapping.distinct_id",
            !self.distinct_id.is_empty(),
            "must name the column with who did it",
        );
        invalid.check(
            "mapping.timestamp",
            self.timestamp.is_some(),
            "must name the column with when it was done",
        );
        for (field, columns, max) in [
            ("mapping.distinct_id", &self.distinct_id, COLUMNS_MAX),
            ("mapping.properties", &self.properties, COLUMNS_MAX),
            ("mapping.left_out", &self.left_out, LEFT_OUT_MAX),
        ] {
            invalid.check(field, columns.len() <= max, &format!("must be at most {max} columns"));
        }
        for (field, column) in self.named() {
            let complaint = format!("names {column:?}, which is not a column of this file");
            invalid.check(field, columns.contains(column), &complaint);
        }
        if let Some(format) = &self.date_format {
            invalid.check_choice("mapping.date_format", format, DATE_FORMATS);
        }
        if let Some(zone) = &self.time_zone {
            let is_zone = TimeZone::get(zone).is_ok();
            invalid.check("mapping.time_zone", is_zone, "must be a zone such as Europe/Berlin");
        }
        invalid.or(self)
    }

    /// Each field with the columns that it names.
    fn named(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let singles = [
            ("mapping.event", &self.event),
            ("mapping.timestamp", &self.timestamp),
            ("mapping.id", &self.id),
        ];
        let lists = [
            ("mapping.distinct_id", &self.distinct_id),
            ("mapping.properties", &self.properties),
            ("mapping.left_out", &self.left_out),
        ];
        let singles = singles.into_iter().filter_map(|(field, column)| Some((field, column.as_ref()?)));
        singles
            .chain(lists.into_iter().flat_map(|(field, list)| list.iter().map(move |column| (field, column))))
    }
}

impl EventImportOut {
    pub fn of(row: EventImport) -> Result<Self> {
        Ok(Self {
            columns: read(&row.columns)?,
            mapping: read(&row.mapping)?,
            rejects: read(&row.rejects)?,
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            created_by: row.created_by,
            file_name: row.file_name,
            file_bytes: row.file_bytes,
            file_format: row.file_format,
            file_encoding: row.file_encoding,
            delimiter: row.delimiter,
            state: row.state,
            bytes_done: row.bytes_done,
            n_rows: row.n_rows,
            n_taken: row.n_taken,
            n_known: row.n_known,
            n_rejected: row.n_rejected,
            n_removed: row.n_removed,
            error: row.error,
            finished_at: time::out_opt(row.finished_at),
        })
    }
}

pub fn format_of(row: &EventImport) -> Format {
    Format {
        kind: row.file_format.clone(),
        encoding: row.file_encoding.clone(),
        delimiter: row.delimiter.clone(),
    }
}

/// A column of the database that holds JSON.
pub fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    Ok(serde_json::from_str(json).map_err(anyhow::Error::from)?)
}
