//! Reviews: the agenda as it was made, and the minutes taken on it.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Review {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub kind: String,
    pub period_from: Micros,
    pub period_to: Micros,
    pub agenda: String,
    pub minutes: String,
    pub summary: String,
    pub state: String,
    pub started_by: String,
    pub closed_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Review) -> Result<()> {
    sqlx::query(
        "INSERT INTO reviews (workspace_id, id, created_at, updated_at, kind, period_from, period_to, agenda, \
         started_by) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.kind)
    .bind(row.period_from)
    .bind(row.period_to)
    .bind(&row.agenda)
    .bind(&row.started_by)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Review> {
    let row = sqlx::query_as("SELECT * FROM reviews WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The newest review of a kind, or the newest that is still open.
pub async fn find_latest(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    open: bool,
) -> Result<Option<Review>> {
    let mut sql = Sql::new("SELECT * FROM reviews WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND kind = ").bind(kind);
    if open {
        sql.push(" AND state = 'open'");
    }
    sql.push(" ORDER BY id DESC LIMIT 1");
    Ok(sql.fetch_all(conn).await?.pop())
}

/// The agenda stays as it was made; minutes, summary and state change.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Review, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE reviews SET minutes = $1, summary = $2, state = $3, closed_at = $4, version = version + 1, \
         updated_at = $5 WHERE workspace_id = $6 AND id = $7 AND version = $8",
    )
    .bind(&row.minutes)
    .bind(&row.summary)
    .bind(&row.state)
    .bind(row.closed_at)
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
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Review>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM reviews WHERE workspace_id = ");
    count.bind(ws.as_str());
    let total = count.fetch_count(conn).await?;
    let mut sql = Sql::new("SELECT * FROM reviews WHERE workspace_id = ");
    sql.bind(ws.as_str()).when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Review> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}
