//! Outcomes: what was learned, in plain words, and for whom to read.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Outcome {
    pub workspace_id: String,
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub slug: String,
    pub decision_id: String,
    pub title: String,
    pub said: String,
    pub tried: String,
    pub learned: String,
    pub did: String,
    pub quotes: String,
    pub audience: String,
    pub state: String,
    pub published_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub decision_id: Option<String>,
    pub state: Option<String>,
    pub audience: Option<String>,
    pub archived: bool,
}

/// What a decision says, for the first draft of its outcome.
#[derive(Clone, Debug, FromRow)]
pub struct Draft {
    pub question: String,
    pub why: String,
    pub verdict: Option<String>,
    pub bet_title: Option<String>,
    pub hypothesis_title: Option<String>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Outcome) -> Result<()> {
    sqlx::query(
        "INSERT INTO outcomes (workspace_id, id, created_at, updated_at, slug, decision_id, title, said, tried, \
         learned, did, quotes, audience) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.slug)
    .bind(&row.decision_id)
    .bind(&row.title)
    .bind(&row.said)
    .bind(&row.tried)
    .bind(&row.learned)
    .bind(&row.did)
    .bind(&row.quotes)
    .bind(&row.audience)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Outcome> {
    let row = sqlx::query_as("SELECT * FROM outcomes WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// A published page by the unguessable part of its address, which also says whose it is.
pub async fn find_published(conn: &mut Conn, slug: &str) -> Result<Option<Outcome>> {
    let row = sqlx::query_as(
        "SELECT * FROM outcomes WHERE slug = $1 AND state = 'published' AND archived_at IS NULL \
         AND audience IN ('link', 'public')",
    )
    .bind(slug)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// What everybody may read, the newest first.
pub async fn list_public(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Outcome>> {
    let total = public("SELECT COUNT(*)", ws).fetch_count(conn).await?;
    let mut sql = public("SELECT *", ws);
    if let Some(cursor) = after {
        let at = cursor.sort_number()?;
        sql.push(" AND (published_at < ").bind(at);
        sql.push(" OR (published_at = ").bind(at).push(" AND id < ").bind(cursor.id.as_str()).push("))");
    }
    sql.push(" ORDER BY published_at DESC, id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Outcome> = sql.fetch_all(conn).await?;
    let cursor =
        |row: &Outcome| Cursor { sort: row.published_at.unwrap_or_default().to_string(), id: row.id.clone() };
    Ok(Page::cut(rows, limit, total, cursor))
}

fn public(select: &'static str, ws: &WorkspaceId) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM outcomes WHERE workspace_id = ").bind(ws.as_str());
    sql.push(" AND state = 'published' AND audience = 'public' AND archived_at IS NULL");
    sql
}

/// What was first published in a period, for whomever, the oldest first.
pub async fn list_published_in(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
    limit: i64,
) -> Result<Vec<Outcome>> {
    let mut sql = Sql::new("SELECT * FROM outcomes WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND state = 'published' AND archived_at IS NULL");
    sql.push(" AND published_at >= ").bind(from).push(" AND published_at < ").bind(to);
    sql.push(" ORDER BY published_at, id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Outcome, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE outcomes SET archived_at = $1, title = $2, said = $3, tried = $4, learned = $5, did = $6, quotes = $7, \
         audience = $8, state = $9, published_at = $10, version = version + 1, updated_at = $11 \
         WHERE workspace_id = $12 AND id = $13 AND version = $14",
    )
    .bind(row.archived_at)
    .bind(&row.title)
    .bind(&row.said)
    .bind(&row.tried)
    .bind(&row.learned)
    .bind(&row.did)
    .bind(&row.quotes)
    .bind(&row.audience)
    .bind(&row.state)
    .bind(row.published_at)
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
) -> Result<Page<Outcome>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Outcome> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM outcomes WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.when(" AND decision_id = ", filter.decision_id.as_deref());
    sql.when(" AND state = ", filter.state.as_deref());
    sql.when(" AND audience = ", filter.audience.as_deref());
    sql
}

pub async fn get_draft(conn: &mut Conn, ws: &WorkspaceId, decision_id: &str) -> Result<Draft> {
    let row = sqlx::query_as(
        "SELECT d.question, d.why, d.verdict, b.title AS bet_title, h.title AS hypothesis_title FROM decisions d \
         LEFT JOIN experiments x ON x.workspace_id = d.workspace_id AND x.id = d.experiment_id \
         LEFT JOIN bets b ON b.workspace_id = d.workspace_id AND b.id = COALESCE(d.bet_id, x.bet_id) \
         LEFT JOIN hypotheses h ON h.workspace_id = d.workspace_id AND h.id = COALESCE(d.hypothesis_id, b.hypothesis_id) \
         WHERE d.workspace_id = $1 AND d.id = $2",
    )
    .bind(ws.as_str())
    .bind(decision_id)
    .fetch_one(conn)
    .await?;
    Ok(row)
}
