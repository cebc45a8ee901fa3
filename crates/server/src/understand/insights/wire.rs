//! How insights look on the wire, and which are acceptable.

use heedful_db::understand::insights::Insight;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::listen::signals::NextStep;
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const KIND: &str = "insight";
const STATEMENT_MAX: usize = 500;
const DETAIL_MAX: usize = 20_000;
const CONTEXT_MAX: usize = 500;

/// The three tags may stay empty while they are not yet known; `tags=missing` lists what still owes one.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct InsightIn {
    /// What was learned, in one sentence.
    pub statement: String,
    #[serde(default)]
    pub detail: String,
    pub theme_id: Option<String>,
    /// Who it is true for.
    pub segment_id: Option<String>,
    /// In which situation it is true.
    pub usage_context: Option<String>,
    /// What happens next, who does it and by when.
    pub next_step: Option<NextStep>,
    /// Signals it rests on, at most 500; more can be added later.
    #[serde(default)]
    pub signal_ids: Vec<String>,
    /// Highlights it rests on, at most 500.
    #[serde(default)]
    pub highlight_ids: Vec<String>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct InsightPatch {
    pub statement: Option<String>,
    pub detail: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub theme_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub segment_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub usage_context: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<NextStep>)]
    pub next_step: Option<Option<NextStep>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InsightOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub statement: String,
    pub detail: String,
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    pub usage_context: Option<String>,
    pub next_step: Option<NextStep>,
    /// Which of segment, context and next_step it still owes; a next step needs an owner and a date.
    pub owed: Vec<String>,
    pub n_evidence: i64,
}

impl InsightOut {
    pub fn of(row: Insight, n_evidence: i64) -> Self {
        let owed = owed(&row).into_iter().map(str::to_owned).collect();
        let next_step = row.next_step_kind.map(|kind| NextStep {
            kind,
            note: row.next_step_note,
            owner_id: row.next_step_owner_id,
            due_at: time::out_opt(row.next_step_due_at),
        });
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            statement: row.statement,
            detail: row.detail,
            theme_id: row.theme_id,
            segment_id: row.segment_id,
            usage_context: row.usage_context,
            next_step,
            owed,
            n_evidence,
        }
    }
}

/// The same rule as the filter `tags=missing` has in SQL.
fn owed(row: &Insight) -> Vec<&'static str> {
    let mut owed = Vec::new();
    if row.segment_id.is_none() {
        owed.push("segment");
    }
    if row.usage_context.as_deref().unwrap_or_default().is_empty() {
        owed.push("context");
    }
    let is_planned = row.next_step_owner_id.is_some() && row.next_step_due_at.is_some();
    let has_step = match row.next_step_kind.as_deref() {
        None => false,
        Some("no_action") => true,
        Some(_) => is_planned,
    };
    if !has_step {
        owed.push("next_step");
    }
    owed
}

impl InsightIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("statement", &self.statement, STATEMENT_MAX);
        invalid.check_length("detail", &self.detail, DETAIL_MAX);
        invalid.check_optional("usage_context", self.usage_context.as_deref(), CONTEXT_MAX);
        if let Some(step) = &self.next_step {
            step.check(&mut invalid);
        }
        check_evidence(&mut invalid, &self.signal_ids, &self.highlight_ids);
        invalid.or(self)
    }
}

impl InsightPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(statement) = &self.statement {
            invalid.check_text("statement", statement, STATEMENT_MAX);
        }
        invalid.check_optional("detail", self.detail.as_deref(), DETAIL_MAX);
        let context = self.usage_context.as_ref().and_then(Option::as_deref);
        invalid.check_optional("usage_context", context, CONTEXT_MAX);
        if let Some(Some(step)) = &self.next_step {
            step.check(&mut invalid);
        }
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Insight) {
        if let Some(statement) = &self.statement {
            statement.trim().clone_into(&mut row.statement);
        }
        if let Some(detail) = &self.detail {
            row.detail.clone_from(detail);
        }
        for (field, value) in [
            (&mut row.theme_id, &self.theme_id),
            (&mut row.segment_id, &self.segment_id),
            (&mut row.usage_context, &self.usage_context),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        if let Some(step) = &self.next_step {
            set_next_step(row, step.as_ref());
        }
    }
}

pub fn set_next_step(row: &mut Insight, step: Option<&NextStep>) {
    row.next_step_kind = step.map(|step| step.kind.clone());
    row.next_step_note = step.and_then(|step| step.note.clone());
    row.next_step_owner_id = step.and_then(|step| step.owner_id.clone());
    row.next_step_due_at = step.and_then(|step| time::micros_opt(step.due_at));
}

/// Evidence is written in one transaction, so it is bounded.
pub fn check_evidence(invalid: &mut Invalid, signals: &[String], highlights: &[String]) {
    invalid.check("signal_ids", signals.len() <= 500, "must be at most 500");
    invalid.check("highlight_ids", highlights.len() <= 500, "must be at most 500");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_step_without_owner_or_date_is_still_owed_unless_nothing_will_be_done() {
        let mut row = Insight::default();
        assert_eq!(owed(&row), ["segment", "context", "next_step"]);
        row.segment_id = Some("s".to_owned());
        row.usage_context = Some("buying".to_owned());
        row.next_step_kind = Some("fix_now".to_owned());
        row.next_step_owner_id = Some("u".to_owned());
        assert_eq!(owed(&row), ["next_step"]);
        row.next_step_due_at = Some(1);
        assert!(owed(&row).is_empty());
        row.next_step_kind = Some("no_action".to_owned());
        row.next_step_due_at = None;
        assert!(owed(&row).is_empty());
    }
}
