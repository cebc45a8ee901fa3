//! How metrics look on the wire, and which are acceptable.

use heedful_db::understand::metrics::Metric;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::definition::{MetricDefinition, QUESTION};
use super::template::MetricTemplate;
use crate::platform::figure::Figure;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

pub const KINDS: &[&str] = &["nps", "pmf", "csat", "count", "question", "manual"];
pub const DIRECTIONS: &[&str] = &["up", "down"];
const NAME_MAX: usize = 200;
const UNIT_MAX: usize = 30;
const TEXT_MAX: usize = 5_000;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct MetricIn {
    /// That of the template, when not given.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// nps, pmf, csat (computed from scored answers), count (signals of a theme), question (asked of what people did) or
    /// manual (typed readings). With a template it is a question.
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub unit: String,
    /// Which way is better: up or down.
    pub direction: Option<String>,
    #[serde(default)]
    pub definition: MetricDefinition,
    /// Fills in what is left out.
    pub template: Option<MetricTemplate>,
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
    /// Goes up with each change of the definition.
    pub definition_version: i64,
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
            definition_version: row.definition_version,
            current: None,
        }
    }
}

/// What a metric was made of for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricDefinitionOut {
    pub definition_version: i64,
    pub definition: MetricDefinition,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub created_by: Option<String>,
}

impl From<heedful_db::understand::metrics::MetricDefinition> for MetricDefinitionOut {
    fn from(row: heedful_db::understand::metrics::MetricDefinition) -> Self {
        Self {
            definition_version: row.definition_version,
            definition: serde_json::from_str(&row.definition).unwrap_or_default(),
            created_at: time::out(row.created_at),
            created_by: row.created_by,
        }
    }
}

impl MetricIn {
    /// With what the template says where the caller says nothing.
    #[must_use]
    pub fn filled(mut self) -> Self {
        let Some(filled) = self.template.as_ref().map(MetricTemplate::fill) else { return self };
        let fill = |text: &mut String, with: &str| {
            if text.trim().is_empty() {
                with.clone_into(text);
            }
        };
        fill(&mut self.name, filled.name);
        fill(&mut self.description, filled.description);
        fill(&mut self.unit, "%");
        QUESTION.clone_into(&mut self.kind);
        self.direction.get_or_insert_with(|| filled.direction.to_owned());
        self.definition.question = filled.definition.question;
        self.definition.part = filled.definition.part;
        self
    }

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
