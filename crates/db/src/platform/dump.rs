//! Every row of every table, out of one database and into another, be it SQLite or PostgreSQL.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfoKind};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Column, Executor, Row, ValueRef};

use crate::{Conn, Error, Result};

/// A table of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    /// The migration that made it.
    pub since: i64,
    /// The column with which a row points to another row of the same table.
    pub own_reference: Option<&'static str>,
}

/// All tables, each after those that its rows point to.
pub const TABLES: &[Table] = &[
    table("workspaces", 1),
    table("users", 1),
    table("memberships", 1),
    table("sessions", 1),
    table("one_time_tokens", 1),
    table("invitations", 1),
    table("api_tokens", 1),
    table("audit_entries", 1),
    table("idempotency_keys", 1),
    table("jobs", 1),
    table("mail_messages", 1),
    table("search_queue", 1),
    table("saved_views", 1),
    table("accounts", 2),
    table("people", 2).pointing_to_itself("merged_into_id"),
    table("account_people", 2),
    table("person_merges", 2),
    table("person_merge_moves", 2),
    table("segments", 2),
    table("segment_people", 2),
    table("segment_accounts", 2),
    table("sources", 2),
    table("imports", 2),
    table("import_chunks", 2),
    table("import_refusals", 2),
    table("surveys", 2),
    table("responses", 2),
    table("signals", 2),
    table("signal_tags", 2),
    table("interviews", 2),
    table("transcript_passages", 2),
    table("codes", 3).pointing_to_itself("parent_id"),
    table("highlights", 3),
    table("highlight_codes", 3),
    table("themes", 3).pointing_to_itself("merged_into_id"),
    table("theme_signals", 3),
    table("theme_changes", 3),
    table("insights", 3),
    table("insight_evidence", 3),
    table("metrics", 3),
    table("metric_readings", 3),
    table("objectives", 4),
    table("opportunities", 4),
    table("opportunity_themes", 4),
    table("hypotheses", 4),
    table("bets", 4),
    table("bet_scores", 4),
    table("experiments", 5),
    table("plan_amendments", 5),
    table("experiment_units", 5),
    table("experiment_sums", 5),
    table("evidence", 4),
    table("rules", 6),
    table("rule_firings", 6),
    table("decisions", 6),
    table("decision_evidence", 6),
    table("reviews", 6),
    table("actions", 6),
    table("outcomes", 7),
    table("critiques", 7),
    table("outcome_notices", 7),
    table("digests", 7),
    table("digest_subscriptions", 7),
    table("digest_sends", 7),
    table("change_count", 9),
    table("capture_keys", 10),
    table("event_rejects", 10),
    table("event_definitions", 11),
    table("questions", 11),
    table("distinct_ids", 12),
    table("event_places", 12),
    table("event_arrivals", 13),
    table("event_imports", 14),
    table("metric_definitions", 15),
];

/// Values bound in one statement; both engines allow more.
const VALUES_MAX: usize = 8_000;
const ROWS_MAX: usize = 500;

const fn table(name: &'static str, since: i64) -> Table {
    Table { name, since, own_reference: None }
}

impl Table {
    const fn pointing_to_itself(self, column: &'static str) -> Self {
        Self { own_reference: Some(column), ..self }
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Double(f64),
    Bytes(Vec<u8>),
}

/// A row by column, in the order of their names.
pub type Cells = BTreeMap<String, Cell>;

/// Hands every row of a table to `take`, one at a time, and says how many there were.
pub async fn read<E: From<Error>>(
    conn: &mut Conn,
    table: Table,
    take: impl FnMut(Cells) -> std::result::Result<(), E>,
) -> std::result::Result<u64, E> {
    rows(sqlx::query(AssertSqlSafe(format!("SELECT * FROM {}", table.name))), conn, take).await
}

pub(super) async fn rows<E: From<Error>>(
    query: Query<'_, Any, AnyArguments>,
    conn: &mut Conn,
    mut take: impl FnMut(Cells) -> std::result::Result<(), E>,
) -> std::result::Result<u64, E> {
    let mut rows = query.fetch(conn);
    let mut n = 0;
    while let Some(row) = rows.try_next().await.map_err(Error::from)? {
        take(cells(&row)?)?;
        n += 1;
    }
    Ok(n)
}

fn cells(row: &AnyRow) -> Result<Cells> {
    let mut cells = Cells::new();
    for column in row.columns() {
        let index = column.ordinal();
        let value = row.try_get_raw(index)?;
        let kind = value.type_info().kind();
        let cell = match kind {
            _ if value.is_null() => Cell::Null,
            AnyTypeInfoKind::Text => Cell::Text(row.try_get(index)?),
            AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
                Cell::Integer(row.try_get(index)?)
            }
            AnyTypeInfoKind::Double => Cell::Double(row.try_get(index)?),
            AnyTypeInfoKind::Blob => Cell::Bytes(row.try_get(index)?),
            other => return Err(Error::Corrupt(format!("a value of type {other:?} in {}", column.name()))),
        };
        cells.insert(column.name().to_owned(), cell);
    }
    Ok(cells)
}

/// Rows on their way into a table, written many at a time.
#[derive(Debug)]
pub struct Writer {
    table: Table,
    columns: Vec<String>,
    rows: Vec<Cells>,
}

impl Writer {
    pub fn new(table: Table) -> Self {
        Self { table, columns: Vec::new(), rows: Vec::new() }
    }

    /// Takes a row. What it says of other rows of the same table is left out until [`point`] adds it.
    pub async fn push(&mut self, conn: &mut Conn, mut row: Cells) -> Result<()> {
        if let Some(column) = self.table.own_reference {
            row.insert(column.to_owned(), Cell::Null);
        }
        if self.columns.is_empty() {
            self.columns = row.keys().cloned().collect();
            check_names(&self.columns)?;
        } else if !row.keys().eq(self.columns.iter()) {
            return Err(Error::Corrupt(format!("the rows of {} have different columns", self.table.name)));
        }
        self.rows.push(row);
        if self.rows.len() >= ROWS_MAX || (self.rows.len() + 1) * self.columns.len() > VALUES_MAX {
            self.flush(conn).await?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub async fn flush(&mut self, conn: &mut Conn) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let names = self.columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let mut sql = format!("INSERT INTO {} ({names}) VALUES ", self.table.name);
        let mut values = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            sql.push_str(if index == 0 { "(" } else { ", (" });
            for (index, cell) in row.into_values().enumerate() {
                sql.push_str(if index == 0 { "" } else { ", " });
                push_cell(&mut sql, &mut values, cell);
            }
            sql.push(')');
        }
        execute(conn, sql, values).await
    }
}

/// Lets a row point to another one of its table, now that both are there.
pub async fn point(conn: &mut Conn, table: Table, row: Cells) -> Result<()> {
    let Some(column) = table.own_reference else { return Ok(()) };
    let mut row = row;
    let (Some(Cell::Text(target)), Some(ws), Some(id)) =
        (row.remove(column), row.remove("workspace_id"), row.remove("id"))
    else {
        return Ok(());
    };
    let mut values = Vec::new();
    let mut sql = format!("UPDATE {} SET {column} = ", table.name);
    push_cell(&mut sql, &mut values, Cell::Text(target));
    sql.push_str(" WHERE workspace_id = ");
    push_cell(&mut sql, &mut values, ws);
    sql.push_str(" AND id = ");
    push_cell(&mut sql, &mut values, id);
    execute(conn, sql, values).await
}

/// Empties every table of a schema.
pub async fn delete_all(conn: &mut Conn, schema: i64) -> Result<()> {
    for table in TABLES.iter().rev().filter(|table| table.since <= schema) {
        if let Some(column) = table.own_reference {
            let sql = format!("UPDATE {} SET {column} = NULL", table.name);
            (&mut *conn).execute(AssertSqlSafe(sql)).await?;
        }
        (&mut *conn).execute(AssertSqlSafe(format!("DELETE FROM {}", table.name))).await?;
    }
    Ok(())
}

/// A null is written as such: bound, it would need the type of its column.
fn push_cell(sql: &mut String, values: &mut Vec<Bound>, cell: Cell) {
    let value = match cell {
        Cell::Null => return sql.push_str("NULL"),
        Cell::Text(text) => Bound::Text(text),
        Cell::Integer(number) => Bound::Integer(number),
        Cell::Double(number) => Bound::Double(number),
        Cell::Bytes(bytes) => Bound::Bytes(bytes),
    };
    values.push(value);
    sql.push('$');
    sql.push_str(&values.len().to_string());
}

enum Bound {
    Text(String),
    Integer(i64),
    Double(f64),
    Bytes(Vec<u8>),
}

async fn execute(conn: &mut Conn, sql: String, values: Vec<Bound>) -> Result<()> {
    // Each statement is as long as its rows are many, so keeping it prepared would only cost memory.
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    for value in values {
        query = match value {
            Bound::Text(text) => query.bind(text),
            Bound::Integer(number) => query.bind(number),
            Bound::Double(number) => query.bind(number),
            Bound::Bytes(bytes) => query.bind(bytes),
        };
    }
    query.execute(conn).await?;
    Ok(())
}

/// Column names come from a file and become part of a statement, so only plain ones pass.
fn check_names(names: &[String]) -> Result<()> {
    let is_plain = |name: &String| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    match names.iter().find(|name| !is_plain(name)) {
        Some(name) => Err(Error::Corrupt(format!("a column called {name:?}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::connect::Engine;
    use crate::testing::TestDb;

    #[tokio::test]
    async fn the_list_covers_every_table() {
        let test = TestDb::new().await.unwrap();
        let sql = match test.db.engine() {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Engine::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
            }
        };
        let mut conn = test.db.read().await.unwrap();
        let found: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        let found: HashSet<String> =
            found.into_iter().map(|(name,)| name).filter(|name| name != "_sqlx_migrations").collect();
        let listed: HashSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
        assert_eq!(found, listed);
        assert_eq!(listed.len(), TABLES.len(), "a table is listed twice");
    }

    #[tokio::test]
    async fn each_table_comes_after_those_it_points_to() {
        let test = TestDb::new().await.unwrap();
        if test.db.engine() != Engine::Sqlite {
            return;
        }
        let sql = "SELECT m.name, f.\"table\", f.\"from\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
                   WHERE m.type = 'table'";
        let mut conn = test.db.read().await.unwrap();
        let links: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        let place = |name: &str| TABLES.iter().position(|table| table.name == name).unwrap();
        for (from, to, column) in links {
            if from == to {
                let own = TABLES[place(&from)].own_reference;
                assert!(own.is_some_and(|own| own == column || column == "workspace_id"), "{from}.{column}");
            } else {
                assert!(place(&to) < place(&from), "{to} must come before {from}");
            }
        }
    }

    /// A row with the given columns, the others as the schema has them by default.
    fn row(texts: &[(&str, &str)], numbers: &[&str]) -> Cells {
        let texts = texts.iter().map(|(column, text)| ((*column).to_owned(), Cell::Text((*text).to_owned())));
        texts.chain(numbers.iter().map(|column| ((*column).to_owned(), Cell::Integer(1)))).collect()
    }

    #[tokio::test]
    async fn rows_may_point_to_later_ones_of_their_table() {
        let test = TestDb::new().await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        let times = ["created_at", "updated_at"];
        let mut workspaces = Writer::new(TABLES[0]);
        workspaces.push(&mut tx, row(&[("id", "w"), ("name", "W")], &times)).await.unwrap();
        workspaces.flush(&mut tx).await.unwrap();
        let codes = *TABLES.iter().find(|table| table.name == "codes").unwrap();
        let child = row(&[("workspace_id", "w"), ("id", "a"), ("name", "A"), ("parent_id", "b")], &times);
        let parent = row(&[("workspace_id", "w"), ("id", "b"), ("name", "B")], &times);
        let mut writer = Writer::new(codes);
        for row in [&child, &parent] {
            writer.push(&mut tx, row.clone()).await.unwrap();
        }
        writer.flush(&mut tx).await.unwrap();
        for row in [child, parent] {
            point(&mut tx, codes, row).await.unwrap();
        }
        let mut parents = Vec::new();
        let n = read(&mut tx, codes, |row| -> Result<()> {
            parents.push((row["id"].clone(), row["parent_id"].clone()));
            Ok(())
        });
        assert_eq!(n.await.unwrap(), 2);
        let cell = |text: &str| Cell::Text(text.to_owned());
        assert!(parents.contains(&(cell("a"), cell("b"))) && parents.contains(&(cell("b"), Cell::Null)));
        delete_all(&mut tx, crate::migrate::newest()).await.unwrap();
        assert_eq!(read(&mut tx, codes, |_| Ok::<_, Error>(())).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn column_names_from_a_file_cannot_become_sql() {
        let test = TestDb::new().await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        let row = Cells::from([("id\") VALUES (1); --".to_owned(), Cell::Null)]);
        let refused = Writer::new(TABLES[0]).push(&mut tx, row).await;
        assert!(matches!(refused, Err(Error::Corrupt(_))));
    }
}
