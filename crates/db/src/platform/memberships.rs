use sqlx::FromRow;

use crate::{Conn, Error, Micros, Result, WorkspaceId};

/// A membership with the user's name and address beside it.
#[derive(Clone, Debug, FromRow)]
pub struct Membership {
    pub user_id: String,
    pub email: String,
    pub name: String,
    pub role: String,
    pub lens: String,
    pub state: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

/// Adds a member, or brings back one who had left.
pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, user_id: &str, role: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "INSERT INTO memberships (workspace_id, user_id, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) \
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role, state = 'active', \
         version = memberships.version + 1, updated_at = excluded.updated_at",
    )
    .bind(ws.as_str())
    .bind(user_id)
    .bind(role)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, user_id: &str) -> Result<Option<Membership>> {
    let row = sqlx::query_as(
        "SELECT m.*, u.email, u.name FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.workspace_id = $1 AND m.user_id = $2",
    )
    .bind(ws.as_str())
    .bind(user_id)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// All members, also those who left: what they wrote still carries their name.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Membership>> {
    let rows = sqlx::query_as(
        "SELECT m.*, u.email, u.name FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.workspace_id = $1 ORDER BY u.name, u.id",
    )
    .bind(ws.as_str())
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Membership, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE memberships SET role = $1, lens = $2, state = $3, version = version + 1, updated_at = $4 \
         WHERE workspace_id = $5 AND user_id = $6 AND version = $7",
    )
    .bind(&row.role)
    .bind(&row.lens)
    .bind(&row.state)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.user_id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

pub async fn count_owners(conn: &mut Conn, ws: &WorkspaceId) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM memberships WHERE workspace_id = $1 AND role = 'owner' AND state = 'active'",
    )
    .bind(ws.as_str())
    .fetch_one(conn)
    .await?;
    Ok(n)
}
