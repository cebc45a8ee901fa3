use sqlx::FromRow;

use crate::platform::search_queue;
use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Hypothesis {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub opportunity_id: Option<String>,
    pub title: String,
    pub population: String,
    pub change: String,
    pub mechanism: String,
    pub metric_id: Option<String>,
    pub smallest_effect: Option<f64>,
    pub effect_kind: String,
    pub guardrails: String,
    pub decision_rule: String,
    pub required_strength: String,
    pub expires_at: Option<Micros>,
    pub owner_id: Option<String>,
    pub state: String,
    pub confidence_override: Option<f64>,
    pub confidence_note: String,
}

/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub opportunity_id: Option<String>,
    /// True lists only those under no opportunity.
    pub unplaced: bool,
    pub metric_id: Option<String>,
    pub owner_id: Option<String>,
    pub state: Option<String>,
    /// Expired before this time, and neither confirmed nor refuted.
    pub expired_before: Option<Micros>,
    pub archived: bool,
}

/// What the checks of a hypothesis want to know of its metric.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct MetricFacts {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub direction: String,
    pub n_readings: i64,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Hypothesis) -> Result<()> {
    sqlx::query(
        "INSERT INTO hypotheses (workspace_id, id, created_at, updated_at, opportunity_id, title, population, change, \
         mechanism, metric_id, smallest_effect, effect_kind, guardrails, decision_rule, required_strength, \
         expires_at, owner_id, state) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.opportunity_id)
    .bind(&row.title)
    .bind(&row.population)
    .bind(&row.change)
    .bind(&row.mechanism)
    .bind(&row.metric_id)
    .bind(row.smallest_effect)
    .bind(&row.effect_kind)
    .bind(&row.guardrails)
    .bind(&row.decision_rule)
    .bind(&row.required_strength)
    .bind(row.expires_at)
    .bind(&row.owner_id)
    .bind(&row.state)
    .execute(&mut *conn)
    .await?;
    search_queue::insert(conn, ws, "hypothesis", &row.id, row.created_at).await
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Hypothesis> {
    let row = sqlx::query_as("SELECT * FROM hypotheses WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Hypothesis>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Hypothesis> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Hypothesis, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE hypotheses SET opportunity_id = $1, title = $2, population = $3, change = $4, mechanism = $5, \
         metric_id = $6, smallest_effect = $7, effect_kind = $8, guardrails = $9, decision_rule = $10, \
         required_strength = $11, expires_at = $12, owner_id = $13, state = $14, confidence_override = $15, \
         confidence_note = $16, archived_at = $17, version = version + 1, updated_at = $18 \
         WHERE workspace_id = $19 AND id = $20 AND version = $21",
    )
    .bind(&row.opportunity_id)
    .bind(&row.title)
    .bind(&row.population)
    .bind(&row.change)
    .bind(&row.mechanism)
    .bind(&row.metric_id)
    .bind(row.smallest_effect)
    .bind(&row.effect_kind)
    .bind(&row.guardrails)
    .bind(&row.decision_rule)
    .bind(&row.required_strength)
    .bind(row.expires_at)
    .bind(&row.owner_id)
    .bind(&row.state)
    .bind(row.confidence_override)
    .bind(&row.confidence_note)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale);
    }
    search_queue::insert(conn, ws, "hypothesis", &row.id, now).await
}

/// The metrics with the given ids, with the number of their readings.
pub async fn metric_facts(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<MetricFacts>> {
    let mut sql = Sql::new(
        "SELECT m.id, m.name, m.kind, m.direction, (SELECT COUNT(*) FROM metric_readings r \
         WHERE r.workspace_id = m.workspace_id AND r.metric_id = m.id) AS n_readings \
         FROM metrics m WHERE m.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND m.id IN", ids);
    sql.fetch_all(conn).await
}

/// How many hypotheses of each state stand under each opportunity: opportunity, state, number.
pub async fn count_by_opportunity(
    conn: &mut Conn,
    ws: &WorkspaceId,
) -> Result<Vec<(Option<String>, String, i64)>> {
    let rows = sqlx::query_as(
        "SELECT opportunity_id, state, COUNT(*) FROM hypotheses WHERE workspace_id = $1 AND archived_at IS NULL \
         GROUP BY opportunity_id, state",
    )
    .bind(ws.as_str())
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM hypotheses WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.when(" AND opportunity_id = ", filter.opportunity_id.as_deref());
    if filter.unplaced {
        sql.push(" AND opportunity_id IS NULL");
    }
    sql.when(" AND metric_id = ", filter.metric_id.as_deref());
    sql.when(" AND owner_id = ", filter.owner_id.as_deref());
    sql.when(" AND state = ", filter.state.as_deref());
    if let Some(time) = filter.expired_before {
        sql.push(" AND state IN ('draft', 'open', 'expired') AND expires_at < ").bind(time);
    }
    sql
}
