use sqlx::FromRow;

use crate::{Conn, Micros, Result};

#[derive(Clone, Debug, FromRow)]
pub struct Session {
    pub id: String,
    pub user_id: String,
    pub token_hash: String,
    pub user_agent: String,
    pub created_at: Micros,
    pub seen_at: Micros,
    pub expires_at: Micros,
}

pub async fn insert(conn: &mut Conn, row: &Session) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, seen_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(&row.id)
    .bind(&row.user_id)
    .bind(&row.token_hash)
    .bind(&row.user_agent)
    .bind(row.created_at)
    .bind(row.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_by_token(conn: &mut Conn, token_hash: &str, now: Micros) -> Result<Option<Session>> {
    let row = sqlx::query_as("SELECT * FROM sessions WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub async fn list_of_user(conn: &mut Conn, user_id: &str, now: Micros) -> Result<Vec<Session>> {
    let rows = sqlx::query_as(
        "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id",
    )
    .bind(user_id)
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn touch(conn: &mut Conn, id: &str, seen_at: Micros, expires_at: Micros) -> Result<()> {
    sqlx::query("UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE id = $3")
        .bind(seen_at)
        .bind(expires_at)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// True when there was such a session of this user.
pub async fn delete(conn: &mut Conn, user_id: &str, id: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all sessions of a user but `keep`, as after a change of password.
pub async fn delete_others(conn: &mut Conn, user_id: &str, keep: &str) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bind(user_id)
        .bind(keep)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete_expired(conn: &mut Conn, now: Micros) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now).execute(conn).await?;
    Ok(())
}
