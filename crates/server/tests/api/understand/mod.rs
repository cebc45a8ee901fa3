mod codes;
mod highlights;
mod insights;
mod metrics;
mod questions;
mod real;
mod search;
mod themes;

use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};

/// The id of something that was created.
fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

/// A theme with signals in it; returns the theme and the ids of the signals.
async fn add_theme(app: &TestApp, name: &str, bodies: &[&str]) -> (Value, Vec<String>) {
    let theme = app.editor().create("/themes", json!({"name": name, "problem_type": "performance"})).await;
    let mut ids = Vec::new();
    for body in bodies {
        ids.push(id(&add_signal(app, body).await).to_owned());
    }
    if !ids.is_empty() {
        app.editor().post(&format!("/themes/{}/signals", id(&theme)), json!({"ids": ids})).await.ok();
    }
    (theme, ids)
}
