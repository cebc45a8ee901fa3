//! What keeps a hypothesis from being testable, said so that it can be put right.

use heedful_db::bet::hypotheses::{Hypothesis, MetricFacts};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bet::words::DecisionRule;

/// Something that is missing or weak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HypothesisFinding {
    /// A word that programs can rely on.
    pub code: &'static str,
    /// The field to put right.
    pub field: &'static str,
    pub message: &'static str,
    /// Why it matters.
    pub why: &'static str,
}

/// Titles that begin so name a thing to build instead of a need or a belief.
const BUILDING: &[&str] = &[
    "add",
    "build",
    "implement",
    "create",
    "develop",
    "introduce",
    "ship",
    "launch",
    "integrate",
    "redesign",
    "migrate",
    "refactor",
    "code",
];

/// Checks a hypothesis; `metric` is what is known of its primary metric.
pub fn lint(row: &Hypothesis, metric: Option<&MetricFacts>) -> Vec<HypothesisFinding> {
    let mut findings = Vec::new();
    lint_claim(row, &mut findings);
    lint_measure(row, metric, &mut findings);
    lint_rule(row, &mut findings);
    findings
}

/// Whom it is about, what changes for them, and why.
fn lint_claim(row: &Hypothesis, findings: &mut Vec<HypothesisFinding>) {
    let mut add = |code, field, message, why| findings.push(HypothesisFinding { code, field, message, why });
    if names_a_feature(&row.title) {
        let why = "A feature is one of many answers. Say what people will do differently, and the cheapest answer can win.";
        add(
            "feature_as_need",
            "title",
            "The title names something to build instead of what will change for people.",
            why,
        );
    }
    if row.population.trim().is_empty() {
        let why = "A change that helps newcomers may not matter to old hands; the result holds only for those who were asked.";
        add("no_population", "population", "It does not say whom this is about.", why);
    }
    if row.change.trim().is_empty() {
        let why = "Without it nobody knows what to try.";
        add("no_change", "change", "It does not say what would be changed.", why);
    }
    if row.mechanism.trim().is_empty() {
        let why = "When a test fails, the because-clause tells whether the idea was wrong or only this version of it.";
        add("no_mechanism", "mechanism", "It does not say why the change would work.", why);
    }
}

/// What would prove it wrong.
fn lint_measure(row: &Hypothesis, metric: Option<&MetricFacts>, findings: &mut Vec<HypothesisFinding>) {
    let mut add = |code, field, message, why| findings.push(HypothesisFinding { code, field, message, why });
    match metric {
        None => {
            let why = "Without a metric there is no observation that could prove it wrong.";
            add("no_metric", "metric_id", "It has no primary metric.", why);
        }
        Some(metric) if metric.kind == "manual" && metric.n_readings == 0 => {
            let why =
                "A number that nobody records cannot move. Add a first reading, so that there is a baseline.";
            add("metric_without_readings", "metric_id", "Its metric has no readings yet.", why);
        }
        Some(_) => {}
    }
    match row.smallest_effect {
        None => {
            let why = "Decide now how much is worth acting on; afterwards every number looks large enough.";
            add("no_threshold", "smallest_effect", "It has no smallest worthwhile effect.", why);
        }
        Some(effect) if effect <= 0.0 => {
            let why = "An effect of nothing is always reached. The metric's direction already says which way is better.";
            add(
                "threshold_not_positive",
                "smallest_effect",
                "Its smallest worthwhile effect is not above zero.",
                why,
            );
        }
        Some(_) => {}
    }
}

/// What follows from the answer, until when it holds, and who sees to it.
fn lint_rule(row: &Hypothesis, findings: &mut Vec<HypothesisFinding>) {
    let mut add = |code, field, message, why| findings.push(HypothesisFinding { code, field, message, why });
    if row.expires_at.is_none() {
        let why = "Beliefs go stale. A date brings it back to the table instead of leaving it in a drawer.";
        add("no_expiry", "expires_at", "It does not expire.", why);
    }
    let rule: DecisionRule = serde_json::from_str(&row.decision_rule).unwrap_or_default();
    let why = "Agreed beforehand, a decision follows from the result; agreed afterwards, from the mood.";
    if rule.confirmed.trim().is_empty() {
        add("no_rule_confirmed", "decision_rule", "It does not say what we do when it is confirmed.", why);
    }
    if rule.refuted.trim().is_empty() {
        add("no_rule_refuted", "decision_rule", "It does not say what we do when it is refuted.", why);
    }
    if rule.inconclusive.trim().is_empty() {
        add(
            "no_rule_inconclusive",
            "decision_rule",
            "It does not say what we do when the test is inconclusive.",
            why,
        );
    }
    if row.owner_id.is_none() {
        add("no_owner", "owner_id", "Nobody owns it.", "What belongs to everybody is done by nobody.");
    }
}

fn names_a_feature(title: &str) -> bool {
    let first = title.split_whitespace().next().unwrap_or_default();
    let first = first.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    BUILDING.contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> (Hypothesis, MetricFacts) {
        let row = Hypothesis {
            title: "New owners who see a sample garden plan their own sooner".to_owned(),
            population: "People in their first week".to_owned(),
            change: "Show a sample garden".to_owned(),
            mechanism: "They see what a finished plan looks like".to_owned(),
            metric_id: Some("m".to_owned()),
            smallest_effect: Some(0.05),
            decision_rule:
                r#"{"confirmed":"Roll out","refuted":"Remove","inconclusive":"Run two more weeks"}"#
                    .to_owned(),
            expires_at: Some(1),
            owner_id: Some("u".to_owned()),
            ..Hypothesis::default()
        };
        let metric = MetricFacts {
            id: "m".to_owned(),
            name: "Activation".to_owned(),
            kind: "manual".to_owned(),
            direction: "up".to_owned(),
            n_readings: 3,
        };
        (row, metric)
    }

    #[test]
    fn each_gap_is_found_and_a_complete_one_passes() {
        let check = |change: &dyn Fn(&mut Hypothesis, &mut MetricFacts), expect: &[&str]| {
            let (mut row, mut metric) = complete();
            change(&mut row, &mut metric);
            let metric = row.metric_id.as_ref().map(|_| &metric);
            let codes: Vec<&str> = lint(&row, metric).iter().map(|finding| finding.code).collect();
            assert_eq!(codes, expect);
        };
        check(&|_, _| {}, &[]);
        check(&|row, _| row.title = "Add a dark mode".to_owned(), &["feature_as_need"]);
        check(&|row, _| row.title = "“Build” an importer".to_owned(), &["feature_as_need"]);
        check(&|row, _| row.title = "Additional reminders help".to_owned(), &[]);
        check(&|row, _| row.population = " ".to_owned(), &["no_population"]);
        check(&|row, _| row.metric_id = None, &["no_metric"]);
        check(&|_, metric| metric.n_readings = 0, &["metric_without_readings"]);
        check(&|_, metric| (metric.n_readings, metric.kind) = (0, "nps".to_owned()), &[]);
        check(&|row, _| row.smallest_effect = None, &["no_threshold"]);
        check(&|row, _| row.smallest_effect = Some(-0.1), &["threshold_not_positive"]);
        check(&|row, _| row.expires_at = None, &["no_expiry"]);
        check(
            &|row, _| row.decision_rule = r#"{"confirmed":"Go"}"#.to_owned(),
            &["no_rule_refuted", "no_rule_inconclusive"],
        );
    }
}
