//! Decisions as they are sent.

use heedful_db::decide::decisions::{Decision, Evidence};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decide::links::{ObjectRef, Objects};
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

/// What a decision may rest on.
pub const EVIDENCE_KINDS: &[&str] = &[
    "signal",
    "highlight",
    "interview",
    "insight",
    "theme",
    "metric",
    "hypothesis",
    "experiment",
    "decision",
];
const QUESTION_MAX: usize = 500;
const TEXT_MAX: usize = 10_000;
const SHORT_MAX: usize = 500;
const OPTIONS_MAX: usize = 20;
const EVIDENCE_MAX: usize = 100;
const DISSENT_MAX: usize = 50;

/// One way to go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionOption {
    pub name: String,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceIn {
    /// signal, highlight, interview, insight, theme, metric, hypothesis, experiment or decision
    pub kind: String,
    pub id: String,
    #[serde(default)]
    pub note: String,
}

/// What somebody said against the verdict, kept with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Dissent {
    pub who: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct DecisionIn {
    /// What is to be decided.
    pub question: String,
    #[serde(default)]
    pub options: Vec<DecisionOption>,
    #[serde(default)]
    pub evidence: Vec<EvidenceIn>,
    /// What was agreed beforehand, in words.
    #[serde(default)]
    pub rule_text: String,
    /// The firing of a rule that asks for it.
    pub rule_firing_id: Option<String>,
    pub bet_id: Option<String>,
    pub experiment_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub owner_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DecisionPatch {
    pub question: Option<String>,
    pub options: Option<Vec<DecisionOption>>,
    pub evidence: Option<Vec<EvidenceIn>>,
    pub rule_text: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub rule_firing_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub bet_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub experiment_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub hypothesis_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Option<Timestamp>>,
    pub dissent: Option<Vec<Dissent>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub review_at: Option<Option<Timestamp>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EvidenceOut {
    pub kind: String,
    pub id: String,
    pub note: String,
    /// Null when it is gone.
    pub object: Option<ObjectRef>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DecisionOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub question: String,
    pub options: Vec<DecisionOption>,
    pub evidence: Vec<EvidenceOut>,
    pub rule_text: String,
    pub rule_firing_id: Option<String>,
    pub bet_id: Option<String>,
    pub experiment_id: Option<String>,
    pub hypothesis_id: Option<String>,
    /// The firing, bet, experiment and hypothesis by title.
    pub about: Vec<ObjectRef>,
    /// persevere, pivot, stop or extend; null while open
    pub verdict: Option<String>,
    /// Whether what was learned answers the question, whichever way.
    pub conclusive: Option<bool>,
    pub why: String,
    pub dissent: Vec<Dissent>,
    pub owner_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Open, and due before now.
    pub overdue: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// When to look at it again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub review_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reopened_at: Option<Timestamp>,
}

impl DecisionOut {
    pub fn of(row: Decision, evidence: Vec<Evidence>, objects: &Objects, now: i64) -> Self {
        let about = links(&row).filter_map(|(kind, id)| objects.get(kind, id)).collect();
        let evidence = evidence.into_iter().map(|item| EvidenceOut {
            object: objects.get(&item.kind, &item.object_id),
            kind: item.kind,
            id: item.object_id,
            note: item.note,
        });
        Self {
            evidence: evidence.collect(),
            about,
            overdue: row.decided_at.is_none() && row.due_at.is_some_and(|due| due < now),
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            question: row.question,
            options: serde_json::from_str(&row.options).unwrap_or_default(),
            rule_text: row.rule_text,
            rule_firing_id: row.rule_firing_id,
            bet_id: row.bet_id,
            experiment_id: row.experiment_id,
            hypothesis_id: row.hypothesis_id,
            verdict: row.verdict,
            conclusive: row.conclusive.map(|conclusive| conclusive.0),
            why: row.why,
            dissent: serde_json::from_str(&row.dissent).unwrap_or_default(),
            owner_id: row.owner_id,
            due_at: time::out_opt(row.due_at),
            decided_at: time::out_opt(row.decided_at),
            review_at: time::out_opt(row.review_at),
            reopened_at: time::out_opt(row.reopened_at),
        }
    }
}

/// What a decision is about, as pairs of kind and id.
pub fn links(row: &Decision) -> impl Iterator<Item = (&str, &str)> {
    let links = [
        ("firing", &row.rule_firing_id),
        ("bet", &row.bet_id),
        ("experiment", &row.experiment_id),
        ("hypothesis", &row.hypothesis_id),
    ];
    links.into_iter().filter_map(|(kind, id)| id.as_deref().map(|id| (kind, id)))
}

impl DecisionIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("question", &self.question, QUESTION_MAX);
        invalid.check_length("rule_text", &self.rule_text, TEXT_MAX);
        check_options(&mut invalid, &self.options);
        check_evidence(&mut invalid, &self.evidence);
        invalid.or(self)
    }
}

impl DecisionPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(question) = &self.question {
            invalid.check_text("question", question, QUESTION_MAX);
        }
        invalid.check_optional("rule_text", self.rule_text.as_deref(), TEXT_MAX);
        check_options(&mut invalid, self.options.as_deref().unwrap_or_default());
        check_evidence(&mut invalid, self.evidence.as_deref().unwrap_or_default());
        check_dissent(&mut invalid, self.dissent.as_deref().unwrap_or_default());
        invalid.or(self)
    }

    /// Whether it changes what was decided upon, which a decided decision keeps.
    pub fn touches_the_question(&self) -> bool {
        self.question.is_some()
            || self.options.is_some()
            || self.evidence.is_some()
            || self.rule_text.is_some()
            || self.rule_firing_id.is_some()
            || self.bet_id.is_some()
            || self.experiment_id.is_some()
            || self.hypothesis_id.is_some()
    }

    /// Lays the patch over a row; evidence lives in a table of its own.
    pub fn apply(&self, row: &mut Decision) -> serde_json::Result<()> {
        set(&mut row.question, self.question.as_ref());
        set(&mut row.rule_text, self.rule_text.as_ref());
        set(&mut row.rule_firing_id, self.rule_firing_id.as_ref());
        set(&mut row.bet_id, self.bet_id.as_ref());
        set(&mut row.experiment_id, self.experiment_id.as_ref());
        set(&mut row.hypothesis_id, self.hypothesis_id.as_ref());
        set(&mut row.owner_id, self.owner_id.as_ref());
        set(&mut row.due_at, self.due_at.map(time::micros_opt).as_ref());
        set(&mut row.review_at, self.review_at.map(time::micros_opt).as_ref());
        if let Some(options) = &self.options {
            row.options = serde_json::to_string(options)?;
        }
        if let Some(dissent) = &self.dissent {
            row.dissent = serde_json::to_string(dissent)?;
        }
        Ok(())
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

fn check_options(invalid: &mut Invalid, options: &[DecisionOption]) {
    invalid.check("options", options.len() <= OPTIONS_MAX, "must be at most 20");
    for (index, option) in options.iter().enumerate() {
        invalid.check_text(&format!("options[{index}].name"), &option.name, SHORT_MAX);
        invalid.check_length(&format!("options[{index}].note"), &option.note, TEXT_MAX);
    }
}

fn check_evidence(invalid: &mut Invalid, evidence: &[EvidenceIn]) {
    invalid.check("evidence", evidence.len() <= EVIDENCE_MAX, "must be at most 100");
    for (index, item) in evidence.iter().enumerate() {
        invalid.check_choice(&format!("evidence[{index}].kind"), &item.kind, EVIDENCE_KINDS);
        invalid.check_length(&format!("evidence[{index}].note"), &item.note, TEXT_MAX);
        let is_first =
            evidence[..index].iter().all(|other| (&other.kind, &other.id) != (&item.kind, &item.id));
        invalid.check(&format!("evidence[{index}].id"), is_first, "is named twice");
    }
}

pub fn check_dissent(invalid: &mut Invalid, dissent: &[Dissent]) {
    invalid.check("dissent", dissent.len() <= DISSENT_MAX, "must be at most 50");
    for (index, item) in dissent.iter().enumerate() {
        invalid.check_text(&format!("dissent[{index}].who"), &item.who, SHORT_MAX);
        invalid.check_text(&format!("dissent[{index}].text"), &item.text, TEXT_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_field() {
        let check = |change: &dyn Fn(&mut DecisionIn), expect: &[&str]| {
            let mut input = DecisionIn { question: "Keep the wizard?".to_owned(), ..DecisionIn::default() };
            change(&mut input);
            let fields: Vec<_> =
                input.validate().err().into_iter().flat_map(|invalid| invalid.0.into_keys()).collect();
            assert_eq!(fields, expect);
        };
        let evidence =
            |kind: &str| EvidenceIn { kind: kind.to_owned(), id: "1".to_owned(), note: String::new() };
        check(&|_| {}, &[]);
        check(&|input| input.question = " ".to_owned(), &["question"]);
        check(&|input| input.evidence = vec![evidence("rumour")], &["evidence[0].kind"]);
        check(&|input| input.evidence = vec![evidence("theme"), evidence("theme")], &["evidence[1].id"]);
        check(
            &|input| input.options = vec![DecisionOption { name: String::new(), note: String::new() }],
            &["options[0].name"],
        );
    }
}
