//! What the full-text index knows of each kind of object, read from the tables of all stages. The index is derived:
//! everything in it can be read again from here.

use std::collections::HashMap;

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// Every kind that can be found, in the order in which results are grouped.
pub const KINDS: [&str; 9] =
    ["signal", "theme", "insight", "hypothesis", "decision", "outcome", "interview", "person", "account"];

/// The first characters of a text can be found; longer ones are rare, and the limit bounds the memory of a batch.
pub const TEXT_CHARS_MAX: i64 = 20_000;

/// The columns of a kind that has a title, a time and an owner, and no facets.
macro_rules! plain {
    ($title:literal, $at:literal, $owner:literal) => {
        concat!(
            "SELECT o.id, ",
            $title,
            " AS title, ",
            $at,
            " AS at, o.archived_at, CAST(NULL AS DOUBLE PRECISION) AS score, CAST(NULL AS TEXT) AS source_id, \
             CAST(NULL AS TEXT) AS segment_id, ",
            $owner,
            " AS assignee_id, CAST(NULL AS TEXT) AS next_step_kind, CAST(NULL AS TEXT) AS person_id, \
             CAST(NULL AS TEXT) AS account_id, CAST(NULL AS TEXT) AS import_id"
        )
    };
}

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub body: String,
    pub at: Micros,
    pub archived_at: Option<Micros>,
    pub score: Option<f64>,
    pub source_id: Option<String>,
    pub segment_id: Option<String>,
    pub assignee_id: Option<String>,
    pub next_step_kind: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    pub import_id: Option<String>,
    #[sqlx(skip)]
    pub tags: Vec<String>,
    #[sqlx(skip)]
    pub themes: Vec<String>,
}

/// The documents of the given objects; what is gone has none.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, kind: &str, ids: &[String]) -> Result<Vec<Document>> {
    let Some((select, text)) = select_of(kind) else { return Ok(Vec::new()) };
    let mut sql = Sql::new(select);
    sql.push(", SUBSTR(").push(text).push(", 1, CAST(").bind(TEXT_CHARS_MAX).push(" AS INTEGER)) AS body");
    sql.push(table_of(kind)).push(" o WHERE o.workspace_id = ").bind(ws.as_str());
    sql.bind_in(" AND o.id IN", ids);
    let mut documents: Vec<Document> = sql.fetch_all(conn).await?;
    match kind {
        "signal" => add_tags_and_themes(conn, ws, ids, &mut documents).await?,
        "insight" => {
            for document in &mut documents {
                document.themes.extend(document.import_id.take());
            }
        }
        "interview" => add_passages(conn, ws, ids, &mut documents).await?,
        _ => {}
    }
    Ok(documents)
}

/// Queues everything of one kind, for an index that is built anew.
pub async fn queue_all(conn: &mut Conn, kind: &'static str, now: Micros) -> Result<u64> {
    let mut sql =
        Sql::new("INSERT INTO search_queue (workspace_id, kind, object_id, queued_at) SELECT workspace_id, ");
    sql.bind(kind).push(", id, CAST(").bind(now).push(" AS BIGINT)").push(table_of(kind));
    sql.push(" WHERE 1 = 1 ON CONFLICT (workspace_id, kind, object_id) DO NOTHING");
    sql.execute(conn).await
}

fn table_of(kind: &str) -> &'static str {
    match kind {
        "signal" => " FROM signals",
        "theme" => " FROM themes",
        "insight" => " FROM insights",
        "hypothesis" => " FROM hypotheses",
        "decision" => " FROM decisions",
        "outcome" => " FROM outcomes",
        "interview" => " FROM interviews",
        "person" => " FROM people",
        _ => " FROM accounts",
    }
}

/// Columns of a document, and the expression of its text. Columns that a kind lacks are null.
fn select_of(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "signal" => (
            "SELECT o.id, '' AS title, o.occurred_at AS at, o.archived_at, o.score, o.source_id, o.segment_id, \
             o.assignee_id, o.next_step_kind, o.person_id, o.account_id, o.import_id",
            "o.body",
        ),
        "theme" => (
            plain!("o.name", "o.updated_at", "o.owner_id"),
            "o.description || ' ' || o.usage_context || ' ' || o.desired_outcome || ' ' || o.root_cause",
        ),
        // The theme travels in a column that insights do not use.
        "insight" => (
            "SELECT o.id, o.statement AS title, o.updated_at AS at, o.archived_at, \
             CAST(NULL AS DOUBLE PRECISION) AS score, CAST(NULL AS TEXT) AS source_id, o.segment_id, \
             o.next_step_owner_id AS assignee_id, o.next_step_kind, CAST(NULL AS TEXT) AS person_id, \
             CAST(NULL AS TEXT) AS account_id, o.theme_id AS import_id",
            "o.detail",
        ),
        "hypothesis" => (
            plain!("o.title", "o.updated_at", "o.owner_id"),
            "o.population || ' ' || o.change || ' ' || o.mechanism",
        ),
        "decision" => (plain!("o.question", "o.updated_at", "o.owner_id"), "o.why || ' ' || o.rule_text"),
        "outcome" => (
            plain!("o.title", "o.updated_at", "CAST(NULL AS TEXT)"),
            "o.said || ' ' || o.tried || ' ' || o.learned || ' ' || o.did",
        ),
        "interview" => (plain!("o.title", "o.held_at", "CAST(NULL AS TEXT)"), "o.notes"),
        "person" => (
            plain!(
                "CASE WHEN o.name = '' THEN COALESCE(o.email, '') ELSE o.name END",
                "o.updated_at",
                "CAST(NULL AS TEXT)"
            ),
            "COALESCE(o.email, '') || ' ' || COALESCE(o.external_id, '')",
        ),
        "account" => (
            plain!("o.name", "o.updated_at", "CAST(NULL AS TEXT)"),
            "COALESCE(o.plan, '') || ' ' || COALESCE(o.external_id, '')",
        ),
        _ => return None,
    })
}

async fn add_tags_and_themes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: &[String],
    documents: &mut [Document],
) -> Result<()> {
    let mut tags = Sql::new("SELECT signal_id, tag FROM signal_tags WHERE workspace_id = ");
    tags.bind(ws.as_str()).bind_in(" AND signal_id IN", ids);
    let mut themes = Sql::new("SELECT signal_id, theme_id FROM theme_signals WHERE workspace_id = ");
    themes.bind(ws.as_str()).bind_in(" AND signal_id IN", ids);
    let mut tags = by_object(tags.fetch_all(&mut *conn).await?);
    let mut themes = by_object(themes.fetch_all(conn).await?);
    for document in documents {
        document.tags = tags.remove(&document.id).unwrap_or_default();
        document.themes = themes.remove(&document.id).unwrap_or_default();
    }
    Ok(())
}

async fn add_passages(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: &[String],
    documents: &mut [Document],
) -> Result<()> {
    let mut sql = Sql::new("SELECT interview_id, body FROM transcript_passages WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND interview_id IN", ids).push(" ORDER BY interview_id, position");
    let mut passages = by_object(sql.fetch_all(conn).await?);
    for document in documents {
        for passage in passages.remove(&document.id).unwrap_or_default() {
            document.body.push('\n');
            document.body.push_str(&passage);
        }
    }
    Ok(())
}

fn by_object(pairs: Vec<(String, String)>) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for (id, value) in pairs {
        found.entry(id).or_default().push(value);
    }
    found
}
