use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Invitation {
    pub workspace_id: String,
    pub id: String,
    pub email: String,
    pub role: String,
    pub invited_by: String,
    pub created_at: Micros,
    pub expires_at: Micros,
    pub accepted_at: Option<Micros>,
    pub revoked_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Invitation) -> Result<()> {
    sqlx::query(
        "INSERT INTO invitations (workspace_id, id, email, role, invited_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.email)
    .bind(&row.role)
    .bind(&row.invited_by)
    .bind(row.created_at)
    .bind(row.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<Invitation>> {
    let row = sqlx::query_as("SELECT * FROM invitations WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// Invitations that still can be accepted, newest first.
pub async fn list_open(
    conn: &mut Conn,
    ws: &WorkspaceId,
    now: Micros,
    limit: i64,
) -> Result<Vec<Invitation>> {
    let rows = sqlx::query_as(
        "SELECT * FROM invitations WHERE workspace_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL \
         AND expires_at > $2 ORDER BY id DESC LIMIT $3",
    )
    .bind(ws.as_str())
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn accept(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE invitations SET accepted_at = $1 \
         WHERE workspace_id = $2 AND id = $3 AND accepted_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn revoke(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE invitations SET revoked_at = $1 \
         WHERE workspace_id = $2 AND id = $3 AND accepted_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes back whatever open invitation this address has, as a newer one replaces it.
pub async fn revoke_of_email(conn: &mut Conn, ws: &WorkspaceId, email: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "UPDATE invitations SET revoked_at = $1 \
         WHERE workspace_id = $2 AND email = $3 AND accepted_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(email)
    .execute(conn)
    .await?;
    Ok(())
}
