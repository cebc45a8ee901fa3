//! Critiques: structured objections to an outcome, moderated, then answered or accepted.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Critique {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub outcome_id: String,
    pub kind: String,
    pub body: String,
    pub author_name: String,
    pub author_email: Option<String>,
    pub state: String,
    pub answer_kind: Option<String>,
    pub answer: String,
    pub answered_by: Option<String>,
    pub answered_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub outcome_id: Option<String>,
    pub state: Option<String>,
    /// True for those that nobody answered or accepted.
    pub unanswered: bool,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Critique) -> Result<()> {
    sqlx::query(
        "INSERT INTO critiques (workspace_id, id, created_at, updated_at, outcome_id, kind, body, author_name, \
         author_email, state) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.outcome_id)
    .bind(&row.kind)
    .bind(&row.body)
    .bind(&row.author_name)
    .bind(&row.author_email)
    .bind(&row.state)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Critique> {
    let row = sqlx::query_as("SELECT * FROM critiques WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// What visitors of an outcome may read, oldest first.
pub async fn list_published(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    limit: i64,
) -> Result<Vec<Critique>> {
    let rows = sqlx::query_as(
        "SELECT * FROM critiques WHERE workspace_id = $1 AND outcome_id = $2 AND state = 'published' ORDER BY id LIMIT $3",
    )
    .bind(ws.as_str())
    .bind(outcome_id)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Critique, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE critiques SET state = $1, answer_kind = $2, answer = $3, answered_by = $4, answered_at = $5, \
         version = version + 1, updated_at = $6 WHERE workspace_id = $7 AND id = $8 AND version = $9",
    )
    .bind(&row.state)
    .bind(&row.answer_kind)
    .bind(&row.answer)
    .bind(&row.answered_by)
    .bind(row.answered_at)
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
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Critique>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Critique> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM critiques WHERE workspace_id = ").bind(ws.as_str());
    sql.when(" AND outcome_id = ", filter.outcome_id.as_deref());
    sql.when(" AND state = ", filter.state.as_deref());
    if filter.unanswered {
        sql.push(" AND answer_kind IS NULL AND state <> 'hidden'");
    }
    sql
}
