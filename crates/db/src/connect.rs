//! Connections: many readers, and a writer that never starves them.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions, Connection, Executor, Transaction};
use tokio::time::timeout;

use crate::{Error, Result};

pub type Conn = sqlx::AnyConnection;
pub type Tx = Transaction<'static, Any>;

const READERS_MAX: u32 = 8;
const ACQUIRE_WAIT: Duration = Duration::from_secs(10);

/// WAL lets readers go on while one writer writes; NORMAL is durable against a killed process, and with the checkpoint's
/// fsync against power loss up to the last checkpoint, so commits use FULL.
const SQLITE_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 10000; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug)]
pub struct Db {
    readers: AnyPool,
    writer: AnyPool,
    engine: Engine,
}

impl Db {
    /// Opens `sqlite:///path?mode=rwc` or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let options = match engine {
            Engine::Sqlite => AnyConnectOptions::from_str(url)?,
            Engine::Postgres => AnyConnectOptions::from_str(&without_statement_cache(url))?,
        };
        let options = options.disable_statement_logging();
        let pool = AnyPoolOptions::new().acquire_timeout(ACQUIRE_WAIT);
        match engine {
            Engine::Sqlite => {
                let pool = pool.after_connect(|conn, _| {
                    Box::pin(async move { conn.execute(SQLITE_PRAGMAS).await.map(|_| ()) })
                });
                // The writer connects first: it creates the file and switches it to WAL.
                let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
                let readers = pool.max_connections(READERS_MAX).connect_lazy_with(options);
                Ok(Self { readers, writer, engine })
            }
            Engine::Postgres => {
                greet(&options).await?;
                let readers = pool.max_connections(READERS_MAX * 2).connect_with(options).await?;
                Ok(Self { writer: readers.clone(), readers, engine })
            }
        }
    }

    /// The address of an embedded database file, created when missing.
    pub fn sqlite_url(file: &Path) -> String {
        format!("sqlite://{}?mode=rwc", file.display())
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection to read with. Do not write through it: on SQLite that would compete with the writer.
    pub async fn read(&self) -> Result<PoolConnection<Any>> {
        Ok(self.readers.acquire().await?)
    }

    /// A transaction to write in; dropped without commit it is rolled back.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.writer.begin().await?)
    }

    /// A transaction to read in: everything it reads is of one instant, whatever others write meanwhile.
    pub async fn snapshot(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN DEFERRED",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.readers.begin_with(begin).await?)
    }

    /// Commits without waiting for the disk from now on: for a database that is thrown away when its making breaks off.
    pub async fn hurry(&self) -> Result<()> {
        if self.engine == Engine::Sqlite {
            self.writer.execute("PRAGMA synchronous = OFF").await?;
        }
        Ok(())
    }

    pub(crate) fn writer(&self) -> &AnyPool {
        &self.writer
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Connects once and says why that fails: a pool would try again until its time is up, and then only say that it was.
async fn greet(options: &AnyConnectOptions) -> Result<()> {
    let url = &options.database_url;
    let place = || {
        let host = url.host_str().unwrap_or("the local socket");
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{host}{port}{}", url.path())
    };
    let late = sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    let greeted = timeout(ACQUIRE_WAIT, options.connect()).await.unwrap_or(Err(late));
    let connection = greeted.map_err(|cause| Error::Connect { place: place(), cause })?;
    Ok(connection.close().await?)
}

/// sqlx 0.9 binds a null double on PostgreSQL as a null of single precision. A statement that was prepared with such a null
/// and kept would refuse the next caller's double, so statements are prepared anew each time.
fn without_statement_cache(url: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}statement-cache-capacity=0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;

    #[tokio::test]
    async fn a_database_that_is_not_there_is_named_without_its_password() {
        // Nobody listens on the port of TCP's own multiplexer.
        let error = Db::open("postgres://me:secret@127.0.0.1:1/feedback").await.unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with("cannot connect to PostgreSQL at 127.0.0.1:1/feedback: "), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }

    #[tokio::test]
    async fn a_statement_takes_a_double_after_a_null() {
        let test = TestDb::new().await.unwrap();
        let mut conn = test.db.read().await.unwrap();
        for (given, expect) in [(None, 0.5), (Some(0.25), 0.25), (None, 0.5)] {
            let sql = "SELECT COALESCE(CAST($1 AS DOUBLE PRECISION), 0.5) AS x";
            let (got,): (f64,) = sqlx::query_as(sql).bind(given).fetch_one(&mut *conn).await.unwrap();
            assert!((got - expect).abs() < f64::EPSILON, "{given:?} came back as {got}");
        }
    }
}
