//! How experiments look on the wire.

use heedful_db::experiment::amendments::Amendment;
use heedful_db::experiment::experiments::Experiment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bet::objectives::TITLE_MAX;
use crate::bet::words::words;
use crate::experiment::plan::{ExperimentKind, Plan, PlanFinding, findings, validate};
use crate::platform::error::Result;
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const REASON_MAX: usize = 2_000;

words!(
    ExperimentState {
        Planned = "planned",
        Running = "running",
        Finished = "finished",
        Stopped = "stopped",
    }
);

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ExperimentIn {
    pub bet_id: String,
    pub title: String,
    pub kind: ExperimentKind,
    /// When not given, a first plan is drawn up from the hypothesis.
    pub plan: Option<Plan>,
    pub owner_id: Option<String>,
}

/// Absent fields stay as they are, null clears. Kind and plan can change only before the start.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ExperimentPatch {
    pub title: Option<String>,
    pub kind: Option<ExperimentKind>,
    pub plan: Option<Plan>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AmendmentIn {
    /// The whole plan as it is to be from now on.
    pub plan: Plan,
    /// Why it must change after the start.
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct StopIn {
    /// Why it ends before it has run as planned.
    pub reason: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExperimentOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub bet_id: String,
    pub title: String,
    pub kind: ExperimentKind,
    /// As it stands now, with the amendments.
    pub plan: Plan,
    /// SHA-256 of the plan at the start, over its JSON with sorted keys; null before the start.
    pub plan_hash: Option<String>,
    /// What the plan lacks.
    pub findings: Vec<PlanFinding>,
    pub owner_id: Option<String>,
    pub state: ExperimentState,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Why it was stopped.
    pub end_reason: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AmendmentOut {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    pub made_by: String,
    pub reason: String,
    pub before: Plan,
    pub after: Plan,
}

impl ExperimentOut {
    pub fn of(row: Experiment) -> Result<Self> {
        let kind = ExperimentKind::parse(&row.kind)?;
        let plan = plan_of(&row.plan)?;
        Ok(Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            bet_id: row.bet_id,
            title: row.title,
            kind,
            findings: findings(kind, &plan),
            plan,
            plan_hash: row.plan_hash,
            owner_id: row.owner_id,
            state: ExperimentState::parse(&row.state)?,
            started_at: time::out_opt(row.started_at),
            ended_at: time::out_opt(row.ended_at),
            end_reason: row.end_reason,
        })
    }
}

impl AmendmentOut {
    pub fn of(row: Amendment) -> Result<Self> {
        Ok(Self {
            id: row.id,
            made_at: time::out(row.made_at),
            made_by: row.made_by,
            reason: row.reason,
            before: plan_of(&row.before_plan)?,
            after: plan_of(&row.after_plan)?,
        })
    }
}

pub fn plan_of(text: &str) -> Result<Plan> {
    Ok(serde_json::from_str(text).map_err(anyhow::Error::from)?)
}

impl ExperimentIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        if let Some(plan) = &self.plan {
            validate(plan, &mut invalid);
        }
        invalid.or(self)
    }
}

impl ExperimentPatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        if let Some(plan) = &self.plan {
            validate(plan, &mut invalid);
        }
        invalid.or(self)
    }
}

impl AmendmentIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("reason", &self.reason, REASON_MAX);
        validate(&self.plan, &mut invalid);
        invalid.or(self)
    }
}

impl StopIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("reason", &self.reason, REASON_MAX);
        invalid.or(self)
    }
}
