use sqlx::FromRow;

use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub time_zone: String,
    pub currency: String,
    pub settings: String,
    /// No more are taken on one day; none: no bound.
    pub events_per_day_max: Option<i64>,
    /// Events are kept for so many days after they were done; none: for ever.
    pub events_kept_days: Option<i64>,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

pub async fn insert(conn: &mut Conn, row: &Workspace) -> Result<()> {
    sqlx::query(
        "INSERT INTO workspaces (id, name, time_zone, currency, settings, version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $6)",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.time_zone)
    .bind(&row.currency)
    .bind(&row.settings)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId) -> Result<Workspace> {
    let row =
        sqlx::query_as("SELECT * FROM workspaces WHERE id = $1").bind(ws.as_str()).fetch_one(conn).await?;
    Ok(row)
}

/// Every workspace, for jobs that visit them in turn.
pub async fn ids(conn: &mut Conn) -> Result<Vec<WorkspaceId>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM workspaces ORDER BY id").fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| WorkspaceId::from(id)).collect())
}

/// The workspaces that keep events for some time only, with how many days that is.
pub async fn list_kept_days(conn: &mut Conn) -> Result<Vec<(WorkspaceId, i64)>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, events_kept_days FROM workspaces WHERE events_kept_days IS NOT NULL ORDER BY id",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id, days)| (WorkspaceId::from(id), days)).collect())
}

/// The workspaces in which a user is an active member, with the role there.
pub async fn list_of_user(conn: &mut Conn, user_id: &str) -> Result<Vec<(String, String, String)>> {
    let rows = sqlx::query_as(
        "SELECT w.id, w.name, m.role FROM workspaces w JOIN memberships m ON m.workspace_id = w.id \
         WHERE m.user_id = $1 AND m.state = 'active' ORDER BY w.name, w.id",
    )
    .bind(user_id)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn update(conn: &mut Conn, row: &Workspace, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE workspaces SET name = $1, time_zone = $2, currency = $3, settings = $4, events_per_day_max = $5, \
         events_kept_days = $6, version = version + 1, updated_at = $7 WHERE id = $8 AND version = $9",
    )
    .bind(&row.name)
    .bind(&row.time_zone)
    .bind(&row.currency)
    .bind(&row.settings)
    .bind(row.events_per_day_max)
    .bind(row.events_kept_days)
    .bind(now)
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Makes others who would change this workspace or its members wait until the transaction ends.
pub async fn lock(conn: &mut Conn, ws: &WorkspaceId) -> Result<()> {
    sqlx::query("UPDATE workspaces SET version = version WHERE id = $1")
        .bind(ws.as_str())
        .execute(conn)
        .await?;
    Ok(())
}
