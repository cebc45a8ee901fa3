//! Firings: the moments at which a rule crossed its threshold.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

/// A firing with the name of its rule.
#[derive(Clone, Debug, FromRow)]
pub struct Firing {
    pub id: String,
    pub rule_id: String,
    pub rule_name: String,
    pub fired_at: Micros,
    pub value: f64,
    pub handled_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub rule_id: Option<String>,
    pub open: bool,
}

pub async fn insert(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    rule_id: &str,
    value: f64,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO rule_firings (workspace_id, id, rule_id, fired_at, value) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(ws.as_str())
    .bind(id)
    .bind(rule_id)
    .bind(now)
    .bind(value)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Firing> {
    let mut sql = matching("SELECT f.*, r.name AS rule_name", ws, &Filter::default());
    sql.push(" AND f.id = ").bind(id);
    sql.fetch_one(conn).await
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Firing>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT f.*, r.name AS rule_name", ws, filter);
    sql.when(" AND f.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY f.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Firing> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

pub async fn update_handled(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    handled_at: Option<Micros>,
) -> Result<()> {
    sqlx::query("UPDATE rule_firings SET handled_at = $1 WHERE workspace_id = $2 AND id = $3")
        .bind(handled_at)
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Per rule: how often it fired, how many of these wait, and when it fired last.
pub async fn count_by_rule(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rule_ids: &[String],
) -> Result<Vec<(String, i64, i64, Micros)>> {
    let mut sql = Sql::new(
        "SELECT rule_id, COUNT(*), CAST(SUM(CASE WHEN handled_at IS NULL THEN 1 ELSE 0 END) AS BIGINT), \
         MAX(fired_at) FROM rule_firings WHERE workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND rule_id IN", rule_ids).push(" GROUP BY rule_id");
    sql.fetch_all(conn).await
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM rule_firings f JOIN rules r ON r.workspace_id = f.workspace_id AND r.id = f.rule_id");
    sql.push(" WHERE f.workspace_id = ").bind(ws.as_str());
    sql.when(" AND f.rule_id = ", filter.rule_id.as_deref());
    if filter.open {
        sql.push(" AND f.handled_at IS NULL");
    }
    sql
}
