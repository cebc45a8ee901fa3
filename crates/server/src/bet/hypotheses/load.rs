//! Hypotheses as they go out: with what their checks found, and how sure the evidence makes us.

use std::collections::HashMap;

use heedful_db::bet::evidence::{self, Evidence};
use heedful_db::bet::hypotheses::{self, Hypothesis, MetricFacts};
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::lint::{HypothesisFinding, lint};
use super::wire::HypothesisGuardrail;
use crate::bet::confidence::{self, EvidenceConfidence, Piece};
use crate::bet::words::{DecisionRule, EffectKind, EvidenceSide, EvidenceStrength, HypothesisState};
use crate::platform::error::Result;
use crate::platform::time;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HypothesisOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub opportunity_id: Option<String>,
    pub title: String,
    pub population: String,
    pub change: String,
    pub mechanism: String,
    pub metric_id: Option<String>,
    pub metric_name: Option<String>,
    pub smallest_effect: Option<f64>,
    pub effect_kind: EffectKind,
    pub guardrails: Vec<HypothesisGuardrail>,
    pub decision_rule: DecisionRule,
    pub required_strength: EvidenceStrength,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Past its date, and neither confirmed nor refuted.
    pub expired: bool,
    pub owner_id: Option<String>,
    pub state: HypothesisState,
    /// What is missing or weak.
    pub findings: Vec<HypothesisFinding>,
    /// Computed from the evidence.
    pub confidence: EvidenceConfidence,
    /// Set by people, with their note; takes the place of the computed value.
    pub confidence_override: Option<f64>,
    pub confidence_note: String,
    pub n_for: usize,
    pub n_against: usize,
}

/// A hypothesis as a line in the tree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HypothesisBrief {
    pub id: String,
    pub opportunity_id: Option<String>,
    pub title: String,
    pub state: HypothesisState,
    pub n_findings: usize,
    pub expired: bool,
}

pub fn is_expired(row: &Hypothesis, now: Micros) -> bool {
    let is_open = matches!(row.state.as_str(), "draft" | "open" | "expired");
    is_open && row.expires_at.is_some_and(|at| at < now)
}

pub async fn load_one(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    now: Micros,
) -> Result<(Hypothesis, HypothesisOut)> {
    let row = hypotheses::get(conn, ws, id).await?;
    let mut context = Context::of(conn, ws, std::slice::from_ref(&row)).await?;
    let out = context.out(row.clone(), now)?;
    Ok((row, out))
}

pub async fn load_many(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: Vec<Hypothesis>,
    now: Micros,
) -> Result<Vec<HypothesisOut>> {
    let mut context = Context::of(conn, ws, &rows).await?;
    rows.into_iter().map(|row| context.out(row, now)).collect()
}

pub async fn briefs(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: Vec<Hypothesis>,
    now: Micros,
) -> Result<Vec<HypothesisBrief>> {
    let metrics = metrics_of(conn, ws, &rows).await?;
    let brief = |row: Hypothesis| {
        let metric = row.metric_id.as_ref().and_then(|id| metrics.get(id));
        Ok(HypothesisBrief {
            n_findings: lint(&row, metric).len(),
            expired: is_expired(&row, now),
            state: HypothesisState::parse(&row.state)?,
            id: row.id,
            opportunity_id: row.opportunity_id,
            title: row.title,
        })
    };
    rows.into_iter().map(brief).collect()
}

/// What several hypotheses need to be shown, read at once.
struct Context {
    metrics: HashMap<String, MetricFacts>,
    pieces: HashMap<String, Vec<Piece>>,
}

impl Context {
    async fn of(conn: &mut Conn, ws: &WorkspaceId, rows: &[Hypothesis]) -> Result<Self> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let metrics = metrics_of(conn, ws, rows).await?;
        let evidence = evidence::list(conn, ws, &ids).await?;
        let mut people: HashMap<String, Vec<String>> = HashMap::new();
        for (evidence_id, person) in evidence::list_people(conn, ws, &ids).await? {
            people.entry(evidence_id).or_default().push(person);
        }
        let mut pieces: HashMap<String, Vec<Piece>> = HashMap::new();
        for row in evidence {
            let people = people.remove(&row.id).unwrap_or_default();
            pieces.entry(row.hypothesis_id.clone()).or_default().push(piece(row, people)?);
        }
        Ok(Self { metrics, pieces })
    }

    fn out(&mut self, row: Hypothesis, now: Micros) -> Result<HypothesisOut> {
        let metric = row.metric_id.as_ref().and_then(|id| self.metrics.get(id));
        let pieces = self.pieces.remove(&row.id).unwrap_or_default();
        let n_for = pieces.iter().filter(|piece| piece.side == EvidenceSide::For).count();
        Ok(HypothesisOut {
            findings: lint(&row, metric),
            metric_name: metric.map(|metric| metric.name.clone()),
            confidence: confidence::confidence(&pieces),
            n_for,
            n_against: pieces.len() - n_for,
            expired: is_expired(&row, now),
            effect_kind: EffectKind::parse(&row.effect_kind)?,
            required_strength: EvidenceStrength::parse(&row.required_strength)?,
            state: HypothesisState::parse(&row.state)?,
            guardrails: serde_json::from_str(&row.guardrails).unwrap_or_default(),
            decision_rule: serde_json::from_str(&row.decision_rule).unwrap_or_default(),
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            opportunity_id: row.opportunity_id,
            title: row.title,
            population: row.population,
            change: row.change,
            mechanism: row.mechanism,
            metric_id: row.metric_id,
            smallest_effect: row.smallest_effect,
            expires_at: time::out_opt(row.expires_at),
            owner_id: row.owner_id,
            confidence_override: row.confidence_override,
            confidence_note: row.confidence_note,
        })
    }
}

fn piece(row: Evidence, people: Vec<String>) -> Result<Piece> {
    Ok(Piece {
        side: EvidenceSide::parse(&row.direction)?,
        strength: EvidenceStrength::parse(&row.strength)?,
        evidence_id: row.id,
        people,
    })
}

async fn metrics_of(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: &[Hypothesis],
) -> Result<HashMap<String, MetricFacts>> {
    let mut ids: Vec<String> = rows.iter().filter_map(|row| row.metric_id.clone()).collect();
    ids.sort();
    ids.dedup();
    let facts = hypotheses::metric_facts(conn, ws, &ids).await?;
    Ok(facts.into_iter().map(|metric| (metric.id.clone(), metric)).collect())
}
