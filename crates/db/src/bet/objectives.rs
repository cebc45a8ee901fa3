use sqlx::FromRow;

use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Objective {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub title: String,
    pub description: String,
    pub quarter: String,
    pub owner_id: Option<String>,
    pub metric_id: Option<String>,
    pub target: Option<f64>,
}

/// At most this many objectives are listed; a quarter has a handful.
pub const LIST_MAX: i64 = 500;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Objective) -> Result<()> {
    sqlx::query(
        "INSERT INTO objectives (workspace_id, id, created_at, updated_at, title, description, quarter, owner_id, \
         metric_id, target) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.title)
    .bind(&row.description)
    .bind(&row.quarter)
    .bind(&row.owner_id)
    .bind(&row.metric_id)
    .bind(row.target)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Objective> {
    let row = sqlx::query_as("SELECT * FROM objectives WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The latest quarter first, then in the order of making.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Objective>> {
    let rows = sqlx::query_as(
        "SELECT * FROM objectives WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY quarter DESC, id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(LIST_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Objective, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE objectives SET title = $1, description = $2, quarter = $3, owner_id = $4, metric_id = $5, \
         target = $6, archived_at = $7, version = version + 1, updated_at = $8 \
         WHERE workspace_id = $9 AND id = $10 AND version = $11",
    )
    .bind(&row.title)
    .bind(&row.description)
    .bind(&row.quarter)
    .bind(&row.owner_id)
    .bind(&row.metric_id)
    .bind(row.target)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}
