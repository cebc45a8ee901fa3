//! Accounts: the organisations that people belong to.

use sqlx::FromRow;

use crate::platform::search_queue;
use crate::query::{Sql, Value};
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Account {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub external_id: Option<String>,
    pub name: String,
    pub plan: Option<String>,
    pub revenue_cents: Option<i64>,
    pub traits: String,
    pub import_id: Option<String>,
}

/// How many belong to an account and what was heard from it.
#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Sums {
    pub account_id: String,
    pub n_people: i64,
    pub n_signals: i64,
    pub heard_at: Option<Micros>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name, whatever the case.
    pub text: Option<String>,
    pub plan: Option<String>,
    pub segment_id: Option<String>,
    pub archived: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Newest,
    /// Most revenue first.
    Revenue,
}

const ROWS_PER_STATEMENT: usize = 500;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Account) -> Result<()> {
    values(ws, std::slice::from_ref(row)).execute(&mut *conn).await?;
    search_queue::insert(conn, ws, "account", &row.id, row.updated_at).await
}

/// Adds those whose external id is still free, and leaves out the others.
pub async fn insert_many(conn: &mut Conn, ws: &WorkspaceId, rows: &[Account]) -> Result<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let mut sql = values(ws, rows);
        sql.push(" ON CONFLICT DO NOTHING RETURNING id, updated_at");
        let written: Vec<(String, Micros)> = sql.fetch_all(&mut *conn).await?;
        let Some((_, now)) = written.first().cloned() else { continue };
        let ids: Vec<String> = written.into_iter().map(|(id, _)| id).collect();
        search_queue::insert_all(conn, ws, "account", &ids, now).await?;
    }
    Ok(())
}

fn values(ws: &WorkspaceId, rows: &[Account]) -> Sql {
    let mut sql = Sql::new(
        "INSERT INTO accounts (workspace_id, id, created_at, updated_at, external_id, name, plan, revenue_cents, \
         traits, import_id) VALUES ",
    );
    sql.bind_rows(rows.iter().map(|row| {
        vec![
            ws.as_str().into(),
            Value::from(&row.id),
            row.created_at.into(),
            row.updated_at.into(),
            (&row.external_id).into(),
            (&row.name).into(),
            (&row.plan).into(),
            row.revenue_cents.into(),
            (&row.traits).into(),
            (&row.import_id).into(),
        ]
    }));
    sql
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Account> {
    let row = sqlx::query_as("SELECT * FROM accounts WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The named accounts, in no order.
pub async fn list_by_ids(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Account>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("SELECT * FROM accounts WHERE workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND id IN", ids);
        rows.extend(sql.fetch_all::<Account>(conn).await?);
    }
    Ok(rows)
}

/// Accounts with one of these external ids or names, as external id, name, id; the oldest first,
/// because names need not be unique.
pub async fn find_many(
    conn: &mut Conn,
    ws: &WorkspaceId,
    external_ids: &[String],
    names: &[String],
) -> Result<Vec<(Option<String>, String, String)>> {
    let mut sql = Sql::new("SELECT external_id, name, id FROM accounts WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND (external_id IN", external_ids).bind_in(" OR name IN", names);
    sql.push(") ORDER BY id");
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Account, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE accounts SET archived_at = $1, external_id = $2, name = $3, plan = $4, revenue_cents = $5, \
         traits = $6, version = version + 1, updated_at = $7 WHERE workspace_id = $8 AND id = $9 AND version = $10",
    )
    .bind(row.archived_at)
    .bind(&row.external_id)
    .bind(&row.name)
    .bind(&row.plan)
    .bind(row.revenue_cents)
    .bind(&row.traits)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale);
    }
    search_queue::insert(conn, ws, "account", &row.id, now).await
}

pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Account>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT a.*", ws, filter);
    match (order, after) {
        (Order::Newest, Some(cursor)) => {
            sql.push(" AND a.id < ").bind(cursor.id.as_str());
        }
        (Order::Revenue, Some(cursor)) => {
            let revenue = cursor.sort_number()?;
            sql.push(" AND (COALESCE(a.revenue_cents, -1) < ").bind(revenue);
            sql.push(" OR (COALESCE(a.revenue_cents, -1) = ").bind(revenue);
            sql.push(" AND a.id < ").bind(cursor.id.as_str()).push("))");
        }
        (_, None) => {}
    }
    sql.push(match order {
        Order::Newest => " ORDER BY a.id DESC LIMIT ",
        Order::Revenue => " ORDER BY COALESCE(a.revenue_cents, -1) DESC, a.id DESC LIMIT ",
    });
    sql.bind(limit + 1);
    let rows: Vec<Account> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor {
        sort: row.revenue_cents.unwrap_or(-1).to_string(),
        id: row.id.clone(),
    }))
}

/// Sums of the given accounts. A signal belongs to the account that it names, or, when it names none,
/// to the accounts of its person: the view `account_signals` says the same, but SQLite would write it out whole for
/// every account. `COALESCE` keeps it from looking up all signals without an account instead of those of a person.
pub async fn list_sums(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Sums>> {
    let mut sql = Sql::new(
        "SELECT a.id AS account_id, \
         (SELECT COUNT(*) FROM account_people ap CROSS JOIN people p WHERE p.workspace_id = ap.workspace_id \
            AND p.id = ap.person_id AND p.archived_at IS NULL \
            AND ap.workspace_id = a.workspace_id AND ap.account_id = a.id) AS n_people, \
         (SELECT COUNT(*) FROM signals s WHERE s.workspace_id = a.workspace_id AND s.account_id = a.id \
            AND s.archived_at IS NULL) + \
         (SELECT COUNT(*) FROM account_people ap CROSS JOIN signals s WHERE s.workspace_id = ap.workspace_id \
            AND s.person_id = ap.person_id AND COALESCE(s.account_id, '') = '' AND s.archived_at IS NULL \
            AND ap.workspace_id = a.workspace_id AND ap.account_id = a.id) AS n_signals, \
         (SELECT MAX(x.at) FROM (SELECT MAX(s.occurred_at) AS at FROM signals s \
            WHERE s.workspace_id = a.workspace_id AND s.account_id = a.id AND s.archived_at IS NULL \
            UNION ALL SELECT MAX(s.occurred_at) FROM account_people ap CROSS JOIN signals s \
            WHERE s.workspace_id = ap.workspace_id AND s.person_id = ap.person_id AND COALESCE(s.account_id, '') = '' \
            AND s.archived_at IS NULL AND ap.workspace_id = a.workspace_id AND ap.account_id = a.id) x) AS heard_at \
         FROM accounts a WHERE a.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND a.id IN", ids);
    sql.fetch_all(conn).await
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM accounts a WHERE a.workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND a.archived_at IS NOT NULL" } else { " AND a.archived_at IS NULL" });
    if let Some(text) = &filter.text {
        sql.push(" AND LOWER(a.name) LIKE ").bind(super::contains_pattern(text)).push(" ESCAPE '!'");
    }
    sql.when(" AND a.plan = ", filter.plan.as_deref());
    if let Some(segment) = &filter.segment_id {
        sql.push(" AND EXISTS (SELECT 1 FROM segment_accounts sa WHERE sa.workspace_id = a.workspace_id");
        sql.push(" AND sa.account_id = a.id AND sa.segment_id = ").bind(segment.as_str()).push(")");
    }
    sql
}
