//! What several tests of bets and experiments start from.

use heedful_db::understand::metrics::{self, Metric};
use heedful_server::platform::auth::Role;
use heedful_server::platform::ctx::Ctx;
use serde_json::{Value, json};

use crate::support::TestApp;

/// A metric with readings typed by people.
pub async fn add_metric(app: &TestApp, name: &str) -> String {
    let ctx = Ctx::of(&app.app);
    let row = Metric {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        name: name.to_owned(),
        description: String::new(),
        kind: "nps".to_owned(),
        unit: String::new(),
        direction: "up".to_owned(),
        definition_version: 1,
        definition: "{}".to_owned(),
    };
    let mut tx = ctx.begin().await.unwrap();
    metrics::insert(&mut tx, &app.ws, &row).await.unwrap();
    ctx.commit(tx).await.unwrap();
    row.id
}

/// A hypothesis that lacks nothing.
pub async fn add_hypothesis(app: &TestApp) -> Value {
    let metric_id = add_metric(app, "Kept after 7 days").await;
    let input = json!({
        "title": "New players who may leave early come back more often",
        "population": "New players", "change": "Move the gate to level 40", "mechanism": "Fewer give up at the gate",
        "metric_id": metric_id, "smallest_effect": 0.01, "effect_kind": "absolute",
        "decision_rule": {"confirmed": "Move the gate", "refuted": "Leave it", "inconclusive": "Try level 35"},
        "expires_at": "2026-06-01T00:00:00Z", "owner_id": app.user_id(Role::Editor).await, "state": "open"});
    app.editor().create("/hypotheses", input).await
}

/// A bet that may start.
pub async fn add_bet(app: &TestApp) -> Value {
    let hypothesis = add_hypothesis(app).await;
    let input = json!({"hypothesis_id": hypothesis["id"], "title": "Gate at level 40", "undo_step": "Move it back",
                       "forecast": 0.4, "appetite_days": 14});
    app.editor().create("/bets", input).await
}

pub fn path(collection: &str, object: &Value) -> String {
    format!("/{collection}/{}", object["id"].as_str().unwrap())
}
