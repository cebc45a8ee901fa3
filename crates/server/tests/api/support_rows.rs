//! Rows of other stages, written straight into their tables where a test needs them.

use heedful_db::query::Sql;
use heedful_server::platform::ctx::Ctx;

use crate::support::TestApp;

pub enum Cell {
    Text(String),
    Number(i64),
    Real(f64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Writes a row with a new id and returns the id; `columns` starts after `workspace_id, id, created_at, updated_at`.
pub async fn add(app: &TestApp, table: &'static str, columns: &'static str, cells: &[Cell]) -> String {
    let ctx = Ctx::of(&app.app);
    let id = ctx.new_id();
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(table).push(" (workspace_id, id, created_at, updated_at, ").push(columns).push(") VALUES (");
    sql.bind(app.ws.as_str()).push(", ").bind(id.as_str()).push(", ");
    sql.bind(ctx.now).push(", ").bind(ctx.now);
    bind_all(&mut sql, cells);
    run(app, sql).await;
    id
}

/// Writes a row of a table that links others: its columns start after `workspace_id`.
pub async fn link(app: &TestApp, table: &'static str, columns: &'static str, cells: &[Cell]) {
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(table).push(" (workspace_id, ").push(columns).push(") VALUES (").bind(app.ws.as_str());
    bind_all(&mut sql, cells);
    run(app, sql).await;
}

fn bind_all(sql: &mut Sql, cells: &[Cell]) {
    for cell in cells {
        sql.push(", ");
        match cell {
            Cell::Text(text) => sql.bind(text.as_str()),
            Cell::Number(number) => sql.bind(*number),
            Cell::Real(number) => sql.bind(*number),
        };
    }
    sql.push(")");
}

async fn run(app: &TestApp, sql: Sql) {
    let ctx = Ctx::of(&app.app);
    let mut tx = ctx.begin().await.unwrap();
    sql.execute(&mut tx).await.unwrap();
    ctx.commit(tx).await.unwrap();
}

pub async fn theme(app: &TestApp, name: &str) -> String {
    add(app, "themes", "name", &[name.into()]).await
}

pub async fn put_in_theme(app: &TestApp, theme: &str, signal: &str) {
    let cells = [theme.into(), signal.into(), "x".into(), app.app.now().into()];
    link(app, "theme_signals", "theme_id, signal_id, assigned_by, assigned_at", &cells).await;
}

pub async fn hypothesis(app: &TestApp, title: &str) -> String {
    add(app, "hypotheses", "title, state", &[title.into(), "open".into()]).await
}

pub async fn bet(app: &TestApp, hypothesis: &str, title: &str) -> String {
    let cells = [hypothesis.into(), title.into(), "running".into()];
    add(app, "bets", "hypothesis_id, title, state", &cells).await
}

pub async fn experiment(app: &TestApp, bet: &str, title: &str, state: &str) -> String {
    let plan = r#"{"sample_size":200,"duration_days":14}"#;
    let now = app.app.now();
    let cells = [bet.into(), title.into(), "ab".into(), plan.into(), state.into(), now.into(), now.into()];
    add(app, "experiments", "bet_id, title, kind, plan, state, started_at, ended_at", &cells).await
}

pub async fn metric(app: &TestApp, name: &str, kind: &str) -> String {
    add(app, "metrics", "name, kind", &[name.into(), kind.into()]).await
}

pub async fn reading(app: &TestApp, metric: &str, value: f64) {
    let ctx = Ctx::of(&app.app);
    let cells = [ctx.new_id().as_str().into(), metric.into(), ctx.now.into(), value.into()];
    link(app, "metric_readings", "id, metric_id, at, value", &cells).await;
}
