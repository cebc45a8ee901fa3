//! What a merge or split moved, as it is kept and as it is shown.

use heedful_db::understand::theme_changes::Change;
use heedful_db::understand::themes::Assignment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::time;

/// What a merge or split moved: signals with who put them where they were, and insights.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Moved {
    /// Signals that were only in the theme they came from.
    pub signals: Vec<(String, String, i64)>,
    /// Signals that were in both themes before a merge.
    pub in_both: Vec<(String, String, i64)>,
    pub insight_ids: Vec<String>,
}

impl Moved {
    pub fn signal_ids(&self) -> Vec<String> {
        self.signals.iter().chain(&self.in_both).map(|(id, ..)| id.clone()).collect()
    }
}

pub fn kept(row: &Assignment) -> (String, String, i64) {
    (row.signal_id.clone(), row.assigned_by.clone(), row.assigned_at)
}

pub fn assignments(kept: &[(String, String, i64)]) -> Vec<Assignment> {
    let row = |(signal_id, assigned_by, assigned_at): &(String, String, i64)| Assignment {
        signal_id: signal_id.clone(),
        assigned_by: assigned_by.clone(),
        assigned_at: *assigned_at,
    };
    kept.iter().map(row).collect()
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThemeChange {
    pub id: String,
    /// merge or split
    pub kind: String,
    /// The theme that received the signals of a merge, or gave those of a split.
    pub theme_id: String,
    /// The theme that was merged away or split off.
    pub other_id: String,
    pub n_signals: usize,
    pub n_insights: usize,
    pub made_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
}

impl ThemeChange {
    pub fn of(row: Change, moved: &Moved) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            theme_id: row.theme_id,
            other_id: row.other_id,
            n_signals: moved.signals.len() + moved.in_both.len(),
            n_insights: moved.insight_ids.len(),
            made_by: row.made_by,
            made_at: time::out(row.made_at),
            undone_at: time::out_opt(row.undone_at),
        }
    }
}
