//! Who has heard back about an outcome, once each, and who does not want to.

use crate::{Conn, Micros, Result, WorkspaceId};

/// True when this call is the one that tells the person; false when they were told before.
pub async fn insert(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    person_id: &str,
    now: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO outcome_notices (workspace_id, outcome_id, person_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, outcome_id, person_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(outcome_id)
    .bind(person_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Names the mail that told the person.
pub async fn update_mail(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    person_id: &str,
    mail_id: &str,
) -> Result<()> {
    sqlx::query(
        "UPDATE outcome_notices SET mail_id = $1 WHERE workspace_id = $2 AND outcome_id = $3 AND person_id = $4",
    )
    .bind(mail_id)
    .bind(ws.as_str())
    .bind(outcome_id)
    .bind(person_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Mails that nobody asked for one by one no longer go to this person, nor to the record it was merged into.
/// True when that is news.
pub async fn unsubscribe(conn: &mut Conn, ws: &WorkspaceId, person_id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE people SET unsubscribed_at = $1, version = version + 1, updated_at = $1 WHERE workspace_id = $2 \
         AND unsubscribed_at IS NULL AND (id = $3 OR id = (SELECT merged_into_id FROM people \
           WHERE workspace_id = $2 AND id = $3))",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(person_id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
