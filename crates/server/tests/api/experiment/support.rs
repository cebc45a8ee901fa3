//! An experiment to start from.

use axum::http::Method;
use serde_json::{Value, json};

use crate::bet::support::{add_bet, path};
use crate::support::{Answer, TestApp};

/// Two groups, one yes-or-no metric that decides, one number.
pub fn plan() -> Value {
    json!({
        "population": "New players", "variants": [{"name": "gate_30"}, {"name": "gate_40"}],
        "primary": {"name": "retention_7", "kind": "proportion", "direction": "up"},
        "secondary": [{"name": "retention_1", "kind": "proportion", "direction": "up"},
                      {"name": "sum_gamerounds", "kind": "mean", "direction": "up"}],
        "smallest_effect": 0.01, "effect_kind": "absolute", "baseline": 0.19, "people_per_week": 10000,
        "sample_size": 20, "duration_days": 14,
        "decision_rule": {"confirmed": "Move the gate", "refuted": "Leave the gate", "inconclusive": "Try level 35"}})
}

pub async fn add_experiment(app: &TestApp, kind: &str, plan: &Value) -> Value {
    let bet = add_bet(app).await;
    let input = json!({"bet_id": bet["id"], "title": "Gate at 40", "kind": kind, "plan": plan});
    app.editor().create("/experiments", input).await
}

pub async fn add_running(app: &TestApp, kind: &str, plan: &Value) -> String {
    let experiment = add_experiment(app, kind, plan).await;
    let path = path("experiments", &experiment);
    app.editor().seen(1).post(&format!("{path}/start"), json!({})).await.ok();
    path
}

pub async fn import(app: &TestApp, path: &str, mapping: &Value, file: impl Into<Vec<u8>>) -> Answer {
    let query = percent(&mapping.to_string());
    let path = format!("/api/v1{path}/import?mapping={query}");
    app.editor().send_raw(Method::POST, &path, Some(("text/csv", file.into()))).await
}

fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
        out
    })
}
