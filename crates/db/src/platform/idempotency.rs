//! Answers kept for requests that carry an `Idempotency-Key`, so that a retry gets the first answer.

use sqlx::FromRow;

use crate::{Conn, Micros, Result};

#[derive(Clone, Debug, FromRow)]
pub struct Kept {
    pub request_hash: String,
    /// None while the first request is still running.
    pub status: Option<i64>,
    pub body: Option<Vec<u8>>,
}

/// True when this caller is the first with the key; false when the key is known already. A like request that
/// started before `given_up_before` and never ended, because its server did, gives its place to this one.
pub async fn insert(
    conn: &mut Conn,
    scope: &str,
    key: &str,
    request_hash: &str,
    now: Micros,
    given_up_before: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO idempotency_keys (scope, key, request_hash, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (scope, key) DO UPDATE SET created_at = excluded.created_at \
         WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = excluded.request_hash \
         AND idempotency_keys.created_at < $5",
    )
    .bind(scope)
    .bind(key)
    .bind(request_hash)
    .bind(now)
    .bind(given_up_before)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn find(conn: &mut Conn, scope: &str, key: &str) -> Result<Option<Kept>> {
    let row = sqlx::query_as(
        "SELECT request_hash, status, body FROM idempotency_keys WHERE scope = $1 AND key = $2",
    )
    .bind(scope)
    .bind(key)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, scope: &str, key: &str, status: i64, body: &[u8]) -> Result<()> {
    sqlx::query("UPDATE idempotency_keys SET status = $1, body = $2 WHERE scope = $3 AND key = $4")
        .bind(status)
        .bind(body)
        .bind(scope)
        .bind(key)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets a key whose request failed on our side, so that a retry runs again.
pub async fn delete(conn: &mut Conn, scope: &str, key: &str) -> Result<()> {
    sqlx::query("DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2")
        .bind(scope)
        .bind(key)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete_before(conn: &mut Conn, before: Micros) -> Result<()> {
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1").bind(before).execute(conn).await?;
    Ok(())
}
