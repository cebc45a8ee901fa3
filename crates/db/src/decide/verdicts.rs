//! What a verdict changes on the bet and the hypothesis it is about.

use crate::{Conn, Micros, Result, WorkspaceId};

/// Ends a bet; false when it was ended or dropped already.
pub async fn end_bet(conn: &mut Conn, ws: &WorkspaceId, bet_id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE bets SET state = 'decided', ended_at = COALESCE(ended_at, $1), version = version + 1, \
         updated_at = $1 WHERE workspace_id = $2 AND id = $3 AND state NOT IN ('decided', 'dropped')",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(bet_id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a decided bet up again; false when it was not decided.
pub async fn resume_bet(conn: &mut Conn, ws: &WorkspaceId, bet_id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE bets SET state = 'running', ended_at = NULL, version = version + 1, updated_at = $1 \
         WHERE workspace_id = $2 AND id = $3 AND state = 'decided'",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(bet_id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn update_hypothesis_state(
    conn: &mut Conn,
    ws: &WorkspaceId,
    hypothesis_id: &str,
    state: &str,
    now: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE hypotheses SET state = $1, version = version + 1, updated_at = $2 \
         WHERE workspace_id = $3 AND id = $4 AND state <> $1",
    )
    .bind(state)
    .bind(now)
    .bind(ws.as_str())
    .bind(hypothesis_id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Plans what happens with an insight; false when there is no such insight.
pub async fn update_insight_step(
    conn: &mut Conn,
    ws: &WorkspaceId,
    insight_id: &str,
    (kind, note, owner_id, due_at): (&str, Option<&str>, Option<&str>, Option<Micros>),
    now: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE insights SET next_step_kind = $1, next_step_note = $2, next_step_owner_id = $3, \
         next_step_due_at = $4, version = version + 1, updated_at = $5 WHERE workspace_id = $6 AND id = $7",
    )
    .bind(kind)
    .bind(note)
    .bind(owner_id)
    .bind(due_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(insight_id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
