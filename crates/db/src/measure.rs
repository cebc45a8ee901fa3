//! What the learning measures are computed from: facts that the stages wrote anyway.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Flag, Micros, Result, WorkspaceId};

/// A named bound on what one answer reads; a team that decides more often than this a year has other worries.
pub const ROWS_MAX: i64 = 20_000;

/// A decided question and the times of the way to its verdict.
#[derive(Clone, Debug, FromRow)]
pub struct Cycle {
    pub decision_id: String,
    pub question: String,
    pub hypothesis_id: Option<String>,
    pub verdict: String,
    pub conclusive: Option<Flag>,
    pub required_strength: Option<String>,
    pub fired_at: Option<Micros>,
    pub started_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub decided_at: Micros,
}

/// A piece of evidence, with the time at which its earliest signal was said.
#[derive(Clone, Debug, FromRow)]
pub struct Support {
    pub hypothesis_id: String,
    pub strength: String,
    pub linked_at: Micros,
    pub heard_at: Option<Micros>,
}

#[derive(Clone, Debug, FromRow)]
pub struct Settled {
    pub bet_id: String,
    pub title: String,
    pub forecast: f64,
    pub happened: Flag,
}

/// Bets that left the backlog for a test or a verdict, and on what they stood.
#[derive(Clone, Debug, FromRow)]
pub struct Coverage {
    pub n_bets: i64,
    pub n_with_evidence: i64,
    pub n_with_test: i64,
}

/// Decisions with a verdict in a period, oldest first.
pub async fn list_cycles(conn: &mut Conn, ws: &WorkspaceId, from: Micros, to: Micros) -> Result<Vec<Cycle>> {
    let mut sql = Sql::new(
        "SELECT d.id AS decision_id, d.question, h.id AS hypothesis_id, d.verdict, d.conclusive, h.required_strength, \
         f.fired_at, x.started_at, x.ended_at, d.decided_at FROM decisions d \
         LEFT JOIN experiments x ON x.workspace_id = d.workspace_id AND x.id = d.experiment_id \
         LEFT JOIN bets b ON b.workspace_id = d.workspace_id AND b.id = COALESCE(d.bet_id, x.bet_id) \
         LEFT JOIN hypotheses h ON h.workspace_id = d.workspace_id AND h.id = COALESCE(d.hypothesis_id, b.hypothesis_id) \
         LEFT JOIN rule_firings f ON f.workspace_id = d.workspace_id AND f.id = d.rule_firing_id \
         WHERE d.archived_at IS NULL AND d.verdict IS NOT NULL AND d.workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND d.decided_at >= ").bind(from).push(" AND d.decided_at < ").bind(to);
    sql.push(" ORDER BY d.decided_at, d.id LIMIT ").bind(ROWS_MAX);
    sql.fetch_all(conn).await
}

/// All evidence of the hypotheses decided in a period.
pub async fn list_support(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Support>> {
    let rows = sqlx::query_as(
        "SELECT e.hypothesis_id, e.strength, e.created_at AS linked_at, COALESCE(\
           (SELECT s.occurred_at FROM signals s WHERE s.workspace_id = e.workspace_id AND s.id = e.signal_id), \
           (SELECT MIN(s.occurred_at) FROM theme_signals t \
              JOIN signals s ON s.workspace_id = t.workspace_id AND s.id = t.signal_id \
              WHERE t.workspace_id = e.workspace_id AND t.theme_id = e.theme_id), \
           (SELECT MIN(s.occurred_at) FROM insight_evidence i \
              LEFT JOIN highlights g ON g.workspace_id = i.workspace_id AND g.id = i.highlight_id \
              JOIN signals s ON s.workspace_id = i.workspace_id AND s.id = COALESCE(i.signal_id, g.signal_id) \
              WHERE i.workspace_id = e.workspace_id AND i.insight_id = e.insight_id)) AS heard_at \
         FROM evidence e WHERE e.workspace_id = $1 ORDER BY e.created_at, e.id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Forecasts of bets whose hypothesis was confirmed or refuted.
pub async fn list_settled(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
) -> Result<Vec<Settled>> {
    let rows = sqlx::query_as(
        "SELECT b.id AS bet_id, b.title, b.forecast, CASE WHEN h.state = 'confirmed' THEN 1 ELSE 0 END AS happened \
         FROM bets b JOIN hypotheses h ON h.workspace_id = b.workspace_id AND h.id = b.hypothesis_id \
         WHERE b.workspace_id = $1 AND b.forecast IS NOT NULL AND h.state IN ('confirmed', 'refuted') \
         AND EXISTS (SELECT 1 FROM decisions d WHERE d.workspace_id = b.workspace_id AND d.hypothesis_id = h.id \
                     AND d.decided_at >= $2 AND d.decided_at < $3) ORDER BY b.id LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn count_coverage(conn: &mut Conn, ws: &WorkspaceId, from: Micros, to: Micros) -> Result<Coverage> {
    let row = sqlx::query_as(
        "SELECT COUNT(*) AS n_bets, \
         CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM evidence e WHERE e.workspace_id = b.workspace_id \
           AND e.hypothesis_id = b.hypothesis_id) THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_with_evidence, \
         CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM experiments x WHERE x.workspace_id = b.workspace_id \
           AND x.bet_id = b.id AND x.started_at IS NOT NULL) THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_with_test \
         FROM bets b WHERE b.workspace_id = $1 AND b.archived_at IS NULL AND b.state IN ('running', 'decided') \
         AND b.started_at >= $2 AND b.started_at < $3",
    )
    .bind(ws.as_str())
    .bind(from)
    .bind(to)
    .fetch_one(conn)
    .await?;
    Ok(row)
}

/// When the team was in touch with a customer in person: interviews held, and signals from interviews and usability tests.
pub async fn list_contacts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
) -> Result<Vec<Micros>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT held_at FROM interviews WHERE workspace_id = $1 AND archived_at IS NULL AND held_at >= $2 AND held_at < $3 \
         UNION ALL SELECT s.occurred_at FROM signals s \
         JOIN sources o ON o.workspace_id = s.workspace_id AND o.id = s.source_id \
         WHERE s.workspace_id = $1 AND o.kind IN ('interview', 'usability_test') AND s.archived_at IS NULL \
         AND s.occurred_at >= $2 AND s.occurred_at < $3 ORDER BY 1 LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(at,)| at).collect())
}

/// Open questions past their date, and finished tests that nobody has decided on.
pub async fn count_stale(conn: &mut Conn, ws: &WorkspaceId, now: Micros) -> Result<(i64, i64)> {
    let row = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM decisions d WHERE d.workspace_id = $1 AND d.verdict IS NULL \
                 AND d.archived_at IS NULL AND d.due_at < $2) AS overdue, \
         (SELECT COUNT(*) FROM experiments x WHERE x.workspace_id = $1 AND x.state IN ('finished', 'stopped') \
          AND x.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.workspace_id = x.workspace_id \
          AND (d.experiment_id = x.id OR d.bet_id = x.bet_id) AND d.verdict IS NOT NULL)) AS undecided",
    )
    .bind(ws.as_str())
    .bind(now)
    .fetch_one(conn)
    .await?;
    Ok(row)
}

/// The plans that accounts are on, most frequent first.
pub async fn list_plans(conn: &mut Conn, ws: &WorkspaceId, limit: i64) -> Result<Vec<String>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT plan, COUNT(*) FROM accounts WHERE workspace_id = $1 AND plan IS NOT NULL AND archived_at IS NULL \
         GROUP BY plan ORDER BY 2 DESC, 1 LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(plan, _)| plan).collect())
}
