//! Actions: what somebody does until a day.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Action {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub title: String,
    pub note: String,
    pub owner_id: String,
    pub due_at: Micros,
    pub decision_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub metric_id: Option<String>,
    pub review_id: Option<String>,
    pub done_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: State,
    pub owner_id: Option<String>,
    pub decision_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub metric_id: Option<String>,
    pub review_id: Option<String>,
    pub archived: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Any,
    Open,
    Done,
    /// Open, and due before this time.
    OverdueAt(Micros),
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Action) -> Result<()> {
    sqlx::query(
        "INSERT INTO actions (workspace_id, id, created_at, updated_at, title, note, owner_id, due_at, decision_id, \
         hypothesis_id, metric_id, review_id) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.title)
    .bind(&row.note)
    .bind(&row.owner_id)
    .bind(row.due_at)
    .bind(&row.decision_id)
    .bind(&row.hypothesis_id)
    .bind(&row.metric_id)
    .bind(&row.review_id)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Action> {
    let row = sqlx::query_as("SELECT * FROM actions WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Action, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE actions SET archived_at = $1, title = $2, note = $3, owner_id = $4, due_at = $5, decision_id = $6, \
         hypothesis_id = $7, metric_id = $8, done_at = $9, version = version + 1, updated_at = $10 \
         WHERE workspace_id = $11 AND id = $12 AND version = $13",
    )
    .bind(row.archived_at)
    .bind(&row.title)
    .bind(&row.note)
    .bind(&row.owner_id)
    .bind(row.due_at)
    .bind(&row.decision_id)
    .bind(&row.hypothesis_id)
    .bind(&row.metric_id)
    .bind(row.done_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// The one due first comes first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Action>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    if let Some(cursor) = after {
        let at = cursor.sort_number()?;
        sql.push(" AND (due_at > ").bind(at);
        sql.push(" OR (due_at = ").bind(at).push(" AND id > ").bind(cursor.id.as_str()).push("))");
    }
    sql.push(" ORDER BY due_at, id LIMIT ").bind(limit + 1);
    let rows: Vec<Action> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.due_at.to_string(), id: row.id.clone() }))
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM actions WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.when(" AND owner_id = ", filter.owner_id.as_deref());
    sql.when(" AND decision_id = ", filter.decision_id.as_deref());
    sql.when(" AND hypothesis_id = ", filter.hypothesis_id.as_deref());
    sql.when(" AND metric_id = ", filter.metric_id.as_deref());
    sql.when(" AND review_id = ", filter.review_id.as_deref());
    match filter.state {
        State::Any => &mut sql,
        State::Open => sql.push(" AND done_at IS NULL"),
        State::Done => sql.push(" AND done_at IS NOT NULL"),
        State::OverdueAt(now) => sql.push(" AND done_at IS NULL AND due_at < ").bind(now),
    };
    sql
}
