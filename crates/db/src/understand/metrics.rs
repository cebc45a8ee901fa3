//! The registry of numbers, their typed readings, and the counts that computed ones are made of.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Metric {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub unit: String,
    pub direction: String,
    pub definition: String,
    /// Goes up with each change of the definition.
    pub definition_version: i64,
}

/// What a metric was made of for a while.
#[derive(Clone, Debug, FromRow)]
pub struct MetricDefinition {
    pub definition_version: i64,
    pub definition: String,
    pub created_at: Micros,
    /// Nobody in workspaces from before this was written down.
    pub created_by: Option<String>,
}

#[derive(Clone, Debug, FromRow)]
pub struct Reading {
    pub id: String,
    pub version: i64,
    pub metric_id: String,
    pub at: Micros,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: Option<i64>,
    pub note: String,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Metric) -> Result<()> {
    sqlx::query(
        "INSERT INTO metrics (workspace_id, id, created_at, updated_at, name, description, kind, unit, direction, \
         definition) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.kind)
    .bind(&row.unit)
    .bind(&row.direction)
    .bind(&row.definition)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Metric> {
    let row = sqlx::query_as("SELECT * FROM metrics WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Metric, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE metrics SET name = $1, description = $2, unit = $3, direction = $4, definition = $5, \
         archived_at = $6, definition_version = $7, version = version + 1, updated_at = $8 \
         WHERE workspace_id = $9 AND id = $10 AND version = $11",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.unit)
    .bind(&row.direction)
    .bind(&row.definition)
    .bind(row.archived_at)
    .bind(row.definition_version)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Writes down what a metric is made of from now on.
pub async fn insert_definition(
    conn: &mut Conn,
    ws: &WorkspaceId,
    row: &Metric,
    created_by: &str,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO metric_definitions (workspace_id, metric_id, definition_version, definition, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.definition_version)
    .bind(&row.definition)
    .bind(now)
    .bind(created_by)
    .execute(conn)
    .await?;
    Ok(())
}

/// What a metric was made of, newest first.
pub async fn list_definitions(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<MetricDefinition>> {
    let total = sqlx::query_scalar(
        "SELECT COUNT(*) FROM metric_definitions WHERE workspace_id = $1 AND metric_id = $2",
    )
    .bind(ws.as_str())
    .bind(metric_id)
    .fetch_one(&mut *conn)
    .await?;
    let before = after.map_or(Ok(i64::MAX), Cursor::sort_number)?;
    let rows = sqlx::query_as(
        "SELECT definition_version, definition, created_at, created_by FROM metric_definitions \
         WHERE workspace_id = $1 AND metric_id = $2 AND definition_version < $3 \
         ORDER BY definition_version DESC LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(metric_id)
    .bind(before)
    .bind(limit + 1)
    .fetch_all(conn)
    .await?;
    let cursor =
        |row: &MetricDefinition| Cursor { sort: row.definition_version.to_string(), id: String::new() };
    Ok(Page::cut(rows, limit, total, cursor))
}

/// Oldest first, so that the numbers a team started with stay on top.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    archived: bool,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Metric>> {
    let total = matching("SELECT COUNT(*)", ws, archived).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, archived);
    sql.when(" AND id > ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id LIMIT ").bind(limit + 1);
    let rows: Vec<Metric> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn matching(select: &'static str, ws: &WorkspaceId, archived: bool) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM metrics WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql
}

/// Whether a definition names a segment of this workspace.
pub async fn segment_exists(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<bool> {
    let (n,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM segments WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(n > 0)
}

/// How many signals of a theme, optionally of one segment, were said in a stretch of time.
pub async fn count_theme_signals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    theme_id: &str,
    segment_id: Option<&str>,
    (from, to): (Micros, Micros),
) -> Result<i64> {
    let mut sql =
        Sql::new("SELECT COUNT(*) FROM theme_signals t JOIN signals s ON s.workspace_id = t.workspace_id");
    sql.push(" AND s.id = t.signal_id WHERE t.workspace_id = ").bind(ws.as_str());
    sql.push(" AND t.theme_id = ").bind(theme_id).push(" AND s.archived_at IS NULL");
    sql.push(" AND s.occurred_at >= ").bind(from).push(" AND s.occurred_at < ").bind(to);
    sql.when(" AND s.segment_id = ", segment_id);
    sql.fetch_count(conn).await
}

pub async fn insert_reading(conn: &mut Conn, ws: &WorkspaceId, row: &Reading) -> Result<()> {
    sqlx::query(
        "INSERT INTO metric_readings (workspace_id, id, metric_id, at, value, low, high, n, note) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.metric_id)
    .bind(row.at)
    .bind(row.value)
    .bind(row.low)
    .bind(row.high)
    .bind(row.n)
    .bind(&row.note)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get_reading(conn: &mut Conn, ws: &WorkspaceId, metric_id: &str, id: &str) -> Result<Reading> {
    let row = sqlx::query_as(
        "SELECT * FROM metric_readings WHERE workspace_id = $1 AND metric_id = $2 AND id = $3",
    )
    .bind(ws.as_str())
    .bind(metric_id)
    .bind(id)
    .fetch_one(conn)
    .await?;
    Ok(row)
}

pub async fn update_reading(conn: &mut Conn, ws: &WorkspaceId, row: &Reading) -> Result<()> {
    let done = sqlx::query(
        "UPDATE metric_readings SET at = $1, value = $2, low = $3, high = $4, n = $5, note = $6, \
         version = version + 1 WHERE workspace_id = $7 AND id = $8 AND version = $9",
    )
    .bind(row.at)
    .bind(row.value)
    .bind(row.low)
    .bind(row.high)
    .bind(row.n)
    .bind(&row.note)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

pub async fn delete_reading(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM metric_readings WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Newest first.
pub async fn list_readings(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Reading>> {
    let of_metric = |select: &'static str| {
        let mut sql = Sql::new(select);
        sql.push(" FROM metric_readings WHERE workspace_id = ").bind(ws.as_str());
        sql.push(" AND metric_id = ").bind(metric_id);
        sql
    };
    let total = of_metric("SELECT COUNT(*)").fetch_count(conn).await?;
    let mut sql = of_metric("SELECT *");
    if let Some(cursor) = after {
        let at = cursor.sort_number()?;
        sql.push(" AND (at < ").bind(at).push(" OR (at = ").bind(at).push(" AND id < ");
        sql.bind(cursor.id.as_str()).push("))");
    }
    sql.push(" ORDER BY at DESC, id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Reading> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.at.to_string(), id: row.id.clone() }))
}

/// The last typed reading in a stretch of time.
pub async fn find_last_reading(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric_id: &str,
    (from, to): (Micros, Micros),
) -> Result<Option<Reading>> {
    let row = sqlx::query_as(
        "SELECT * FROM metric_readings WHERE workspace_id = $1 AND metric_id = $2 AND at >= $3 AND at < $4 \
         ORDER BY at DESC, id DESC LIMIT 1",
    )
    .bind(ws.as_str())
    .bind(metric_id)
    .bind(from)
    .bind(to)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}
