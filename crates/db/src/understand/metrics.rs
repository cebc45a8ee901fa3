use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Metric {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub unit: String,
    pub direction: String,
    pub definition: String,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Metric) -> Result<()> {
    sqlx::query(
        "INSERT INTO metrics (workspace_id, id, created_at, updated_at, name, description, kind, unit, direction, \
         definition) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.kind)
    .bind(&row.unit)
    .bind(&row.direction)
    .bind(&row.definition)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Metric> {
    let row = sqlx::query_as("SELECT * FROM metrics WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}
