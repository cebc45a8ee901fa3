//! Objects of any kind by their title: for links, pickers and the chain.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Object {
    pub id: String,
    pub title: String,
    /// When it came into the world: a signal when it was said, others when they were written.
    pub at: Micros,
    /// What stands where: the state of a bet, the verdict of a decision; empty for kinds without.
    pub state: String,
    pub archived: i64,
}

/// Kinds of objects up to this stage, as the chain names them.
pub const KINDS: &[&str] = &[
    "account",
    "action",
    "bet",
    "decision",
    "experiment",
    "firing",
    "highlight",
    "hypothesis",
    "insight",
    "interview",
    "metric",
    "objective",
    "opportunity",
    "person",
    "response",
    "review",
    "rule",
    "segment",
    "signal",
    "source",
    "survey",
    "theme",
];

/// Longest part of a text that serves as a title.
const TITLE_SQL: &str = "SUBSTR(o.body, 1, 280)";

/// The table of a kind, and how its title, time, state and archiving are read; none for an unknown kind.
fn source(kind: &str) -> Option<[&'static str; 5]> {
    const LIVE: &str = "0";
    const ARCHIVED: &str = "CASE WHEN o.archived_at IS NULL THEN 0 ELSE 1 END";
    let parts = match kind {
        "account" => ["accounts o", "o.name", "o.created_at", "''", ARCHIVED],
        "action" => ["actions o", "o.title", "o.created_at", ACTION_STATE, ARCHIVED],
        "bet" => ["bets o", "o.title", "o.created_at", "o.state", ARCHIVED],
        "decision" => ["decisions o", "o.question", "o.created_at", "COALESCE(o.verdict, 'open')", ARCHIVED],
        "experiment" => ["experiments o", "o.title", "o.created_at", "o.state", ARCHIVED],
        "firing" => [FIRING, "r.name", "o.fired_at", FIRING_STATE, LIVE],
        "highlight" => ["highlights o", "SUBSTR(o.quote, 1, 280)", "o.created_at", "''", LIVE],
        "hypothesis" => ["hypotheses o", "o.title", "o.created_at", "o.state", ARCHIVED],
        "insight" => ["insights o", "SUBSTR(o.statement, 1, 280)", "o.created_at", "''", ARCHIVED],
        "interview" => ["interviews o", "o.title", "o.held_at", "''", ARCHIVED],
        "metric" => ["metrics o", "o.name", "o.created_at", "o.kind", ARCHIVED],
        "objective" => ["objectives o", "o.title", "o.created_at", "o.quarter", ARCHIVED],
        "opportunity" => ["opportunities o", "o.title", "o.created_at", "''", ARCHIVED],
        "person" => ["people o", PERSON_NAME, "o.created_at", "''", ARCHIVED],
        "response" => [RESPONSE, "v.name", "o.created_at", "''", LIVE],
        "review" => ["reviews o", "o.kind", "o.period_to", "o.state", LIVE],
        "rule" => ["rules o", "o.name", "o.created_at", "''", ARCHIVED],
        "segment" => ["segments o", "o.name", "o.created_at", "''", ARCHIVED],
        "signal" => ["signals o", TITLE_SQL, "o.occurred_at", "''", ARCHIVED],
        "source" => ["sources o", "o.name", "o.created_at", "o.kind", ARCHIVED],
        "survey" => ["surveys o", "o.name", "o.created_at", "o.state", ARCHIVED],
        "theme" => ["themes o", "o.name", "o.created_at", THEME_STATE, ARCHIVED],
        _ => return None,
    };
    Some(parts)
}

const ACTION_STATE: &str = "CASE WHEN o.done_at IS NULL THEN 'open' ELSE 'done' END";
const THEME_STATE: &str = "CASE WHEN o.merged_into_id IS NULL THEN '' ELSE 'merged' END";
const FIRING: &str = "rule_firings o JOIN rules r ON r.workspace_id = o.workspace_id AND r.id = o.rule_id";
const FIRING_STATE: &str = "CASE WHEN o.handled_at IS NULL THEN 'waiting' ELSE 'handled' END";
const RESPONSE: &str = "responses o JOIN surveys v ON v.workspace_id = o.workspace_id AND v.id = o.survey_id";
const PERSON_NAME: &str = "CASE WHEN o.name <> '' THEN o.name ELSE COALESCE(o.email, o.external_id, '') END";

/// The objects of a kind with these ids, in no particular order; unknown ids are absent.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, kind: &str, ids: &[String]) -> Result<Vec<Object>> {
    let Some(parts) = source(kind) else { return Ok(Vec::new()) };
    let mut sql = select(parts, ws);
    sql.bind_in(" AND o.id IN", ids);
    sql.fetch_all(conn).await
}

/// Objects of a kind whose title has these words in it, newest first; archived ones are left out.
pub async fn find(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    words: &str,
    limit: i64,
) -> Result<Vec<Object>> {
    let Some(parts) = source(kind) else { return Ok(Vec::new()) };
    let [_, title, _, _, archived] = parts;
    let mut sql = select(parts, ws);
    sql.push(" AND ").push(archived).push(" = 0");
    if !words.is_empty() {
        let escaped = words.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        sql.push(" AND LOWER(").push(title).push(") LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '!'");
    }
    sql.push(" ORDER BY o.id DESC LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

fn select([table, title, at, state, archived]: [&'static str; 5], ws: &WorkspaceId) -> Sql {
    let mut sql = Sql::new("SELECT o.id, ");
    sql.push(title).push(" AS title, ").push(at).push(" AS at, ").push(state).push(" AS state, ");
    sql.push("CAST(").push(archived).push(" AS BIGINT) AS archived FROM ").push(table);
    sql.push(" WHERE o.workspace_id = ").bind(ws.as_str());
    sql
}
