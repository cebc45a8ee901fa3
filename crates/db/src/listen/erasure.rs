//! Removing one person and everything that they said.

use sqlx::AssertSqlSafe;

use crate::{Conn, Micros, Result, WorkspaceId};

/// What was removed, by kind of thing.
pub type Counts = Vec<(&'static str, i64)>;

/// The person and whoever was merged into them: the same human.
const THEM: &str = "(SELECT id FROM people WHERE workspace_id = $1 AND (id = $2 OR merged_into_id = $2))";

/// Everything goes in the caller's transaction. What stands on the words (highlights, evidence, theme assignments, tags,
/// notices, memberships) goes with them through the foreign keys. The audit log keeps that something was changed,
/// when and by whom, but no longer the words.
pub async fn erase_person(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    email: Option<&str>,
    now: Micros,
) -> Result<Counts> {
    let responses = format!("(SELECT id FROM responses WHERE workspace_id = $1 AND person_id IN {THEM})");
    let signals_where = format!("workspace_id = $1 AND (person_id IN {THEM} OR response_id IN {responses})");
    let addresses = format!("(SELECT LOWER(email) FROM people WHERE workspace_id = $1 AND id IN {THEM})");
    let critiques_where = format!("workspace_id = $1 AND author_email IN {addresses}");
    let words = [
        ("signal", format!("SELECT id FROM signals WHERE {signals_where}")),
        ("interview", format!("SELECT id FROM interviews WHERE workspace_id = $1 AND person_id IN {THEM}")),
        ("response", responses.clone()),
        ("critique", format!("SELECT id FROM critiques WHERE {critiques_where}")),
        ("person", THEM.to_owned()),
    ];
    for (kind, select) in &words {
        blank_audit(conn, ws, id, kind, select).await?;
    }
    for (kind, select) in &words[..2] {
        queue_search(conn, ws, id, kind, select, now).await?;
    }
    let mut counts = Counts::new();
    if let Some(email) = email {
        counts.push(("import_refusals", erase_refusals(conn, ws, email).await?));
    }
    let of_them = format!("workspace_id = $1 AND person_id IN {THEM}");
    for (name, text) in [
        (
            "mail_messages",
            format!("DELETE FROM mail_messages WHERE workspace_id = $1 AND LOWER(recipient) IN {addresses}"),
        ),
        ("critiques", format!("DELETE FROM critiques WHERE {critiques_where}")),
        (
            "highlights",
            format!(
                "DELETE FROM highlights WHERE workspace_id = $1 AND (signal_id IN \
            (SELECT id FROM signals WHERE {signals_where}) OR interview_id IN (SELECT id FROM interviews WHERE {of_them}))"
            ),
        ),
        (
            "evidence",
            format!(
                "DELETE FROM evidence WHERE workspace_id = $1 AND signal_id IN \
            (SELECT id FROM signals WHERE {signals_where})"
            ),
        ),
        ("signals", format!("DELETE FROM signals WHERE {signals_where}")),
        ("responses", format!("DELETE FROM responses WHERE workspace_id = $1 AND person_id IN {THEM}")),
        ("interviews", format!("DELETE FROM interviews WHERE {of_them}")),
        ("merged_people", "DELETE FROM people WHERE workspace_id = $1 AND merged_into_id = $2".to_owned()),
        ("people", "DELETE FROM people WHERE workspace_id = $1 AND id = $2".to_owned()),
    ] {
        counts.push((name, run(conn, ws, id, text).await?));
    }
    Ok(counts)
}

async fn blank_audit(conn: &mut Conn, ws: &WorkspaceId, id: &str, kind: &str, select: &str) -> Result<()> {
    sqlx::query(AssertSqlSafe(format!(
        "UPDATE audit_entries SET before_json = NULL, after_json = NULL \
         WHERE workspace_id = $1 AND object_kind = $3 AND object_id IN ({select})"
    )))
    .bind(ws.as_str())
    .bind(id)
    .bind(kind)
    .execute(conn)
    .await?;
    Ok(())
}

/// The search index learns that the words are gone when it reads them again.
async fn queue_search(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    kind: &str,
    select: &str,
    now: Micros,
) -> Result<()> {
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO search_queue (workspace_id, object_id, kind, queued_at) \
         SELECT CAST($1 AS TEXT), found.id, CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM ({select}) found WHERE TRUE \
         ON CONFLICT (workspace_id, kind, object_id) DO UPDATE SET queued_at = excluded.queued_at"
    )))
    .bind(ws.as_str())
    .bind(id)
    .bind(kind)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Rows that an import refused and that name the address.
async fn erase_refusals(conn: &mut Conn, ws: &WorkspaceId, email: &str) -> Result<i64> {
    let done = sqlx::query(
        "DELETE FROM import_refusals WHERE workspace_id = $1 AND LOWER(row_text) LIKE $2 ESCAPE '!'",
    )
    .bind(ws.as_str())
    .bind(super::contains_pattern(email))
    .execute(conn)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

async fn run(conn: &mut Conn, ws: &WorkspaceId, id: &str, text: String) -> Result<i64> {
    let done = sqlx::query(AssertSqlSafe(text)).bind(ws.as_str()).bind(id).execute(conn).await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}
