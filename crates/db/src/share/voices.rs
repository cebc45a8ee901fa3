//! Whose words led to a decision, and which words they are.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// A signal that stands in the chain of a decision, with what its speaker allowed.
#[derive(Clone, Debug, FromRow)]
pub struct Quote {
    pub signal_id: String,
    pub body: String,
    pub may_show: String,
    pub occurred_at: Micros,
    pub person_id: Option<String>,
}

/// Somebody whose words stand in the chain of an outcome, with whether and when they were told of it.
#[derive(Clone, Debug, FromRow)]
pub struct Contributor {
    pub person_id: String,
    pub name: String,
    pub email: Option<String>,
    pub unsubscribed_at: Option<Micros>,
    pub archived_at: Option<Micros>,
    pub told_at: Option<Micros>,
    pub n_signals: i64,
}

/// Signals of the chain that leads to a decision, newest first.
pub async fn list_quotes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    decision_id: &str,
    limit: i64,
) -> Result<Vec<Quote>> {
    let mut sql = heard(ws, decision_id);
    sql.push(" SELECT s.id AS signal_id, s.body, s.may_show, s.occurred_at, s.person_id FROM signals s");
    sql.push(" WHERE s.workspace_id = ").bind(ws.as_str());
    sql.push(" AND s.archived_at IS NULL AND s.id IN (SELECT signal_id FROM heard)");
    sql.push(" ORDER BY s.occurred_at DESC, s.id DESC LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// What each of the named people said in the chain of a decision: as pairs of person and words, the newest
/// `each` of everybody.
pub async fn list_words(
    conn: &mut Conn,
    ws: &WorkspaceId,
    decision_id: &str,
    person_ids: &[String],
    each: i64,
) -> Result<Vec<(String, String)>> {
    let mut sql = heard(ws, decision_id);
    sql.push(" SELECT person_id, body FROM (SELECT s.person_id, s.body, ROW_NUMBER() OVER (");
    sql.push("PARTITION BY s.person_id ORDER BY s.occurred_at DESC, s.id DESC) AS place FROM signals s");
    sql.push(" WHERE s.workspace_id = ").bind(ws.as_str());
    sql.push(" AND s.archived_at IS NULL AND s.id IN (SELECT signal_id FROM heard)");
    sql.bind_in(" AND s.person_id IN", person_ids);
    sql.push(") said WHERE place <= ").bind(each).push(" ORDER BY person_id, place");
    sql.fetch_all(conn).await
}

/// Everybody whose signal stands in the chain, and everybody interviewed whose passage does; by id.
pub async fn list_contributors(
    conn: &mut Conn,
    ws: &WorkspaceId,
    (outcome_id, decision_id): (&str, &str),
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Contributor>> {
    let mut sql = heard(ws, decision_id);
    sql.push(
        ", voices AS (SELECT s.person_id, 1 AS n FROM heard c JOIN signals s \
           ON s.workspace_id = c.workspace_id AND s.id = c.signal_id WHERE s.archived_at IS NULL \
         UNION ALL SELECT v.person_id, 0 AS n FROM causes c \
           JOIN insight_evidence i ON i.workspace_id = c.workspace_id AND i.insight_id = c.insight_id \
           JOIN highlights g ON g.workspace_id = i.workspace_id AND g.id = i.highlight_id \
           JOIN interviews v ON v.workspace_id = g.workspace_id AND v.id = g.interview_id \
           WHERE v.archived_at IS NULL) \
         SELECT p.id AS person_id, p.name, p.email, p.unsubscribed_at, p.archived_at, n.created_at AS told_at, \
         CAST(SUM(o.n) AS BIGINT) AS n_signals FROM voices o JOIN people p ON p.id = o.person_id AND p.workspace_id = ",
    );
    sql.bind(ws.as_str());
    sql.push(" LEFT JOIN outcome_notices n ON n.workspace_id = p.workspace_id AND n.person_id = p.id");
    sql.push(" AND n.outcome_id = ").bind(outcome_id);
    sql.push(" WHERE p.id > ").bind(after.unwrap_or_default());
    sql.push(" GROUP BY p.id, p.name, p.email, p.unsubscribed_at, p.archived_at, n.created_at");
    sql.push(" ORDER BY p.id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// The beginning of a statement that knows what a decision rests on: `causes` are signals, themes and insights that are
/// evidence of its hypothesis or of itself, themes that feed the opportunity, and the theme its rule watches;
/// `heard` are the signals in them.
fn heard(ws: &WorkspaceId, decision_id: &str) -> Sql {
    let mut sql = Sql::new(
        "WITH reached AS (SELECT d.workspace_id, d.id, COALESCE(d.hypothesis_id, b.hypothesis_id) AS hypothesis_id, \
           f.rule_id FROM decisions d \
           LEFT JOIN experiments x ON x.workspace_id = d.workspace_id AND x.id = d.experiment_id \
           LEFT JOIN bets b ON b.workspace_id = d.workspace_id AND b.id = COALESCE(d.bet_id, x.bet_id) \
           LEFT JOIN rule_firings f ON f.workspace_id = d.workspace_id AND f.id = d.rule_firing_id \
           WHERE d.workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND d.id = ").bind(decision_id);
    sql.push(
        "), causes AS (SELECT e.workspace_id, e.signal_id, e.theme_id, e.insight_id FROM reached r \
             JOIN evidence e ON e.workspace_id = r.workspace_id AND e.hypothesis_id = r.hypothesis_id \
           UNION ALL SELECT k.workspace_id, CASE WHEN k.kind = 'signal' THEN k.object_id END, \
             CASE WHEN k.kind = 'theme' THEN k.object_id END, CASE WHEN k.kind = 'insight' THEN k.object_id END \
             FROM reached r JOIN decision_evidence k ON k.workspace_id = r.workspace_id AND k.decision_id = r.id \
           UNION ALL SELECT o.workspace_id, NULL, o.theme_id, NULL FROM reached r \
             JOIN hypotheses h ON h.workspace_id = r.workspace_id AND h.id = r.hypothesis_id \
             JOIN opportunity_themes o ON o.workspace_id = h.workspace_id AND o.opportunity_id = h.opportunity_id \
           UNION ALL SELECT u.workspace_id, NULL, u.theme_id, NULL FROM reached r \
             JOIN rules u ON u.workspace_id = r.workspace_id AND u.id = r.rule_id), \
         heard AS (SELECT c.workspace_id, c.signal_id FROM causes c WHERE c.signal_id IS NOT NULL \
           UNION SELECT t.workspace_id, t.signal_id FROM causes c \
             JOIN theme_signals t ON t.workspace_id = c.workspace_id AND t.theme_id = c.theme_id \
           UNION SELECT i.workspace_id, COALESCE(i.signal_id, g.signal_id) FROM causes c \
             JOIN insight_evidence i ON i.workspace_id = c.workspace_id AND i.insight_id = c.insight_id \
             LEFT JOIN highlights g ON g.workspace_id = i.workspace_id AND g.id = i.highlight_id)",
    );
    sql
}
