use sqlx::FromRow;

use crate::{Conn, Micros, Result};

#[derive(Clone, Debug, FromRow)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub created_at: Micros,
    pub updated_at: Micros,
}

pub async fn insert(conn: &mut Conn, row: &User) -> Result<()> {
    sqlx::query(
        "INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(&row.id)
    .bind(&row.email)
    .bind(&row.name)
    .bind(&row.password_hash)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, id: &str) -> Result<User> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id).fetch_one(conn).await?)
}

/// `email` is compared as stored: callers store and ask in lower case.
pub async fn find_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE email = $1").bind(email).fetch_optional(conn).await?)
}

pub async fn exist(conn: &mut Conn) -> Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM users LIMIT 1").fetch_optional(conn).await?;
    Ok(row.is_some())
}

pub async fn update_name(conn: &mut Conn, id: &str, name: &str, now: Micros) -> Result<()> {
    sqlx::query("UPDATE users SET name = $1, updated_at = $2 WHERE id = $3")
        .bind(name)
        .bind(now)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn update_password(conn: &mut Conn, id: &str, password_hash: &str, now: Micros) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $1, updated_at = $2 WHERE id = $3")
        .bind(password_hash)
        .bind(now)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}
