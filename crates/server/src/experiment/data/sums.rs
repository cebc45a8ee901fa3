//! Sums per group and metric.

use axum::Json;
use axum::extract::Path;
use heedful_db::experiment::experiments::{self, Experiment};
use heedful_db::experiment::sums::{self, Sums};
use heedful_db::experiment::units;
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{NotEstimable, Proportion, Sample};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::experiment::plan::{Plan, PlanMetricKind};
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;
use crate::platform::invalid::Invalid;
use crate::platform::{audit, time};

const GROUPS_MAX: usize = 400;

/// The figures of one metric in one group. For a proportion give `n` and `successes`, for a mean `n`, `mean` and `sd`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SumIn {
    pub variant: String,
    pub metric: String,
    /// People.
    pub n: u32,
    pub successes: Option<u32>,
    pub mean: Option<f64>,
    /// Standard deviation between people.
    pub sd: Option<f64>,
}

/// Replaces all sums typed before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SumsIn {
    pub sums: Vec<SumIn>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SumOut {
    pub variant: String,
    pub metric: String,
    pub n: i64,
    pub total: f64,
    pub total_squares: f64,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExperimentData {
    pub sums: Vec<SumOut>,
    /// People imported; 0 when the sums were typed.
    pub n_units: i64,
    /// People seen in two groups, who are left out.
    pub n_in_two_variants: i64,
}

/// What the analysis reads of one metric in one group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    pub n: u64,
    pub total: f64,
    pub total_squares: f64,
}

impl Cell {
    pub fn proportion(self) -> std::result::Result<Proportion, NotEstimable> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a total of zeros and ones is a whole number between 0 and n"
        )]
        let successes = self.total.round().max(0.0) as u64;
        Proportion::new(successes, self.n)
    }

    pub fn sample(self) -> std::result::Result<Sample, NotEstimable> {
        Sample::from_sums(self.n, self.total, self.total_squares)
    }
}

/// The data of an experiment as sums.
#[utoipa::path(get, path = "/experiments/{id}/sums", tag = "experiment", params(("id" = String, Path)),
    responses((status = 200, body = ExperimentData)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_sums(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ExperimentData>> {
    let mut conn = ctx.read().await?;
    experiments::get(&mut conn, &viewer.ws, &id).await?;
    Ok(Json(load(&mut conn, &viewer.ws, &id).await?))
}

/// Type the counts of an experiment whose people are not imported.
#[utoipa::path(put, path = "/experiments/{id}/sums", tag = "experiment", params(("id" = String, Path)),
    request_body = SumsIn, responses((status = 200, body = ExperimentData)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn set_sums(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<SumsIn>,
) -> Result<Json<ExperimentData>> {
    let mut tx = ctx.begin().await?;
    let row = experiments::get(&mut tx, &editor.ws, &id).await?;
    let plan = started_plan(&row)?;
    if units::count(&mut tx, &editor.ws, &id).await?.0 > 0 {
        return Err(Error::conflict(
            "people were imported for this experiment; clear its data before typing sums",
        ));
    }
    let rows = checked(&plan, &input, ctx.now)?;
    sums::update(&mut tx, &editor.ws, &id, &rows).await?;
    audit::acted(&mut tx, &ctx, &editor, "set_sums", audit::Object { kind: "experiment", id: &id }, &input)
        .await?;
    let out = load(&mut tx, &editor.ws, &id).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Throw away all data of an experiment. Its plan stays.
#[utoipa::path(delete, path = "/experiments/{id}/sums", tag = "experiment", params(("id" = String, Path)),
    responses((status = 200, body = ExperimentData)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn clear_data(editor: Editor, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ExperimentData>> {
    let mut tx = ctx.begin().await?;
    experiments::get(&mut tx, &editor.ws, &id).await?;
    let before = load(&mut tx, &editor.ws, &id).await?;
    units::delete(&mut tx, &editor.ws, &id).await?;
    sums::delete(&mut tx, &editor.ws, &id).await?;
    let object = audit::Object { kind: "experiment", id: &id };
    audit::acted(&mut tx, &ctx, &editor, "clear_data", object, &before).await?;
    let out = load(&mut tx, &editor.ws, &id).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// The plan, once it is frozen: data that come in earlier could have shaped it.
pub fn started_plan(row: &Experiment) -> Result<Plan> {
    if row.plan_hash.is_none() {
        return Err(Error::conflict("start the experiment first: its plan is frozen before data come in"));
    }
    Ok(serde_json::from_str(&row.plan).map_err(anyhow::Error::from)?)
}

async fn load(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<ExperimentData> {
    let rows = sums::list(conn, ws, id).await?;
    let (n_units, n_in_two_variants) = units::count(conn, ws, id).await?;
    let out = |row: Sums| SumOut {
        variant: row.variant,
        metric: row.metric,
        n: row.n,
        total: row.total,
        total_squares: row.total_squares,
        updated_at: time::out(row.updated_at),
    };
    Ok(ExperimentData { sums: rows.into_iter().map(out).collect(), n_units, n_in_two_variants })
}

fn checked(plan: &Plan, input: &SumsIn, now: Micros) -> std::result::Result<Vec<Sums>, Invalid> {
    let mut invalid = Invalid::default();
    invalid.check("sums", input.sums.len() <= GROUPS_MAX, "must be at most 400");
    let mut rows: Vec<Sums> = Vec::with_capacity(input.sums.len());
    for (index, sum) in input.sums.iter().enumerate() {
        let field = |name: &str| format!("sums[{index}].{name}");
        if !plan.variants.iter().any(|variant| variant.name == sum.variant) {
            invalid.add(&field("variant"), "is not a group of the plan");
        }
        let Some(metric) = plan.metric(&sum.metric) else {
            invalid.add(&field("metric"), "is not a metric of the plan");
            continue;
        };
        if rows.iter().any(|row| row.variant == sum.variant && row.metric == sum.metric) {
            invalid.add(&field("metric"), "is given twice for this group");
        }
        match totals(metric.kind, sum) {
            Ok((total, total_squares)) => rows.push(Sums {
                variant: sum.variant.clone(),
                metric: sum.metric.clone(),
                n: i64::from(sum.n),
                total,
                total_squares,
                updated_at: now,
            }),
            Err((name, complaint)) => invalid.add(&field(name), &complaint),
        }
    }
    invalid.or(rows).map(crate::platform::invalid::Valid::into_inner)
}

fn totals(kind: PlanMetricKind, sum: &SumIn) -> std::result::Result<(f64, f64), (&'static str, String)> {
    let refuse = |name, complaint: &str| Err((name, complaint.to_owned()));
    let n = f64::from(sum.n);
    match (kind, sum.successes, sum.mean, sum.sd) {
        (PlanMetricKind::Proportion, Some(successes), None, None) if successes <= sum.n => {
            Ok((f64::from(successes), f64::from(successes)))
        }
        (PlanMetricKind::Proportion, Some(_), None, None) => refuse("successes", "must be at most n"),
        (PlanMetricKind::Proportion, ..) => refuse("successes", "must be given, and neither mean nor sd"),
        (PlanMetricKind::Mean, None, Some(mean), Some(sd)) => {
            if !mean.is_finite() || !sd.is_finite() || sd < 0.0 {
                return refuse("sd", "must be 0 or more, and the mean an ordinary number");
            }
            Ok((n * mean, (n - 1.0).max(0.0) * sd * sd + n * mean * mean))
        }
        (PlanMetricKind::Mean, ..) => refuse("mean", "must be given with sd, and without successes"),
    }
}
