//! Evidence: links from what was heard, seen or tested to a hypothesis.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Evidence {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub hypothesis_id: String,
    pub signal_id: Option<String>,
    pub insight_id: Option<String>,
    pub theme_id: Option<String>,
    pub metric_id: Option<String>,
    pub experiment_id: Option<String>,
    pub direction: String,
    pub strength: String,
    pub note: String,
    pub added_by: String,
}

/// What a piece of evidence points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Signal,
    Insight,
    Theme,
    Metric,
    Experiment,
}

/// At most this many pieces of evidence stand under one hypothesis.
pub const LIST_MAX: i64 = 500;
/// At most this many pairs of evidence and person are read; breadth is capped far below.
pub const PEOPLE_MAX: i64 = 20_000;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Evidence) -> Result<()> {
    sqlx::query(
        "INSERT INTO evidence (workspace_id, id, created_at, updated_at, hypothesis_id, signal_id, insight_id, \
         theme_id, metric_id, experiment_id, direction, strength, note, added_by) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.hypothesis_id)
    .bind(&row.signal_id)
    .bind(&row.insight_id)
    .bind(&row.theme_id)
    .bind(&row.metric_id)
    .bind(&row.experiment_id)
    .bind(&row.direction)
    .bind(&row.strength)
    .bind(&row.note)
    .bind(&row.added_by)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, hypothesis_id: &str, id: &str) -> Result<Evidence> {
    let row =
        sqlx::query_as("SELECT * FROM evidence WHERE workspace_id = $1 AND hypothesis_id = $2 AND id = $3")
            .bind(ws.as_str())
            .bind(hypothesis_id)
            .bind(id)
            .fetch_one(conn)
            .await?;
    Ok(row)
}

pub async fn list(conn: &mut Conn, ws: &WorkspaceId, hypothesis_ids: &[String]) -> Result<Vec<Evidence>> {
    let mut sql = Sql::new("SELECT * FROM evidence WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND hypothesis_id IN", hypothesis_ids).push(" ORDER BY id");
    sql.fetch_all(conn).await
}

pub async fn count(conn: &mut Conn, ws: &WorkspaceId, hypothesis_id: &str) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM evidence WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND hypothesis_id = ").bind(hypothesis_id);
    sql.fetch_count(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Evidence, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE evidence SET direction = $1, strength = $2, note = $3, version = version + 1, updated_at = $4 \
         WHERE workspace_id = $5 AND id = $6 AND version = $7",
    )
    .bind(&row.direction)
    .bind(&row.strength)
    .bind(&row.note)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM evidence WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the workspace has the object that a piece of evidence would point at.
pub async fn has_target(conn: &mut Conn, ws: &WorkspaceId, target: Target, id: &str) -> Result<bool> {
    let mut sql = Sql::new(match target {
        Target::Signal => "SELECT COUNT(*) FROM signals WHERE workspace_id = ",
        Target::Insight => "SELECT COUNT(*) FROM insights WHERE workspace_id = ",
        Target::Theme => "SELECT COUNT(*) FROM themes WHERE workspace_id = ",
        Target::Metric => "SELECT COUNT(*) FROM metrics WHERE workspace_id = ",
        Target::Experiment => "SELECT COUNT(*) FROM experiments WHERE workspace_id = ",
    });
    sql.bind(ws.as_str()).push(" AND id = ").bind(id);
    Ok(sql.fetch_count(conn).await? > 0)
}

/// Who stands behind each piece of evidence: pairs of evidence and person. A signal without a known person counts
/// as a person of its own.
pub async fn list_people(
    conn: &mut Conn,
    ws: &WorkspaceId,
    hypothesis_ids: &[String],
) -> Result<Vec<(String, String)>> {
    const BRANCHES: [&str; 5] = [
        "SELECT e.id, COALESCE(s.person_id, s.id) FROM evidence e \
         JOIN signals s ON s.workspace_id = e.workspace_id AND s.id = e.signal_id WHERE e.workspace_id = ",
        "SELECT e.id, COALESCE(s.person_id, s.id) FROM evidence e \
         JOIN theme_signals t ON t.workspace_id = e.workspace_id AND t.theme_id = e.theme_id \
         JOIN signals s ON s.workspace_id = t.workspace_id AND s.id = t.signal_id WHERE e.workspace_id = ",
        "SELECT e.id, COALESCE(s.person_id, s.id) FROM evidence e \
         JOIN insight_evidence i ON i.workspace_id = e.workspace_id AND i.insight_id = e.insight_id \
         JOIN signals s ON s.workspace_id = i.workspace_id AND s.id = i.signal_id WHERE e.workspace_id = ",
        "SELECT e.id, COALESCE(s.person_id, s.id) FROM evidence e \
         JOIN insight_evidence i ON i.workspace_id = e.workspace_id AND i.insight_id = e.insight_id \
         JOIN highlights h ON h.workspace_id = i.workspace_id AND h.id = i.highlight_id \
         JOIN signals s ON s.workspace_id = h.workspace_id AND s.id = h.signal_id WHERE e.workspace_id = ",
        "SELECT e.id, COALESCE(v.person_id, v.id) FROM evidence e \
         JOIN insight_evidence i ON i.workspace_id = e.workspace_id AND i.insight_id = e.insight_id \
         JOIN highlights h ON h.workspace_id = i.workspace_id AND h.id = i.highlight_id \
         JOIN interviews v ON v.workspace_id = h.workspace_id AND v.id = h.interview_id WHERE e.workspace_id = ",
    ];
    let mut sql = Sql::default();
    for (index, branch) in BRANCHES.into_iter().enumerate() {
        sql.push(if index == 0 { "" } else { " UNION " });
        sql.push(branch).bind(ws.as_str()).bind_in(" AND e.hypothesis_id IN", hypothesis_ids);
    }
    sql.push(" ORDER BY 1, 2 LIMIT ").bind(PEOPLE_MAX);
    sql.fetch_all(conn).await
}

/// What the objects behind the given evidence are called: evidence and name.
pub async fn list_titles(
    conn: &mut Conn,
    ws: &WorkspaceId,
    hypothesis_ids: &[String],
) -> Result<Vec<(String, String)>> {
    const BRANCHES: [&str; 5] = [
        "SELECT e.id, SUBSTR(o.body, 1, 300) FROM evidence e JOIN signals o ON o.id = e.signal_id",
        "SELECT e.id, SUBSTR(o.statement, 1, 300) FROM evidence e JOIN insights o ON o.id = e.insight_id",
        "SELECT e.id, o.name FROM evidence e JOIN themes o ON o.id = e.theme_id",
        "SELECT e.id, o.name FROM evidence e JOIN metrics o ON o.id = e.metric_id",
        "SELECT e.id, o.title FROM evidence e JOIN experiments o ON o.id = e.experiment_id",
    ];
    let mut sql = Sql::default();
    for (index, branch) in BRANCHES.into_iter().enumerate() {
        sql.push(if index == 0 { "" } else { " UNION ALL " });
        sql.push(branch).push(" AND o.workspace_id = e.workspace_id WHERE e.workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND e.hypothesis_id IN", hypothesis_ids);
    }
    sql.fetch_all(conn).await
}
