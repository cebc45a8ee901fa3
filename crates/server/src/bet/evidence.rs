//! Evidence: what speaks for a hypothesis, and what against it.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::bet::evidence::{self, Evidence, Target};
use heedful_db::bet::hypotheses;
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::words::{EvidenceSide, EvidenceStrength, words};
use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::List;
use crate::platform::{audit, time};

const NOTE_MAX: usize = 2_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_evidence, create_evidence))
        .routes(routes!(update_evidence, delete_evidence))
}

words!(
    EvidenceKind {
        Signal = "signal",
        Insight = "insight",
        Theme = "theme",
        Metric = "metric",
        Experiment = "experiment",
    }
);

/// Exactly one of the five ids must be given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EvidenceIn {
    pub signal_id: Option<String>,
    pub insight_id: Option<String>,
    pub theme_id: Option<String>,
    pub metric_id: Option<String>,
    pub experiment_id: Option<String>,
    pub direction: EvidenceSide,
    /// `randomised` is only for experiments.
    pub strength: EvidenceStrength,
    #[serde(default)]
    pub note: String,
}

/// Absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EvidencePatch {
    pub direction: Option<EvidenceSide>,
    pub strength: Option<EvidenceStrength>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EvidenceOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub hypothesis_id: String,
    pub kind: EvidenceKind,
    /// The signal, insight, theme, metric or experiment.
    pub object_id: String,
    /// What it is called, or how its words begin.
    pub object_title: String,
    pub direction: EvidenceSide,
    pub strength: EvidenceStrength,
    pub note: String,
    /// Different people behind it; 0 for metrics and experiments.
    pub n_people: usize,
    pub added_by: String,
}

impl EvidenceIn {
    fn targets(&self) -> [(Target, &'static str, Option<&String>); 5] {
        [
            (Target::Signal, "signal_id", self.signal_id.as_ref()),
            (Target::Insight, "insight_id", self.insight_id.as_ref()),
            (Target::Theme, "theme_id", self.theme_id.as_ref()),
            (Target::Metric, "metric_id", self.metric_id.as_ref()),
            (Target::Experiment, "experiment_id", self.experiment_id.as_ref()),
        ]
    }

    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_length("note", &self.note, NOTE_MAX);
        let n_given = self.targets().iter().filter(|(_, _, id)| id.is_some()).count();
        let complaint = "must be exactly one of signal_id, insight_id, theme_id, metric_id and experiment_id";
        invalid.check("object", n_given == 1, complaint);
        check_strength(&mut invalid, self.strength, self.experiment_id.is_some());
        invalid.or(self)
    }
}

fn check_strength(invalid: &mut Invalid, strength: EvidenceStrength, is_experiment: bool) {
    let complaint = "can be randomised only for an experiment";
    invalid.check("strength", strength != EvidenceStrength::Randomised || is_experiment, complaint);
}

/// Evidence of a hypothesis, in the order in which it was added.
#[utoipa::path(get, path = "/hypotheses/{id}/evidence", tag = "bet", params(("id" = String, Path)),
    responses((status = 200, body = List<EvidenceOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_evidence(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<List<EvidenceOut>>> {
    let mut conn = ctx.read().await?;
    hypotheses::get(&mut conn, &viewer.ws, &id).await?;
    Ok(Json(List::whole(load(&mut conn, &viewer.ws, &id).await?)))
}

/// Add a signal, insight, theme, metric or experiment as evidence.
#[utoipa::path(post, path = "/hypotheses/{id}/evidence", tag = "bet", params(("id" = String, Path)),
    request_body = EvidenceIn, responses((status = 201, body = EvidenceOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_evidence(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<EvidenceIn>,
) -> Result<(StatusCode, Json<EvidenceOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_evidence(&mut tx, &ctx, &editor, &id, &input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Change which way a piece of evidence points, how strong it is, or its note.
#[utoipa::path(patch, path = "/hypotheses/{id}/evidence/{evidence_id}", tag = "bet",
    params(("id" = String, Path), ("evidence_id" = String, Path), IfMatch), request_body = EvidencePatch,
    responses((status = 200, body = EvidenceOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_evidence(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path((id, evidence_id)): Path<(String, String)>,
    Body(patch): Body<EvidencePatch>,
) -> Result<Json<EvidenceOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = evidence::get(&mut tx, &editor.ws, &id, &evidence_id).await?;
    let before = load_one(&mut tx, &editor.ws, &row).await?;
    if_match.check(row.version, || before.clone())?;
    let mut invalid = Invalid::default();
    invalid.check_optional("note", patch.note.as_deref(), NOTE_MAX);
    if let Some(strength) = patch.strength {
        check_strength(&mut invalid, strength, row.experiment_id.is_some());
        strength.as_str().clone_into(&mut row.strength);
    }
    let patch = invalid.or(patch)?;
    if let Some(direction) = patch.direction {
        direction.as_str().clone_into(&mut row.direction);
    }
    if let Some(note) = &patch.note {
        row.note.clone_from(note);
    }
    evidence::update(&mut tx, &editor.ws, &row, ctx.now).await?;
    let row = evidence::get(&mut tx, &editor.ws, &id, &evidence_id).await?;
    let after = load_one(&mut tx, &editor.ws, &row).await?;
    let object = audit::Object { kind: "evidence", id: &evidence_id };
    audit::updated(&mut tx, &ctx, &editor, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Take a piece of evidence away. What it pointed at stays.
#[utoipa::path(delete, path = "/hypotheses/{id}/evidence/{evidence_id}", tag = "bet",
    params(("id" = String, Path), ("evidence_id" = String, Path)), responses((status = 204)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn delete_evidence(
    editor: Editor,
    ctx: Ctx,
    Path((id, evidence_id)): Path<(String, String)>,
) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    let row = evidence::get(&mut tx, &editor.ws, &id, &evidence_id).await?;
    let before = load_one(&mut tx, &editor.ws, &row).await?;
    evidence::delete(&mut tx, &editor.ws, &evidence_id).await?;
    let object = audit::Object { kind: "evidence", id: &evidence_id };
    audit::deleted(&mut tx, &ctx, &editor, object, &before).await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a piece of evidence, as the experiment stage does too with its results.
pub async fn insert_evidence(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    hypothesis_id: &str,
    input: &Valid<EvidenceIn>,
) -> Result<EvidenceOut> {
    hypotheses::get(conn, &caller.ws, hypothesis_id).await?;
    for (target, field, id) in input.targets() {
        if let Some(id) = id
            && !evidence::has_target(conn, &caller.ws, target, id).await?
        {
            return Err(Error::field(field, "names something that does not exist here"));
        }
    }
    if evidence::count(conn, &caller.ws, hypothesis_id).await? >= evidence::LIST_MAX {
        let complaint = "has 500 pieces of evidence already; group them into insights or themes";
        return Err(Error::field("hypothesis", complaint));
    }
    let row = Evidence {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        hypothesis_id: hypothesis_id.to_owned(),
        signal_id: input.signal_id.clone(),
        insight_id: input.insight_id.clone(),
        theme_id: input.theme_id.clone(),
        metric_id: input.metric_id.clone(),
        experiment_id: input.experiment_id.clone(),
        direction: input.direction.as_str().to_owned(),
        strength: input.strength.as_str().to_owned(),
        note: input.note.clone(),
        added_by: caller.user_id.clone(),
    };
    evidence::insert(conn, &caller.ws, &row).await?;
    let out = load_one(conn, &caller.ws, &row).await?;
    audit::created(conn, ctx, caller, audit::Object { kind: "evidence", id: &row.id }, &out).await?;
    Ok(out)
}

async fn load(conn: &mut Conn, ws: &WorkspaceId, hypothesis_id: &str) -> Result<Vec<EvidenceOut>> {
    let ids = [hypothesis_id.to_owned()];
    let mut people: HashMap<String, usize> = HashMap::new();
    for (evidence_id, _) in evidence::list_people(conn, ws, &ids).await? {
        *people.entry(evidence_id).or_default() += 1;
    }
    let mut titles: HashMap<String, String> =
        evidence::list_titles(conn, ws, &ids).await?.into_iter().collect();
    let rows = evidence::list(conn, ws, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let title = titles.remove(&row.id).unwrap_or_default();
            let n_people = people.get(&row.id).copied().unwrap_or_default();
            out(row, title, n_people)
        })
        .collect()
}

async fn load_one(conn: &mut Conn, ws: &WorkspaceId, row: &Evidence) -> Result<EvidenceOut> {
    let all = load(conn, ws, &row.hypothesis_id).await?;
    all.into_iter().find(|out| out.id == row.id).ok_or(Error::NotFound)
}

fn out(row: Evidence, object_title: String, n_people: usize) -> Result<EvidenceOut> {
    let objects = [
        (EvidenceKind::Signal, row.signal_id),
        (EvidenceKind::Insight, row.insight_id),
        (EvidenceKind::Theme, row.theme_id),
        (EvidenceKind::Metric, row.metric_id),
        (EvidenceKind::Experiment, row.experiment_id),
    ];
    let object = objects.into_iter().find_map(|(kind, id)| Some((kind, id?)));
    let (kind, object_id) =
        object.ok_or_else(|| Error::Internal(anyhow::anyhow!("evidence {} points at nothing", row.id)))?;
    Ok(EvidenceOut {
        id: row.id,
        version: row.version,
        created_at: time::out(row.created_at),
        hypothesis_id: row.hypothesis_id,
        kind,
        object_id,
        object_title,
        direction: EvidenceSide::parse(&row.direction)?,
        strength: EvidenceStrength::parse(&row.strength)?,
        note: row.note,
        n_people,
        added_by: row.added_by,
    })
}
