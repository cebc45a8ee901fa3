//! What rules of segments look at, in batches, and who was found to be in them.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Result, WorkspaceId};

/// What a rule may ask of a person.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub traits: String,
}

/// What a rule may ask of an account.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Account {
    pub id: String,
    pub name: String,
    pub plan: Option<String>,
    pub revenue_cents: Option<i64>,
    pub external_id: Option<String>,
    pub traits: String,
}

/// An account of a person, or a person of an account.
#[derive(Clone, Debug, FromRow)]
pub struct Link {
    pub person_id: String,
    pub account_id: String,
}

const ROWS_PER_STATEMENT: usize = 2_000;

/// The next people by id.
pub async fn list_people(conn: &mut Conn, ws: &WorkspaceId, after: &str, limit: i64) -> Result<Vec<Person>> {
    let mut sql = Sql::new(
        "SELECT id, name, email, external_id, traits FROM people WHERE archived_at IS NULL AND workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND id > ").bind(after).push(" ORDER BY id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// By what events know the people of a segment: their own ids, or else what stands for theirs.
pub async fn list_anchors(conn: &mut Conn, ws: &WorkspaceId, segment_id: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT p.external_id FROM segment_people s JOIN people p \
         ON p.workspace_id = s.workspace_id AND p.id = s.person_id \
         WHERE s.workspace_id = $1 AND s.segment_id = $2 AND p.external_id IS NOT NULL \
         UNION ALL SELECT d.anchor FROM segment_people s JOIN people p \
         ON p.workspace_id = s.workspace_id AND p.id = s.person_id AND p.external_id IS NULL \
         JOIN distinct_ids d ON d.workspace_id = s.workspace_id AND d.person_id = s.person_id \
         WHERE s.workspace_id = $1 AND s.segment_id = $2 AND d.distinct_id = d.anchor",
    )
    .bind(ws.as_str())
    .bind(segment_id)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The next accounts by id.
pub async fn list_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: &str,
    limit: i64,
) -> Result<Vec<Account>> {
    let mut sql = Sql::new(
        "SELECT id, name, plan, revenue_cents, external_id, traits FROM accounts WHERE archived_at IS NULL \
         AND workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND id > ").bind(after).push(" ORDER BY id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Which accounts these people belong to.
pub async fn list_links_of_people(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Link>> {
    let mut sql = Sql::new("SELECT person_id, account_id FROM account_people WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND person_id IN", ids);
    sql.fetch_all(conn).await
}

/// Of these people, the accounts that a rule may look at.
pub async fn list_accounts_of(
    conn: &mut Conn,
    ws: &WorkspaceId,
    person_ids: &[String],
) -> Result<Vec<Account>> {
    let mut sql = Sql::new(
        "SELECT id, name, plan, revenue_cents, external_id, traits FROM accounts WHERE archived_at IS NULL \
         AND workspace_id = ",
    );
    sql.bind(ws.as_str());
    sql.push(" AND id IN (SELECT account_id FROM account_people ap WHERE ap.workspace_id = ")
        .bind(ws.as_str());
    sql.bind_in(" AND ap.person_id IN", person_ids).push(")");
    sql.fetch_all(conn).await
}

/// The next people, by id, of an account.
pub async fn list_people_of(
    conn: &mut Conn,
    ws: &WorkspaceId,
    account_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Person>> {
    let mut sql = Sql::new(
        "SELECT p.id, p.name, p.email, p.external_id, p.traits FROM account_people ap JOIN people p \
         ON p.workspace_id = ap.workspace_id AND p.id = ap.person_id WHERE p.archived_at IS NULL AND ap.workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND ap.account_id = ").bind(account_id);
    sql.push(" AND p.id > ").bind(after).push(" ORDER BY p.id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Forgets the people of a segment between two ids: all above `after`, up to and with `last` when given.
pub async fn delete_people(
    conn: &mut Conn,
    ws: &WorkspaceId,
    segment_id: &str,
    after: &str,
    last: Option<&str>,
) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM segment_people WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND segment_id = ").bind(segment_id).push(" AND person_id > ").bind(after);
    sql.when(" AND person_id <= ", last);
    sql.execute(conn).await?;
    Ok(())
}

pub async fn delete_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    segment_id: &str,
    after: &str,
    last: Option<&str>,
) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM segment_accounts WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND segment_id = ").bind(segment_id).push(" AND account_id > ").bind(after);
    sql.when(" AND account_id <= ", last);
    sql.execute(conn).await?;
    Ok(())
}

pub async fn insert_people(
    conn: &mut Conn,
    ws: &WorkspaceId,
    segment_id: &str,
    ids: &[String],
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO segment_people (workspace_id, segment_id, person_id) VALUES ");
        sql.bind_rows(ids.iter().map(|id| vec![ws.as_str().into(), segment_id.into(), id.into()]));
        sql.push(" ON CONFLICT DO NOTHING");
        sql.execute(conn).await?;
    }
    Ok(())
}

pub async fn insert_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    segment_id: &str,
    ids: &[String],
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO segment_accounts (workspace_id, segment_id, account_id) VALUES ");
        sql.bind_rows(ids.iter().map(|id| vec![ws.as_str().into(), segment_id.into(), id.into()]));
        sql.push(" ON CONFLICT DO NOTHING");
        sql.execute(conn).await?;
    }
    Ok(())
}

/// How many signals these people gave.
pub async fn count_signals_of_people(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM signals WHERE archived_at IS NULL AND workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND person_id IN", ids);
    sql.fetch_count(conn).await
}

/// How many signals name one of these accounts and no person.
pub async fn count_signals_of_accounts(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<i64> {
    let mut sql = Sql::new(
        "SELECT COUNT(*) FROM signals WHERE archived_at IS NULL AND person_id IS NULL AND workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND account_id IN", ids);
    sql.fetch_count(conn).await
}
