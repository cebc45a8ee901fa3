//! Segments: saved rules that say which people and accounts belong together, with what they add up to.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Segment {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub name: String,
    pub description: String,
    pub rule: String,
}

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Counts {
    pub segment_id: String,
    pub n_people: i64,
    pub n_accounts: i64,
    pub n_signals: i64,
    pub revenue_cents: i64,
}

/// Every change of a person is weighed against every segment, so their number is bounded.
pub const SEGMENTS_MAX: i64 = 200;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Segment) -> Result<()> {
    sqlx::query(
        "INSERT INTO segments (workspace_id, id, created_at, updated_at, name, description, rule) \
         VALUES ($1, $2, $3, $3, $4, $5, $6)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.rule)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Segment> {
    let row = sqlx::query_as("SELECT * FROM segments WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn count(conn: &mut Conn, ws: &WorkspaceId) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM segments WHERE archived_at IS NULL AND workspace_id = ");
    sql.bind(ws.as_str());
    sql.fetch_count(conn).await
}

/// By name; all that are in use fit on one page.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, archived: bool) -> Result<Vec<Segment>> {
    let mut sql = Sql::new("SELECT * FROM segments WHERE workspace_id = ");
    sql.bind(ws.as_str());
    sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.push(" ORDER BY name, id LIMIT ").bind(SEGMENTS_MAX);
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Segment, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE segments SET archived_at = $1, name = $2, description = $3, rule = $4, version = version + 1, \
         updated_at = $5 WHERE workspace_id = $6 AND id = $7 AND version = $8",
    )
    .bind(row.archived_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.rule)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// What the given segments add up to. A signal counts when its person is a member, or, when it names no person,
/// when its account is. Cross joins keep SQLite from starting at the signals, which are many more than the members.
pub async fn list_counts(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Counts>> {
    let mut sql = Sql::new(
        "SELECT g.id AS segment_id, \
         (SELECT COUNT(*) FROM segment_people m WHERE m.workspace_id = g.workspace_id AND m.segment_id = g.id) AS n_people, \
         (SELECT COUNT(*) FROM segment_accounts m WHERE m.workspace_id = g.workspace_id AND m.segment_id = g.id) \
           AS n_accounts, \
         (SELECT COUNT(*) FROM segment_people m CROSS JOIN signals s WHERE s.workspace_id = m.workspace_id \
           AND s.person_id = m.person_id AND s.archived_at IS NULL \
           AND m.workspace_id = g.workspace_id AND m.segment_id = g.id) + \
         (SELECT COUNT(*) FROM segment_accounts m CROSS JOIN signals s WHERE s.workspace_id = m.workspace_id \
           AND s.account_id = m.account_id AND COALESCE(s.person_id, '') = '' AND s.archived_at IS NULL \
           AND m.workspace_id = g.workspace_id AND m.segment_id = g.id) AS n_signals, \
         COALESCE((SELECT CAST(SUM(a.revenue_cents) AS BIGINT) FROM segment_accounts m JOIN accounts a \
           ON a.workspace_id = m.workspace_id AND a.id = m.account_id \
           WHERE m.workspace_id = g.workspace_id AND m.segment_id = g.id), 0) AS revenue_cents \
         FROM segments g WHERE g.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND g.id IN", ids);
    sql.fetch_all(conn).await
}
