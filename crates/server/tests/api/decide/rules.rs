use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp, add_signal};
use crate::support_rows::{metric, put_in_theme, reading, theme};

const DAY: i64 = 86_400_000_000;

async fn add_to_theme(app: &TestApp, theme: &str) {
    let signal = add_signal(app, "Export hangs").await;
    put_in_theme(app, theme, signal["id"].as_str().unwrap()).await;
}

async fn evaluate(app: &TestApp) {
    heedful_server::jobs::rules::evaluate_all(&app.app, None).await.unwrap();
}

async fn n_firings(app: &TestApp) -> Value {
    app.viewer().get("/firings").await.ok()["total"].clone()
}

#[tokio::test]
async fn a_rule_fires_once_per_crossing_and_again_after_falling_back() {
    let app = TestApp::new().await;
    let theme = theme(&app, "Slow export").await;
    let input = json!({"name": "Two complaints in a week", "kind": "signal_count", "theme_id": theme,
                       "threshold": 2, "window_days": 7});
    let rule = app.editor().create("/rules", input).await;
    assert_eq!(rule["about"][0]["title"], "Slow export");
    app.run_jobs().await;
    add_to_theme(&app, &theme).await;
    evaluate(&app).await;
    assert_eq!(n_firings(&app).await, 0);
    add_to_theme(&app, &theme).await;
    for _ in 0..3 {
        evaluate(&app).await;
    }
    assert_eq!(n_firings(&app).await, 1);
    let path = format!("/rules/{}", rule["id"].as_str().unwrap());
    let now = app.viewer().get(&path).await.ok();
    assert_eq!(
        (&now["last_value"], &now["crossed"], &now["n_firings_open"]),
        (&json!(2.0), &json!(true), &json!(1))
    );
    // The signals grow old, the rule is armed again, and new ones make it fire a second time.
    app.advance(8 * DAY);
    evaluate(&app).await;
    assert_eq!(app.viewer().get(&path).await.ok()["crossed"], false);
    add_to_theme(&app, &theme).await;
    add_to_theme(&app, &theme).await;
    evaluate(&app).await;
    assert_eq!(n_firings(&app).await, 2);
}

#[tokio::test]
async fn evaluations_at_the_same_time_fire_once() {
    let app = TestApp::new().await;
    let theme = theme(&app, "Slow export").await;
    add_to_theme(&app, &theme).await;
    let input =
        json!({"name": "One", "kind": "signal_count", "theme_id": theme, "threshold": 1, "window_days": 7});
    app.editor().create("/rules", input).await;
    tokio::join!(evaluate(&app), evaluate(&app), evaluate(&app), evaluate(&app));
    assert_eq!(n_firings(&app).await, 1);
}

#[tokio::test]
async fn a_changed_rule_is_a_new_agreement() {
    let app = TestApp::new().await;
    let metric = metric(&app, "Churn", "manual").await;
    let input = json!({"name": "Churn above 5", "kind": "metric_threshold", "metric_id": metric, "op": "gt", "threshold": 5});
    let rule = app.editor().create("/rules", input).await;
    evaluate(&app).await;
    assert_eq!(n_firings(&app).await, 0, "without a reading there is nothing to compare");
    reading(&app, &metric, 7.5).await;
    evaluate(&app).await;
    assert_eq!(n_firings(&app).await, 1);
    let path = format!("/rules/{}", rule["id"].as_str().unwrap());
    app.editor().seen(1).patch(&path, json!({"name": "Churn above five"})).await.ok();
    app.run_jobs().await;
    assert_eq!(n_firings(&app).await, 1, "a new name asks nothing new");
    app.editor().seen(2).patch(&path, json!({"threshold": 6})).await.ok();
    app.run_jobs().await;
    assert_eq!(n_firings(&app).await, 2);
    let error = app.editor().seen(2).patch(&path, json!({"threshold": 8})).await.refused(409);
    assert_eq!(error["current"]["threshold"], 6.0);
}

#[tokio::test]
async fn scores_are_computed_from_what_was_said() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "survey", "name": "NPS"})).await;
    for score in [10, 9, 2, 3] {
        let signal = json!({"source_id": source["id"], "body": "…", "score": score, "score_kind": "nps"});
        app.editor().create("/signals", signal).await;
    }
    let metric = metric(&app, "NPS", "nps").await;
    let input = json!({"name": "NPS at most 0", "kind": "metric_threshold", "metric_id": metric, "op": "le", "threshold": 0});
    app.editor().create("/rules", input).await;
    app.run_jobs().await;
    let rules = app.viewer().get("/rules").await.ok();
    assert_eq!(rules["items"][0]["last_value"], 0.0);
    assert_eq!(n_firings(&app).await, 1);
}

#[tokio::test]
async fn firings_are_handled_and_put_back() {
    let app = TestApp::new().await;
    let metric = metric(&app, "Churn", "manual").await;
    reading(&app, &metric, 7.5).await;
    let input = json!({"name": "Churn", "kind": "metric_threshold", "metric_id": metric, "threshold": 5});
    app.editor().create("/rules", input).await;
    app.run_jobs().await;
    let firing = app.viewer().get("/firings?open=true").await.ok()["items"][0].clone();
    assert_eq!((&firing["value"], &firing["rule_name"]), (&json!(7.5), &json!("Churn")));
    let path = format!("/firings/{}/handle", firing["id"].as_str().unwrap());
    app.editor().post(&path, json!({"handled": true})).await.ok();
    assert_eq!(app.viewer().get("/firings?open=true").await.ok()["total"], 0);
    app.editor().post(&path, json!({"handled": false})).await.ok();
    assert_eq!(app.viewer().get("/firings?open=true").await.ok()["total"], 1);
    app.viewer().post(&path, json!({"handled": true})).await.refused(403);
    app.stranger().post(&path, json!({"handled": true})).await.refused(404);
}

#[tokio::test]
async fn what_cannot_be_agreed_on_is_refused_by_field() {
    let app = TestApp::new().await;
    let refused = async |input: Value| app.editor().post("/rules", input).await.refused_fields();
    let count = json!({"name": "x", "kind": "signal_count", "threshold": 0, "window_days": 7});
    assert_eq!(refused(count).await, ["theme_id", "threshold"]);
    let foreign =
        json!({"name": "x", "kind": "signal_count", "theme_id": NOBODY, "threshold": 3, "window_days": 7});
    assert_eq!(refused(foreign).await, ["theme_id"]);
    let metric = json!({"name": "", "kind": "metric_threshold", "threshold": 3, "op": "near"});
    assert_eq!(refused(metric).await, ["metric_id", "name", "op"]);
    let theme = theme(&app, "T").await;
    let owner = json!({"name": "x", "kind": "signal_count", "theme_id": theme, "threshold": 3, "window_days": 7, "owner_id": NOBODY});
    assert_eq!(refused(owner).await, ["owner_id"]);
}

#[tokio::test]
async fn archived_rules_are_not_evaluated_and_strangers_see_none() {
    let app = TestApp::new().await;
    let metric = metric(&app, "Churn", "manual").await;
    reading(&app, &metric, 9.0).await;
    let input = json!({"name": "Churn", "kind": "metric_threshold", "metric_id": metric, "threshold": 5});
    let rule = app.editor().create("/rules", input).await;
    let path = format!("/rules/{}", rule["id"].as_str().unwrap());
    app.editor().seen(1).delete(&path).await.ok();
    app.run_jobs().await;
    assert_eq!(n_firings(&app).await, 0);
    assert_eq!(app.viewer().get("/rules").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/rules?archived=true").await.ok()["total"], 1);
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(2).patch(&path, json!({"name": "Mine"})).await.refused(404);
    app.viewer().seen(2).patch(&path, json!({})).await.refused(403);
    app.editor().seen(2).post(&format!("{path}/restore"), json!({})).await.ok();
    app.run_jobs().await;
    assert_eq!(n_firings(&app).await, 1);
}
