//! Migrations, forward only, the same text for both engines.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};

use crate::{Db, Result};

/// Name and text in the order they run. Only ever append.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "platform", include_str!("../migrations/0001_platform.sql")),
    (2, "listen", include_str!("../migrations/0002_listen.sql")),
    (3, "understand", include_str!("../migrations/0003_understand.sql")),
    (4, "bet", include_str!("../migrations/0004_bet.sql")),
    (5, "experiment", include_str!("../migrations/0005_experiment.sql")),
    (6, "decide", include_str!("../migrations/0006_decide.sql")),
    (7, "share", include_str!("../migrations/0007_share.sql")),
    (8, "chain", include_str!("../migrations/0008_chain.sql")),
    (9, "change_count", include_str!("../migrations/0009_change_count.sql")),
    (10, "capture", include_str!("../migrations/0010_capture.sql")),
    (11, "questions", include_str!("../migrations/0011_questions.sql")),
    (12, "identity", include_str!("../migrations/0012_identity.sql")),
    (13, "ingestion", include_str!("../migrations/0013_ingestion.sql")),
    (14, "event_imports", include_str!("../migrations/0014_event_imports.sql")),
    (15, "metric_definitions", include_str!("../migrations/0015_metric_definitions.sql")),
    (16, "links_by_time", include_str!("../migrations/0016_links_by_time.sql")),
];

/// Brings the database to the newest schema. Safe to call at every start and from several nodes at once.
pub async fn run(db: &Db) -> Result<()> {
    Ok(migrator(newest()).run(db.writer()).await?)
}

/// The number of the newest migration that this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

/// Brings the database to the schema of `version`, as before reading a backup that was made with it.
pub async fn run_to(db: &Db, version: i64) -> Result<()> {
    Ok(migrator(version).run(db.writer()).await?)
}

/// The names of all migrations, oldest first.
pub fn names() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|(_, name, _)| *name).collect()
}

/// The number of the newest migration that was applied; 0 for an empty database.
pub async fn applied(db: &Db) -> Result<i64> {
    let applied = list_applied(db).await?;
    Ok(applied.into_iter().max().unwrap_or(0))
}

/// The migrations that [`run`] would apply, oldest first.
pub async fn pending(db: &Db) -> Result<Vec<&'static str>> {
    let applied = list_applied(db).await?;
    Ok(MIGRATIONS
        .iter()
        .filter(|(version, ..)| !applied.contains(version))
        .map(|(_, name, _)| *name)
        .collect())
}

async fn list_applied(db: &Db) -> Result<Vec<i64>> {
    let mut conn = db.writer().acquire().await?;
    let table = migrator(newest()).table_name.clone();
    conn.ensure_migrations_table(&table).await?;
    let applied = conn.list_applied_migrations(&table).await?;
    Ok(applied.into_iter().map(|done| done.version).collect())
}

fn migrator(version_max: i64) -> Migrator {
    let migrations = MIGRATIONS.iter().filter(|(version, ..)| *version <= version_max);
    let migrations = migrations.map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}
