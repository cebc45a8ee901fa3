//! What a workspace takes along when it leaves: its rows, without the keys to its doors and what only the program needs.

use sqlx::AssertSqlSafe;

use super::dump::{self, Cells, TABLES, Table};
use crate::{Conn, Error, Result, WorkspaceId};

/// Tables that stay here, with the reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("users", "a person may belong to several workspaces; members have their names and addresses"),
    ("sessions", "keys of signed-in people"),
    ("one_time_tokens", "keys in mails"),
    ("invitations", "keys in mails"),
    ("api_tokens", "keys of programs"),
    ("capture_keys", "keys of programs"),
    ("idempotency_keys", "only needed for a day"),
    ("jobs", "work of this server"),
    ("mail_messages", "have keys in their links"),
    ("search_queue", "work of this server"),
    ("import_chunks", "uploads on their way into signals"),
    ("change_count", "of the whole database"),
    ("event_places", "of the logs of this server"),
];

/// Columns that hold hashes of keys.
const KEYS: &[&str] = &["withdrawal_hash", "feed_hash"];

/// Columns with JSON in them, where the name alone does not tell.
const JSON: &[(&str, &[&str])] = &[
    ("audit_entries", &["before_json", "after_json"]),
    ("accounts", &["traits"]),
    ("people", &["traits"]),
    ("workspaces", &["settings"]),
    ("segments", &["rule"]),
    ("imports", &["columns", "mapping"]),
    ("event_imports", &["columns", "mapping", "rejects"]),
    ("surveys", &["follow_ups"]),
    ("responses", &["answers"]),
    ("signals", &["context"]),
    ("person_merges", &["kept_before", "merged_before"]),
    ("theme_changes", &["detail"]),
    ("metrics", &["definition"]),
    ("metric_definitions", &["definition"]),
    ("questions", &["definition"]),
    ("hypotheses", &["guardrails", "decision_rule"]),
    ("experiments", &["plan"]),
    ("plan_amendments", &["before_plan", "after_plan"]),
    ("experiment_units", &["values_json"]),
    ("decisions", &["options", "dissent"]),
    ("reviews", &["agenda", "minutes"]),
    ("outcomes", &["quotes"]),
    ("digests", &["body"]),
];

/// Whole numbers that are 0 or 1.
const FLAGS: &[&str] = &["complete", "conclusive", "crossed", "enabled", "is_identified", "shared"];
/// Times whose names do not end in `_at`.
const TIMES: &[&str] = &["at", "keep_until", "mail_since", "period_from", "period_to"];

/// How a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// As it stands.
    Plain,
    /// Microseconds UTC.
    Time,
    Flag,
    Json,
    /// Not exported.
    Key,
}

/// The tables that are exported, each after those that its rows point to.
pub fn tables() -> impl Iterator<Item = Table> {
    TABLES.iter().copied().filter(|table| LEFT_OUT.iter().all(|(name, _)| *name != table.name))
}

/// How the values of a column are to be read.
pub fn meaning(table: Table, column: &str) -> Meaning {
    let has_json = |(name, columns): &(&str, &[&str])| *name == table.name && columns.contains(&column);
    if KEYS.contains(&column) {
        Meaning::Key
    } else if JSON.iter().any(has_json) {
        Meaning::Json
    } else if column.ends_with("_at") || TIMES.contains(&column) {
        Meaning::Time
    } else if FLAGS.contains(&column) {
        Meaning::Flag
    } else {
        Meaning::Plain
    }
}

/// Hands every row that a workspace has in a table to `take`, one at a time, and says how many there were. Members come
/// with their names and addresses.
pub async fn read<E: From<Error>>(
    conn: &mut Conn,
    ws: &WorkspaceId,
    table: Table,
    take: impl FnMut(Cells) -> std::result::Result<(), E>,
) -> std::result::Result<u64, E> {
    let key = if table.name == "workspaces" { "id" } else { "workspace_id" };
    let sql = format!("SELECT * FROM {} t WHERE t.{key} = $1", source(table));
    dump::rows(sqlx::query(AssertSqlSafe(sql)).bind(ws.as_str().to_owned()), conn, take).await
}

/// What the rows of a table have: also of one without any.
pub async fn columns(conn: &mut Conn, table: Table) -> Result<Vec<String>> {
    let sql = format!("SELECT t.* FROM (SELECT 1 AS one) o LEFT JOIN {} t ON 1 = 0", source(table));
    let mut names = Vec::new();
    let take = |row: Cells| -> Result<()> {
        names = row.into_keys().collect();
        Ok(())
    };
    dump::rows(sqlx::query(AssertSqlSafe(sql)), conn, take).await?;
    Ok(names)
}

fn source(table: Table) -> &'static str {
    match table.name {
        "memberships" => "(SELECT m.*, u.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id)",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;

    #[tokio::test]
    async fn every_named_table_and_column_exists_and_every_table_belongs_to_a_workspace() {
        let test = TestDb::new().await.unwrap();
        let mut conn = test.db.read().await.unwrap();
        let mut seen = Vec::new();
        for table in TABLES {
            for column in columns(&mut conn, *table).await.unwrap() {
                seen.push((table.name, column));
            }
        }
        let has = |table: &str, column: &str| seen.iter().any(|(t, c)| *t == table && c == column);
        for (table, columns) in JSON {
            assert!(columns.iter().all(|column| has(table, column)), "{table} {columns:?}");
        }
        for column in KEYS.iter().chain(FLAGS).chain(TIMES) {
            assert!(seen.iter().any(|(_, c)| c == column), "{column}");
        }
        for table in tables().filter(|table| table.name != "workspaces") {
            assert!(
                has(table.name, "workspace_id"),
                "{} has no workspace: leave it out or add one",
                table.name
            );
        }
        let is_hash = |(table, column): &&(&str, String)| {
            column.ends_with("_hash") && tables().any(|exported| exported.name == *table)
        };
        let hashes = seen.iter().filter(is_hash).map(|(_, column)| column.as_str());
        // Of what was planned and of a file: keys to nothing.
        let unnamed: Vec<&str> = hashes.filter(|hash| !KEYS.contains(hash)).collect();
        assert_eq!(unnamed, ["plan_hash", "import_hash"], "is it the hash of a key?");
    }
}
