//! How segments look on the wire, and which are acceptable.

use heedful_db::listen::segments::{Counts, Segment};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rule::SegmentRule;
use crate::platform::error::Result;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const NAME_MAX: usize = 120;
const DESCRIPTION_MAX: usize = 2_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SegmentIn {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub rule: SegmentRule,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SegmentPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub rule: Option<SegmentRule>,
}

/// What a segment adds up to now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct SegmentCounts {
    pub n_people: i64,
    pub n_accounts: i64,
    /// Said by its people, or by nobody known of its accounts.
    pub n_signals: i64,
    /// Annual recurring revenue of its accounts, in cents of the workspace's currency.
    pub revenue_cents: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentOut {
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
    pub rule: SegmentRule,
    pub counts: SegmentCounts,
}

impl SegmentIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_length("description", &self.description, DESCRIPTION_MAX);
        self.rule.check("rule", &mut invalid);
        invalid.or(self)
    }
}

impl SegmentPatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), DESCRIPTION_MAX);
        if let Some(rule) = &self.rule {
            rule.check("rule", &mut invalid);
        }
        invalid.or(self)
    }
}

impl From<&Counts> for SegmentCounts {
    fn from(row: &Counts) -> Self {
        Self {
            n_people: row.n_people,
            n_accounts: row.n_accounts,
            n_signals: row.n_signals,
            revenue_cents: row.revenue_cents,
        }
    }
}

impl SegmentOut {
    pub fn of(row: Segment, counts: Option<&Counts>) -> Result<Self> {
        Ok(Self {
            rule: read_rule(&row)?,
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            description: row.description,
            counts: counts.map(SegmentCounts::from).unwrap_or_default(),
        })
    }
}

pub fn read_rule(row: &Segment) -> Result<SegmentRule> {
    Ok(serde_json::from_str(&row.rule).map_err(anyhow::Error::from)?)
}
