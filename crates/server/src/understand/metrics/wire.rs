//! How metrics look on the wire, and which are acceptable.

use heedful_db::understand::metrics::Metric;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::figure::Figure;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const KINDS: &[&str] = &["nps", "pmf", "csat", "count", "manual"];
pub const DIRECTIONS: &[&str] = &["up", "down"];
const NAME_MAX: usize = 200;
const UNIT_MAX: usize = 30;
const TEXT_MAX: usize = 5_000;
const WINDOW_DAYS_MAX: u32 = 366;
pub const WINDOW_DAYS_DEFAULT: u32 = 28;

/// What a computed metric is computed from. A manual one needs nothing of this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MetricDefinition {
    /// The theme whose signals a `count` counts.
    pub theme_id: Option<String>,
    /// Only what people of this segment said.
    pub segment_id: Option<String>,
    /// Only answers through this source.
    pub source_id: Option<String>,
    /// The current value looks back so many days; 28 when not given.
    #[schema(minimum = 1, maximum = 366)]
    pub window_days: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct MetricIn {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// nps, pmf, csat (computed from scored answers), count (signals of a theme) or manual (typed readings)
    pub kind: String,
    #[serde(default)]
    pub unit: String,
    /// Which way is better: up or down.
    pub direction: Option<String>,
    #[serde(default)]
    pub definition: MetricDefinition,
}

/// Absent fields stay as they are. The kind stays for good: another kind is another number.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct MetricPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    pub direction: Option<String>,
    pub definition: Option<MetricDefinition>,
}

/// The value in a stretch of time. A value that cannot be stated has a reason instead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricPoint {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Excluded.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// Its `n` counts answers, signals, or what the reading says; a reading that says nothing counts as one.
    #[serde(flatten)]
    pub figure: Figure,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricOut {
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
    pub kind: String,
    pub unit: String,
    pub direction: String,
    pub definition: MetricDefinition,
    /// The value now: over the window of the definition, or the last reading. Left out in answers to a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<MetricPoint>,
}

impl From<Metric> for MetricOut {
    fn from(row: Metric) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            description: row.description,
            kind: row.kind,
            unit: row.unit,
            direction: row.direction,
            definition: serde_json::from_str(&row.definition).unwrap_or_default(),
            current: None,
        }
    }
}

impl MetricIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_choice("kind", &self.kind, KINDS);
        invalid.check_length("description", &self.description, TEXT_MAX);
        invalid.check_length("unit", &self.unit, UNIT_MAX);
        if let Some(direction) = &self.direction {
            invalid.check_choice("direction", direction, DIRECTIONS);
        }
        self.definition.check(&mut invalid, &self.kind);
        invalid.or(self)
    }
}

impl MetricPatch {
    pub fn validate(self, kind: &str) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), TEXT_MAX);
        invalid.check_optional("unit", self.unit.as_deref(), UNIT_MAX);
        if let Some(direction) = &self.direction {
            invalid.check_choice("direction", direction, DIRECTIONS);
        }
        if let Some(definition) = &self.definition {
            definition.check(&mut invalid, kind);
        }
        invalid.or(self)
    }
}

impl MetricDefinition {
    fn check(&self, invalid: &mut Invalid, kind: &str) {
        let is_count = kind == "count";
        invalid.check(
            "definition.theme_id",
            !is_count || self.theme_id.is_some(),
            "says which theme is counted",
        );
        invalid.check(
            "definition.theme_id",
            is_count || self.theme_id.is_none(),
            "is only for the kind count",
        );
        let is_fine = self.window_days.is_none_or(|days| (1..=WINDOW_DAYS_MAX).contains(&days));
        invalid.check("definition.window_days", is_fine, "must be between 1 and 366");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_field() {
        let check = |change: &dyn Fn(&mut MetricIn), expect: &[&str]| {
            let mut input =
                MetricIn { name: "NPS".to_owned(), kind: "nps".to_owned(), ..MetricIn::default() };
            change(&mut input);
            let fields: Vec<String> =
                input.validate().err().map(|invalid| invalid.0.into_keys().collect()).unwrap_or_default();
            assert_eq!(fields, expect);
        };
        check(&|_| {}, &[]);
        check(&|input| input.name = " ".to_owned(), &["name"]);
        check(&|input| input.kind = "count".to_owned(), &["definition.theme_id"]);
        check(&|input| input.definition.theme_id = Some("t".to_owned()), &["definition.theme_id"]);
        check(&|input| input.definition.window_days = Some(0), &["definition.window_days"]);
        check(&|input| input.direction = Some("sideways".to_owned()), &["direction"]);
    }
}
