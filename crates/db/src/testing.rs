//! A fresh, migrated database for each test: an SQLite file in a temporary folder, or, when
//! `HEEDFUL_TEST_POSTGRES` names a server, a schema of its own there.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Executor};
use tempfile::TempDir;

use crate::{Db, Result, migrate};

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct TestDb {
    pub db: Db,
    /// The folder lives as long as the test.
    pub folder: TempDir,
}

impl TestDb {
    pub async fn new() -> Result<Self> {
        match std::env::var("HEEDFUL_TEST_POSTGRES") {
            Ok(server) => {
                let url = new_schema(&server).await?;
                Self::open(tempfile::tempdir().map_err(sqlx::Error::Io)?, &url).await
            }
            Err(_) => Self::embedded().await,
        }
    }

    /// For what only ever runs on the embedded database.
    pub async fn embedded() -> Result<Self> {
        let folder = tempfile::tempdir().map_err(sqlx::Error::Io)?;
        let url = Db::sqlite_url(&folder.path().join("heedful.db"));
        Self::open(folder, &url).await
    }

    async fn open(folder: TempDir, url: &str) -> Result<Self> {
        let db = Db::open(url).await?;
        migrate::run(&db).await?;
        Ok(Self { db, folder })
    }
}

/// Writes a row of a table whose own functions belong to a later change; `$1` is the workspace.
pub async fn execute(conn: &mut crate::Conn, sql: &'static str, workspace: &str) -> Result<()> {
    sqlx::query(sql).bind(workspace).execute(conn).await?;
    Ok(())
}

async fn new_schema(server: &str) -> Result<String> {
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Db::open(server).await?;
    admin.writer().execute(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).await?;
    admin.close().await;
    let separator = if server.contains('?') { '&' } else { '?' };
    Ok(format!("{server}{separator}options=-csearch_path%3D{name}"))
}
