use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Opportunity {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub objective_id: String,
    pub title: String,
    pub description: String,
}

/// At most this many opportunities are listed.
pub const LIST_MAX: i64 = 2_000;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Opportunity) -> Result<()> {
    sqlx::query(
        "INSERT INTO opportunities (workspace_id, id, created_at, updated_at, objective_id, title, description) \
         VALUES ($1, $2, $3, $3, $4, $5, $6)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.objective_id)
    .bind(&row.title)
    .bind(&row.description)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Opportunity> {
    let row = sqlx::query_as("SELECT * FROM opportunities WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Those of one objective, or all.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, objective_id: Option<&str>) -> Result<Vec<Opportunity>> {
    let mut sql = Sql::new("SELECT * FROM opportunities WHERE archived_at IS NULL AND workspace_id = ");
    sql.bind(ws.as_str()).when(" AND objective_id = ", objective_id);
    sql.push(" ORDER BY id LIMIT ").bind(LIST_MAX);
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Opportunity, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE opportunities SET objective_id = $1, title = $2, description = $3, archived_at = $4, \
         version = version + 1, updated_at = $5 WHERE workspace_id = $6 AND id = $7 AND version = $8",
    )
    .bind(&row.objective_id)
    .bind(&row.title)
    .bind(&row.description)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Themes of the given opportunities: opportunity, theme, the theme's name.
pub async fn list_themes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: &[String],
) -> Result<Vec<(String, String, String)>> {
    let mut sql = Sql::new(
        "SELECT o.opportunity_id, t.id, t.name FROM opportunity_themes o JOIN themes t \
         ON t.workspace_id = o.workspace_id AND t.id = o.theme_id WHERE o.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND o.opportunity_id IN", ids).push(" ORDER BY t.name, t.id");
    sql.fetch_all(conn).await
}

/// Replaces the themes of an opportunity.
pub async fn update_themes(conn: &mut Conn, ws: &WorkspaceId, id: &str, theme_ids: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM opportunity_themes WHERE workspace_id = $1 AND opportunity_id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    for theme_id in theme_ids {
        sqlx::query(
            "INSERT INTO opportunity_themes (workspace_id, opportunity_id, theme_id) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(ws.as_str())
        .bind(id)
        .bind(theme_id)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
