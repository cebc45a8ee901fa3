use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct ApiToken {
    pub workspace_id: String,
    pub id: String,
    pub name: String,
    pub token_hash: String,
    pub hint: String,
    pub scope: String,
    pub created_by: String,
    pub created_at: Micros,
    pub expires_at: Option<Micros>,
    pub used_at: Option<Micros>,
    pub revoked_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &ApiToken) -> Result<()> {
    sqlx::query(
        "INSERT INTO api_tokens (workspace_id, id, name, token_hash, hint, scope, created_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.token_hash)
    .bind(&row.hint)
    .bind(&row.scope)
    .bind(&row.created_by)
    .bind(row.created_at)
    .bind(row.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The one lookup that does not know its workspace: the token says which it is.
pub async fn find_by_hash(conn: &mut Conn, token_hash: &str, now: Micros) -> Result<Option<ApiToken>> {
    let row = sqlx::query_as(
        "SELECT * FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<ApiToken>> {
    let row = sqlx::query_as("SELECT * FROM api_tokens WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// Those not revoked, newest first.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, limit: i64) -> Result<Vec<ApiToken>> {
    let rows = sqlx::query_as(
        "SELECT * FROM api_tokens WHERE workspace_id = $1 AND revoked_at IS NULL ORDER BY id DESC LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn touch(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<()> {
    sqlx::query("UPDATE api_tokens SET used_at = $1 WHERE workspace_id = $2 AND id = $3")
        .bind(now)
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn revoke(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE api_tokens SET revoked_at = $1 WHERE workspace_id = $2 AND id = $3 AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends every token that a member made, as when the member leaves.
pub async fn revoke_of_user(conn: &mut Conn, ws: &WorkspaceId, user_id: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "UPDATE api_tokens SET revoked_at = $1 \
         WHERE workspace_id = $2 AND created_by = $3 AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(user_id)
    .execute(conn)
    .await?;
    Ok(())
}
