//! Rules: thresholds agreed beforehand.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Flag, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Rule {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
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
    pub enabled: Flag,
    pub crossed: Flag,
    pub last_value: Option<f64>,
    pub evaluated_at: Option<Micros>,
}

/// A job evaluates at most this many rules of a workspace, and the server refuses to add more.
pub const RULES_MAX: i64 = 500;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Rule) -> Result<()> {
    sqlx::query(
        "INSERT INTO rules (workspace_id, id, created_at, updated_at, name, kind, theme_id, segment_id, metric_id, \
         count_of, op, threshold, window_days, owner_id, enabled) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.kind)
    .bind(&row.theme_id)
    .bind(&row.segment_id)
    .bind(&row.metric_id)
    .bind(&row.count_of)
    .bind(&row.op)
    .bind(row.threshold)
    .bind(row.window_days)
    .bind(&row.owner_id)
    .bind(i64::from(row.enabled.0))
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Rule> {
    let row = sqlx::query_as("SELECT * FROM rules WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// A changed rule is a new agreement: it counts as not crossed until it is evaluated again.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Rule, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE rules SET archived_at = $1, name = $2, theme_id = $3, segment_id = $4, metric_id = $5, \
         count_of = $6, op = $7, threshold = $8, window_days = $9, owner_id = $10, enabled = $11, crossed = $12, \
         version = version + 1, updated_at = $13 WHERE workspace_id = $14 AND id = $15 AND version = $16",
    )
    .bind(row.archived_at)
    .bind(&row.name)
    .bind(&row.theme_id)
    .bind(&row.segment_id)
    .bind(&row.metric_id)
    .bind(&row.count_of)
    .bind(&row.op)
    .bind(row.threshold)
    .bind(row.window_days)
    .bind(&row.owner_id)
    .bind(i64::from(row.enabled.0))
    .bind(i64::from(row.crossed.0))
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    archived: bool,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Rule>> {
    let total = matching("SELECT COUNT(*)", ws, archived).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, archived);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Rule> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// The rules that are evaluated.
pub async fn list_enabled(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Rule>> {
    let rows = sqlx::query_as(
        "SELECT * FROM rules WHERE workspace_id = $1 AND archived_at IS NULL AND enabled = 1 ORDER BY id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(RULES_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Writes what an evaluation found. True when this evaluation is the one that saw the rule cross its threshold: of
/// several at the same time only one is told so. Nothing is written when the rule was changed meanwhile.
pub async fn update_value(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rule: &Rule,
    value: f64,
    is_crossed: bool,
    now: Micros,
) -> Result<bool> {
    let mut sql = Sql::new("UPDATE rules SET last_value = ");
    sql.bind(value).push(", evaluated_at = ").bind(now);
    sql.push(", crossed = ").bind(i64::from(is_crossed));
    sql.push(" WHERE workspace_id = ").bind(ws.as_str()).push(" AND id = ").bind(rule.id.as_str());
    sql.push(" AND version = ").bind(rule.version);
    let mut crossing = sql.clone();
    crossing.push(" AND crossed = 0");
    if is_crossed && crossing.execute(conn).await? > 0 {
        return Ok(true);
    }
    sql.execute(conn).await?;
    Ok(false)
}

fn matching(select: &'static str, ws: &WorkspaceId, archived: bool) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM rules WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql
}
