//! How often anything was changed, in one row of the whole database.

use crate::{Conn, Result};

/// Notes a change. The last statement of its transaction: the row stays locked until that commits.
pub async fn increase(conn: &mut Conn) -> Result<()> {
    sqlx::query(
        "INSERT INTO change_count (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = change_count.n + 1",
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn) -> Result<i64> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT n FROM change_count WHERE id = 1").fetch_optional(conn).await?;
    Ok(row.map_or(0, |(n,)| n))
}
