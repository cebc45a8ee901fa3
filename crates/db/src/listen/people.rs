//! People: who speaks, and which accounts they belong to.

use sqlx::FromRow;

use crate::platform::search_queue;
use crate::query::{Sql, Value};
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Person {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub external_id: Option<String>,
    pub email: Option<String>,
    pub name: String,
    pub traits: String,
    pub unsubscribed_at: Option<Micros>,
    pub import_id: Option<String>,
    pub merged_into_id: Option<String>,
}

/// Who has a distinct id.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Known {
    pub distinct_id: String,
    pub id: String,
    pub name: String,
    pub email: Option<String>,
}

/// How much somebody has said, and when last.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Voice {
    pub person_id: String,
    pub n_signals: i64,
    pub heard_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name or of the address, whatever the case.
    pub text: Option<String>,
    pub account_id: Option<String>,
    /// Members of this segment.
    pub segment_id: Option<String>,
    pub unsubscribed: Option<bool>,
    pub archived: bool,
}

/// Rows per statement, well below the number of placeholders that either engine takes.
const ROWS_PER_STATEMENT: usize = 500;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Person) -> Result<()> {
    values(ws, std::slice::from_ref(row)).execute(&mut *conn).await?;
    search_queue::insert(conn, ws, "person", &row.id, row.updated_at).await
}

/// Adds those whose address and external id are still free, and leaves out the others.
pub async fn insert_many(conn: &mut Conn, ws: &WorkspaceId, rows: &[Person]) -> Result<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let mut sql = values(ws, rows);
        sql.push(" ON CONFLICT DO NOTHING RETURNING id, updated_at");
        let written: Vec<(String, Micros)> = sql.fetch_all(&mut *conn).await?;
        let Some((_, now)) = written.first().cloned() else { continue };
        let ids: Vec<String> = written.into_iter().map(|(id, _)| id).collect();
        search_queue::insert_all(conn, ws, "person", &ids, now).await?;
    }
    Ok(())
}

fn values(ws: &WorkspaceId, rows: &[Person]) -> Sql {
    let mut sql = Sql::new(
        "INSERT INTO people (workspace_id, id, created_at, updated_at, external_id, email, name, traits, \
         unsubscribed_at, import_id) VALUES ",
    );
    sql.bind_rows(rows.iter().map(|row| {
        vec![
            ws.as_str().into(),
            Value::from(&row.id),
            row.created_at.into(),
            row.updated_at.into(),
            (&row.external_id).into(),
            (&row.email).into(),
            (&row.name).into(),
            (&row.traits).into(),
            row.unsubscribed_at.into(),
            (&row.import_id).into(),
        ]
    }));
    sql
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Person> {
    let row = sqlx::query_as("SELECT * FROM people WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The named people, in no order.
pub async fn list_by_ids(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Person>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("SELECT * FROM people WHERE workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND id IN", ids);
        rows.extend(sql.fetch_all::<Person>(conn).await?);
    }
    Ok(rows)
}

/// Who has which of these distinct ids, now.
pub async fn list_by_distinct_ids(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Known>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new(
            "SELECT x.distinct_id, r.id, r.name, r.email FROM \
             (SELECT d.distinct_id, d.person_id FROM distinct_ids d WHERE d.workspace_id = ",
        );
        sql.bind(ws.as_str()).bind_in(" AND d.distinct_id IN", ids);
        sql.push(" UNION SELECT e.external_id, e.id FROM people e WHERE e.workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND e.external_id IN", ids);
        sql.push(") x JOIN people p ON p.id = x.person_id AND p.workspace_id = ").bind(ws.as_str());
        sql.push(" JOIN people r ON r.id = COALESCE(p.merged_into_id, p.id) AND r.workspace_id = ");
        sql.bind(ws.as_str());
        rows.extend(sql.fetch_all::<Known>(conn).await?);
    }
    Ok(rows)
}

/// The address in lower case.
pub async fn find_by_email(conn: &mut Conn, ws: &WorkspaceId, email: &str) -> Result<Option<Person>> {
    let row = sqlx::query_as("SELECT * FROM people WHERE workspace_id = $1 AND email = $2")
        .bind(ws.as_str())
        .bind(email)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// Everybody with one of these addresses or external ids, as pairs of that key and the id to use.
/// Who was merged into somebody else answers with that one's id.
pub async fn find_many(
    conn: &mut Conn,
    ws: &WorkspaceId,
    emails: &[String],
    external_ids: &[String],
) -> Result<Vec<(Option<String>, Option<String>, String)>> {
    let mut sql =
        Sql::new("SELECT email, external_id, COALESCE(merged_into_id, id) FROM people WHERE workspace_id = ");
    sql.bind(ws.as_str())
        .bind_in(" AND (email IN", emails)
        .bind_in(" OR external_id IN", external_ids)
        .push(")");
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Person, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE people SET archived_at = $1, external_id = $2, email = $3, name = $4, traits = $5, \
         unsubscribed_at = $6, merged_into_id = $7, version = version + 1, updated_at = $8 \
         WHERE workspace_id = $9 AND id = $10 AND version = $11",
    )
    .bind(row.archived_at)
    .bind(&row.external_id)
    .bind(&row.email)
    .bind(&row.name)
    .bind(&row.traits)
    .bind(row.unsubscribed_at)
    .bind(&row.merged_into_id)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale);
    }
    search_queue::insert(conn, ws, "person", &row.id, now).await
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Person>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT p.*", ws, filter);
    sql.when(" AND p.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY p.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Person> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// What the given people have said, for those who have said something.
pub async fn list_voices(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Voice>> {
    let mut sql = Sql::new(
        "SELECT person_id, COUNT(*) AS n_signals, MAX(occurred_at) AS heard_at FROM signals \
         WHERE archived_at IS NULL AND workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND person_id IN", ids).push(" GROUP BY person_id");
    sql.fetch_all(conn).await
}

/// The accounts of the given people: person, account, name of the account.
pub async fn list_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: &[String],
) -> Result<Vec<(String, String, String)>> {
    let mut sql = Sql::new(
        "SELECT ap.person_id, a.id, a.name FROM account_people ap JOIN accounts a \
         ON a.workspace_id = ap.workspace_id AND a.id = ap.account_id WHERE ap.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND ap.person_id IN", ids).push(" ORDER BY a.name, a.id");
    sql.fetch_all(conn).await
}

/// Replaces the accounts that a person belongs to.
pub async fn update_accounts(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    account_ids: &[String],
) -> Result<()> {
    sqlx::query("DELETE FROM account_people WHERE workspace_id = $1 AND person_id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    let links: Vec<_> = account_ids.iter().map(|account| (account.clone(), id.to_owned())).collect();
    insert_links(conn, ws, &links).await?;
    Ok(())
}

/// Adds pairs of account and person, of which those that exist stay; how many are new.
pub async fn insert_links(conn: &mut Conn, ws: &WorkspaceId, links: &[(String, String)]) -> Result<u64> {
    let mut n_new = 0;
    for links in links.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO account_people (workspace_id, account_id, person_id) VALUES ");
        sql.bind_rows(
            links.iter().map(|(account, person)| vec![ws.as_str().into(), account.into(), person.into()]),
        );
        sql.push(" ON CONFLICT DO NOTHING");
        n_new += sql.execute(conn).await?;
    }
    Ok(n_new)
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM people p WHERE p.workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND p.archived_at IS NOT NULL" } else { " AND p.archived_at IS NULL" });
    if let Some(text) = &filter.text {
        let pattern = super::contains_pattern(text);
        sql.push(" AND (LOWER(p.name) LIKE ").bind(pattern.as_str());
        sql.push(" ESCAPE '!' OR p.email LIKE ").bind(pattern).push(" ESCAPE '!')");
    }
    if let Some(account) = &filter.account_id {
        sql.push(" AND EXISTS (SELECT 1 FROM account_people ap WHERE ap.workspace_id = p.workspace_id");
        sql.push(" AND ap.person_id = p.id AND ap.account_id = ").bind(account.as_str()).push(")");
    }
    if let Some(segment) = &filter.segment_id {
        sql.push(" AND EXISTS (SELECT 1 FROM segment_people sp WHERE sp.workspace_id = p.workspace_id");
        sql.push(" AND sp.person_id = p.id AND sp.segment_id = ").bind(segment.as_str()).push(")");
    }
    match filter.unsubscribed {
        Some(true) => {
            sql.push(" AND p.unsubscribed_at IS NOT NULL");
        }
        Some(false) => {
            sql.push(" AND p.unsubscribed_at IS NULL");
        }
        None => {}
    }
    sql
}
