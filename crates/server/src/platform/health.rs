//! For whoever watches the server: `/healthz`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Router, response::IntoResponse};
use heedful_db::platform::{jobs, users};

use super::error::{Error, Result};
use crate::app::App;

pub fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// The stores answer too.
async fn readyz(State(app): State<App>) -> Result<&'static str> {
    let mut conn = app.db.read().await.map_err(|_| Error::Unavailable)?;
    users::exist(&mut conn).await.map_err(|_| Error::Unavailable)?;
    Ok("ready\n")
}

/// Numbers in the text format of Prometheus.
async fn metrics(State(app): State<App>) -> Result<impl IntoResponse> {
    use std::fmt::Write;
    let mut conn = app.db.read().await?;
    let mut text = String::from("# HELP heedful_jobs Jobs by state.\n# TYPE heedful_jobs gauge\n");
    for (state, n) in jobs::count_by_state(&mut conn).await? {
        let _ = writeln!(text, "heedful_jobs{{state=\"{state}\"}} {n}");
    }
    app.capture.counts.write_to(&mut text);
    if let Some(store) = app.events.opened() {
        let gauges = [
            ("heedful_event_table_bytes", "Bytes of the data files of events.", store.sealed_bytes()),
            (
                "heedful_event_unsealed_bytes",
                "Bytes of events that are in the log only.",
                u64::try_from(store.unsealed_bytes()).unwrap_or(u64::MAX),
            ),
        ];
        for (name, help, value) in gauges {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
    }
    app.requests.write_to(&mut text);
    Ok((StatusCode::OK, [("content-type", "text/plain; version=0.0.4")], text))
}
