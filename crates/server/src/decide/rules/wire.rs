//! Rules as they are sent, and what is wrong with them.

use heedful_db::Flag;
use heedful_db::decide::rules::Rule;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::extract::patch;
use crate::platform::invalid::Invalid;
use crate::platform::time;

pub const KINDS: &[&str] = &["signal_count", "metric_threshold"];
pub const COUNTS: &[&str] = &["signals", "people", "accounts"];
pub const OPS: &[&str] = &["ge", "gt", "le", "lt"];
const NAME_MAX: usize = 200;
const WINDOW_DAYS_MAX: i64 = 730;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct RuleIn {
    /// What is agreed, in words: "10 enterprise accounts report it within 30 days".
    pub name: String,
    /// signal_count or metric_threshold
    pub kind: String,
    /// For signal_count: signals of this theme, of this segment, or of both.
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    /// For metric_threshold.
    pub metric_id: Option<String>,
    /// For signal_count: signals (when not given), or the people or accounts they come from.
    pub count_of: Option<String>,
    /// ge (at least, when not given), gt, le or lt
    pub op: Option<String>,
    pub threshold: f64,
    /// How far back is looked; needed for signal_count.
    pub window_days: Option<i64>,
    pub owner_id: Option<String>,
    /// True when not given.
    pub enabled: Option<bool>,
}

/// Absent fields stay as they are, null clears. A change of what is compared re-arms the rule.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RulePatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub theme_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub segment_id: Option<Option<String>>,
    pub metric_id: Option<String>,
    pub count_of: Option<String>,
    pub op: Option<String>,
    pub threshold: Option<f64>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<i64>)]
    pub window_days: Option<Option<i64>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub name: String,
    pub kind: String,
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    pub metric_id: Option<String>,
    pub count_of: String,
    pub op: String,
    pub threshold: f64,
    pub window_days: Option<i64>,
    pub owner_id: Option<String>,
    pub enabled: bool,
    /// Whether the value is beyond the threshold now: the rule fires again only after it fell back.
    pub crossed: bool,
    /// Null until there is something to measure.
    pub last_value: Option<f64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub evaluated_at: Option<Timestamp>,
    pub n_firings: i64,
    /// Firings that nobody handled yet.
    pub n_firings_open: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub fired_at: Option<Timestamp>,
    /// The name of the theme, segment and metric it is about.
    pub about: Vec<crate::decide::links::ObjectRef>,
}

impl RuleIn {
    /// The row that this would become, unchecked.
    pub fn into_row(self, id: String, now: i64) -> Rule {
        Rule {
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            archived_at: None,
            name: self.name.trim().to_owned(),
            kind: self.kind,
            theme_id: self.theme_id,
            segment_id: self.segment_id,
            metric_id: self.metric_id,
            count_of: self.count_of.unwrap_or_else(|| "signals".to_owned()),
            op: self.op.unwrap_or_else(|| "ge".to_owned()),
            threshold: self.threshold,
            window_days: self.window_days,
            owner_id: self.owner_id,
            enabled: Flag(self.enabled.unwrap_or(true)),
            crossed: Flag(false),
            last_value: None,
            evaluated_at: None,
        }
    }
}

impl RulePatch {
    pub fn apply(self, row: &mut Rule) {
        row.name = self.name.map_or_else(|| row.name.clone(), |name| name.trim().to_owned());
        row.theme_id = self.theme_id.unwrap_or_else(|| row.theme_id.clone());
        row.segment_id = self.segment_id.unwrap_or_else(|| row.segment_id.clone());
        row.metric_id = self.metric_id.or_else(|| row.metric_id.clone());
        row.count_of = self.count_of.unwrap_or_else(|| row.count_of.clone());
        row.op = self.op.unwrap_or_else(|| row.op.clone());
        row.threshold = self.threshold.unwrap_or(row.threshold);
        row.window_days = self.window_days.unwrap_or(row.window_days);
        row.owner_id = self.owner_id.unwrap_or_else(|| row.owner_id.clone());
        row.enabled = self.enabled.map_or(row.enabled, Flag);
    }
}

/// Complaints about a rule as it would stand, by field; a patch is judged by what it leads to.
pub fn check(row: &Rule) -> Invalid {
    let mut invalid = Invalid::default();
    invalid.check_text("name", &row.name, NAME_MAX);
    invalid.check_choice("kind", &row.kind, KINDS);
    invalid.check_choice("count_of", &row.count_of, COUNTS);
    invalid.check_choice("op", &row.op, OPS);
    invalid.check("threshold", row.threshold.is_finite(), "must be an ordinary number");
    let window_fits = row.window_days.is_none_or(|days| (1..=WINDOW_DAYS_MAX).contains(&days));
    invalid.check("window_days", window_fits, "must be between 1 and 730");
    match row.kind.as_str() {
        "signal_count" => {
            let is_about = row.theme_id.is_some() || row.segment_id.is_some();
            invalid.check("theme_id", is_about, "choose a theme, a segment or both");
            invalid.check("metric_id", row.metric_id.is_none(), "belongs to rules about a metric");
            invalid.check("window_days", row.window_days.is_some(), "must be given for a count");
            let is_count = row.threshold >= 1.0 || !row.threshold.is_finite();
            invalid.check("threshold", is_count, "must be at least 1 for a count");
        }
        "metric_threshold" => {
            invalid.check("metric_id", row.metric_id.is_some(), "must be given");
            let is_plain = row.theme_id.is_none() && row.segment_id.is_none();
            invalid.check("theme_id", is_plain, "belongs to rules that count signals");
        }
        _ => {}
    }
    invalid
}

/// Whether two rules ask the same question; if not, an earlier crossing tells nothing about the later one.
pub fn asks_the_same(a: &Rule, b: &Rule) -> bool {
    a.theme_id == b.theme_id
        && a.segment_id == b.segment_id
        && a.metric_id == b.metric_id
        && a.count_of == b.count_of
        && a.op == b.op
        && a.threshold.to_bits() == b.threshold.to_bits()
        && a.window_days == b.window_days
}

impl RuleOut {
    pub fn of(
        row: Rule,
        about: Vec<crate::decide::links::ObjectRef>,
        fired: Option<(i64, i64, i64)>,
    ) -> Self {
        let (n_firings, n_firings_open, fired_at) =
            fired.map_or((0, 0, None), |(n, open, at)| (n, open, Some(at)));
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            kind: row.kind,
            theme_id: row.theme_id,
            segment_id: row.segment_id,
            metric_id: row.metric_id,
            count_of: row.count_of,
            op: row.op,
            threshold: row.threshold,
            window_days: row.window_days,
            owner_id: row.owner_id,
            enabled: row.enabled.0,
            crossed: row.crossed.0,
            last_value: row.last_value,
            evaluated_at: time::out_opt(row.evaluated_at),
            n_firings,
            n_firings_open,
            fired_at: time::out_opt(fired_at),
            about,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(change: impl FnOnce(&mut Rule)) -> Vec<String> {
        let input = RuleIn {
            name: "Ten accounts".to_owned(),
            kind: "signal_count".to_owned(),
            theme_id: Some("t".to_owned()),
            segment_id: None,
            metric_id: None,
            count_of: None,
            op: None,
            threshold: 10.0,
            window_days: Some(30),
            owner_id: None,
            enabled: None,
        };
        let mut row = input.into_row("r".to_owned(), 0);
        change(&mut row);
        check(&row).0.into_keys().collect()
    }

    #[test]
    fn complaints_name_the_field() {
        let check = |change: &dyn Fn(&mut Rule), expect: &[&str]| {
            assert_eq!(complaints(|row| change(row)), expect);
        };
        check(&|_| {}, &[]);
        check(&|row| row.name.clear(), &["name"]);
        check(&|row| row.theme_id = None, &["theme_id"]);
        check(&|row| row.window_days = None, &["window_days"]);
        check(&|row| row.window_days = Some(731), &["window_days"]);
        check(&|row| row.threshold = 0.0, &["threshold"]);
        check(&|row| row.threshold = f64::NAN, &["threshold"]);
        check(&|row| "metric_threshold".clone_into(&mut row.kind), &["metric_id", "theme_id"]);
        check(&|row| "eq".clone_into(&mut row.op), &["op"]);
    }
}
