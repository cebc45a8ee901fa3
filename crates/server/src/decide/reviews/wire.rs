//! Reviews as they are sent; agenda and minutes are kept in the same shape.

use heedful_db::decide::reviews::Review;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::time;

/// Something to look at together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgendaItem {
    /// Unique within the agenda.
    pub id: String,
    /// new_signals, themes, rules, tests, decisions, actions, expiring or next_steps
    pub section: String,
    /// What it is about: signals (many), theme, firing, experiment, decision, action, hypothesis, bet or insight
    pub kind: String,
    /// Null for an item about many signals.
    pub object_id: Option<String>,
    pub title: String,
    /// Why it is on the agenda, as a sentence.
    pub why: String,
    /// The outcome that fits most often: action, decision, next_step or noted
    pub suggested: String,
    /// What a number is made of.
    pub parts: Vec<AgendaPart>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgendaPart {
    pub kind: String,
    pub id: String,
    pub name: String,
    pub n: i64,
}

/// What was said about an item, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Minute {
    pub item_id: String,
    pub note: String,
    /// noted, action, decision, next_step or skipped
    pub outcome: String,
    /// What was created, oldest first; an item may be looked at twice.
    pub created: Vec<MinuteLink>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MinuteLink {
    pub kind: String,
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub period_from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub period_to: Timestamp,
    pub agenda: Vec<AgendaItem>,
    pub minutes: Vec<Minute>,
    pub summary: String,
    /// open or closed
    pub state: String,
    pub started_by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
}

/// A review in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewSummary {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub period_from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub period_to: Timestamp,
    pub n_items: usize,
    /// Items with minutes.
    pub n_walked: usize,
    pub summary: String,
    /// open or closed
    pub state: String,
    pub started_by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
}

impl From<Review> for ReviewOut {
    fn from(row: Review) -> Self {
        Self {
            agenda: serde_json::from_str(&row.agenda).unwrap_or_default(),
            minutes: serde_json::from_str(&row.minutes).unwrap_or_default(),
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            kind: row.kind,
            period_from: time::out(row.period_from),
            period_to: time::out(row.period_to),
            summary: row.summary,
            state: row.state,
            started_by: row.started_by,
            closed_at: time::out_opt(row.closed_at),
        }
    }
}

impl From<Review> for ReviewSummary {
    fn from(row: Review) -> Self {
        let whole = ReviewOut::from(row);
        Self {
            n_items: whole.agenda.len(),
            n_walked: whole.minutes.len(),
            id: whole.id,
            version: whole.version,
            created_at: whole.created_at,
            kind: whole.kind,
            period_from: whole.period_from,
            period_to: whole.period_to,
            summary: whole.summary,
            state: whole.state,
            started_by: whole.started_by,
            closed_at: whole.closed_at,
        }
    }
}
