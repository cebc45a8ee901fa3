//! How themes look on the wire, and which are acceptable.

use heedful_db::understand::themes::Theme;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::trend::ThemeNumbers;
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const PROBLEM_TYPES: &[&str] = &[
    "bug",
    "usability",
    "performance",
    "missing_capability",
    "pricing",
    "documentation",
    "onboarding",
    "trust",
];
pub const ROOT_CAUSES: &[&str] = &["design", "onboarding", "pricing", "documentation", "bug", "unknown"];
const NAME_MAX: usize = 200;
const AXIS_MAX: usize = 500;
const TEXT_MAX: usize = 5_000;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ThemeIn {
    pub name: String,
    pub description: String,
    /// bug, usability, performance, missing_capability, pricing, documentation, onboarding or trust
    pub problem_type: Option<String>,
    /// What people are doing when it happens.
    pub usage_context: String,
    /// What they want to reach.
    pub desired_outcome: String,
    /// design, onboarding, pricing, documentation, bug or unknown
    pub root_cause_kind: Option<String>,
    /// Why it happens, in the team's words.
    pub root_cause: String,
    pub owner_id: Option<String>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ThemePatch {
    pub name: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub problem_type: Option<Option<String>>,
    pub usage_context: Option<String>,
    pub desired_outcome: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub root_cause_kind: Option<Option<String>>,
    pub root_cause: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThemeOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub name: String,
    pub description: String,
    pub problem_type: Option<String>,
    pub usage_context: String,
    pub desired_outcome: String,
    pub root_cause_kind: Option<String>,
    pub root_cause: String,
    pub owner_id: Option<String>,
    /// The theme that took over its signals.
    pub merged_into_id: Option<String>,
    /// What it amounts to. Left out in the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<ThemeNumbers>,
}

impl From<Theme> for ThemeOut {
    fn from(row: Theme) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            description: row.description,
            problem_type: row.problem_type,
            usage_context: row.usage_context,
            desired_outcome: row.desired_outcome,
            root_cause_kind: row.root_cause_kind,
            root_cause: row.root_cause,
            owner_id: row.owner_id,
            merged_into_id: row.merged_into_id,
            numbers: None,
        }
    }
}

impl ThemeIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        self.check(&mut invalid);
        invalid.or(self)
    }

    pub fn check(&self, invalid: &mut Invalid) {
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_length("description", &self.description, TEXT_MAX);
        invalid.check_length("usage_context", &self.usage_context, AXIS_MAX);
        invalid.check_length("desired_outcome", &self.desired_outcome, AXIS_MAX);
        invalid.check_length("root_cause", &self.root_cause, TEXT_MAX);
        if let Some(kind) = &self.problem_type {
            invalid.check_choice("problem_type", kind, PROBLEM_TYPES);
        }
        if let Some(kind) = &self.root_cause_kind {
            invalid.check_choice("root_cause_kind", kind, ROOT_CAUSES);
        }
    }
}

impl ThemePatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), TEXT_MAX);
        invalid.check_optional("usage_context", self.usage_context.as_deref(), AXIS_MAX);
        invalid.check_optional("desired_outcome", self.desired_outcome.as_deref(), AXIS_MAX);
        invalid.check_optional("root_cause", self.root_cause.as_deref(), TEXT_MAX);
        if let Some(Some(kind)) = &self.problem_type {
            invalid.check_choice("problem_type", kind, PROBLEM_TYPES);
        }
        if let Some(Some(kind)) = &self.root_cause_kind {
            invalid.check_choice("root_cause_kind", kind, ROOT_CAUSES);
        }
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Theme) {
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut row.name);
        }
        for (field, value) in [
            (&mut row.description, &self.description),
            (&mut row.usage_context, &self.usage_context),
            (&mut row.desired_outcome, &self.desired_outcome),
            (&mut row.root_cause, &self.root_cause),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        for (field, value) in [
            (&mut row.problem_type, &self.problem_type),
            (&mut row.root_cause_kind, &self.root_cause_kind),
            (&mut row.owner_id, &self.owner_id),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
    }
}
