//! Everything that was heard from a person or an account, and told to them, in the order of time.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

/// kind: signal, response (without words of its own), interview, or notice (of an outcome)
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Entry {
    pub kind: String,
    pub id: String,
    /// No two entries share it, though several people of an account are told about one outcome at once.
    pub place: String,
    pub at: Micros,
    pub person_id: Option<String>,
    pub source_id: Option<String>,
    pub words: String,
    pub score: Option<f64>,
    pub score_kind: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Person(&'a str),
    Account(&'a str),
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    whose: Whose<'_>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Entry>> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    entries(&mut sql, ws, whose).push(") heard");
    let total = sql.fetch_count(conn).await?;
    let mut sql = Sql::new("SELECT * FROM (");
    entries(&mut sql, ws, whose).push(") heard");
    if let Some(cursor) = after {
        let at = cursor.sort_number()?;
        sql.push(" WHERE (heard.at < ").bind(at).push(" OR (heard.at = ").bind(at);
        sql.push(" AND heard.place < ").bind(cursor.id.as_str()).push("))");
    }
    sql.push(" ORDER BY heard.at DESC, heard.place DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Entry> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.at.to_string(), id: row.place.clone() }))
}

fn entries<'s>(sql: &'s mut Sql, ws: &WorkspaceId, whose: Whose<'_>) -> &'s mut Sql {
    sql.push(
        "SELECT 'signal' AS kind, x.id AS id, x.id AS place, x.occurred_at AS at, x.person_id AS person_id, \
         x.source_id AS source_id, x.body AS words, x.score AS score, x.score_kind AS score_kind \
         FROM signals x WHERE x.archived_at IS NULL AND x.workspace_id = ",
    );
    sql.bind(ws.as_str());
    match whose {
        Whose::Person(id) => sql.push(" AND x.person_id = ").bind(id),
        Whose::Account(id) => {
            sql.push(" AND x.id IN (SELECT signal_id FROM account_signals a WHERE a.workspace_id = ");
            sql.bind(ws.as_str()).push(" AND a.account_id = ").bind(id).push(")")
        }
    };
    sql.push(
        " UNION ALL SELECT 'response', x.id, x.id, x.created_at, x.person_id, v.source_id, v.name, x.score, v.kind \
         FROM responses x JOIN surveys v ON v.workspace_id = x.workspace_id AND v.id = x.survey_id \
         WHERE x.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM signals g WHERE g.workspace_id = x.workspace_id \
         AND g.response_id = x.id) AND x.workspace_id = ",
    );
    of_people(sql, ws, whose);
    sql.push(
        " UNION ALL SELECT 'interview', x.id, x.id, x.held_at, x.person_id, x.source_id, x.title, \
         CAST(NULL AS DOUBLE PRECISION), CAST(NULL AS TEXT) FROM interviews x \
         WHERE x.archived_at IS NULL AND x.workspace_id = ",
    );
    of_people(sql, ws, whose);
    sql.push(
        " UNION ALL SELECT 'notice', x.outcome_id, x.outcome_id || x.person_id, x.created_at, x.person_id, CAST(NULL AS TEXT), o.title, \
         CAST(NULL AS DOUBLE PRECISION), CAST(NULL AS TEXT) FROM outcome_notices x JOIN outcomes o \
         ON o.workspace_id = x.workspace_id AND o.id = x.outcome_id WHERE x.workspace_id = ",
    );
    of_people(sql, ws, whose);
    sql
}

fn of_people(sql: &mut Sql, ws: &WorkspaceId, whose: Whose<'_>) {
    sql.bind(ws.as_str());
    match whose {
        Whose::Person(id) => {
            sql.push(" AND x.person_id = ").bind(id);
        }
        Whose::Account(id) => {
            sql.push(" AND x.person_id IN (SELECT person_id FROM account_people ap WHERE ap.workspace_id = ");
            sql.bind(ws.as_str()).push(" AND ap.account_id = ").bind(id).push(")");
        }
    }
}
