use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Experiment {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub bet_id: String,
    pub title: String,
    pub kind: String,
    pub plan: String,
    pub plan_hash: Option<String>,
    pub owner_id: Option<String>,
    pub state: String,
    pub started_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub end_reason: String,
}

/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub bet_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub kind: Option<String>,
    pub state: Option<String>,
    pub archived: bool,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Experiment) -> Result<()> {
    sqlx::query(
        "INSERT INTO experiments (workspace_id, id, created_at, updated_at, bet_id, title, kind, plan, owner_id) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.bet_id)
    .bind(&row.title)
    .bind(&row.kind)
    .bind(&row.plan)
    .bind(&row.owner_id)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Experiment> {
    let row = sqlx::query_as("SELECT * FROM experiments WHERE workspace_id = $1 AND id = $2")
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
) -> Result<Page<Experiment>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT e.*", ws, filter);
    sql.when(" AND e.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY e.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Experiment> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Experiment, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE experiments SET bet_id = $1, title = $2, kind = $3, plan = $4, plan_hash = $5, owner_id = $6, \
         state = $7, started_at = $8, ended_at = $9, end_reason = $10, archived_at = $11, version = version + 1, \
         updated_at = $12 WHERE workspace_id = $13 AND id = $14 AND version = $15",
    )
    .bind(&row.bet_id)
    .bind(&row.title)
    .bind(&row.kind)
    .bind(&row.plan)
    .bind(&row.plan_hash)
    .bind(&row.owner_id)
    .bind(&row.state)
    .bind(row.started_at)
    .bind(row.ended_at)
    .bind(&row.end_reason)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM experiments e WHERE e.workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND e.archived_at IS NOT NULL" } else { " AND e.archived_at IS NULL" });
    sql.when(" AND e.bet_id = ", filter.bet_id.as_deref());
    sql.when(" AND e.kind = ", filter.kind.as_deref());
    sql.when(" AND e.state = ", filter.state.as_deref());
    if let Some(id) = &filter.hypothesis_id {
        sql.push(" AND EXISTS (SELECT 1 FROM bets b WHERE b.workspace_id = e.workspace_id");
        sql.push(" AND b.id = e.bet_id AND b.hypothesis_id = ").bind(id.as_str()).push(")");
    }
    sql
}
