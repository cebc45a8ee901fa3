//! Secrets that work once: the first owner's link, password resets, invitations.

use crate::{Conn, Micros, Result};

pub async fn insert(
    conn: &mut Conn,
    token_hash: &str,
    purpose: &str,
    subject_id: &str,
    now: Micros,
    expires_at: Micros,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO one_time_tokens (token_hash, purpose, subject_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(subject_id)
    .bind(now)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// What the token is for, as long as it can still be used.
pub async fn find(conn: &mut Conn, token_hash: &str, purpose: &str, now: Micros) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT subject_id FROM one_time_tokens \
         WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(subject,)| subject))
}

/// Uses the token up: of two callers at once only one gets the subject.
pub async fn take(conn: &mut Conn, token_hash: &str, purpose: &str, now: Micros) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "UPDATE one_time_tokens SET used_at = $3 \
         WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING subject_id",
    )
    .bind(token_hash)
    .bind(purpose)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(subject,)| subject))
}

pub async fn delete_of_subject(conn: &mut Conn, purpose: &str, subject_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM one_time_tokens WHERE purpose = $1 AND subject_id = $2")
        .bind(purpose)
        .bind(subject_id)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete_expired(conn: &mut Conn, now: Micros) -> Result<()> {
    sqlx::query("DELETE FROM one_time_tokens WHERE expires_at <= $1").bind(now).execute(conn).await?;
    Ok(())
}
