//! How hypotheses come in, and which are acceptable. A half-finished one is: the findings say what is missing.

use heedful_db::bet::hypotheses::Hypothesis;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bet::objectives::TITLE_MAX;
use crate::bet::patch::set;
use crate::bet::words::{DecisionRule, EffectKind, EvidenceStrength, HypothesisState};
use crate::platform::extract::patch;
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::time;

const TEXT_MAX: usize = 2_000;
const GUARDRAILS_MAX: usize = 10;

/// A metric that must not get worse than this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HypothesisGuardrail {
    pub metric_id: String,
    /// The worst value that is still acceptable, in the metric's unit.
    pub worst: f64,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct HypothesisIn {
    pub opportunity_id: Option<String>,
    /// The belief in one sentence.
    pub title: String,
    /// Whom it is about.
    #[serde(default)]
    pub population: String,
    /// What would be changed for them.
    #[serde(default)]
    pub change: String,
    /// Why that would work.
    #[serde(default)]
    pub mechanism: String,
    /// The primary metric.
    pub metric_id: Option<String>,
    /// The smallest effect worth acting on, above zero whichever way is better.
    pub smallest_effect: Option<f64>,
    #[serde(default = "absolute")]
    pub effect_kind: EffectKind,
    #[serde(default)]
    pub guardrails: Vec<HypothesisGuardrail>,
    #[serde(default)]
    pub decision_rule: DecisionRule,
    /// The weakest evidence on which it may be called confirmed.
    #[serde(default = "observed_behaviour")]
    pub required_strength: EvidenceStrength,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    pub owner_id: Option<String>,
    #[serde(default = "draft")]
    pub state: HypothesisState,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HypothesisPatch {
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub opportunity_id: Option<Option<String>>,
    pub title: Option<String>,
    pub population: Option<String>,
    pub change: Option<String>,
    pub mechanism: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub metric_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<f64>)]
    pub smallest_effect: Option<Option<f64>>,
    pub effect_kind: Option<EffectKind>,
    pub guardrails: Option<Vec<HypothesisGuardrail>>,
    pub decision_rule: Option<DecisionRule>,
    pub required_strength: Option<EvidenceStrength>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
    pub state: Option<HypothesisState>,
    /// A confidence that people set themselves, between 0 and 1; it needs a note.
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<f64>)]
    pub confidence_override: Option<Option<f64>>,
    /// Why people trust their own number more than the evidence.
    pub confidence_note: Option<String>,
}

fn absolute() -> EffectKind {
    EffectKind::Absolute
}

fn observed_behaviour() -> EvidenceStrength {
    EvidenceStrength::ObservedBehaviour
}

fn draft() -> HypothesisState {
    HypothesisState::Draft
}

impl HypothesisIn {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        for (field, text) in
            [("population", &self.population), ("change", &self.change), ("mechanism", &self.mechanism)]
        {
            invalid.check_length(field, text, TEXT_MAX);
        }
        check_effect(&mut invalid, self.smallest_effect);
        check_guardrails(&mut invalid, &self.guardrails);
        check_rule(&mut invalid, &self.decision_rule);
        invalid.or(self)
    }
}

impl HypothesisPatch {
    pub fn validate(self) -> Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        for (field, text) in [
            ("population", &self.population),
            ("change", &self.change),
            ("mechanism", &self.mechanism),
            ("confidence_note", &self.confidence_note),
        ] {
            invalid.check_optional(field, text.as_deref(), TEXT_MAX);
        }
        check_effect(&mut invalid, self.smallest_effect.flatten());
        check_guardrails(&mut invalid, self.guardrails.as_deref().unwrap_or_default());
        if let Some(rule) = &self.decision_rule {
            check_rule(&mut invalid, rule);
        }
        if let Some(Some(value)) = self.confidence_override {
            invalid.check("confidence_override", (0.0..=1.0).contains(&value), "must be between 0 and 1");
            let has_note = self.confidence_note.as_ref().is_some_and(|note| !note.trim().is_empty());
            invalid.check("confidence_note", has_note, "must say why you set the confidence yourselves");
        }
        invalid.or(self)
    }

    pub fn apply(&self, row: &mut Hypothesis) -> serde_json::Result<()> {
        set(&mut row.opportunity_id, self.opportunity_id.as_ref());
        set(&mut row.title, self.title.as_ref());
        set(&mut row.population, self.population.as_ref());
        set(&mut row.change, self.change.as_ref());
        set(&mut row.mechanism, self.mechanism.as_ref());
        set(&mut row.metric_id, self.metric_id.as_ref());
        set(&mut row.smallest_effect, self.smallest_effect.as_ref());
        set(&mut row.owner_id, self.owner_id.as_ref());
        set(&mut row.confidence_override, self.confidence_override.as_ref());
        set(&mut row.confidence_note, self.confidence_note.as_ref());
        set(&mut row.expires_at, self.expires_at.map(time::micros_opt).as_ref());
        set(&mut row.effect_kind, self.effect_kind.map(|kind| kind.as_str().to_owned()).as_ref());
        set(&mut row.required_strength, self.required_strength.map(|word| word.as_str().to_owned()).as_ref());
        set(&mut row.state, self.state.map(|state| state.as_str().to_owned()).as_ref());
        if let Some(guardrails) = &self.guardrails {
            row.guardrails = serde_json::to_string(guardrails)?;
        }
        if let Some(rule) = &self.decision_rule {
            row.decision_rule = serde_json::to_string(rule)?;
        }
        if self.confidence_override == Some(None) {
            row.confidence_note.clear();
        }
        Ok(())
    }
}

fn check_effect(invalid: &mut Invalid, effect: Option<f64>) {
    invalid.check("smallest_effect", effect.is_none_or(f64::is_finite), "must be an ordinary number");
}

fn check_guardrails(invalid: &mut Invalid, guardrails: &[HypothesisGuardrail]) {
    invalid.check("guardrails", guardrails.len() <= GUARDRAILS_MAX, "must be at most 10");
    invalid.check(
        "guardrails",
        guardrails.iter().all(|guardrail| guardrail.worst.is_finite()),
        "must have ordinary numbers",
    );
}

fn check_rule(invalid: &mut Invalid, rule: &DecisionRule) {
    for (_, text) in rule.outcomes() {
        invalid.check_length("decision_rule", text, TEXT_MAX);
    }
}
