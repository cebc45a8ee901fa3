//! Merges and splits of themes, with all it takes to undo them.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

/// kind: merge or split. `theme_id` is the theme that received the signals of a merge, or gave those of a split.
#[derive(Clone, Debug, FromRow)]
pub struct Change {
    pub id: String,
    pub kind: String,
    pub theme_id: String,
    pub other_id: String,
    pub detail: String,
    pub made_by: String,
    pub made_at: Micros,
    pub undone_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Change) -> Result<()> {
    sqlx::query(
        "INSERT INTO theme_changes (workspace_id, id, kind, theme_id, other_id, detail, made_by, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.kind)
    .bind(&row.theme_id)
    .bind(&row.other_id)
    .bind(&row.detail)
    .bind(&row.made_by)
    .bind(row.made_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Change> {
    let row = sqlx::query_as("SELECT * FROM theme_changes WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Newest first: every merge and split that a theme had part in.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    theme_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Change>> {
    let of_theme = |select: &'static str| {
        let mut sql = Sql::new(select);
        sql.push(" FROM theme_changes WHERE workspace_id = ").bind(ws.as_str());
        sql.push(" AND (theme_id = ").bind(theme_id).push(" OR other_id = ").bind(theme_id).push(")");
        sql
    };
    let total = of_theme("SELECT COUNT(*)").fetch_count(conn).await?;
    let mut sql = of_theme("SELECT *");
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Change> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// How many later changes that still stand touched one of the two themes.
pub async fn count_later(conn: &mut Conn, ws: &WorkspaceId, change: &Change) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM theme_changes WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND undone_at IS NULL AND id > ").bind(change.id.as_str()).push(" AND (");
    for (index, theme) in [&change.theme_id, &change.other_id].into_iter().enumerate() {
        sql.push(if index > 0 { " OR theme_id = " } else { "theme_id = " }).bind(theme.as_str());
        sql.push(" OR other_id = ").bind(theme.as_str());
    }
    sql.push(")");
    sql.fetch_count(conn).await
}

/// Marks a change as undone; stale when somebody else was quicker.
pub async fn update_undone(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE theme_changes SET undone_at = $1 WHERE workspace_id = $2 AND id = $3 AND undone_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}
