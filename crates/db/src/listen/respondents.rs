//! People as they come in through a form: known by their address, or new.

use crate::platform::search_queue;
use crate::{Conn, Micros, Result, WorkspaceId};

/// Somebody who gave an address with their words.
#[derive(Clone, Copy, Debug)]
pub struct Respondent<'a> {
    /// The id to use when nobody has this address yet.
    pub new_id: &'a str,
    /// In lower case.
    pub email: &'a str,
    pub name: &'a str,
}

/// The id of the person with this address; of one merged into another, the other's. A known person is left exactly as they are: a public form proves nothing
/// about who fills it in.
pub async fn find_or_insert(
    conn: &mut Conn,
    ws: &WorkspaceId,
    who: &Respondent<'_>,
    now: Micros,
) -> Result<String> {
    let added = sqlx::query(
        "INSERT INTO people (workspace_id, id, created_at, updated_at, email, name) VALUES ($1, $2, $3, $3, $4, $5) \
         ON CONFLICT (workspace_id, email) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(who.new_id)
    .bind(now)
    .bind(who.email)
    .bind(who.name)
    .execute(&mut *conn)
    .await?;
    if added.rows_affected() > 0 {
        search_queue::insert(conn, ws, "person", who.new_id, now).await?;
    }
    let (id,): (String,) = sqlx::query_as(
        "SELECT COALESCE(merged_into_id, id) FROM people WHERE workspace_id = $1 AND email = $2",
    )
    .bind(ws.as_str())
    .bind(who.email)
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// The account a person's words count for: of several the one with the most revenue.
pub async fn find_account(conn: &mut Conn, ws: &WorkspaceId, person_id: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT a.id FROM account_people l JOIN accounts a ON a.workspace_id = l.workspace_id AND a.id = l.account_id \
         WHERE l.workspace_id = $1 AND l.person_id = $2 AND a.archived_at IS NULL \
         ORDER BY COALESCE(a.revenue_cents, 0) DESC, a.id LIMIT 1",
    )
    .bind(ws.as_str())
    .bind(person_id)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(id,)| id))
}
