//! The home page as it is sent.

use heedful_db::Micros;
use heedful_db::decide::agenda::Waiting;
use heedful_db::home::{FirstSteps, RunningTest};
use heedful_db::types::DAY;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::decide::reviews::ThemeMove;
use crate::measure::Way;
use crate::platform::figure::Figure;
use crate::platform::time;

#[derive(Debug, Serialize, ToSchema)]
pub struct HomeOut {
    pub signals: HomeSignals,
    /// Themes that rose or fell this week against the 28 days before, at 95 %.
    pub themes: Vec<ThemeMove>,
    /// Sources that are unusually loud or quiet this week against the 56 days before, at 99 %.
    pub outliers: Vec<ThemeMove>,
    pub running_tests: Vec<RunningTestOut>,
    /// Tests that ended and about which nothing is decided; six mean more than five.
    pub undecided_tests: Vec<WaitingOut>,
    /// Firings of rules that nobody handled.
    pub n_firings_open: i64,
    pub overdue_actions: WaitingList,
    pub overdue_decisions: WaitingList,
    /// Net Promoter Score of the last 90 days.
    pub nps: Figure,
    /// Percent of "very disappointed" in the last 90 days.
    pub pmf: Figure,
    /// First evidence linked → verdict, over the last half year.
    pub time_to_learning: Way,
    /// The weekly review that is under way.
    pub open_review_id: Option<String>,
    pub first_steps: FirstStepsOut,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HomeSignals {
    /// Twelve times seven days, the last of them ending now.
    pub weeks: Vec<WeekCount>,
    pub n_this_week: i64,
    pub n_last_week: i64,
    /// All that are not archived.
    pub n: i64,
    pub n_with_next_step: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WeekCount {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    pub n: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingList {
    pub total: i64,
    pub items: Vec<WaitingOut>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingOut {
    pub id: String,
    pub title: String,
    /// Since or until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    pub owner_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunningTestOut {
    pub id: String,
    pub title: String,
    pub kind: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    pub days_running: i64,
    pub days_planned: Option<i64>,
    /// People measured so far, over all variants.
    pub n: i64,
    /// As many as the plan asks for.
    pub n_planned: Option<i64>,
}

/// Which stages of the loop this workspace has been through once.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each stage of the loop was reached or was not")]
pub struct FirstStepsOut {
    pub signal: bool,
    pub next_step: bool,
    pub theme: bool,
    pub hypothesis: bool,
    pub bet: bool,
    pub experiment: bool,
    pub decision: bool,
    pub outcome: bool,
}

impl RunningTestOut {
    pub fn of(row: RunningTest, now: Micros) -> Self {
        let plan: Value = serde_json::from_str(&row.plan).unwrap_or_default();
        let n_groups = plan["variants"].as_array().map_or(1, |variants| variants.len().max(1));
        let n_groups = i64::try_from(n_groups).unwrap_or(1);
        Self {
            days_running: row.started_at.map_or(0, |started| (now - started) / DAY),
            days_planned: plan["duration_days"].as_i64(),
            n_planned: plan["sample_size"].as_i64().map(|per_group| per_group.saturating_mul(n_groups)),
            id: row.id,
            title: row.title,
            kind: row.kind,
            started_at: time::out_opt(row.started_at),
            n: row.n,
        }
    }
}

impl From<Waiting> for WaitingOut {
    fn from(row: Waiting) -> Self {
        Self { id: row.id, title: row.title, at: time::out_opt(row.at), owner_id: None }
    }
}

impl From<FirstSteps> for FirstStepsOut {
    fn from(row: FirstSteps) -> Self {
        Self {
            signal: row.signal != 0,
            next_step: row.next_step != 0,
            theme: row.theme != 0,
            hypothesis: row.hypothesis != 0,
            bet: row.bet != 0,
            experiment: row.experiment != 0,
            decision: row.decision != 0,
            outcome: row.outcome != 0,
        }
    }
}
